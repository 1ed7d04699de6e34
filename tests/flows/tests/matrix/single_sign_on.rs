//! What a request may ask of the sign-in (OIDC Core section 3.1.2.1): `prompt`, `max_age`,
//! `id_token_hint`, in a browser that is signed in already.

use doorward_domain::{Session, audit::Action};
use doorward_flows::app::Answer;
use doorward_flows::browser::SESSION;
use doorward_flows::{Browser, Page, Relying, World};
use http::StatusCode;
use rstest::rstest;

use crate::support::{code, signed_in};

async fn ask(world: &World, browser: &mut Browser, app: &Relying, changes: &[(&str, &str)]) -> Page {
    browser.get(&app.authorize(world, changes)).await
}

#[tokio::test]
async fn prompt_login_signs_in_anew_even_at_the_provider() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let first = app.redeem_code(&world, &code(&world, &mut browser, &app, &[]).await, &[]).await;
    let old_cookie = browser.session().unwrap();
    world.pass(100);

    let page = ask(&world, &mut browser, &app, &[("prompt", "login")]).await;
    page.assert_asks_to_sign_in();
    let page = browser.submit_unfollowed(&page, &[("username", "victim")]).await;
    assert_eq!(page.parameter("prompt").as_deref(), Some("login"));
    let page = browser.follow(page).await;
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    let second = app.redeem(&world, &page).await;
    let auth_time = |tokens: &Answer| tokens.claims("id_token")["auth_time"].as_i64();
    assert_eq!(auth_time(&second), auth_time(&first).map(|time| time + 100));
    assert_eq!(second.claims("id_token")["sub"], first.claims("id_token")["sub"]);

    assert_ne!(browser.session().unwrap(), old_cookie);
    assert_eq!(world.all::<Session>(world.victim).await.len(), 1);
    let mut old = world.browser();
    old.plant(SESSION, &old_cookie);
    ask(&world, &mut old, &app, &[("prompt", "none")]).await.assert_sent_back(&app, "login_required");
}

#[tokio::test]
async fn prompt_select_account_asks_who_it_is_whatever_the_hint() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let changes = [("prompt", "select_account"), ("login_hint", "kim@victim.test")];
    let page = ask(&world, &mut browser, &app, &changes).await;
    page.assert_asks_to_sign_in();
    let page = browser.submit_unfollowed(&page, &[("username", "victim")]).await;
    assert_eq!(page.parameter("prompt").as_deref(), Some("select_account"));
    let page = browser.follow(page).await;
    let page = world.go_on(&mut browser, page, "victim", "uma").await;
    let claims = app.redeem(&world, &page).await.claims("id_token");
    assert_eq!(claims["email"], "uma@good.example");
}

#[tokio::test]
async fn prompt_consent_asks_a_third_partys_person_again() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("third"));
    let page = ask(&world, &mut browser, &app, &[]).await;
    browser.submit(&page, &[("decision", "allow")]).await;
    assert!(ask(&world, &mut browser, &app, &[]).await.parameter("code").is_some());
    let page = ask(&world, &mut browser, &app, &[("prompt", "consent")]).await;
    assert!(page.body.contains("id=\"allow\""), "{page:?}");
    let page = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(page.parameter("code").is_some());
    // With a sign-in before it, the question comes after.
    let page = ask(&world, &mut browser, &app, &[("prompt", "login consent")]).await;
    page.assert_asks_to_sign_in();
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    assert!(page.body.contains("id=\"allow\""), "{page:?}");
    // An app of the house asks nobody.
    let app = world.relying("c1");
    assert!(ask(&world, &mut browser, &app, &[("prompt", "consent")]).await.parameter("code").is_some());
}

#[rstest]
#[case::long_enough("101", true)]
#[case::to_the_second("100", true)]
#[case::too_short("99", false)]
#[case::never("0", false)]
#[tokio::test]
async fn max_age_is_the_longest_that_a_sign_in_may_lie_back(#[case] max_age: &str, #[case] silent: bool) {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    world.pass(100);
    let page = ask(&world, &mut browser, &app, &[("max_age", max_age), ("prompt", "none")]).await;
    let page_shown = ask(&world, &mut browser, &app, &[("max_age", max_age)]).await;
    if silent {
        assert!(page_shown.parameter("code").is_some());
        let claims = app.redeem(&world, &page).await.claims("id_token");
        assert_eq!(claims["auth_time"].as_i64().unwrap() + 100, claims["iat"].as_i64().unwrap());
        return;
    }
    page.assert_sent_back(&app, "login_required");
    page_shown.assert_asks_to_sign_in();
    let page = browser.submit_unfollowed(&page_shown, &[("username", "victim")]).await;
    assert_eq!(page.parameter("max_age").as_deref(), Some(max_age));
    let page = browser.follow(page).await;
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    let claims = app.redeem(&world, &page).await.claims("id_token");
    assert_eq!(claims["auth_time"], claims["iat"]);
}

/// OIDC Core section 3.1.2.1: `max_age=0` means `prompt=login`, also in the very moment of a sign-in.
#[tokio::test]
async fn max_age_0_signs_in_anew_at_once() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    ask(&world, &mut browser, &app, &[("max_age", "0")]).await.assert_asks_to_sign_in();
    let page = ask(&world, &mut browser, &app, &[("max_age", "0"), ("prompt", "none")]).await;
    page.assert_sent_back(&app, "login_required");
}

#[tokio::test]
async fn a_max_age_that_is_no_number_is_refused() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    for wrong in ["-1", "+1", "1.5", "1e3", "x", " 1", "99999999999999999999", "٣"] {
        let page = ask(&world, &mut browser, &app, &[("max_age", wrong)]).await;
        page.assert_sent_back(&app, "invalid_request");
    }
    for huge in ["4294967296", "18446744073709551615"] {
        let page = ask(&world, &mut browser, &app, &[("max_age", huge)]).await;
        assert!(page.parameter("code").is_some(), "{huge}: {page:?}");
    }
}

#[tokio::test]
async fn the_hint_of_the_person_who_is_signed_in_changes_nothing() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let tokens = app.redeem_code(&world, &code(&world, &mut browser, &app, &[]).await, &[]).await;
    let hint = ("id_token_hint", tokens.str("id_token"));
    let page = ask(&world, &mut browser, &app, &[hint, ("prompt", "none")]).await;
    assert_eq!(app.redeem(&world, &page).await.claims("id_token")["sub"], tokens.claims("id_token")["sub"]);
    // The hint of the one who signs in now is as good.
    let mut fresh = world.browser();
    let page = fresh.open(&app.authorize(&world, &[hint])).await;
    let page = world.go_on(&mut fresh, page, "victim", "alice").await;
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_session_ends_when_it_lies_idle_and_in_any_case_after_half_a_day() {
    const MINUTE: u64 = 60;
    let world = World::new().await;
    let (mut idle, mut busy) = (signed_in(&world, "alice").await, signed_in(&world, "uma").await);
    let app = world.relying("c1");
    let silent = [("prompt", "none")];
    for minutes in (59..12 * 60).step_by(59) {
        world.pass(59 * MINUTE);
        let page = ask(&world, &mut busy, &app, &silent).await;
        assert!(page.parameter("code").is_some(), "after {minutes} minutes: {page:?}");
    }
    ask(&world, &mut idle, &app, &silent).await.assert_sent_back(&app, "login_required");
    world.pass(12 * MINUTE);
    ask(&world, &mut busy, &app, &silent).await.assert_sent_back(&app, "login_required");
    assert_eq!(world.audited(world.victim, Action::SignedIn).await, 0, "both were created by their sign-in");
}

#[tokio::test]
async fn every_id_token_of_a_session_says_when_the_person_signed_in() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let first = app.redeem_code(&world, &code(&world, &mut browser, &app, &[]).await, &[]).await;
    world.pass(300);
    let again = app.redeem_code(&world, &code(&world, &mut browser, &app, &[]).await, &[]).await;
    let refreshed = app.refresh(&world, first.str("refresh_token"), &[]).await;
    for tokens in [&again, &refreshed] {
        for claim in ["auth_time", "sid", "sub"] {
            assert_eq!(tokens.claims("id_token")[claim], first.claims("id_token")[claim], "{claim}");
        }
    }
}

#[tokio::test]
async fn where_somebody_else_signs_in_the_session_before_is_dead() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let of_alice = browser.session().unwrap();
    let page = browser.open(&app.authorize(&world, &[("prompt", "login")])).await;
    let page = world.go_on(&mut browser, page, "victim", "uma").await;
    assert_eq!(app.redeem(&world, &page).await.claims("id_token")["email"], "uma@good.example");
    let mut copy = world.browser();
    copy.plant(SESSION, &of_alice);
    ask(&world, &mut copy, &app, &[("prompt", "none")]).await.assert_sent_back(&app, "login_required");
    assert_eq!(world.all::<Session>(world.victim).await.len(), 1);
}

#[tokio::test]
async fn a_hint_replaces_nobody_of_another_company() {
    let world = World::new().await;
    let mut browser = signed_in(&world, "alice").await;
    let before = browser.session();
    // A link of somebody else's company would otherwise sign the person in there without a click.
    let hints = [("login_hint", "kim@attacker.test"), ("prompt", "login")];
    let page = ask(&world, &mut browser, &world.relying("c1"), &hints).await;
    page.assert_asks_to_sign_in();
    assert_eq!(browser.session(), before);
    // The own company's hint is followed, as is anybody's in a browser where nobody is signed in.
    let hints = [("login_hint", "kim@victim.test"), ("prompt", "login")];
    let page = ask(&world, &mut browser, &world.relying("c1"), &hints).await;
    assert!(page.location().is_some_and(|url| url.as_str().starts_with(doorward_flows::world::IDP)));
    let hints = [("login_hint", "kim@attacker.test")];
    let page = ask(&world, &mut world.browser(), &world.relying("cx"), &hints).await;
    assert!(page.location().is_some_and(|url| url.as_str().starts_with(doorward_flows::world::IDP)));
}
