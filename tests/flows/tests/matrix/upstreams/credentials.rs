//! How we prove to a provider that we are its client, and how that is replaced.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_flows::World;
use doorward_flows::upstreams::admin;
use doorward_flows::upstreams::entra::{Contoso, SECRET};
use doorward_flows::upstreams::okta::Acme;
use doorward_test_idp::entra::{EntraSwitch, Secret};
use doorward_test_idp::okta::Method;
use doorward_test_idp::{Certificate, Endpoint};
use josekit::jwk::Jwk;
use serde_json::{Value, json};

const ANA: &str = "ana@contoso.example";

/// What a browser finds at a URL of ours.
async fn found(world: &World, url: &str) -> Value {
    serde_json::from_str(&world.browser().get(url).await.body).unwrap()
}

#[tokio::test]
async fn a_secret_is_replaced_here_and_there_one_after_the_other() {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    contoso.connected.learnt(&world, ANA, ANA).await;
    // Here first: Microsoft does not know the new one yet.
    contoso.connected.change(&world, json!({ "client_secret": "next~one" })).await.unwrap();
    contoso.connected.learnt(&world, ANA, ANA).await;
    contoso
        .entra
        .change_app(&contoso.app.client_id, |app| app.secrets.push(Secret::new("next~one", i64::MAX)));
    contoso.entra.change_app(&contoso.app.client_id, |app| app.secrets.retain(|it| it.value != SECRET));
    contoso.connected.learnt(&world, ANA, ANA).await;
    // The one before the last is forgotten.
    contoso.connected.change(&world, json!({ "client_secret": "third~one" })).await.unwrap();
    contoso.connected.change(&world, json!({ "client_secret": "fourth~one" })).await.unwrap();
    contoso.connected.sign_in(&world, ANA, ANA).await.assert_told(400);
}

#[tokio::test]
async fn a_secret_that_was_wrong_once_is_asked_for_once_more() {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    contoso.entra.switches().once(EntraSwitch::SecretExpired);
    contoso.connected.sign_in(&world, ANA, ANA).await.assert_told(400);
    assert_eq!(contoso.entra.switches().fired(EntraSwitch::SecretExpired), 1, "there is no other to try");
}

#[tokio::test]
async fn ad_08_a_stored_secret_stays_with_whom_it_was_agreed() {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    let elsewhere = json!({ "authority": "https://login.evil.example", "client_secret": null,
        "authentication": "client_secret_post" });
    let problem = contoso.connected.change(&world, elsewhere).await.unwrap_err();
    assert!(problem.to_string().contains("stored secret is not kept"), "{problem}");
}

#[tokio::test]
async fn a_certificate_of_our_own_is_uploaded_to_entra() {
    let world = World::new().await;
    let entry = json!({ "client_secret": null, "authentication": "private_key_jwt" });
    let contoso = Contoso::with(&world, entry, |app| app).await;
    contoso.connected.sign_in(&world, ANA, ANA).await.assert_told(400);
    let view = contoso.connected.view(&world).await;
    let pem = view["client_certificate"].as_str().unwrap();
    let certificate = Certificate::from_pem(pem.as_bytes()).unwrap();
    contoso.entra.change_app(&contoso.app.client_id, |app| app.certificates.push(certificate));
    contoso.connected.learnt(&world, ANA, ANA).await;
    let token = contoso.entra.log().into_iter().rev().find(|it| it.endpoint == Endpoint::Token).unwrap();
    assert!(!token.body.contains("client_secret"), "nothing but the assertion: {}", token.body);
}

#[tokio::test]
async fn keys_of_our_own_are_published_for_the_provider() {
    let world = World::new().await;
    let entry = json!({ "client_secret": null, "authentication": "private_key_jwt" });
    let acme = Acme::with(&world, entry, |app| app).await;
    let view = acme.connected.view(&world).await;
    let keys = found(&world, view["client_jwks_uri"].as_str().unwrap()).await;
    let key = &keys["keys"][0];
    assert_eq!((&key["kty"], &key["use"], &key["d"]), (&json!("RSA"), &json!("sig"), &Value::Null));
    assert!(STANDARD.decode(key["x5c"][0].as_str().unwrap()).is_ok());
    let jwk = Jwk::from_map(key.as_object().unwrap().clone()).unwrap();
    acme.okta.change_app(&acme.app.client_id, |app| {
        app.method = Method::PrivateKeyJwt;
        app.keys = vec![jwk];
    });
    acme.joe(&world).await;
    // Nothing changes when nothing changes: the key stays.
    acme.connected.change(&world, json!({ "title": "Acme" })).await.unwrap();
    acme.joe(&world).await;
    assert_eq!(found(&world, view["client_jwks_uri"].as_str().unwrap()).await, keys);
}

#[tokio::test]
async fn an_assertion_may_be_signed_with_the_secret() {
    let world = World::new().await;
    let acme = Acme::with(&world, json!({ "authentication": "client_secret_jwt" }), |app| app).await;
    acme.okta.change_app(&acme.app.client_id, |app| app.method = Method::ClientSecretJwt);
    acme.joe(&world).await;
}

/// What the admin API says of a connection's credentials.
async fn checked(world: &World, tenant: &str) -> Value {
    let path = format!("tenants/{tenant}/connections/staff/check");
    admin(world, http::Method::POST, &path, Some(&json!({}))).await.1
}

#[tokio::test]
async fn the_secret_s_end_is_found_before_anybody_signs_in() {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    assert_eq!(checked(&world, "contoso").await["outcome"], "accepted");
    let client_id = contoso.app.client_id.clone();
    contoso.entra.change_app(&client_id, |app| app.secrets = vec![Secret::new(SECRET, 0)]);
    let found = checked(&world, "contoso").await;
    let advice = &found["credentials"][0]["advice"];
    assert_eq!((&found["outcome"], &advice["id"]), (&json!("refused"), &json!("secret-expired")));
    assert!(!found.to_string().contains("AADSTS"), "ss_10: nothing of the answer itself: {found}");
    contoso.connected.change(&world, json!({ "client_id": contoso.directory.id })).await.unwrap();
    assert_eq!(checked(&world, "contoso").await["outcome"], "refused", "another client_id is not known");
}

#[tokio::test]
async fn whoever_refuses_a_code_has_accepted_the_client() {
    let world = World::new().await;
    let acme = Acme::new(&world).await;
    assert_eq!(checked(&world, "acme").await["outcome"], "accepted");
    acme.connected
        .change(&world, json!({ "client_secret": "another secret of forty characters" }))
        .await
        .unwrap();
    let found = checked(&world, "acme").await;
    let outcomes: Vec<_> = found["credentials"].as_array().unwrap().iter().map(|it| &it["outcome"]).collect();
    assert_eq!(outcomes, ["refused", "accepted"], "{found}");
    world.network.remove(doorward_flows::upstreams::okta::ORG);
    world.pass(25 * 3600);
    assert_eq!(checked(&world, "acme").await["outcome"], "unreachable");
}

#[tokio::test]
async fn nobody_s_keys_are_found_under_a_wrong_name() {
    let world = World::new().await;
    let acme = Acme::new(&world).await;
    let url = world.url(&format!("/federation/{}/{}/jwks", acme.connected.tenant, acme.connected.connection));
    assert_eq!(world.browser().get(&url).await.status, 404, "it has none");
    assert_eq!(world.browser().get(&world.url("/federation/a/b/jwks")).await.status, 404);
}
