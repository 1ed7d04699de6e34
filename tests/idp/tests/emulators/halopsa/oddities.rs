//! What is known of HaloPSA and is odd.

use doorward_test_idp::Switch;
use doorward_test_idp::halopsa::{App, HaloPsaSwitch, Variant};
use serde_json::json;

use super::world::{AFTER, CALLBACK, HALO, TENANT, World};
use crate::browser::{encoded, part};
use crate::party::START;

#[tokio::test]
async fn s5_1_a_redirect_uri_keeps_its_query_and_iss_in_it_is_no_issuer() {
    let mut world = World::new(Variant::dedicated());
    let page = world.sign_in("uwe", &[]).await;
    assert_eq!(page.returned("iss").as_deref(), Some("acme-halopsa"));
    assert!(page.returned("code").is_some() && page.returned("state").as_deref() == Some("s & t"));
}

#[tokio::test]
async fn s5_1_a_public_client_needs_pkce_and_no_secret() {
    let mut world = World::new(Variant::dedicated()).with_app(App::native("Native", CALLBACK));
    let page = world.authorize(&[("code_challenge", ""), ("code_challenge_method", "")]).await;
    page.assert_returned("invalid_request", "code_challenge");
    assert!(world.tokens("tess", &[]).await["id_token"].is_string());
}

#[tokio::test]
async fn s5_1_the_secret_is_two_guids() {
    let world = World::new(Variant::dedicated());
    assert_eq!(world.app.secret().unwrap().split('-').count(), 10);
}

#[tokio::test]
async fn s5_1_client_credentials_come_with_an_id_token_that_answers_no_request() {
    let mut world = World::new(Variant::hosted(TENANT)).with_app(App::services("Sync", "tess"));
    let answer = world.ask(&[("grant_type", "client_credentials"), ("scope", "all")]).await.json();
    let claims = part(answer["id_token"].as_str().unwrap(), 1);
    assert_eq!((&claims["name"], &claims["email"]), (&json!("Tess Technician"), &json!("tess@msp.example")));
    assert!(claims.get("nonce").is_none() && answer.get("refresh_token").is_none());
    assert_eq!((answer["expires_in"].as_i64(), claims["exp"].as_i64()), (Some(3600), Some(START + 3600)));
}

#[tokio::test]
async fn s5_1_refresh_tokens_come_with_offline_access_and_are_used_once() {
    let mut world = World::new(Variant::dedicated());
    assert!(world.tokens("tess", &[]).await.get("refresh_token").is_none());
    let tokens = world.tokens("tess", &[("scope", "openid offline_access")]).await;
    let first = tokens["refresh_token"].as_str().unwrap().to_owned();
    let refresh = async |world: &mut World, token: &str| {
        world.ask(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    };
    let second = refresh(&mut world, &first).await.json()["refresh_token"].as_str().unwrap().to_owned();
    refresh(&mut world, &first).await.assert_refused(400, "invalid_grant", "");
    world.halo.change_person("tess", |person| person.active = false);
    refresh(&mut world, &second).await.assert_refused(400, "invalid_grant", "");
    world.halo.change_person("tess", |person| person.active = true);
    let tokens = world.tokens("tess", &[("scope", "openid offline_access")]).await;
    world.halo.switches().once(HaloPsaSwitch::RefreshRefused);
    refresh(&mut world, tokens["refresh_token"].as_str().unwrap()).await.assert_refused(
        400,
        "invalid_grant",
        "",
    );
}

#[tokio::test]
async fn s5_1_the_portal_has_a_button_that_leads_to_a_fixed_place() {
    let mut world = World::new(Variant::dedicated());
    world.halo.add_portal_button("Open the app", "https://broker.example/initiate/acme?x=1&y=2");
    let page = world.browser.open(&format!("{HALO}/portal")).await;
    page.assert_says("href=\"https://broker.example/initiate/acme?x=1&y=2\"").assert_says("Open the app");
}

#[tokio::test]
async fn s7_3_logout_where_there_is_one() {
    let mut world = World::new(Variant::dedicated());
    world.sign_in("uwe", &[]).await;
    assert!(world.authorize(&[("prompt", "none")]).await.returned("code").is_some());
    let query = encoded(&[("post_logout_redirect_uri", AFTER), ("state", "s & t")]);
    let page = world.browser.open(&format!("{HALO}/auth/logout?{query}")).await;
    assert!(page.url.as_str().starts_with(AFTER) && page.returned("state").as_deref() == Some("s & t"));
    world.authorize(&[("prompt", "none")]).await.assert_returned("login_required", "");
    let query = encoded(&[("post_logout_redirect_uri", "https://evil.example/")]);
    let page = world.browser.open(&format!("{HALO}/auth/logout?{query}")).await;
    page.assert_says("You are signed out.");
    let mut world = World::new(Variant { end_session: false, ..Variant::dedicated() });
    assert_eq!(world.browser.open(&format!("{HALO}/auth/logout")).await.status, 404);
}

#[tokio::test]
async fn s7_3_no_address_and_no_nonce_on_request() {
    let mut world = World::new(Variant::dedicated());
    world.halo.switches().once(HaloPsaSwitch::EmailAbsent);
    assert!(world.claims("tess").await.get("email").is_none());
    world.halo.switches().once(HaloPsaSwitch::UnverifiedNonceNotEchoed);
    assert!(world.claims("tess").await.get("nonce").is_none());
}

#[tokio::test]
async fn s5_1_userinfo_and_the_life_of_its_token() {
    let mut world = World::new(Variant::hosted(TENANT));
    let tokens = world.tokens("uwe", &[]).await;
    let token = tokens["access_token"].as_str().unwrap();
    let url = world.url("auth/userinfo");
    assert_eq!(world.browser.get_with(&url, token).await.json()["email"], "uwe@customer.example");
    let without = format!("{HALO}/auth/userinfo");
    world.browser.get_with(&without, token).await.assert_refused(400, "invalid_request", "tenant");
    world.halo.switches().once(Switch::UserinfoSubMismatch);
    assert_eq!(world.browser.get_with(&url, token).await.json()["sub"], "another-subject");
    world.advance(3600);
    assert_eq!(world.browser.get_with(&url, token).await.status, 401);
}
