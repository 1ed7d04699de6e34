//! Documents, claims, tokens.

use doorward_test_idp::Switch;
use doorward_test_idp::google::GoogleSwitch;
use serde_json::json;

use super::world::{CALLBACK, World};
use crate::browser::{part, signer};
use crate::party::START;

#[tokio::test]
async fn s5_2_the_document_is_the_captured_one_to_the_byte() {
    let mut world = World::new();
    let text = world.browser.open("https://accounts.google.com/.well-known/openid-configuration").await.body;
    assert_eq!(text, include_str!("../golden/google.json").trim_end());
    assert!(!text.contains("end_session_endpoint") && !text.contains("logout"));
}

#[tokio::test]
async fn s5_2_keys_say_rs256_and_have_no_certificate_and_the_next_one_is_there() {
    let mut world = World::new();
    let tokens = world.tokens("kim@acme.example", &[]).await;
    let token = tokens["id_token"].as_str().unwrap();
    let before = world.browser.open("https://www.googleapis.com/oauth2/v3/certs").await.json();
    assert!(signer(token, &before).is_some());
    assert_eq!(before["keys"][0]["alg"], "RS256");
    assert!(before["keys"][0].get("x5c").is_none());
    world.google.rotate_key();
    let tokens = world.tokens("kim@acme.example", &[]).await;
    assert!(signer(tokens["id_token"].as_str().unwrap(), &before).is_some());
    world.google.switches().once(Switch::RotateKey);
    let tokens = world.tokens("kim@acme.example", &[]).await;
    assert!(signer(tokens["id_token"].as_str().unwrap(), &before).is_none());
}

#[tokio::test]
async fn s5_2_what_an_id_token_says_of_somebody_in_an_organisation() {
    let mut world = World::new();
    let claims = world.claims("kim@acme.example").await;
    let mut names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected = [
        "at_hash",
        "aud",
        "azp",
        "email",
        "email_verified",
        "exp",
        "family_name",
        "given_name",
        "hd",
        "iat",
        "iss",
        "name",
        "nonce",
        "picture",
        "sub",
    ];
    assert_eq!(names, expected, "and no groups");
    assert_eq!(
        (&claims["iss"], &claims["hd"]),
        (&json!("https://accounts.google.com"), &json!("acme.example"))
    );
    assert_eq!(claims["sub"].as_str().unwrap().len(), 21);
    assert_eq!((&claims["azp"], claims["exp"].as_i64()), (&claims["aud"], Some(START + 3600)));
}

#[tokio::test]
async fn s5_2_a_private_account_at_a_corporate_address_has_no_hd() {
    let mut world = World::new();
    let claims = world.claims("former@acme.example").await;
    assert_eq!((&claims["email"], &claims["email_verified"]), (&json!("former@acme.example"), &json!(true)));
    assert!(claims.get("hd").is_none());
}

#[tokio::test]
async fn s5_2_the_hd_parameter_is_a_wish_and_proves_nothing() {
    let mut world = World::new();
    let page = world.authorize(&[("hd", "acme.example")]).await;
    assert!(page.body.contains("kim@acme.example") && !page.body.contains("pat@gmail.example"));
    let page = world.sign_in("pat@gmail.example", &[("hd", "acme.example")]).await;
    let tokens = world.redeem(&page, &[]).await.json();
    assert!(part(tokens["id_token"].as_str().unwrap(), 1).get("hd").is_none());
}

#[tokio::test]
async fn s7_4_hd_absent_or_another_and_the_issuer_without_its_scheme() {
    let mut world = World::new();
    world.google.switches().once(GoogleSwitch::HostedDomainMissing);
    assert!(world.claims("kim@acme.example").await.get("hd").is_none());
    world.google.switches().once(GoogleSwitch::HostedDomainOther);
    assert_eq!(world.claims("kim@acme.example").await["hd"], "other.example");
    world.google.switches().once(GoogleSwitch::IssuerWithoutScheme);
    assert_eq!(world.claims("kim@acme.example").await["iss"], "accounts.google.com");
    world.google.switches().once(GoogleSwitch::EmailVerifiedText);
    assert_eq!(world.claims("kim@acme.example").await["email_verified"], "true");
}

#[tokio::test]
async fn s5_2_sub_stays_when_the_address_changes() {
    let mut world = World::new();
    let before = world.claims("kim@acme.example").await;
    world.google.change_account("kim@acme.example", |account| account.email = "kk@acme.example".into());
    let after = world.claims("kk@acme.example").await;
    assert_eq!(before["sub"], after["sub"]);
    assert_eq!(after["email"], "kk@acme.example");
}

#[tokio::test]
async fn s5_2_a_refresh_token_needs_access_type_offline_and_consent() {
    let mut world = World::new();
    let offline = [("access_type", "offline")];
    assert!(world.tokens("kim@acme.example", &[]).await.get("refresh_token").is_none());
    let again = world.tokens("kim@acme.example", &offline).await;
    assert!(again.get("refresh_token").is_none(), "consent was given before");
    let consent = [("access_type", "offline"), ("prompt", "select_account consent")];
    let page = world.authorize(&consent).await;
    let page = world.browser.submit(&page, &[("username", "kim@acme.example"), ("password", "test")]).await;
    let page = world.browser.submit(&page, &[("consent", "accept")]).await;
    let tokens = world.redeem(&page, &[]).await.json();
    let token = tokens["refresh_token"].as_str().unwrap().to_owned();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    assert_eq!(world.ask(&refresh).await.status, 200);
    assert!(world.ask(&refresh).await.json().get("refresh_token").is_none(), "it stays the same");
    let text = "Token has been expired or revoked.";
    world.google.switches().once(GoogleSwitch::RefreshRevoked);
    world.ask(&refresh).await.assert_refused(400, "invalid_grant", text);
    world.google.delete_account("kim@acme.example");
    world.ask(&refresh).await.assert_refused(400, "invalid_grant", text);
}

#[tokio::test]
async fn s5_2_revocation_takes_any_token() {
    let mut world = World::new();
    let tokens = world.tokens("kim@acme.example", &[]).await;
    let token = tokens["access_token"].as_str().unwrap();
    let userinfo = "https://openidconnect.googleapis.com/v1/userinfo";
    assert_eq!(world.browser.get_with(userinfo, token).await.json()["hd"], "acme.example");
    let revoke = "https://oauth2.googleapis.com/revoke";
    assert_eq!(world.browser.post(revoke, &[("token", token)]).await.status, 200);
    assert_eq!(world.browser.get_with(userinfo, token).await.status, 401);
    assert_eq!(world.browser.post(revoke, &[("token", token)]).await.status, 400);
}

#[tokio::test]
async fn s5_2_the_answer_carries_more_than_was_asked_for_and_no_iss() {
    let mut world = World::new();
    let page = world.sign_in("kim@acme.example", &[]).await;
    assert!(page.url.as_str().starts_with(CALLBACK));
    for name in ["code", "state", "scope", "authuser", "hd", "prompt"] {
        assert!(page.returned(name).is_some(), "{name}");
    }
    assert!(page.returned("iss").is_none());
    let page = world.authorize(&[("prompt", "none")]).await;
    assert!(page.returned("code").is_some());
    world.google.switches().once(Switch::UserinfoSubMismatch);
    let tokens = world.redeem(&page, &[]).await.json();
    let userinfo = "https://openidconnect.googleapis.com/v1/userinfo";
    let told = world.browser.get_with(userinfo, tokens["access_token"].as_str().unwrap()).await.json();
    assert_eq!(told["sub"], "another-subject");
}
