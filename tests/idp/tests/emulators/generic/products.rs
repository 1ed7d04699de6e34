//! Products that are plain providers with manners of their own, and a discovery
//! document that says what it is told (7.4).

use doorward_test_idp::GenericSwitch;
use serde_json::{Value, json};

use super::world::{LOGGED_OUT, SECRET, World, basic, redemption, unverified, verified};
use crate::party::START;

#[tokio::test]
async fn s5_3_keycloak_issuers_are_realms_with_session_state_and_group_paths() {
    let mut world = World::new();
    let metadata = world.get("/realms/realm/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["issuer"], "http://localhost:8081/realms/realm");
    for flag in ["backchannel_logout_supported", "backchannel_logout_session_supported"] {
        assert_eq!(metadata[flag], true, "{flag}");
    }
    let back = world.pick("realms/realm", "alice", &[]).await;
    assert!(back.returned("session_state").is_some());
    let tokens = world.redeem("realms/realm", &back.returned("code").unwrap()).await.json();
    let claims = verified(&tokens["id_token"], &world.jwks("realms/realm").await).unwrap();
    assert_eq!(claims["groups"], json!(["/staff", "/engineering"]));
}

#[tokio::test]
async fn s5_3_keycloak_sends_back_channel_logout_with_sid() {
    let mut world = World::new();
    let tokens = world.tokens("realms/realm", "alice").await;
    let sid = unverified(&tokens["id_token"])["sid"].clone();
    let calls = world.issuer("realm").sign_out("alice").unwrap();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].uri, LOGGED_OUT);
    let token = json!(calls[0].body.strip_prefix("logout_token=").unwrap());
    let claims = Value::Object(verified(&token, &world.jwks("realms/realm").await).expect("a signature"));
    assert_eq!((&claims["sid"], &claims["aud"]), (&sid, &json!("web")));
    assert_eq!(claims["exp"].as_i64(), Some(START + 120));
    assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
    assert!(claims.get("nonce").is_none());
    assert_eq!(world.issuer("realm").sign_out("alice").unwrap(), [], "there is no session any more");
}

#[tokio::test]
async fn s5_4_auth0_issuers_end_with_a_slash_and_namespace_claims() {
    let mut world = World::new();
    let metadata = world.get("/zero/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["issuer"], "http://localhost:8081/zero/");
    assert_eq!(metadata["token_endpoint"], "http://localhost:8081/zero/token", "and no double slash");
    let tokens = world.tokens("zero", "alice").await;
    let claims = verified(&tokens["id_token"], &world.jwks("zero").await).unwrap();
    assert_eq!(claims["iss"], "http://localhost:8081/zero/");
    assert_eq!(claims["sub"], "auth0|zero-alice");
    assert_eq!(claims["https://claims.example/groups"], json!(["staff", "engineering"]));
    assert!(!claims.contains_key("groups"));
}

#[tokio::test]
async fn s7_4_discovery_fields_are_omitted_altered_and_doubled() {
    let mut world = World::new();
    let alterations = world.issuer("acme").alterations();
    alterations.omit("userinfo_endpoint");
    alterations.set("jwks_uri", "https://elsewhere.example/jwks");
    alterations.duplicate("issuer", "https://evil.example");
    let text = world.get("/acme/.well-known/openid-configuration").await.body;
    assert_eq!(text.matches("\"issuer\":").count(), 2);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert!(document.get("userinfo_endpoint").is_none());
    assert_eq!(document["jwks_uri"], "https://elsewhere.example/jwks");
    let untouched = world.get("/globex/.well-known/openid-configuration").await.json();
    assert!(untouched["userinfo_endpoint"].is_string());
}

#[tokio::test]
async fn s7_4_the_iss_response_parameter_is_right_wrong_or_missing() {
    let mut world = World::new();
    assert_eq!(
        world.pick("acme", "alice", &[]).await.returned("iss").as_deref(),
        Some("http://localhost:8081/acme")
    );
    world.issuer("acme").switches().once(GenericSwitch::IssParameterWrong);
    let wrong = world.pick("acme", "alice", &[]).await;
    assert_eq!(wrong.returned("iss").as_deref(), Some("https://another-issuer.example"));
    world.issuer("acme").switches().once(GenericSwitch::IssParameterMissing);
    assert_eq!(world.pick("acme", "alice", &[]).await.returned("iss"), None);
    world.issuer("acme").switches().once(GenericSwitch::ExtraParameters);
    assert!(world.pick("acme", "alice", &[]).await.returned("surprise").is_some());
}

#[tokio::test]
async fn s7_4_userinfo_may_be_signed_and_email_verified_text() {
    let mut world = World::new();
    let tokens = world.tokens("acme", "alice").await;
    world.issuer("acme").switches().once(GenericSwitch::UserinfoSigned);
    let signed = world.userinfo("acme", &tokens).await;
    assert_eq!(signed.headers["content-type"], "application/jwt");
    let claims = verified(&json!(signed.body), &world.jwks("acme").await).expect("a signature");
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!("acme-alice"), &json!("web")));
    world.issuer("acme").switches().once(GenericSwitch::EmailVerifiedText);
    assert_eq!(world.userinfo("acme", &tokens).await.json()["email_verified"], "true");
}

#[tokio::test]
async fn s7_4_groups_may_point_elsewhere_and_tokens_be_encrypted() {
    let mut world = World::new();
    world.issuer("acme").switches().once(GenericSwitch::AggregatedClaims);
    let claims = unverified(&world.tokens("acme", "alice").await["id_token"]);
    assert_eq!(claims["_claim_names"], json!({ "groups": "src1" }));
    assert!(claims.get("groups").is_none());
    world.issuer("acme").switches().once(GenericSwitch::EncryptedIdToken);
    let token = world.tokens("acme", "alice").await["id_token"].clone();
    assert_eq!(token.as_str().unwrap().split('.').count(), 5);
}

#[tokio::test]
async fn s7_0_what_is_asked_is_kept_with_headers_and_body() {
    let mut world = World::new();
    let code = world.code("acme", "alice").await;
    world.post("/acme/token", &redemption(&code), Some(&basic("web", SECRET))).await;
    let last = world.issuer("acme").log().pop().unwrap();
    assert_eq!((last.method.as_str(), last.at), ("POST", START));
    assert!(last.body.contains(&code) && last.uri.starts_with("/"), "{last:?}");
    assert!(last.headers.iter().any(|(name, value)| name == "authorization" && value.starts_with("Basic ")));
}
