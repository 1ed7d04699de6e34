//! RP-initiated logout.

use axum::http::{StatusCode, header};

use super::world::{AFTER_LOGOUT, World, encoded};

async fn is_signed_in(world: &mut World) -> bool {
    world.authorize("acme", &[("prompt", "none")]).await.returned("code").is_some()
}

#[tokio::test]
async fn logout_ends_the_session_and_returns_with_state() {
    let mut world = World::new();
    let tokens = world.tokens("acme", "alice").await;
    assert!(is_signed_in(&mut world).await);
    world.advance(100_000);
    let hint = tokens["id_token"].as_str().unwrap();
    let query =
        encoded(&[("id_token_hint", hint), ("post_logout_redirect_uri", AFTER_LOGOUT), ("state", "x y")]);
    let back = world.get(&format!("/acme/end_session?{query}")).await;
    assert!(back.headers[header::LOCATION].to_str().unwrap().starts_with(AFTER_LOGOUT));
    assert_eq!(back.returned("state").as_deref(), Some("x y"), "and an expired hint is good enough");
    assert!(!is_signed_in(&mut world).await);
}

#[tokio::test]
async fn without_a_place_to_return_to_there_is_a_page() {
    let mut world = World::new();
    world.code("acme", "alice").await;
    let page = world.post("/acme/end_session", &[], None).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!is_signed_in(&mut world).await);
}

#[tokio::test]
async fn a_logout_that_cannot_be_trusted_changes_nothing() {
    let mut world = World::new();
    let tokens = world.tokens("acme", "alice").await;
    let foreign = world.tokens("globex", "alice").await;
    let (hint, foreign) = (tokens["id_token"].as_str().unwrap(), foreign["id_token"].as_str().unwrap());
    world.code("acme", "alice").await;
    let cases: [&[(&str, &str)]; 5] = [
        &[("id_token_hint", hint), ("post_logout_redirect_uri", "https://evil.example/")],
        &[("post_logout_redirect_uri", AFTER_LOGOUT)],
        &[("id_token_hint", foreign)],
        &[("id_token_hint", "not.a.token")],
        &[("id_token_hint", hint), ("client_id", "spa")],
    ];
    for fields in cases {
        let page = world.post("/acme/end_session", fields, None).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{fields:?}");
        assert!(is_signed_in(&mut world).await);
    }
}
