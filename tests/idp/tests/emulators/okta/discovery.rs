//! Authorization servers, their documents, issuers and keys.

use doorward_test_idp::Switch;
use doorward_test_idp::okta::{App, IssuerMode, OktaSwitch};
use serde_json::json;

use super::world::{CUSTOM, DEFAULT, ORG, ORG_SERVER, World};
use crate::browser::{part, signer};

#[tokio::test]
async fn s3_2_the_document_of_the_org_server_is_the_captured_one_to_the_byte() {
    let mut world = World::new();
    let text = world.browser.open(&format!("{ORG}/.well-known/openid-configuration")).await.body;
    assert_eq!(text, include_str!("../golden/okta-org.json").trim_end());
}

#[tokio::test]
async fn s3_2_a_custom_server_has_its_own_endpoints_scopes_and_encryption() {
    let mut world = World::new();
    let document = world.json(&format!("{ORG}/oauth2/default/.well-known/openid-configuration")).await;
    assert_eq!(document["issuer"], format!("{ORG}/oauth2/default"));
    assert_eq!(document["token_endpoint"], format!("{DEFAULT}/token"));
    assert_eq!(document["registration_endpoint"], format!("{ORG_SERVER}/clients"));
    let scopes = document["scopes_supported"].as_array().unwrap();
    assert!(scopes.contains(&json!("device_sso")) && !scopes.contains(&json!("groups")));
    assert_eq!(document["id_token_encryption_enc_values_supported"], json!(["A256GCM"]));
    let oauth = world.json(&format!("{ORG}/oauth2/default/.well-known/oauth-authorization-server")).await;
    assert!(oauth["grant_types_supported"].as_array().unwrap().contains(&json!("client_credentials")));
    assert!(oauth.get("userinfo_endpoint").is_none());
}

#[tokio::test]
async fn s3_2_what_is_absent_is_absent() {
    let mut world = World::new();
    for server in [ORG, "https://acme.okta.com/oauth2/default"] {
        let document = world.json(&format!("{server}/.well-known/openid-configuration")).await;
        for name in [
            "backchannel_logout_supported",
            "frontchannel_logout_supported",
            "acr_values_supported",
            "claims_parameter_supported",
            "authorization_response_iss_parameter_supported",
        ] {
            assert!(document.get(name).is_none(), "{name}");
        }
    }
}

#[tokio::test]
async fn s3_1_an_unknown_server_is_not_found() {
    let mut world = World::new();
    let page = world.browser.open(&format!("{ORG}/oauth2/aus1/.well-known/openid-configuration")).await;
    assert_eq!((page.status.as_u16(), page.json()["errorCode"].clone()), (404, json!("E0000007")));
}

#[tokio::test]
async fn s3_1_a_custom_domain_is_a_third_spelling() {
    let mut world = World::new();
    let of_org = world.json(&format!("{CUSTOM}/.well-known/openid-configuration")).await;
    assert_eq!(of_org["issuer"], CUSTOM, "the host that was asked");
    let custom = |path: &str| format!("{CUSTOM}/oauth2/default/{path}");
    let document = world.json(&custom(".well-known/openid-configuration")).await;
    assert_eq!(document["issuer"], format!("{ORG}/oauth2/default"), "the mode of the server");
    assert_eq!(document["token_endpoint"], custom("v1/token"));
    world.okta.change_server("default", |server| server.issuer_mode = IssuerMode::Dynamic);
    let document = world.json(&custom(".well-known/openid-configuration")).await;
    assert_eq!(document["issuer"], format!("{CUSTOM}/oauth2/default"));
}

#[tokio::test]
async fn s3_1_a_changed_issuer_mode_of_the_app_shows_in_its_tokens_alone() {
    let mut world = World::new();
    assert_eq!(world.claims(ORG_SERVER, &[]).await["iss"], ORG);
    world.okta.change_app(&world.app.client_id, |app| app.issuer_mode = IssuerMode::Custom);
    assert_eq!(world.claims(ORG_SERVER, &[]).await["iss"], CUSTOM);
    assert_eq!(world.json(&format!("{ORG}/.well-known/openid-configuration")).await["issuer"], ORG);
    assert_eq!(world.claims(DEFAULT, &[]).await["iss"], format!("{ORG}/oauth2/default"));
    world.okta.switches().once(OktaSwitch::IssuerOfTheOrg);
    assert_eq!(world.claims(DEFAULT, &[]).await["iss"], CUSTOM);
}

#[tokio::test]
async fn s3_2_the_next_key_is_published_ahead_of_its_use() {
    let mut world = World::new();
    let url = format!("{ORG_SERVER}/keys");
    let before = world.json(&url).await;
    let key = &before["keys"][0];
    assert_eq!(
        (&key["kty"], &key["alg"], &key["use"], &key["e"]),
        (&json!("RSA"), &json!("RS256"), &json!("sig"), &json!("AQAB"))
    );
    assert!(key.get("x5c").is_none());
    world.okta.rotate_keys("org");
    let tokens = world.tokens(ORG_SERVER, &[]).await;
    let token = tokens["id_token"].as_str().unwrap();
    assert!(signer(token, &before).is_some());
    world.okta.switches().once(Switch::RotateKey);
    let tokens = world.tokens(ORG_SERVER, &[]).await;
    let token = tokens["id_token"].as_str().unwrap();
    assert!(signer(token, &before).is_none(), "in an emergency it was not");
    let after = world.json(&url).await;
    assert!(signer(token, &after).is_some());
    assert!(signer(token, &world.json(&format!("{DEFAULT}/keys")).await).is_none(), "servers have their own");
}

#[tokio::test]
async fn s3_2_an_app_may_have_a_key_pinned() {
    let mut world = World::with(|app| App { pinned_key: Some(7), ..app });
    let tokens = world.tokens(ORG_SERVER, &[]).await;
    let token = tokens["id_token"].as_str().unwrap();
    let client_id = world.app.client_id.clone();
    let document = world.json(&format!("{ORG}/.well-known/openid-configuration?client_id={client_id}")).await;
    let jwks_uri = document["jwks_uri"].as_str().unwrap();
    assert!(jwks_uri.ends_with(&format!("?client_id={client_id}")));
    assert!(signer(token, &world.json(jwks_uri).await).is_some());
    assert!(signer(token, &world.json(&format!("{ORG_SERVER}/keys")).await).is_none());
    assert_eq!(part(token, 0)["alg"], "RS256");
}
