//! The token endpoint, introspection, revocation.

use doorward_test_idp::okta::{App, OktaSwitch, Status};
use serde_json::{Value, json};

use super::world::{DEFAULT, ORG_SERVER, World};
use crate::browser::Page;

const OFFLINE: [(&str, &str); 1] = [("scope", "openid offline_access")];

async fn refresh(world: &mut World, token: &Value) -> Page {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str().unwrap())];
    world.ask(&format!("{ORG_SERVER}/token"), &fields).await
}

#[tokio::test]
async fn s3_3_a_code_lives_for_300_seconds_and_is_redeemed_once() {
    let mut world = World::new();
    let text = "The authorization code is invalid or has expired.";
    let page = world.sign_in(ORG_SERVER, "joe@acme.example", &[]).await;
    assert!(page.returned("iss").is_none());
    assert_eq!(world.redeem(ORG_SERVER, &page, &[]).await.status, 200);
    world.redeem(ORG_SERVER, &page, &[]).await.assert_refused(400, "invalid_grant", text);
    let page = world.authorize(ORG_SERVER, &[]).await;
    world.advance(300);
    world.redeem(ORG_SERVER, &page, &[]).await.assert_refused(400, "invalid_grant", text);
    let page = world.authorize(ORG_SERVER, &[]).await;
    world.redeem(DEFAULT, &page, &[]).await.assert_refused(400, "invalid_grant", text);
}

#[tokio::test]
async fn s3_5_pkce_the_redirect_uri_and_the_client_must_be_those_of_the_request() {
    let mut world = World::new();
    let page = world.sign_in(ORG_SERVER, "joe@acme.example", &[]).await;
    let page = world.redeem(ORG_SERVER, &page, &[("code_verifier", &"x".repeat(43))]).await;
    page.assert_refused(400, "invalid_grant", "PKCE verification failed.");
    let page = world.authorize(ORG_SERVER, &[]).await;
    let page = world.redeem(ORG_SERVER, &page, &[("redirect_uri", "https://broker.example/x")]).await;
    page.assert_refused(400, "invalid_grant", "The 'redirect_uri' does not match the redirection URI used");
    let page = world.authorize(ORG_SERVER, &[]).await;
    let other = App::new("Other", super::world::SECRET, super::world::CALLBACK);
    world.okta.register(other.clone());
    world.app = other;
    let page = world.redeem(ORG_SERVER, &page, &[]).await;
    page.assert_refused(400, "invalid_grant", "The grant was issued to another client.");
}

#[tokio::test]
async fn s3_5_grant_types_must_be_granted_and_known() {
    let mut world = World::with(|app| App { grant_types: vec!["authorization_code"], ..app });
    let page = refresh(&mut world, &json!("x")).await;
    let text = "The client is not authorized to use the provided grant type. Configured grant types: [authorization_code].";
    page.assert_refused(400, "unauthorized_client", text);
    let page = world.ask(&format!("{ORG_SERVER}/token"), &[("grant_type", "x")]).await;
    page.assert_refused(400, "unsupported_grant_type", "not supported");
}

#[tokio::test]
async fn s3_4_a_refresh_token_stays_unless_it_rotates_with_a_grace_of_30_seconds() {
    let mut world = World::new();
    let tokens = world.tokens(ORG_SERVER, &OFFLINE).await;
    let first = tokens["refresh_token"].clone();
    let again = refresh(&mut world, &first).await.json();
    assert_eq!(again["refresh_token"], first);
    assert!(crate::browser::part(again["id_token"].as_str().unwrap(), 1).get("nonce").is_none());
    world.okta.change_app(&world.app.client_id, |app| app.rotates_refresh_tokens = true);
    let next = refresh(&mut world, &first).await.json()["refresh_token"].clone();
    assert_ne!(next, first);
    world.advance(29);
    assert_eq!(refresh(&mut world, &first).await.status, 200);
    world.advance(1);
    let text = "The refresh token is invalid or expired.";
    refresh(&mut world, &first).await.assert_refused(400, "invalid_grant", text);
    assert_eq!(refresh(&mut world, &next).await.status, 200);
}

#[tokio::test]
async fn s8_a_refused_refresh_is_how_a_deactivated_user_is_noticed() {
    let text = "The refresh token is invalid or expired.";
    let mut world = World::new();
    for status in [Status::Suspended, Status::Deprovisioned] {
        world.okta.change_user("joe@acme.example", |user| user.status = Status::Active);
        let token = world.tokens(ORG_SERVER, &OFFLINE).await["refresh_token"].clone();
        world.okta.change_user("joe@acme.example", |user| user.status = status);
        refresh(&mut world, &token).await.assert_refused(400, "invalid_grant", text);
    }
    world.okta.change_user("joe@acme.example", |user| user.status = Status::Active);
    let token = world.tokens(ORG_SERVER, &OFFLINE).await["refresh_token"].clone();
    world.okta.switches().once(OktaSwitch::RefreshRefused);
    refresh(&mut world, &token).await.assert_refused(400, "invalid_grant", text);
    world.okta.delete_user("joe@acme.example");
    refresh(&mut world, &token).await.assert_refused(400, "invalid_grant", text);
}

#[tokio::test]
async fn s3_6_an_administrator_clears_sessions_and_tokens() {
    let mut world = World::new();
    let token = world.tokens(ORG_SERVER, &OFFLINE).await["refresh_token"].clone();
    world.okta.clear_sessions("joe@acme.example", false);
    let page = world.authorize(ORG_SERVER, &[("prompt", "none")]).await;
    page.assert_returned("login_required", "");
    assert_eq!(refresh(&mut world, &token).await.status, 200);
    world.okta.clear_sessions("joe@acme.example", true);
    refresh(&mut world, &token).await.assert_refused(400, "invalid_grant", "");
}

#[tokio::test]
async fn s3_4_revoking_a_refresh_token_takes_its_access_token_along_and_not_the_other_way() {
    let mut world = World::new();
    let active = async |world: &mut World, token: &Value| {
        let fields = [("token", token.as_str().unwrap())];
        world.ask(&format!("{ORG_SERVER}/introspect"), &fields).await.json()["active"] == true
    };
    let revoke = async |world: &mut World, token: &Value| {
        let fields = [("token", token.as_str().unwrap())];
        assert_eq!(world.ask(&format!("{ORG_SERVER}/revoke"), &fields).await.status, 200);
    };
    let tokens = world.tokens(ORG_SERVER, &OFFLINE).await;
    revoke(&mut world, &tokens["access_token"]).await;
    assert!(
        !active(&mut world, &tokens["access_token"]).await
            && active(&mut world, &tokens["refresh_token"]).await
    );
    let tokens = world.tokens(ORG_SERVER, &OFFLINE).await;
    revoke(&mut world, &tokens["refresh_token"]).await;
    assert!(
        !active(&mut world, &tokens["access_token"]).await
            && !active(&mut world, &tokens["refresh_token"]).await
    );
    revoke(&mut world, &json!("nonsense")).await;
}
