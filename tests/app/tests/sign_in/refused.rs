//! What the app does not believe, and how it says so.

use std::sync::atomic::Ordering;

use doorward_test_idp::{Endpoint, Switch};

use crate::world::{Browser, World};

#[tokio::test]
async fn a_false_id_token_signs_nobody_in() {
    let world = World::new(true).await;
    for switch in [
        Switch::WrongNonce,
        Switch::WrongAudience,
        Switch::WrongIssuer,
        Switch::ExpiredToken,
        Switch::UnknownKey,
        Switch::BadSignature,
    ] {
        let mut browser = Browser::new();
        world.issuer().switches().once(switch);
        let page = browser.sign_in(&world.at("/login")).await;
        assert_eq!(page.error(), "id_token_refused", "{switch:?}");
        assert_eq!(world.issuer().switches().fired(switch), 1, "{switch:?}");
        assert!(browser.open(&world.app_url).await.body.contains("Nobody is signed in"));
    }
}

#[tokio::test]
async fn the_providers_own_errors_are_shown() {
    let world = World::new(true).await;
    world.issuer().switches().once(Switch::AuthorizeError);
    let page = Browser::new().open(&world.at("/login")).await;
    assert_eq!(page.error(), "access_denied");
    assert_eq!(page.text("error-description").as_deref(), Some("switched on"));
    world.issuer().switches().once(Switch::TokenError);
    assert_eq!(Browser::new().sign_in(&world.at("/login")).await.error(), "invalid_client");
}

#[tokio::test]
async fn userinfo_about_somebody_else_is_refused() {
    let world = World::new(true).await;
    world.issuer().switches().once(Switch::UserinfoSubMismatch);
    assert_eq!(Browser::new().sign_in(&world.at("/login")).await.error(), "userinfo_failed");
}

#[tokio::test]
async fn an_answer_counts_once_and_in_its_own_browser_only() {
    let world = World::new(true).await;
    let mut browser = Browser::new();
    let request = browser.first_redirect(&world.at("/login")).await;
    let state = request.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let callback = world.at(&format!("/callback?error=made_up&state={state}&iss={}", world.issuer().url()));
    assert_eq!(Browser::new().open(&callback).await.error(), "unknown_state");
    assert_eq!(browser.open(&callback).await.error(), "made_up");
    assert_eq!(browser.open(&callback).await.error(), "unknown_state");
    assert_eq!(browser.open(&world.at("/callback?code=c")).await.error(), "unknown_state");
}

#[tokio::test]
async fn an_answer_from_another_issuer_never_reaches_the_token_endpoint() {
    let world = World::new(true).await;
    for iss in ["&iss=https://evil.example", ""] {
        let mut browser = Browser::new();
        let request = browser.first_redirect(&world.at("/login")).await;
        let state = request.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let page = browser.open(&world.at(&format!("/callback?code=c&state={state}{iss}"))).await;
        assert_eq!(page.error(), "other_issuer");
    }
    assert_eq!(world.issuer().requests(Endpoint::Token), 0);
}

#[tokio::test]
async fn max_age_cannot_be_taken_out_on_the_way() {
    let world = World::new(true).await;
    let mut browser = Browser::new();
    browser.sign_in(&world.at("/login")).await;
    world.idp_clock_ahead.store(1000, Ordering::SeqCst);
    let request = browser.first_redirect(&world.at("/login?max_age=10")).await;
    let stripped = request.as_str().replace("&max_age=10", "");
    assert_ne!(stripped, request.as_str());
    let page = browser.open(&stripped).await;
    assert_eq!(page.error(), "id_token_refused");
    assert!(page.text("error-description").unwrap().contains("max_age"));
}

#[tokio::test]
async fn an_unreachable_provider_is_an_error_page() {
    let world = World::new(true).await;
    let app = doorward_sample_app::SampleApp::new(doorward_sample_app::Config {
        base_url: world.app_url.clone(),
        issuer: format!("{}/nobody", world.app_url),
        client_id: "sample".into(),
        client_secret: None,
        scopes: Vec::new(),
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/login", listener.local_addr().unwrap());
    let router = app.unwrap().router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    assert_eq!(Browser::new().open(&url).await.error(), "discovery_failed");
}
