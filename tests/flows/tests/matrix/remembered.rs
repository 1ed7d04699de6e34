//! A browser remembers where somebody belongs who has signed in with it, and nothing of the person.

use doorward_domain::{Connection, ConnectionId, LoginPolicy, Population, PopulationName, Tenant};
use doorward_flows::browser::SESSION;
use doorward_flows::world::IDP;
use doorward_flows::{Browser, Page, World, local};
use doorward_service::keys::Purpose;
use doorward_store::records::at;
use rstest::rstest;

use crate::home_realm::with_partners;
use crate::support::signed_in;

const HOME: &str = "__Host-doorward-home";

/// A browser in which somebody of the victim has signed in once, and is signed in no more.
async fn used(world: &World) -> Browser {
    let mut browser = signed_in(world, "alice").await;
    sign_off(&mut browser);
    browser
}

/// The browser is signed in no more, and remembers nothing but where it belongs.
fn sign_off(browser: &mut Browser) {
    let note = browser.broker_cookies(HOME);
    browser.forget(SESSION);
    browser.plant(&note[0].0, &note[0].1);
}

async fn asked(world: &World, browser: &mut Browser, changes: &[(&str, &str)]) -> Page {
    browser.get(&world.relying("c1").authorize(world, changes)).await
}

fn offers(page: &Page, title: &str) -> bool {
    page.assert_asks_to_sign_in();
    page.body.contains(&format!("Continue with <bdi>{title}"))
}

fn leads_to(page: &Page, issuer: &str) -> bool {
    page.location().is_some_and(|to| to.as_str().starts_with(&format!("{IDP}/{issuer}/authorize?")))
}

async fn policy(world: &World, policy: LoginPolicy) {
    let population = Population { name: PopulationName::default(), title: None, policy };
    world.change(&at::tenant(world.victim), |it: &mut Tenant| it.populations = vec![population]).await;
}

#[tokio::test]
async fn the_page_offers_where_the_browser_belongs_before_it_asks() {
    let world = World::new().await;
    assert!(!asked(&world, &mut world.browser(), &[]).await.body.contains("id=\"offered\""));
    let mut browser = used(&world).await;
    let page = asked(&world, &mut browser, &[]).await;
    assert!(offers(&page, "Staff") && page.body.contains("Somebody else"), "{}", page.body);
    let tx = page.transaction();
    assert!(leads_to(&browser.post(&world.url("/sign-in/offered"), &[("tx", &tx)]).await, "good"));
    // Somebody else is asked as ever.
    let page = asked(&world, &mut browser, &[]).await;
    assert!(leads_to(&browser.submit_unfollowed(&page, &[("username", "attacker")]).await, "evil"));
    // The offer stands beside a mistake as well, and on the way back to the page.
    let wrong = browser.submit_unfollowed(&page, &[("username", "nowhere")]).await;
    assert!(offers(&wrong, "Staff"));
    let again = browser.get(&world.url(&format!("/sign-in?tx={}", page.transaction()))).await;
    assert!(offers(&again, "Staff"));
}

#[tokio::test]
async fn the_browser_keeps_nothing_of_the_person() {
    let world = World::new().await;
    let mut browser = world.browser();
    world.sign_in(&mut browser, &world.relying("c1"), "victim", "alice").await;
    let cookie = &browser.broker_cookies(HOME)[0].1;
    let plain = world.sealer.open_token(Purpose::Home, b"remembered", cookie).unwrap();
    let note: serde_json::Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(
        note,
        serde_json::json!({ "t": world.victim.to_string(), "c": world.k1.to_string() }),
        "the company and its connection, no more"
    );
}

#[tokio::test]
async fn who_belongs_elsewhere_lets_the_browser_forget() {
    let world = World::new().await;
    let mut browser = used(&world).await;
    let page = asked(&world, &mut browser, &[]).await;
    let tx = page.transaction();
    let page = browser.post(&world.url("/sign-in/forget"), &[("tx", &tx)]).await;
    assert!(!offers(&page, "Staff") && browser.broker_cookies(HOME).is_empty());
    assert!(!offers(&asked(&world, &mut browser, &[]).await, "Staff"));
    // What was offered once and is no more cannot be chosen.
    let page = browser.post(&world.url("/sign-in/offered"), &[("tx", &page.transaction())]).await;
    page.assert_told(400);
}

#[rstest]
#[case::paused(Some(doorward_domain::Stage::Paused))]
#[case::gone(None)]
#[tokio::test]
async fn what_leads_nowhere_any_more_is_not_offered(#[case] stage: Option<doorward_domain::Stage>) {
    let world = World::new().await;
    let mut browser = used(&world).await;
    let page = asked(&world, &mut browser, &[]).await;
    let key = at::connection(world.victim, world.k1);
    match stage {
        Some(stage) => world.change(&key, |it: &mut Connection| it.stage = stage).await,
        None => world.remove(key).await,
    }
    // Somebody still looks at the page from before.
    let late = browser.post(&world.url("/sign-in/offered"), &[("tx", &page.transaction())]).await;
    assert!(!offers(&late, "Staff") && late.body.contains("role=\"alert\""), "{}", late.body);
    assert!(!offers(&asked(&world, &mut browser, &[]).await, "Staff"));
}

#[tokio::test]
async fn an_app_that_does_not_serve_the_company_offers_nothing() {
    let world = World::new().await;
    let mut browser = used(&world).await;
    let page = browser.get(&world.relying("cx").authorize(&world, &[])).await;
    assert!(!offers(&page, "Staff"));
}

#[rstest]
#[case::forged("AAAA")]
#[case::of_nobody("")]
#[tokio::test]
async fn a_note_that_we_did_not_make_is_none(#[case] note: &str) {
    let world = World::new().await;
    let mut browser = world.browser();
    browser.plant(HOME, note);
    assert!(!offers(&asked(&world, &mut browser, &[]).await, "Staff"));
}

#[tokio::test]
async fn the_way_is_gone_without_a_question_where_the_policy_says_so() {
    let world = World::new().await;
    let mut browser = used(&world).await;
    policy(&world, LoginPolicy { remembered_redirect: Some(true), ..LoginPolicy::default() }).await;
    assert!(leads_to(&asked(&world, &mut browser, &[]).await, "good"));
    // Unless the app has somebody else in mind, or the person wants to choose.
    for hint in [("login_hint", "kim@nowhere.test"), ("tenant", "nowhere"), ("prompt", "select_account")] {
        assert!(offers(&asked(&world, &mut browser, &[hint]).await, "Staff"), "{hint:?}");
    }
    assert!(leads_to(&asked(&world, &mut browser, &[("tenant", "attacker")]).await, "evil"));
    // Over a session of another company it is a question again.
    let note = browser.broker_cookies(HOME);
    let page = browser.open(&world.relying("c1").authorize(&world, &[("tenant", "attacker")])).await;
    let page = world.go_on(&mut browser, page, "attacker", "alice").await;
    assert!(page.parameter("code").is_some(), "{page:?}");
    browser.plant(&note[0].0, &note[0].1);
    assert!(offers(&asked(&world, &mut browser, &[("prompt", "login")]).await, "Staff"));
}

#[tokio::test]
async fn the_way_that_somebody_took_is_remembered_among_several() {
    let world = World::new().await;
    let k2: ConnectionId = with_partners(&world).await;
    world
        .change(&at::connection(world.victim, k2), |it: &mut Connection| it.title = "Partners".to_owned())
        .await;
    let mut browser = world.browser();
    let app = world.relying("c1");
    let asked_for = [("tenant", "victim"), ("connection", "partners")];
    let page = browser.open(&app.authorize(&world, &asked_for)).await;
    let page = browser.submit(&page, &[("username", "alice"), ("password", "test")]).await;
    assert!(page.parameter("code").is_some(), "{page:?}");
    sign_off(&mut browser);
    assert!(offers(&asked(&world, &mut browser, &[]).await, "Partners"));
}

#[tokio::test]
async fn of_who_signs_in_here_the_company_alone_is_remembered() {
    let world = World::new().await;
    world.remove(at::connection(world.victim, world.k1)).await;
    local::allow(&world).await;
    local::person(&world, "kim", |_| ()).await;
    let mut browser = world.browser();
    assert!(local::signed_in(&world, &mut browser, "kim@victim.test", local::PASSWORD).await);
    sign_off(&mut browser);
    let page = asked(&world, &mut browser, &[]).await;
    assert!(offers(&page, "victim"), "{}", page.body);
    let page = browser.post(&world.url("/sign-in/offered"), &[("tx", &page.transaction())]).await;
    let page = browser.submit(&page, &[("username", "kim"), ("password", local::PASSWORD)]).await;
    assert!(page.parameter("code").is_some(), "{page:?}");
}
