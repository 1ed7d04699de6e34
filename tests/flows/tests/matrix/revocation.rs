//! The revocation endpoint (rows UI-05, UI-06).

use std::sync::Arc;

use doorward_domain::Grant;
use doorward_domain::audit::Action;
use doorward_flows::app::{post, userinfo};
use doorward_flows::browser::encode;
use doorward_flows::{Relying, World};
use doorward_store::sled::SledOptions;
use doorward_store::{MemoryStore, SledStore, Store};
use http::StatusCode;
use http::header::RETRY_AFTER;
use rstest::rstest;

#[tokio::test]
async fn ui_05_nobody_revokes_what_is_not_theirs() {
    let world = World::new().await;
    let app = world.relying("c1");
    let tokens = world.tokens(&app, "victim", "alice").await;
    let before = world.digest().await;
    for token in ["access_token", "refresh_token", "id_token"].map(|name| tokens.str(name)) {
        for stranger in ["c2", "cx", "public", "native"].map(|id| world.relying(id)) {
            let answer = stranger.call(&world, "/revoke", &[("token", token)]).await;
            assert_eq!(answer.status, StatusCode::OK, "says nothing: {answer:?}");
        }
        let secretless = Relying { secret: None, ..app.clone() };
        let answer = secretless.call(&world, "/revoke", &[("token", token)]).await;
        answer.assert_error(401, "invalid_client");
        post(&world, "/revoke", &[], &encode(&[("token", token)])).await.assert_error(401, "invalid_client");
    }
    for garbage in ["garbage", tokens.str("id_token"), &tokens.str("refresh_token")[1..]] {
        let answer = app.call(&world, "/revoke", &[("token", garbage)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    app.call(&world, "/revoke", &[]).await.assert_error(400, "invalid_request");
    assert_eq!(world.digest().await, before);
    assert!(app.is_active(&world, tokens.str("access_token")).await);
    assert_eq!(world.audited(world.victim, Action::GrantRevoked).await, 0);
}

#[rstest]
#[tokio::test]
async fn ui_06_a_token_that_is_given_back_is_dead_everywhere(
    #[values("access_token", "refresh_token")] given_back: &str,
    #[values(false, true)] restart: bool,
) {
    let folder = tempfile::tempdir().unwrap();
    let open =
        || -> Arc<dyn Store> { Arc::new(SledStore::open(folder.path(), SledOptions::default()).unwrap()) };
    let world = World::on(open()).await;
    let app = world.relying("c1");
    let tokens = world.tokens(&app, "victim", "alice").await;
    let answer = app.call(&world, "/revoke", &[("token", tokens.str(given_back))]).await;
    assert_eq!(answer.status, StatusCode::OK);
    let there = if restart { world.restarted(open).await } else { world.another_broker().await };
    for token in ["access_token", "refresh_token"] {
        assert!(!app.is_active(&there, tokens.str(token)).await, "{token}");
    }
    assert_eq!(userinfo(&there, tokens.str("access_token")).await.status, StatusCode::UNAUTHORIZED);
    app.refresh(&there, tokens.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
    assert_eq!(there.audited(there.victim, Action::GrantRevoked).await, 1);
}

#[tokio::test]
async fn ui_06_a_store_that_fails_revokes_nothing_and_says_so() {
    let store = Arc::new(MemoryStore::new());
    let world = World::on(store.clone()).await;
    let app = world.relying("c1");
    let tokens = world.tokens(&app, "victim", "alice").await;
    let before = world.digest().await;
    let token = [("token", tokens.str("refresh_token"))];
    for step in [0, 1] {
        store.fail_at(step);
        let answer = app.call(&world, "/revoke", &token).await;
        answer.assert_error(503, "temporarily_unavailable");
        assert!(answer.headers.contains_key(RETRY_AFTER));
        assert_eq!(world.digest().await, before);
        assert!(app.is_active(&world, tokens.str("access_token")).await, "nothing was promised");
    }
    assert_eq!(app.call(&world, "/revoke", &token).await.status, StatusCode::OK);
    assert!(!app.is_active(&world, tokens.str("access_token")).await);
    assert_eq!(world.audited(world.victim, Action::GrantRevoked).await, 1);
}

#[tokio::test]
async fn ui_06_a_reuse_that_cannot_be_written_down_is_noticed_the_next_time() {
    let store = Arc::new(MemoryStore::new());
    let world = World::on(store.clone()).await;
    let app = world.relying("c1");
    let first = world.tokens(&app, "victim", "alice").await;
    let second = app.refresh(&world, first.str("refresh_token"), &[]).await;
    world.pass(60);
    store.fail_at(0);
    let answer = app.refresh(&world, first.str("refresh_token"), &[]).await;
    answer.assert_error(503, "temporarily_unavailable");
    app.refresh(&world, first.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
    assert!(!app.is_active(&world, second.str("refresh_token")).await);
}

#[tokio::test]
async fn ui_06_a_logout_that_fails_is_no_logout() {
    let store = Arc::new(MemoryStore::new());
    let world = World::on(store.clone()).await;
    let (mut browser, app) = (world.browser(), world.relying("c1"));
    let page = world.sign_in(&mut browser, &app, "victim", "alice").await;
    let tokens = app.redeem(&world, &page).await;
    let url = world.url(&format!("/end-session?id_token_hint={}", tokens.str("id_token")));
    store.fail_at(0);
    let page = browser.get(&url).await;
    page.assert_told(503);
    assert!(page.headers.contains_key(RETRY_AFTER) && browser.session().is_some());
    assert_eq!(world.all::<Grant>(world.victim).await.len(), 1);
    assert_eq!(browser.get(&url).await.status, StatusCode::OK);
    assert_eq!(world.all::<Grant>(world.victim).await, []);
}
