//! Answers that the provider's page posts to our callback, without our cookies.

use doorward_domain::User;
use doorward_flows::upstreams::okta::Acme;
use doorward_flows::{Browser, Page, World};
use doorward_test_idp::okta::App;
use serde_json::json;

const JOE: &str = "joe@acme.example";

/// Acme as any OpenID Provider, which answers by form.
async fn acme(world: &World) -> Acme {
    let entry = json!({
        "kind": "oidc", "org": null, "issuer": doorward_flows::upstreams::okta::ORG,
        "response_mode": "form_post",
    });
    Acme::with(world, entry, |app| App { requires_pkce: true, ..app }).await
}

/// The browser at the page that posts, and that page.
async fn posting(world: &World, acme: &Acme) -> (Browser, Page) {
    let mut browser = world.browser();
    let page = acme.connected.sign_in_with(world, &mut browser, &[], (JOE, JOE)).await;
    assert!(page.body.contains(&acme.connected.callback_url), "{} {}", page.url, page.body);
    (browser, page)
}

/// Posts as another site does: a browser that keeps `SameSite` sends no cookies along.
async fn post_from_elsewhere(world: &World, page: &Page) -> Page {
    let form = page.form();
    let fields: Vec<_> = form.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    world.browser().post(&form.action, &fields).await
}

#[tokio::test]
async fn a_posted_answer_goes_on_as_a_get_that_brings_the_cookies() {
    let world = World::new().await;
    let acme = acme(&world).await;
    let (mut browser, page) = posting(&world, &acme).await;
    let before = world.digest().await;
    let next = post_from_elsewhere(&world, &page).await;
    assert_eq!((next.status.as_u16(), world.digest().await), (303, before), "and writes nothing");
    let location = next.location().unwrap();
    let code = page.form().hidden.into_iter().find(|(name, _)| name == "code").unwrap().1;
    assert!(!location.as_str().contains(&code), "the code is nowhere in clear: {location}");
    let arrived = browser.open(location.as_str()).await;
    let joe = world.relying("c1").redeem(&world, &arrived).await.claims("id_token");
    assert_eq!(joe["email"], JOE);
}

#[tokio::test]
async fn up_01_a_posted_answer_is_good_in_the_browser_that_asked_and_for_a_minute() {
    let world = World::new().await;
    let acme = acme(&world).await;
    let (mut browser, page) = posting(&world, &acme).await;
    let location = post_from_elsewhere(&world, &page).await.location().unwrap();
    world.browser().open(location.as_str()).await.assert_told(400);
    assert!(world.all::<User>(acme.connected.tenant).await.is_empty());
    let other = location.as_str().replace(&acme.connected.connection.to_string(), &world.k1.to_string());
    browser.open(&other).await.assert_told(400);
    world.pass(61);
    browser.open(location.as_str()).await.assert_told(400);
    assert!(world.all::<User>(acme.connected.tenant).await.is_empty());
}

#[tokio::test]
async fn what_is_posted_without_a_state_of_ours_is_nobody_s() {
    let world = World::new().await;
    let acme = acme(&world).await;
    for fields in [vec![], vec![("code", "x")], vec![("code", "x"), ("state", "theirs")]] {
        let page = world.browser().post(&acme.connected.callback_url, &fields).await;
        page.assert_told(400);
    }
    let long = "x".repeat(9000);
    let page = world.browser().post(&acme.connected.callback_url, &[("state", long.as_str())]).await;
    page.assert_told(400);
}
