//! Front-channel logout, as the OpenID Provider (OpenID Connect Front-Channel Logout 1.0).

use std::collections::BTreeSet;

use doorward_domain::Client;
use doorward_flows::app::Answer;
use doorward_flows::browser::encode;
use doorward_flows::{Browser, Page, World};
use http::StatusCode;
use http::header::REFRESH;

use crate::support::{code, reregister};

/// Registers a front channel.
async fn register(world: &World, client: &str, uri: &str, session_required: bool) {
    let change = |it: &mut Client| {
        it.logout.front_channel = Some(uri.to_owned());
        it.logout.front_channel_session_required = session_required;
    };
    reregister(world, client, change).await;
}

/// Alice, signed in at `c1` and `c2`, with what `c1` got.
async fn alice(world: &World) -> (Browser, Answer) {
    let (mut browser, app, other) = (world.browser(), world.relying("c1"), world.relying("c2"));
    let page = world.sign_in(&mut browser, &app, "victim", "alice").await;
    let tokens = app.redeem(world, &page).await;
    other.redeem_code(world, &code(world, &mut browser, &other, &[]).await, &[]).await;
    (browser, tokens)
}

async fn leave(world: &World, browser: &mut Browser, tokens: &Answer, more: &[(&str, &str)]) -> Page {
    let fields = [&[("id_token_hint", tokens.str("id_token"))], more].concat();
    browser.get(&world.url(&format!("/end-session?{}", encode(&fields)))).await
}

/// What the page loads in frames.
fn frames(page: &Page) -> Vec<String> {
    let sources = page.body.split("<iframe src=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    sources.map(|source| source.replace("&#38;", "&")).collect()
}

#[tokio::test]
async fn the_browser_loads_what_apps_registered_and_goes_on() {
    let world = World::new().await;
    register(&world, "c1", "https://c1.test/front?x=1", true).await;
    register(&world, "c2", "https://c2.test/front", false).await;
    register(&world, "third", "https://third.test/front", true).await;
    let (mut browser, tokens) = alice(&world).await;
    let onward = [("post_logout_redirect_uri", "https://c1.test/out"), ("state", "a&b")];
    let page = leave(&world, &mut browser, &tokens, &onward).await;
    assert_eq!((page.status, page.location(), browser.session()), (StatusCode::OK, None, None));
    let sid = tokens.claims("id_token")["sid"].as_str().unwrap().to_owned();
    let with_session = format!("https://c1.test/front?x=1&iss=https%3A%2F%2Fid.test&sid={sid}");
    let expected = BTreeSet::from([with_session, "https://c2.test/front".to_owned()]);
    assert_eq!(BTreeSet::from_iter(frames(&page)), expected);
    assert_eq!(frames(&page).len(), 2);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    let allowed = policy.split("; ").find(|directive| directive.starts_with("frame-src")).unwrap();
    assert_eq!(allowed, "frame-src https://c1.test https://c2.test");
    // By itself, and by a link.
    assert_eq!(page.headers[REFRESH], "2; url=https://c1.test/out?state=a%26b");
    assert!(page.body.contains("id=\"continue\" href=\"https://c1.test/out?state=a%26b\""), "{}", page.body);
}

#[tokio::test]
async fn without_an_address_to_go_on_to_the_browser_stays() {
    let world = World::new().await;
    register(&world, "c2", "https://c2.test/front", true).await;
    let (mut browser, tokens) = alice(&world).await;
    let page = leave(&world, &mut browser, &tokens, &[]).await;
    assert_eq!(frames(&page).len(), 1);
    assert!(page.headers.get(REFRESH).is_none() && !page.body.contains("id=\"continue\""));
}

#[tokio::test]
async fn where_no_app_wants_it_the_browser_goes_on_at_once() {
    let world = World::new().await;
    register(&world, "third", "https://third.test/front", true).await;
    let (mut browser, tokens) = alice(&world).await;
    let onward = [("post_logout_redirect_uri", "https://c1.test/out")];
    let page = leave(&world, &mut browser, &tokens, &onward).await;
    assert_eq!(page.location().unwrap().as_str(), "https://c1.test/out");
}

#[tokio::test]
async fn an_app_that_was_disabled_is_not_loaded() {
    let world = World::new().await;
    register(&world, "c2", "https://c2.test/front", true).await;
    let (mut browser, tokens) = alice(&world).await;
    reregister(&world, "c2", |it| it.enabled = false).await;
    let page = leave(&world, &mut browser, &tokens, &[]).await;
    assert_eq!(frames(&page), [""; 0]);
}

#[tokio::test]
async fn a_sign_out_that_was_not_confirmed_loads_nothing() {
    let world = World::new().await;
    register(&world, "c1", "https://c1.test/front", true).await;
    let (mut browser, _) = alice(&world).await;
    let question = browser.get(&world.url("/end-session")).await;
    assert_eq!(frames(&question), [""; 0]);
    assert!(browser.session().is_some());
    let page = browser.submit(&question, &[]).await;
    assert_eq!(frames(&page).len(), 1);
    let again = browser.get(&world.url("/end-session")).await;
    assert_eq!(frames(&again), [""; 0], "there was no session any more");
}
