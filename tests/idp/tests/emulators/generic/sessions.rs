//! Who is asked again, and who is not.

use axum::http::StatusCode;

use super::world::{World, unverified};

#[tokio::test]
async fn prompt_none_needs_a_session() {
    let mut world = World::new();
    let silent = [("prompt", "none")];
    let back = world.authorize("acme", &silent).await;
    assert_eq!(back.returned("error").as_deref(), Some("login_required"));
    world.code("acme", "alice").await;
    assert!(world.authorize("acme", &silent).await.returned("code").is_some());
}

#[tokio::test]
async fn a_session_answers_without_a_page_and_keeps_its_auth_time() {
    let mut world = World::new();
    let first = unverified(&world.tokens("acme", "alice").await["id_token"]);
    world.advance(100);
    let code = world.authorize("acme", &[]).await.returned("code").unwrap();
    let second = unverified(&world.redeem("acme", &code).await.json()["id_token"]);
    assert_eq!((&first["sid"], &first["auth_time"]), (&second["sid"], &second["auth_time"]));
    assert_eq!(second["iat"].as_i64().unwrap() - first["iat"].as_i64().unwrap(), 100);
}

#[tokio::test]
async fn prompt_and_age_and_another_hint_ask_again() {
    let mut world = World::new();
    world.code("acme", "alice").await;
    world.advance(100);
    for changes in [("prompt", "login"), ("prompt", "select_account"), ("max_age", "99"), ("max_age", "0")] {
        assert_eq!(world.authorize("acme", &[changes]).await.status, StatusCode::OK, "{changes:?}");
    }
    let other = world.authorize("acme", &[("login_hint", "uma@acme.example")]).await;
    assert_eq!(other.status, StatusCode::OK);
    for changes in [("max_age", "100"), ("login_hint", "alice@acme.example"), ("prompt", "consent")] {
        assert!(world.authorize("acme", &[changes]).await.returned("code").is_some(), "{changes:?}");
    }
    let stale = world.authorize("acme", &[("prompt", "none"), ("max_age", "99")]).await;
    assert_eq!(stale.returned("error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn a_login_hint_suggests_its_persona_and_fills_the_form() {
    let mut world = World::new();
    let page = world.authorize("acme", &[("login_hint", "uma@acme.example")]).await;
    let uma = page.body.split("id=\"persona-uma\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(uma.contains("aria-current=\"true\""));
    assert_eq!(page.body.matches("aria-current").count(), 1);
    assert!(page.body.contains("value=\"uma@acme.example\""));
}

#[tokio::test]
async fn issuers_do_not_share_sessions() {
    let mut world = World::new();
    world.code("acme", "alice").await;
    let back = world.authorize("globex", &[("prompt", "none")]).await;
    assert_eq!(back.returned("error").as_deref(), Some("login_required"));
}
