//! Signing keys.

use doorward_test_idp::entra::{App, CONSUMERS, EntraSwitch, LOGIN_URL, RollOver};
use serde_json::Value;

use super::world::World;
use crate::browser::{part, signer};

const TEMPLATE: &str = "https://login.microsoftonline.com/{tenantid}/v2.0";

async fn id_token(world: &mut World) -> String {
    let tokens = world.tokens("ana@contoso.example", &[("prompt", "login")]).await;
    tokens["id_token"].as_str().unwrap().to_owned()
}

async fn keys(world: &mut World) -> Value {
    world.document(&format!("{}/discovery/v2.0/keys", world.contoso.id)).await
}

#[tokio::test]
async fn s1_3_keys_have_an_issuer_a_certificate_and_no_alg() {
    let mut world = World::new();
    let keys = keys(&mut world).await;
    let keys = keys["keys"].as_array().unwrap();
    assert!(keys.len() >= 3);
    for key in keys {
        assert_eq!((&key["kty"], &key["use"], &key["e"]), (&"RSA".into(), &"sig".into(), &"AQAB".into()));
        assert_eq!(key["kid"], key["x5t"]);
        assert_eq!(key["issuer"], TEMPLATE);
        assert!(key.get("alg").is_none() && key["x5c"].as_array().unwrap().len() == 1);
    }
    let common = world.document("common/discovery/v2.0/keys").await;
    let of_consumers = format!("{LOGIN_URL}/{CONSUMERS}/v2.0");
    let issuers: Vec<_> =
        common["keys"].as_array().unwrap().iter().map(|key| key["issuer"].clone()).collect();
    assert!(issuers.contains(&TEMPLATE.into()) && issuers.contains(&of_consumers.clone().into()));
    let consumers = world.document("consumers/discovery/v2.0/keys").await;
    assert!(consumers["keys"].as_array().unwrap().iter().all(|key| key["issuer"] == of_consumers));
}

#[tokio::test]
async fn s1_3_a_published_key_signs_and_names_itself() {
    let mut world = World::new();
    let token = id_token(&mut world).await;
    let keys = keys(&mut world).await;
    assert!(signer(&token, &keys).is_some());
    let header = part(&token, 0);
    assert_eq!((&header["typ"], &header["alg"]), (&"JWT".into(), &"RS256".into()));
}

#[tokio::test]
async fn s1_3_a_planned_roll_over_signs_with_a_key_that_was_seen_before() {
    let mut world = World::new();
    let before = keys(&mut world).await;
    let old = id_token(&mut world).await;
    world.entra.roll_over_keys(RollOver::Planned);
    let new = id_token(&mut world).await;
    let after = keys(&mut world).await;
    assert_ne!(part(&old, 0)["kid"], part(&new, 0)["kid"]);
    assert!(
        signer(&new, &before).is_some() && signer(&new, &after).is_some() && signer(&old, &after).is_some()
    );
}

#[tokio::test]
async fn s1_3_an_emergency_roll_over_replaces_all_and_a_jwks_may_be_stale() {
    let mut world = World::new();
    let before = keys(&mut world).await;
    world.entra.switches().once(EntraSwitch::EmergencyRollover);
    let new = id_token(&mut world).await;
    assert!(signer(&new, &before).is_none());
    world.entra.switches().once(EntraSwitch::StaleJwks);
    let stale = keys(&mut world).await;
    assert!(signer(&new, &stale).is_none() && stale == before);
    let fresh = keys(&mut world).await;
    assert!(signer(&new, &fresh).is_some());
}

#[tokio::test]
async fn s1_2_a_key_of_personal_accounts_may_sign_for_an_organisation_by_mistake() {
    let mut world = World::new();
    world.entra.switches().once(EntraSwitch::ConsumerKey);
    let token = id_token(&mut world).await;
    let common = world.document("common/discovery/v2.0/keys").await;
    let key = signer(&token, &common).expect("it is published at common");
    assert!(key["issuer"].as_str().unwrap().contains(CONSUMERS));
    assert!(part(&token, 1)["iss"].as_str().unwrap().contains(&world.contoso.id));
}

#[tokio::test]
async fn s1_3_an_app_that_maps_claims_has_keys_of_its_own() {
    let mut world = World::with(|app| App { own_signing_key: true, ..app });
    let token = id_token(&mut world).await;
    assert!(signer(&token, &keys(&mut world).await).is_none());
    let (tenant, client_id) = (world.contoso.id.clone(), world.app.client_id.clone());
    let metadata =
        world.document(&format!("{tenant}/v2.0/.well-known/openid-configuration?appid={client_id}")).await;
    let jwks_uri = metadata["jwks_uri"].as_str().unwrap().to_owned();
    assert!(jwks_uri.ends_with(&format!("?appid={client_id}")));
    let own = world.browser.open(&jwks_uri).await.json();
    assert!(signer(&token, &own).is_some());
}
