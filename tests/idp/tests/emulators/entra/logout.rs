//! Logout.

use doorward_test_idp::entra::{App, EntraSwitch, LOGIN_URL};

use super::world::{CALLBACK, World};
use crate::browser::encoded;

const LOGGED_OUT: &str = "https://broker.example/front-channel/entra";

/// Somebody who is signed in to an app with a logout URL.
async fn signed_in() -> (World, String, String) {
    let told = ["sid", "login_hint"];
    let mut world =
        World::with(|app| App { logout_url: Some(LOGGED_OUT.into()), ..app.optional_claims(&told) });
    let claims = world.claims("ana@contoso.example", &[]).await;
    let [sid, hint] = told.map(|name| claims[name].as_str().unwrap().to_owned());
    (world, sid, hint)
}

fn logout_url(world: &World, fields: &[(&str, &str)]) -> String {
    format!("{LOGIN_URL}/{}/oauth2/v2.0/logout?{}", world.contoso.id, encoded(fields))
}

async fn is_signed_in(world: &mut World) -> bool {
    world.authorize(&[("prompt", "none")]).await.returned("code").is_some()
}

#[tokio::test]
async fn s1_10_with_a_hint_it_returns_to_a_redirect_uri_without_state() {
    let mut world = World::with(|app| app.optional_claims(&["login_hint"]));
    let claims = world.claims("ana@contoso.example", &[]).await;
    let hint = claims["login_hint"].as_str().unwrap().to_owned();
    let fields = [("post_logout_redirect_uri", CALLBACK), ("logout_hint", &hint), ("state", "s")];
    let page = world.browser.open(&logout_url(&world, &fields)).await;
    assert_eq!(page.url.as_str(), CALLBACK);
    assert!(!is_signed_in(&mut world).await);
    world.entra.switches().once(EntraSwitch::UnverifiedLogoutState);
    let page = world.browser.open(&logout_url(&world, &fields)).await;
    assert_eq!(page.returned("state").as_deref(), Some("s"));
}

#[tokio::test]
async fn s1_10_without_a_hint_the_account_is_asked_for() {
    let mut world = World::new();
    world.sign_in("ana@contoso.example", &[]).await;
    let page = world.browser.open(&logout_url(&world, &[("post_logout_redirect_uri", CALLBACK)])).await;
    page.assert_says("Pick an account");
    assert!(is_signed_in(&mut world).await, "not yet");
    // A name is no hint, and neither is somebody else's.
    for hint in ["ana@contoso.example", "O.x"] {
        let fields = [("post_logout_redirect_uri", CALLBACK), ("logout_hint", hint)];
        world.browser.open(&logout_url(&world, &fields)).await.assert_says("Pick an account");
        assert!(is_signed_in(&mut world).await, "{hint}");
    }
    let page = world.browser.submit(&page, &[("account", "this")]).await;
    assert_eq!(page.url.as_str(), CALLBACK);
    assert!(!is_signed_in(&mut world).await);
}

#[tokio::test]
async fn s1_10_a_place_that_is_not_registered_ends_on_microsofts_page() {
    let mut world = World::new();
    world.sign_in("ana@contoso.example", &[]).await;
    let fields = [("post_logout_redirect_uri", "https://evil.example/")];
    let page = world.browser.open(&logout_url(&world, &fields)).await;
    let page = world.browser.submit(&page, &[("account", "this")]).await;
    page.assert_says("You signed out of your account");
    assert!(!page.body.contains("evil.example"));
}

#[tokio::test]
async fn s1_10_front_channel_has_sid_and_no_iss() {
    let (mut world, sid, hint) = signed_in().await;
    let fields = [("logout_hint", hint.as_str()), ("post_logout_redirect_uri", CALLBACK)];
    let page = world.browser.open(&logout_url(&world, &fields)).await;
    page.assert_says(&format!("<iframe src=\"{LOGGED_OUT}?sid={sid}\""));
    page.assert_says(&format!("href=\"{CALLBACK}\""));
    assert!(!page.body.contains("iss="));
}

#[tokio::test]
async fn s7_1_front_channel_can_name_the_issuer_or_no_session() {
    let (mut world, sid, hint) = signed_in().await;
    world.entra.switches().once(EntraSwitch::FrontChannelWithIss);
    let page = world.browser.open(&logout_url(&world, &[("logout_hint", &hint)])).await;
    page.assert_says(&format!("sid={sid}")).assert_says("iss=https%3A%2F%2Flogin.microsoftonline.com");
    let (mut world, _, hint) = signed_in().await;
    world.entra.switches().once(EntraSwitch::FrontChannelWithoutSid);
    let page = world.browser.open(&logout_url(&world, &[("logout_hint", &hint)])).await;
    page.assert_says(&format!("<iframe src=\"{LOGGED_OUT}\""));
}
