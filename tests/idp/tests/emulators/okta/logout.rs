//! Logout.

use doorward_test_idp::okta::App;
use url::Url;

use super::world::{CALLBACK, ORG, ORG_SERVER, SECRET, World};
use crate::browser::encoded;

const AFTER: &str = "https://broker.example/bye";

fn world() -> World {
    World::with(|app| App { post_logout_redirect_uris: vec![AFTER.into()], ..app })
}

async fn logout(world: &mut World, fields: &[(&str, &str)]) -> crate::browser::Page {
    world.browser.open(&format!("{ORG_SERVER}/logout?{}", encoded(fields))).await
}

async fn is_signed_in(world: &mut World) -> bool {
    world.authorize(ORG_SERVER, &[("prompt", "none")]).await.returned("code").is_some()
}

#[tokio::test]
async fn s3_11_a_hint_is_required_and_may_be_expired() {
    let mut world = world();
    let tokens = world.tokens(ORG_SERVER, &[]).await;
    let hint = tokens["id_token"].as_str().unwrap();
    logout(&mut world, &[]).await.assert_says("'id_token_hint'");
    assert!(is_signed_in(&mut world).await);
    world.advance(100_000);
    world.okta.rotate_keys("org");
    let fields = [("id_token_hint", hint), ("post_logout_redirect_uri", AFTER), ("state", "s & t")];
    let page = logout(&mut world, &fields).await;
    assert!(page.url.as_str().starts_with(AFTER));
    assert_eq!(page.returned("state").as_deref(), Some("s & t"));
    assert!(!is_signed_in(&mut world).await);
}

#[tokio::test]
async fn s3_11_the_hint_must_be_of_this_session_and_the_place_registered() {
    let mut world = world();
    let tokens = world.tokens(ORG_SERVER, &[]).await;
    let hint = tokens["id_token"].as_str().unwrap();
    let page = logout(&mut world, &[("id_token_hint", hint), ("post_logout_redirect_uri", CALLBACK)]).await;
    assert_eq!(page.status, 400);
    page.assert_says("'post_logout_redirect_uri'");
    world.sign_in(ORG_SERVER, "eve@acme.example", &[("prompt", "login")]).await;
    let page = logout(&mut world, &[("id_token_hint", hint)]).await;
    page.assert_says("The ID token doesn't match the current session.");
    assert!(is_signed_in(&mut world).await);
}

#[tokio::test]
async fn s3_11_single_logout_tells_the_other_apps_by_frames_with_iss_and_sid() {
    let mut world = world();
    let first = world.tokens(ORG_SERVER, &[]).await;
    let other = App {
        front_channel_logout_uri: Some("https://other.example/out".into()),
        ..App::new("Other", SECRET, CALLBACK)
    };
    world.okta.register(other.clone());
    let own = std::mem::replace(&mut world.app, other);
    let page = world.authorize(ORG_SERVER, &[]).await;
    let tokens = world.redeem(ORG_SERVER, &page, &[]).await.json();
    let sid = crate::browser::part(tokens["id_token"].as_str().unwrap(), 1)["sid"].clone();
    world.app = own;
    let page = logout(&mut world, &[("id_token_hint", first["id_token"].as_str().unwrap())]).await;
    let frame = page.body.split("<iframe src=\"").nth(1).unwrap().split('"').next().unwrap();
    let frame = Url::parse(&frame.replace("&#38;", "&")).unwrap();
    let query: Vec<_> = frame.query_pairs().into_owned().collect();
    assert_eq!(query[0], ("iss".to_owned(), ORG.to_owned()));
    assert_eq!(query[1], ("sid".to_owned(), sid.as_str().unwrap().to_owned()));
}
