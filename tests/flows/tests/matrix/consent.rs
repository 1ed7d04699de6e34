//! The question that a third-party app needs answered (OIDC Core section 3.1.2.4).

use doorward_domain::audit::Action;
use doorward_domain::{Consent, Grant};
use doorward_flows::browser::{SESSION, TRANSACTION};
use doorward_flows::{Browser, Page, World};
use http::StatusCode;

use crate::support::{reregister, signed_in};

async fn question(world: &World, browser: &mut Browser, changes: &[(&str, &str)]) -> Page {
    let page = browser.open(&world.relying("third").authorize(world, changes)).await;
    assert!(page.body.contains("id=\"allow\""), "{page:?}");
    page
}

async fn consents(world: &World) -> Vec<String> {
    world.all::<Consent>(world.victim).await.iter().map(|consent| consent.scope.to_string()).collect()
}

#[tokio::test]
async fn a_no_is_told_to_the_app_and_kept_nowhere() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("third"));
    let before = world.digest().await;
    for decision in ["deny", "", "yes", "ALLOW", "allow "] {
        let page = question(&world, &mut browser, &[]).await;
        browser.submit(&page, &[("decision", decision)]).await.assert_sent_back(&app, "access_denied");
    }
    let page = question(&world, &mut browser, &[]).await;
    browser.submit(&page, &[]).await.assert_sent_back(&app, "access_denied");
    assert_eq!(world.digest().await, before);
    assert_eq!(browser.broker_cookies(TRANSACTION), []);
}

#[tokio::test]
async fn a_yes_is_kept_for_this_person_this_app_and_these_scopes() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("third"));
    let page = question(&world, &mut browser, &[("scope", "openid email")]).await;
    assert!(page.body.contains("third.test") && page.body.contains("alice@good.example"), "{}", page.body);
    let page = browser.submit(&page, &[("decision", "allow")]).await;
    assert_eq!(app.redeem(&world, &page).await.str("scope"), "openid email");
    assert_eq!(consents(&world).await, ["openid email"]);
    assert_eq!(world.audited(world.victim, Action::ConsentGiven).await, 1);

    for narrower in ["openid", "email openid"] {
        let page = browser.get(&app.authorize(&world, &[("scope", narrower)])).await;
        assert!(page.parameter("code").is_some(), "{page:?}");
    }
    question(&world, &mut browser, &[("scope", "openid email profile")]).await;
    question(&world, &mut signed_in(&world, "uma").await, &[("scope", "openid")]).await;
}

#[tokio::test]
async fn an_answer_counts_once() {
    let world = World::new().await;
    let mut browser = signed_in(&world, "alice").await;
    let page = question(&world, &mut browser, &[]).await;
    let mut copy = browser.clone();
    let first = browser.submit(&page, &[("decision", "allow")]).await;
    assert_eq!(world.relying("third").redeem(&world, &first).await.status, StatusCode::OK);
    let before = world.digest().await;
    browser.submit(&page, &[("decision", "allow")]).await.assert_told(400);
    // Not even with the cookie that the browser has dropped.
    copy.submit(&page, &[("decision", "allow")]).await.assert_told(400);
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn only_the_person_who_was_asked_answers() {
    let world = World::new().await;
    let mut browser = signed_in(&world, "alice").await;
    let page = question(&world, &mut browser, &[]).await;
    // Somebody else signs in in another tab.
    let changes = [("prompt", "login")];
    let other = browser.open(&world.relying("c1").authorize(&world, &changes)).await;
    let other = world.go_on(&mut browser, other, "victim", "uma").await;
    assert!(other.parameter("code").is_some(), "{other:?}");
    let before = world.digest().await;
    browser.clone().submit(&page, &[("decision", "allow")]).await.assert_told(400);
    let mut signed_out = browser.clone();
    signed_out.forget(SESSION);
    signed_out.submit(&page, &[("decision", "allow")]).await.assert_told(400);
    assert_eq!(world.digest().await, before);
    assert_eq!(consents(&world).await, [] as [String; 0]);
}

#[tokio::test]
async fn a_question_is_open_for_ten_minutes() {
    let world = World::new().await;
    let mut browser = signed_in(&world, "alice").await;
    let page = question(&world, &mut browser, &[]).await;
    world.pass(600);
    let before = world.digest().await;
    browser.submit(&page, &[("decision", "allow")]).await.assert_told(400);
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn after_the_answer_no_login_is_left_in_the_browser() {
    let world = World::new().await;
    let (mut browser, app) = (world.browser(), world.relying("third"));
    let page = world.sign_in(&mut browser, &app, "victim", "alice").await;
    assert_eq!(browser.broker_cookies(TRANSACTION).len(), 1, "the question alone");
    browser.submit(&page, &[("decision", "allow")]).await;
    assert_eq!(browser.broker_cookies(TRANSACTION), []);
    assert_eq!(world.all::<Grant>(world.victim).await.len(), 1);
}

#[tokio::test]
async fn what_was_allowed_before_stays_allowed() {
    let world = World::new().await;
    let mut browser = signed_in(&world, "alice").await;
    for scope in ["openid email", "openid profile"] {
        let page = question(&world, &mut browser, &[("scope", scope)]).await;
        browser.submit(&page, &[("decision", "allow")]).await;
    }
    assert_eq!(consents(&world).await, ["openid email profile"]);
    let app = world.relying("third");
    let page = browser.get(&app.authorize(&world, &[("scope", "openid email profile")])).await;
    assert!(page.parameter("code").is_some(), "{page:?}");
}

#[tokio::test]
async fn the_logo_comes_from_us_and_the_links_from_nobody_else() {
    let world = World::new().await;
    let picture = b"\x89PNG\r\n\x1a\n and so on";
    let logos = axum::Router::new()
        .route("/logo.png", axum::routing::get(move || async move { picture.to_vec() }))
        .route("/logo.svg", axum::routing::get(|| async { "<svg xmlns='http://www.w3.org/2000/svg'/>" }));
    world.network.add("https://pictures.test", logos);
    let shown = async |uri: &str| {
        reregister(&world, "third", |client| {
            client.presentation.logo_uri = Some(uri.to_owned());
            client.presentation.policy_uri = Some("https://third.test/privacy".to_owned());
            client.presentation.tos_uri = Some("https://third.test/terms".to_owned());
        })
        .await;
        question(&world, &mut signed_in(&world, "alice").await, &[]).await
    };
    let page = shown("https://pictures.test/logo.png").await;
    assert!(
        page.body.contains("<img class=\"logo\" src=\"data:image/png;base64,iVBORw0KGgo"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("pictures.test"), "the browser asks nobody: {}", page.body);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("img-src 'self' data:;"), "{policy}");
    for link in ["https://third.test/privacy", "https://third.test/terms"] {
        let link = format!("<a href=\"{link}\" target=\"_blank\" rel=\"noopener noreferrer\">");
        assert!(page.body.contains(&link), "{}", page.body);
    }
    assert!(!page.body.contains("id=\"unverified\""), "the operator vouches for it");
    for none in ["https://pictures.test/logo.svg", "https://pictures.test/gone", "https://nowhere.test/logo"]
    {
        assert!(!shown(none).await.body.contains("<img"), "{none}");
    }
}
