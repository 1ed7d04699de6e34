//! Sessions and cookies (rows SE).

use std::sync::Arc;

use doorward_domain::Session;
use doorward_flows::browser::{SESSION, TRANSACTION};
use doorward_flows::{Browser, Setup, World};
use doorward_test_idp::{IssuerConfig, Persona};
use futures_util::future::join_all;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS};
use http::{Method, StatusCode};
use rstest::rstest;

use crate::ending::End;
use crate::support::{authorize, signed_in};

/// A browser with this session cookie, and nothing else.
fn with_session(world: &World, value: &str) -> Browser {
    let mut browser = world.browser();
    browser.plant(SESSION, value);
    browser
}

/// Asserts that a session cookie signs nobody in.
async fn assert_dead(world: &World, cookie: &str) {
    let app = world.relying("c1");
    let url = app.authorize(world, &[("prompt", "none")]);
    with_session(world, cookie).get(&url).await.assert_sent_back(&app, "login_required");
}

#[tokio::test]
async fn se_01_a_planted_session_is_dead_after_the_sign_in() {
    let world = World::new().await;
    let app = world.relying("c1");
    let attackers = signed_in(&world, "uma").await.session().unwrap();
    let mut victim = with_session(&world, &attackers);
    let page = victim.open(&app.authorize(&world, &[("prompt", "login")])).await;
    let page = world.go_on(&mut victim, page, "victim", "alice").await;
    assert_eq!(app.redeem(&world, &page).await.claims("id_token")["name"], "Alice Archer");
    assert_ne!(victim.session().unwrap(), attackers);
    assert_dead(&world, &attackers).await;
    assert_eq!(world.all::<Session>(world.victim).await.len(), 1);
}

#[tokio::test]
async fn se_01_what_is_no_session_of_ours_is_ignored() {
    let world = World::new().await;
    let genuine = signed_in(&world, "uma").await.session().unwrap();
    let transaction = {
        let mut browser = world.browser();
        browser.open(&world.relying("c1").authorize(&world, &[])).await;
        browser.broker_cookies(TRANSACTION).remove(0).1
    };
    for planted in ["", "x", "AAAA", &genuine[1..], &genuine.to_ascii_lowercase(), &transaction] {
        assert_dead(&world, planted).await;
        let mut browser = with_session(&world, planted);
        world.sign_in(&mut browser, &world.relying("c1"), "victim", "alice").await;
        assert_ne!(browser.session().as_deref(), Some(planted));
    }
    // A sibling domain can plant a name without the prefix, and a second cookie of the same name.
    let mut browser = world.browser();
    browser.plant("doorward", &genuine);
    let app = world.relying("c1");
    let url = app.authorize(&world, &[("prompt", "none")]);
    browser.get(&url).await.assert_sent_back(&app, "login_required");
    let twice = format!("{SESSION}={genuine}; {SESSION}={genuine}");
    let request = http::Request::get(&url).header("cookie", twice).body(Vec::new()).unwrap();
    world.browser().request(request).await.assert_sent_back(&app, "login_required");
}

#[tokio::test]
async fn se_02_a_new_sign_in_is_a_new_session() {
    let world = World::new().await;
    let app = world.relying("c1");
    let mut browser = signed_in(&world, "alice").await;
    let mut seen = vec![browser.session().unwrap()];
    for _ in 0..3 {
        let page = browser.open(&app.authorize(&world, &[("prompt", "login")])).await;
        let page = world.go_on(&mut browser, page, "victim", "alice").await;
        assert!(page.parameter("code").is_some(), "{}", page.body);
        let fresh = browser.session().unwrap();
        assert!(!seen.contains(&fresh));
        for old in &seen {
            assert_dead(&world, old).await;
        }
        seen.push(fresh);
    }
    assert_eq!(world.all::<Session>(world.victim).await.len(), 1);
}

#[tokio::test]
async fn se_02_a_session_ends_in_time() {
    const HOUR: u64 = 3600;
    let world = World::new().await;
    let app = world.relying("c1");
    let silent = app.authorize(&world, &[("prompt", "none")]);
    let mut idle = signed_in(&world, "alice").await;
    world.pass(HOUR - 1);
    assert!(idle.get(&silent).await.parameter("code").is_some());
    world.pass(HOUR);
    idle.get(&silent).await.assert_sent_back(&app, "login_required");

    let mut busy = signed_in(&world, "alice").await;
    for _ in 0..23 {
        world.pass(HOUR / 2);
        assert!(busy.get(&silent).await.parameter("code").is_some());
    }
    world.pass(HOUR / 2);
    busy.get(&silent).await.assert_sent_back(&app, "login_required");
}

#[tokio::test]
async fn se_04_nobody_frames_us() {
    let world = World::new().await;
    let app = world.relying("c1");
    let mut browser = signed_in(&world, "alice").await;
    let asks = app.authorize(&world, &[("prompt", "login")]);
    let consent = world.relying("third").authorize(&world, &[]);
    let plain = |path: &str| world.url(path);
    let long = plain(&format!("/authorize?state={}", "x".repeat(9_000)));
    let get = |url: &str| (Method::GET, url.to_owned(), None);
    let post = |url: String, size: usize| (Method::POST, url, Some("x".repeat(size)));
    let asked = [
        (get(&plain("/")), 200),
        (get(&asks), 200),
        (get(&consent), 200),
        (get(&plain("/end-session")), 200),
        (get(&plain("/authorize")), 400),
        (get(&plain("/sign-in")), 400),
        (get(&plain(&format!("/federation/{}/callback", world.k1))), 400),
        (get(&plain("/end-session?post_logout_redirect_uri=https://evil.test")), 400),
        (get(&plain("/nowhere")), 404),
        (get(&plain("/assets/nothing.css")), 404),
        (get(&plain("/consent")), 405),
        (get(&plain("/token")), 405),
        (get(&plain("/userinfo")), 401),
        (post(plain("/sign-in"), 70_000), 413),
        (get(&long), 414),
        (get(&plain("/healthz")), 200),
        (get(&plain("/.well-known/openid-configuration")), 200),
    ];
    for ((method, url, body), status) in asked {
        let page = browser.send(method, &url, body).await;
        assert_eq!(page.status.as_u16(), status, "{url}");
        let policy = page.headers.get(CONTENT_SECURITY_POLICY).map(|it| it.to_str().unwrap());
        assert!(policy.is_some_and(|it| it.contains("frame-ancestors 'none'")), "{url}: {policy:?}");
        assert_eq!(page.headers[X_FRAME_OPTIONS], "DENY", "{url}");
        let html = page.headers.get(CONTENT_TYPE).is_some_and(|it| it.to_str().unwrap().contains("html"));
        assert_eq!(html, page.body.contains("<!doctype html>"), "{url}");
    }
    let mut foreign = http::Request::post(plain("/consent")).header("sec-fetch-site", "cross-site");
    foreign = foreign.header("origin", "https://evil.test");
    let page = browser.request(foreign.body(Vec::new()).unwrap()).await;
    assert_eq!(
        (page.status, &page.headers[X_FRAME_OPTIONS]),
        (StatusCode::FORBIDDEN, &"DENY".parse().unwrap())
    );
}

/// A world in which many people have accounts at the victim's IdP.
async fn crowded(people: usize) -> World {
    let mut good = IssuerConfig::new("good");
    good.personas = (0..people)
        .map(|n| {
            Persona::new(&format!("p{n}"), Persona::PASSWORD, &format!("sub-{n}"))
                .with("name", format!("Person {n}"))
                .with("email", format!("p{n}@good.example"))
        })
        .collect();
    World::with(Setup { issuers: vec![good, IssuerConfig::new("evil")], ..Setup::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn se_05_of_many_people_at_once_everybody_stays_who_they_are() {
    const PEOPLE: usize = 200;
    let world = Arc::new(crowded(PEOPLE).await);
    let logins = (0..PEOPLE).map(|n| {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let app = world.relying(["c1", "c2", "public"][n % 3]);
            let mut browser = world.browser();
            let page = browser.open(&app.authorize(&world, &[])).await;
            for _ in 0..n % 7 {
                tokio::task::yield_now().await;
            }
            let page = world.go_on(&mut browser, page, "victim", &format!("p{n}")).await;
            tokio::task::yield_now().await;
            let tokens = app.redeem(&world, &page).await;
            let again = app.refresh(&world, tokens.str("refresh_token"), &[]).await;
            let silent = browser.get(&app.authorize(&world, &[("prompt", "none")])).await;
            let silent = app.redeem(&world, &silent).await;
            let info = doorward_flows::app::userinfo(&world, again.str("access_token")).await;
            let names =
                [tokens.claims("id_token"), again.claims("id_token"), silent.claims("id_token"), info.json];
            for claims in &names {
                assert_eq!(claims["name"], format!("Person {n}"));
                assert_eq!(claims["email"], format!("p{n}@good.example"));
            }
            names[0]["sub"].as_str().unwrap().to_owned()
        })
    });
    let mut subjects: Vec<_> = join_all(logins).await.into_iter().map(Result::unwrap).collect();
    subjects.sort_unstable();
    subjects.dedup();
    assert_eq!(subjects.len(), PEOPLE);
}

#[tokio::test]
async fn se_05_one_browser_two_people() {
    let world = World::new().await;
    let app = world.relying("c1");
    let mut browser = signed_in(&world, "alice").await;
    let alices = browser.session().unwrap();
    browser.forget("__Host-");
    let page = browser.open(&app.authorize(&world, &[("prompt", "login")])).await;
    let page = world.go_on(&mut browser, page, "victim", "uma").await;
    assert_eq!(app.redeem(&world, &page).await.claims("id_token")["name"], "Uma Unproven");
    let silent = with_session(&world, &alices).get(&app.authorize(&world, &[("prompt", "none")])).await;
    assert_eq!(app.redeem(&world, &silent).await.claims("id_token")["name"], "Alice Archer");
}

#[tokio::test]
async fn se_05_two_tabs_bring_each_app_its_own_person() {
    let world = World::new().await;
    let (mine, yours) = (world.relying("c1"), world.relying("c2"));
    let mut browser = world.browser();
    let one = browser.open(&mine.authorize(&world, &[])).await;
    let two = browser.open(&yours.authorize(&world, &[])).await;
    let one = browser.submit(&one, &[("username", "victim")]).await;
    let two = browser.submit(&two, &[("username", "victim")]).await;
    let login = |person| [("username", person), ("password", "test")];
    let two = browser.submit(&two, &login("uma")).await;
    let umas = yours.redeem(&world, &two).await;
    let one = browser.submit(&one, &login("alice")).await;
    let alices = mine.redeem(&world, &one).await;
    assert_eq!(umas.claims("id_token")["name"], "Uma Unproven");
    assert_eq!(alices.claims("id_token")["name"], "Alice Archer");
    assert_eq!(browser.broker_cookies(TRANSACTION), [], "both are over");
    assert!(!yours.is_active(&world, umas.str("refresh_token")).await, "alice took the browser over");
    assert!(mine.is_active(&world, alices.str("refresh_token")).await);
}

#[rstest]
#[tokio::test]
async fn se_06_a_session_of_whom_may_not_act_opens_nothing(
    #[values(
        End::UserDisabled,
        End::UserDeleted,
        End::TenantDisabled,
        End::TenantDeleted,
        End::ConnectionPaused,
        End::ConnectionDeleted
    )]
    end: End,
) {
    let world = World::new().await;
    let app = world.relying("third");
    let mut browser = signed_in(&world, "alice").await;
    let question = browser.open(&app.authorize(&world, &[])).await;
    assert!(question.body.contains("id=\"allow\""), "{}", question.body);
    end.come(&world).await;
    let before = world.digest().await;
    for id in ["c1", "c2", "third"] {
        let app = world.relying(id);
        let silent = browser.get(&app.authorize(&world, &[("prompt", "none")])).await;
        silent.assert_sent_back(&app, "login_required");
        let page = browser.get(&app.authorize(&world, &[])).await;
        assert!(page.body.contains("id=\"username\""), "asked to sign in anew: {}", page.body);
    }
    browser.submit(&question, &[("decision", "allow")]).await.assert_told(400);
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn se_06_who_was_switched_off_cannot_sign_in_again() {
    for end in [End::UserDisabled, End::UserDeleted] {
        let world = World::new().await;
        signed_in(&world, "alice").await;
        end.come(&world).await;
        let before = world.digest().await;
        let mut browser = world.browser();
        let page = world.sign_in(&mut browser, &world.relying("c1"), "victim", "alice").await;
        page.assert_told(403);
        assert!(page.body.contains("switched off"), "{}", page.body);
        assert_eq!((world.digest().await, browser.session()), (before, None));
    }
}

#[tokio::test]
async fn se_06_a_silent_sign_in_needs_a_session() {
    let world = World::new().await;
    let app = world.relying("c1");
    authorize(&world, &app, &[("prompt", "none")]).await.assert_sent_back(&app, "login_required");
}
