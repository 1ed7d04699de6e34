//! The matrix of what nobody has written down.

use doorward_test_idp::Algorithm;
use doorward_test_idp::halopsa::Variant;
use serde_json::{Value, json};

use super::world::{HALO, TENANT, World};
use crate::browser::signer;

#[tokio::test]
async fn s7_3_a_sign_in_works_in_every_variant_and_its_issuer_is_the_documents() {
    let matrix = Variant::matrix(TENANT);
    assert_eq!(matrix.len(), 20);
    for variant in matrix {
        let mut world = World::new(variant.clone());
        let document = world.browser.open(&world.url("auth/.well-known/openid-configuration")).await.json();
        let tokens = world.tokens("tess", &[]).await;
        let token = tokens["id_token"].as_str().unwrap();
        let keys = world.browser.open(&world.url("auth/.well-known/jwks")).await.json();
        assert!(signer(token, &keys).is_some(), "{variant:?}");
        let claims = crate::browser::part(token, 1);
        assert_eq!(claims["iss"], document["issuer"], "{variant:?}");
        let issuer = document["issuer"].as_str().unwrap();
        assert_eq!(issuer.ends_with('/'), variant.trailing_slash);
        assert_eq!(issuer.contains("/auth/acme"), variant.tenant_in_issuer);
        assert_eq!(document.get("end_session_endpoint").is_some(), variant.end_session);
        assert_eq!((&claims["nonce"], &claims["aud"]), (&json!("n-1"), &json!(world.app.client_id)));
    }
}

#[tokio::test]
async fn s5_1_authinfo_says_where_the_authorization_server_is() {
    let mut world = World::new(Variant::hosted(TENANT));
    let info = world.browser.open(&format!("{HALO}/api/authinfo")).await.json();
    assert_eq!(info, json!({ "auth_url": format!("{HALO}/auth"), "tenant_id": TENANT }));
}

#[tokio::test]
async fn s5_1_documents_want_the_tenant_only_where_the_variant_says_so() {
    let path = format!("{HALO}/auth/.well-known/openid-configuration");
    let mut world = World::new(Variant::hosted(TENANT));
    assert_eq!(world.browser.open(&path).await.status, 200);
    let mut world = World::new(Variant { tenant_for_documents: true, ..Variant::hosted(TENANT) });
    world.browser.open(&path).await.assert_refused(400, "invalid_request", "tenant");
    let keys = format!("{HALO}/auth/.well-known/jwks");
    world.browser.open(&keys).await.assert_refused(400, "invalid_request", "tenant");
}

#[tokio::test]
async fn s7_3_subjects_of_agents_and_end_users_may_collide() {
    let subjects = async |overlapping_subjects| {
        let mut world = World::new(Variant { overlapping_subjects, ..Variant::dedicated() });
        let agent = world.claims("tess").await["sub"].clone();
        (agent, world.claims("uwe").await["sub"].clone())
    };
    let (agent, user) = subjects(false).await;
    assert_ne!(agent, user);
    let (agent, user) = subjects(true).await;
    assert_eq!(agent, user, "and only the address tells them apart, which proves nothing");
}

#[tokio::test]
async fn s7_3_email_verified_is_absent_unless_the_variant_says_something() {
    for said in [None, Some(true), Some(false)] {
        let mut world = World::new(Variant { email_verified: said, ..Variant::dedicated() });
        let claims = world.claims("tess").await;
        assert_eq!(claims["email"], "tess@msp.example");
        assert_eq!(claims.get("email_verified").and_then(Value::as_bool), said);
    }
}

#[tokio::test]
async fn s7_3_the_algorithm_is_the_variants() {
    let mut world = World::new(Variant { algorithm: Algorithm::Es256, ..Variant::dedicated() });
    let tokens = world.tokens("tess", &[]).await;
    assert_eq!(crate::browser::part(tokens["id_token"].as_str().unwrap(), 0)["alg"], "ES256");
    let document = world.browser.open(&world.url("auth/.well-known/openid-configuration")).await.json();
    assert_eq!(document["id_token_signing_alg_values_supported"], json!(["ES256"]));
}
