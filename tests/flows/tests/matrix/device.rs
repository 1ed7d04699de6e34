//! Devices that people let in (RFC 8628): rows DV-01 to DV-03.

use std::sync::Arc;

use doorward_domain::audit::Action;
use doorward_domain::{DeviceAuthorization, GrantType, ScopeSet, TenantId};
use doorward_flows::app::{Answer, userinfo};
use doorward_flows::{Browser, Page, Relying, World};
use futures_util::future::join_all;
use http::StatusCode;
use tokio::sync::Barrier;

use crate::support::{authorize, reregister, signed_in};

pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A world in which `public` runs on televisions, and `c1` and `c2` on other machines.
async fn world() -> (World, Relying) {
    let world = World::new().await;
    for id in ["public", "c1", "c2"] {
        reregister(&world, id, |client| client.grant_types.push(GrantType::DeviceCode)).await;
    }
    let app = world.relying("public");
    (world, app)
}

async fn ask(world: &World, app: &Relying, scope: &str) -> Answer {
    let answer = app.call(world, "/device_authorization", &[("scope", scope)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer
}

async fn poll(world: &World, app: &Relying, device: &Answer) -> Answer {
    app.token(world, &[("grant_type", DEVICE_CODE), ("device_code", device.str("device_code"))]).await
}

/// Types the code of a device, in a browser in which somebody is signed in: the question comes.
pub async fn question(world: &World, browser: &mut Browser, device: &Answer) -> Page {
    let page = browser.post(&world.url("/device"), &[("user_code", device.str("user_code"))]).await;
    assert!(page.body.contains("id=\"allow\""), "{page:?}");
    page
}

async fn let_in(world: &World, browser: &mut Browser, device: &Answer) {
    let page = question(world, browser, device).await;
    let page = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(page.status == StatusCode::OK && page.body.contains("is let in"), "{page:?}");
}

#[tokio::test]
async fn a_person_who_signs_in_lets_a_device_in() {
    let (world, app) = world().await;
    let device = ask(&world, &app, "openid email offline_access").await;
    assert_eq!((device.json["expires_in"].as_u64(), device.json["interval"].as_u64()), (Some(600), Some(5)));
    assert_eq!(device.str("verification_uri"), world.url("/device"));
    let user_code = device.str("user_code").to_owned();
    assert_eq!((user_code.len(), &user_code[4..5]), (9, "-"));
    poll(&world, &app, &device).await.assert_error(400, "authorization_pending");
    // As a person types it, in a browser that nobody is signed in in.
    let mut browser = world.browser();
    let page = browser.open(device.str("verification_uri")).await;
    let typed = user_code.to_lowercase().replace('-', " ");
    let page = browser.submit(&page, &[("user_code", &typed)]).await;
    page.assert_asks_to_sign_in();
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    for told in ["App public", &user_code, "alice", "id=\"allow\""] {
        assert!(page.body.contains(told), "{told}: {page:?}");
    }
    world.pass(5);
    poll(&world, &app, &device).await.assert_error(400, "authorization_pending");
    let page = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(page.body.contains("is let in"), "{page:?}");
    let tokens = poll(&world, &app, &device).await;
    assert_eq!((tokens.status, tokens.str("scope")), (StatusCode::OK, "openid email offline_access"));
    assert_eq!(tokens.claims("id_token")["aud"], "public");
    let person = userinfo(&world, tokens.str("access_token")).await;
    assert_eq!(person.json["sub"], tokens.claims("id_token")["sub"]);
    let refreshed = app.refresh(&world, tokens.str("refresh_token"), &[]).await;
    assert_eq!(refreshed.status, StatusCode::OK, "{refreshed:?}");
    assert_eq!(world.audited(world.victim, Action::DeviceApproved).await, 1);
    // It is a grant of that browser's session, which ends with it.
    let page = browser.open(&world.url("/end-session")).await;
    browser.submit(&page, &[]).await;
    userinfo(&world, refreshed.str("access_token")).await.assert_error(401, "invalid_token");
    app.refresh(&world, refreshed.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn tk_02_only_a_client_that_is_registered_for_it_asks_for_devices() {
    let (world, _) = world().await;
    let before = world.digest().await;
    for stranger in ["native", "third", "cx"] {
        let app = world.relying(stranger);
        app.call(&world, "/device_authorization", &[]).await.assert_error(400, "unauthorized_client");
        let fields = [("grant_type", DEVICE_CODE), ("device_code", "x")];
        app.token(&world, &fields).await.assert_error(400, "unauthorized_client");
    }
    let nobody = Relying { secret: None, ..world.relying("c1") };
    nobody.call(&world, "/device_authorization", &[]).await.assert_error(401, "invalid_client");
    let scope = [("scope", "admin")];
    world
        .relying("c1")
        .call(&world, "/device_authorization", &scope)
        .await
        .assert_error(400, "invalid_scope");
    let resource = [("resource", "https://evil.test")];
    let answer = world.relying("c1").call(&world, "/device_authorization", &resource).await;
    answer.assert_error(400, "invalid_target");
    assert_eq!(world.digest().await, before);
    // A client of devices alone sends nobody here.
    reregister(&world, "c1", |client| client.grant_types = vec![GrantType::DeviceCode]).await;
    let app = world.relying("c1");
    authorize(&world, &app, &[]).await.assert_sent_back(&app, "unauthorized_client");
}

#[tokio::test]
async fn dv_01_guessing_is_slow() {
    let (world, app) = world().await;
    let device = ask(&world, &app, "openid").await;
    let mut browser = signed_in(&world, "alice").await;
    let guess = |n: usize| format!("BBBB-BBB{}", ["B", "C", "D", "F", "G", "H", "J"][n % 7]);
    for n in 0..5 {
        let page = browser.post(&world.url("/device"), &[("user_code", &guess(n))]).await;
        assert!(page.status == StatusCode::OK && page.body.contains("id=\"problem\""), "{page:?}");
    }
    // From now on the right one is of no use either: not here, not in another session at the same place.
    for browser in [&mut browser.clone(), &mut world.browser(), &mut signed_in(&world, "uma").await] {
        let page = browser.post(&world.url("/device"), &[("user_code", device.str("user_code"))]).await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "{page:?}");
    }
    world.pass(60);
    question(&world, &mut browser, &device).await;
}

#[tokio::test]
async fn dv_02_nothing_but_the_person_s_answer_lets_a_device_in() {
    let (world, app) = world().await;
    let device = ask(&world, &app, "openid").await;
    let mut browser = signed_in(&world, "alice").await;
    let complete = device.str("verification_uri_complete").to_owned();
    for more in ["", "&approve=1", "&decision=allow", "&tx=AAAAAAAAAAAAAAAAAAAAAA"] {
        let page = browser.open(&format!("{complete}{more}")).await;
        assert!(
            page.body.contains(device.str("user_code")) && !page.body.contains("id=\"allow\""),
            "{page:?}"
        );
        assert!(!page.body.contains("App public"), "nothing is looked up by a GET: {page:?}");
    }
    let page = browser.open(&world.url("/device?user_code=%3Cscript%3Ealert(1)%3C/script%3E")).await;
    assert!(!page.body.contains("script"), "{page:?}");
    let page = browser.post(&world.url("/device"), &[("user_code", "\"><b>BBBB")]).await;
    assert!(!page.body.contains("<b>") && page.body.contains("id=\"problem\""), "{page:?}");
    // Another site's form is none of ours.
    let page = question(&world, &mut browser, &device).await;
    let transaction = page.form().hidden.into_iter().find(|(name, _)| name == "tx").unwrap().1;
    let answer = [("tx", transaction.as_str()), ("decision", "allow")];
    for (path, fields) in
        [("/device", [("user_code", device.str("user_code")), ("x", "")]), ("/device/confirm", answer)]
    {
        let mut request = http::Request::post(world.url(path))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(doorward_flows::browser::encode(&fields).into_bytes())
            .unwrap();
        request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        assert_eq!(browser.clone().request(request).await.status, StatusCode::FORBIDDEN);
    }
    // The question that this browser was asked is answered in this browser, by who was asked.
    world.browser().post(&world.url("/device/confirm"), &answer).await.assert_told(400);
    let mut other = signed_in(&world, "uma").await;
    other.post(&world.url("/device/confirm"), &answer).await.assert_told(400);
    for (name, value) in browser.broker_cookies(doorward_flows::browser::TRANSACTION) {
        other.plant(&name, &value);
    }
    other.post(&world.url("/device/confirm"), &answer).await.assert_told(400);
    // It is no question for consent, either.
    browser.clone().post(&world.url("/consent"), &answer).await.assert_told(400);
    assert!(world.all::<DeviceAuthorization>(TenantId::BROKER).await[0].state.is_pending());
    poll(&world, &app, &device).await.assert_error(400, "authorization_pending");
    let page = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(page.body.contains("is let in"), "{page:?}");
    browser.post(&world.url("/device/confirm"), &answer).await.assert_told(400);
    assert_eq!(poll(&world, &app, &device).await.status, StatusCode::OK);
}

#[tokio::test]
async fn dv_03_a_device_code_is_its_own_client_s_and_good_for_once() {
    let (world, _) = world().await;
    let (app, other) = (world.relying("c1"), world.relying("c2"));
    let device = ask(&world, &app, "openid").await;
    let mut browser = signed_in(&world, "alice").await;
    poll(&world, &other, &device).await.assert_error(400, "invalid_grant");
    let_in(&world, &mut browser, &device).await;
    poll(&world, &other, &device).await.assert_error(400, "invalid_grant");
    let code = device.str("device_code").to_owned();
    for wrong in [&code[..code.len() - 1], &code[1..], &format!("{code}A"), "x", &code.to_lowercase()] {
        let fields = [("grant_type", DEVICE_CODE), ("device_code", wrong)];
        app.token(&world, &fields).await.assert_error(400, "invalid_grant");
    }
    // What was approved is what it gets, whatever it asks for now.
    let fields = [("grant_type", DEVICE_CODE), ("device_code", &code), ("scope", "openid email groups")];
    let tokens = app.token(&world, &fields).await;
    assert_eq!((tokens.status, tokens.str("scope")), (StatusCode::OK, "openid"));
    assert!(tokens.json.get("refresh_token").is_none());
    poll(&world, &app, &device).await.assert_error(400, "invalid_grant");
    // As a code of an authorization it is nothing.
    app.redeem_code(&world, &code, &[("redirect_uri", "")]).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn dv_03_a_device_that_polls_too_often_waits_longer() {
    let (world, app) = world().await;
    let device = ask(&world, &app, "openid").await;
    for (after, error) in [
        (0, "authorization_pending"),
        (4, "slow_down"),
        (9, "slow_down"),
        (15, "authorization_pending"),
        (15, "authorization_pending"),
    ] {
        world.pass(after);
        poll(&world, &app, &device).await.assert_error(400, error);
    }
}

#[tokio::test]
async fn dv_03_a_refused_device_and_one_that_waited_too_long_get_nothing() {
    let (world, app) = world().await;
    let mut browser = signed_in(&world, "alice").await;
    let refused = ask(&world, &app, "openid").await;
    let page = question(&world, &mut browser, &refused).await;
    let page = browser.submit(&page, &[("decision", "deny")]).await;
    assert!(page.body.contains("not let in"), "{page:?}");
    for _ in 0..2 {
        poll(&world, &app, &refused).await.assert_error(400, "access_denied");
    }
    assert_eq!(world.audited(world.victim, Action::DeviceDenied).await, 1);
    let [late, approved] = [ask(&world, &app, "openid").await, ask(&world, &app, "openid").await];
    let page = question(&world, &mut browser, &late).await;
    let_in(&world, &mut browser, &approved).await;
    world.pass(600);
    for device in [&late, &approved] {
        poll(&world, &app, device).await.assert_error(400, "expired_token");
    }
    browser.submit(&page, &[("decision", "allow")]).await.assert_told(400);
    world.pass(600);
    poll(&world, &app, &late).await.assert_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn dv_03_of_64_polls_at_once_one_is_answered() {
    let (here, app) = world().await;
    let here = Arc::new(here);
    let there = Arc::new(here.another_broker().await);
    let mut browser = signed_in(&here, "alice").await;
    for _ in 0..10 {
        let device = ask(&here, &app, "openid offline_access").await;
        let_in(&here, &mut browser, &device).await;
        let start = Arc::new(Barrier::new(64));
        let polls = (0..64).map(|n| {
            let world = Arc::clone(if n % 2 == 0 { &here } else { &there });
            let (app, device, start) = (app.clone(), device.clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                poll(&world, &app, &device).await
            })
        });
        let answers: Vec<_> = join_all(polls).await.into_iter().map(Result::unwrap).collect();
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == StatusCode::OK);
        assert_eq!(won.len(), 1);
        lost.into_iter().for_each(|answer| answer.assert_error(400, "invalid_grant"));
    }
}

#[tokio::test]
async fn dv_03_who_signs_out_before_the_device_comes_takes_its_grant_back() {
    let (world, app) = world().await;
    let device = ask(&world, &app, "openid").await;
    let mut browser = signed_in(&world, "alice").await;
    let_in(&world, &mut browser, &device).await;
    let page = browser.open(&world.url("/end-session")).await;
    browser.submit(&page, &[]).await;
    poll(&world, &app, &device).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn dv_03_a_device_gets_what_its_client_may_still_have() {
    let (world, _) = world().await;
    let app = world.relying("c1");
    let mut browser = signed_in(&world, "alice").await;
    let device = ask(&world, &app, "openid email").await;
    let_in(&world, &mut browser, &device).await;
    reregister(&world, "c1", |client| client.scope = ScopeSet::parse("openid").unwrap()).await;
    reregister(&world, "c1", |client| client.tenants = vec![world.attacker]).await;
    poll(&world, &app, &device).await.assert_error(400, "invalid_grant");
    reregister(&world, "c1", |client| client.tenants = vec![world.victim]).await;
    assert_eq!(poll(&world, &app, &device).await.str("scope"), "openid");
    // And a person of another tenant cannot let it in.
    let device = ask(&world, &app, "openid").await;
    let mut stranger = world.browser();
    world.sign_in(&mut stranger, &world.relying("cx"), "attacker", "alice").await;
    let page = stranger.post(&world.url("/device"), &[("user_code", device.str("user_code"))]).await;
    page.assert_asks_to_sign_in();
}
