//! Back-channel logout, as the OpenID Provider (row LO-06; OpenID Connect Back-Channel Logout 1.0).

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::response::Redirect;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::audit::Action;
use doorward_domain::client::SubjectType;
use doorward_domain::{
    Algorithm, ClientId, Clock as _, Job, JobId, SessionId, Task, TenantId, Timestamp, UserId,
};
use doorward_flows::app::{Answer, claims, send, userinfo};
use doorward_flows::browser::encode;
use doorward_flows::{Browser, Page, World};
use doorward_service::keys::{Audience, Expected, Expiry, Typ, verify};
use doorward_store::sled::SledOptions;
use doorward_store::sweep::Sweeper;
use doorward_store::{SledStore, Store};
use http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{canary, code, reregister, signed_in};
use crate::told::Told;

/// Signs out in `browser`, with the proof that an app has.
async fn sign_out(world: &World, browser: &mut Browser, tokens: &Answer) -> Page {
    let hint = encode(&[("id_token_hint", tokens.str("id_token"))]);
    let page = browser.get(&world.url(&format!("/end-session?{hint}"))).await;
    assert_eq!((page.status, browser.session()), (StatusCode::OK, None), "{page:?}");
    page
}

/// Alice, signed in at `c1`, with what it got.
async fn alice(world: &World) -> (Browser, Answer) {
    let (mut browser, app) = (world.browser(), world.relying("c1"));
    let page = world.sign_in(&mut browser, &app, "victim", "alice").await;
    let tokens = app.redeem(world, &page).await;
    (browser, tokens)
}

async fn jobs(world: &World) -> Vec<Job> {
    world.all::<Job>(TenantId::BROKER).await
}

#[tokio::test]
async fn every_app_of_a_session_is_told_once_and_no_other() {
    let world = World::new().await;
    let [c1, c2, stranger] = [
        Told::listens(&world, "c1").await,
        Told::listens(&world, "c2").await,
        Told::listens(&world, "public").await,
    ];
    let (mut browser, tokens) = alice(&world).await;
    for id in ["c1", "c2"] {
        let app = world.relying(id);
        app.redeem_code(&world, &code(&world, &mut browser, &app, &[]).await, &[]).await;
    }
    world.tokens(&world.relying("public"), "victim", "uma").await;
    let elsewhere = world.tokens(&world.relying("c2"), "victim", "alice").await;
    assert_eq!(jobs(&world).await, [], "nobody has signed out");

    sign_out(&world, &mut browser, &tokens).await;
    assert!(c1.heard().is_empty(), "the person does not wait for apps");
    assert_eq!(world.work().await, 2);
    let sid = tokens.claims("id_token")["sid"].clone();
    for told in [&c1, &c2] {
        assert_eq!(told.sessions(), [sid.as_str().unwrap()]);
    }
    assert!(stranger.heard().is_empty());
    assert_ne!(elsewhere.claims("id_token")["sid"], sid);
    assert!(world.relying("c2").is_active(&world, elsewhere.str("access_token")).await);
    assert_eq!((jobs(&world).await, world.work().await), (Vec::new(), 0));
}

#[tokio::test]
async fn a_logout_token_says_what_it_must_and_nothing_else() {
    let world = World::new().await;
    let told = Told::listens(&world, "c1").await;
    let (mut browser, tokens) = alice(&world).await;
    sign_out(&world, &mut browser, &tokens).await;
    world.work().await;
    let token = told.heard().remove(0);
    let header: Value =
        serde_json::from_slice(&BASE64.decode(token.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!((&header["typ"], &header["alg"]), (&json!("logout+jwt"), &json!("ES256")));
    let (said, known, now) = (claims(&token), tokens.claims("id_token"), world.clock.now());
    assert_eq!(
        said,
        json!({
            "iss": world.url(""), "aud": "c1", "sub": known["sub"], "sid": known["sid"],
            "iat": now.as_secs(), "exp": now.as_secs() + 120, "jti": said["jti"],
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        })
    );
    assert!(said["jti"].as_str().unwrap().len() >= 20);
    let expected = Expected {
        algorithms: &[Algorithm::ES256],
        typ: Typ::Exactly("logout+jwt"),
        issuer: &world.url(""),
        audience: Audience::Exactly("c1"),
        required: &["exp", "iat", "jti", "sub", "sid", "events"],
        expiry: Expiry::Enforced,
        now,
        leeway: std::time::Duration::ZERO,
    };
    assert!(verify(&token, &world.keys.verifying_keys(), &expected).is_ok());
}

#[tokio::test]
async fn an_app_with_subjects_of_its_sector_is_told_the_one_that_it_knows() {
    let world = World::new().await;
    let told = Told::listens(&world, "c1").await;
    let sector = "c1.test".to_owned();
    reregister(&world, "c1", |it| it.subject_type = SubjectType::Pairwise { sector, uri: None }).await;
    let (mut browser, tokens) = alice(&world).await;
    let known = tokens.claims("id_token")["sub"].clone();
    assert!(!known.as_str().unwrap().starts_with("usr_"));
    sign_out(&world, &mut browser, &tokens).await;
    world.work().await;
    assert_eq!(told.claims()[0]["sub"], known);
}

#[tokio::test]
async fn jw_a_logout_token_is_no_token_of_another_kind() {
    let world = World::new().await;
    let told = Told::listens(&world, "c1").await;
    let (mut browser, tokens) = alice(&world).await;
    sign_out(&world, &mut browser, &tokens).await;
    world.work().await;
    let token = told.heard().remove(0);
    userinfo(&world, &token).await.assert_error(401, "invalid_token");
    assert!(!world.relying("c1").is_active(&world, &token).await);
    let (mut browser, _) = alice(&world).await;
    let hint = encode(&[("id_token_hint", &token)]);
    let page = browser.get(&world.url(&format!("/end-session?{hint}"))).await;
    assert!(page.body.contains("id=\"sign-out\"") && browser.session().is_some());
}

#[tokio::test]
async fn an_app_whose_tokens_have_run_out_is_told_as_well() {
    let world = World::new().await;
    let told = Told::listens(&world, "c1").await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let once = [("scope", "openid")];
    let tokens = app.redeem_code(&world, &code(&world, &mut browser, &app, &once).await, &[]).await;
    world.pass(3_500);
    Sweeper::new().step(&*world.store, world.clock.now(), 1_000).await.unwrap();
    userinfo(&world, tokens.str("access_token")).await.assert_error(401, "invalid_token");
    assert!(!app.is_active(&world, tokens.str("access_token")).await);
    sign_out(&world, &mut browser, &tokens).await;
    world.work().await;
    assert_eq!(told.sessions(), [tokens.claims("id_token")["sid"].as_str().unwrap()]);
}

#[tokio::test]
async fn whoever_signed_in_anew_is_signed_out_of_what_was_before_too() {
    let world = World::new().await;
    let told = Told::listens(&world, "c1").await;
    let (mut browser, first) = alice(&world).await;
    let app = world.relying("c1");
    let page = browser.open(&app.authorize(&world, &[("prompt", "login")])).await;
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    let second = app.redeem(&world, &page).await;
    sign_out(&world, &mut browser, &second).await;
    world.work().await;
    let mut sids =
        [&first, &second].map(|tokens| tokens.claims("id_token")["sid"].as_str().unwrap().to_owned());
    assert_ne!(sids[0], sids[1]);
    sids.sort_unstable();
    let mut heard = told.sessions();
    heard.sort_unstable();
    assert_eq!(heard, sids);
}

#[tokio::test]
async fn where_somebody_else_signs_in_the_apps_of_the_one_before_are_told() {
    let world = World::new().await;
    let told = Told::listens(&world, "c1").await;
    let (mut browser, tokens) = alice(&world).await;
    let app = world.relying("c2");
    let page = browser.open(&app.authorize(&world, &[("prompt", "login")])).await;
    world.go_on(&mut browser, page, "victim", "uma").await;
    world.work().await;
    assert_eq!(told.sessions(), [tokens.claims("id_token")["sid"].as_str().unwrap()]);
}

#[rstest]
#[case::ok(200, false)]
#[case::no_content(204, false)]
#[case::refused(400, false)]
#[case::not_found(404, true)]
#[case::moved(302, true)]
#[case::failed(500, true)]
#[case::busy(503, true)]
#[tokio::test]
async fn what_an_app_answers_decides_whether_it_is_told_again(#[case] status: u16, #[case] again: bool) {
    let world = World::new().await;
    let told = Told::listens(&world, "c1").await;
    told.answers(status);
    let (mut browser, tokens) = alice(&world).await;
    sign_out(&world, &mut browser, &tokens).await;
    assert_eq!(world.work().await, 1);
    assert_eq!(jobs(&world).await.len(), usize::from(again));
    let undelivered = world.audited(world.victim, Action::LogoutNotDelivered).await;
    assert_eq!(undelivered, usize::from(status == 400));
    told.answers(200);
    assert_eq!(world.work().await, 0, "not at once");
    world.pass(10);
    assert_eq!(world.work().await, usize::from(again));
    assert_eq!((jobs(&world).await, told.heard().len()), (Vec::new(), 1 + usize::from(again)));
    if again {
        let [first, second] = told.claims().try_into().unwrap();
        assert_ne!(first["jti"], second["jti"]);
        assert_eq!(second["iat"], world.clock.now().as_secs(), "a token for each attempt");
    }
}

#[tokio::test]
async fn lo_06_after_a_day_an_app_is_given_up_and_the_audit_log_says_so() {
    let world = World::new().await;
    let told = Told::listens(&world, "c1").await;
    told.answers(500);
    let (mut browser, tokens) = alice(&world).await;
    sign_out(&world, &mut browser, &tokens).await;
    let mut attempts = 0;
    for _ in 0..25 * 60 {
        attempts += world.work().await;
        world.pass(60);
    }
    assert!((24..60).contains(&attempts), "{attempts}");
    assert_eq!((jobs(&world).await, told.heard().len()), (Vec::new(), attempts));
    assert_eq!(world.audited(world.victim, Action::LogoutNotDelivered).await, 1);
}

#[tokio::test]
async fn lo_06_a_logout_that_nobody_heard_of_is_told_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let open =
        || -> Arc<dyn Store> { Arc::new(SledStore::open(folder.path(), SledOptions::default()).unwrap()) };
    let world = World::on(open()).await;
    let told = Told::listens(&world, "c1").await;
    world.network.remove("https://c1.test");
    let (mut browser, tokens) = alice(&world).await;
    sign_out(&world, &mut browser, &tokens).await;
    assert_eq!(world.work().await, 1);
    let world = world.restarted(open).await;
    assert_eq!(jobs(&world).await.len(), 1);
    told.is_up(&world, "c1");
    world.pass(10);
    world.work().await;
    assert_eq!(told.sessions(), [tokens.claims("id_token")["sid"].as_str().unwrap()]);
    assert_eq!(jobs(&world).await, []);
}

#[tokio::test]
async fn a_worker_that_died_leaves_its_work_to_others_and_two_do_it_once() {
    let world = World::new().await;
    let [c1, c2] = [Told::listens(&world, "c1").await, Told::listens(&world, "c2").await];
    let (mut browser, tokens) = alice(&world).await;
    let app = world.relying("c2");
    app.redeem_code(&world, &code(&world, &mut browser, &app, &[]).await, &[]).await;
    sign_out(&world, &mut browser, &tokens).await;
    let other = world.another_broker().await;
    for (told, client) in [(&c1, "c1"), (&c2, "c2")] {
        told.is_up(&other, client);
    }
    let (here, there) = tokio::join!(world.work(), other.work());
    assert_eq!((here + there, c1.heard().len(), c2.heard().len()), (2, 1, 1));
}

#[tokio::test]
async fn lo_06_an_app_that_never_answers_delays_neither_the_person_nor_other_apps() {
    let world = World::new().await;
    let [_slow, c2] = [Told::listens(&world, "c1").await, Told::listens(&world, "c2").await];
    let never = || async { std::future::pending::<()>().await };
    world.network.add("https://c1.test", Router::new().route("/backchannel", post(never)));
    for n in 0..500_u32 {
        let id = JobId::new(world.clock.now(), &*world.entropy);
        let (client, mut session) = (ClientId::new("c1"), [0; 16]);
        session[..4].copy_from_slice(&n.to_be_bytes());
        let (user, session) = (UserId::from_bytes([1; 16]), SessionId::from_bytes(session));
        let task = Task::LogoutToken { client, user, session };
        let (due_at, ends_at) = (world.clock.now(), Timestamp::MAX);
        world.put(&Job { id, tenant: world.victim, task, due_at, attempts: 0, ends_at }).await;
    }
    let worker = Arc::clone(world.worker.get().unwrap());
    let working = tokio::spawn(async move { worker.run().await });
    let (mut browser, tokens) = alice(&world).await;
    let app = world.relying("c2");
    app.redeem_code(&world, &code(&world, &mut browser, &app, &[]).await, &[]).await;
    sign_out(&world, &mut browser, &tokens).await;
    while c2.heard().is_empty() {
        tokio::task::yield_now().await;
    }
    let begun = jobs(&world).await.iter().filter(|job| job.attempts > 0).count();
    assert_eq!(begun, 4, "no more than that wait for one app");
    working.abort();
}

#[tokio::test]
async fn lo_06_nobody_is_led_elsewhere() {
    let world = World::new().await;
    let _told = Told::listens(&world, "c1").await;
    let visits = canary(&world, "https://internal.test");
    let elsewhere = || async { Redirect::temporary("https://internal.test/secret") };
    world.network.add("https://c1.test", Router::new().route("/backchannel", post(elsewhere)));
    let (mut browser, tokens) = alice(&world).await;
    sign_out(&world, &mut browser, &tokens).await;
    assert_eq!(world.work().await, 1);
    assert_eq!((visits.load(Ordering::SeqCst), jobs(&world).await.len()), (0, 1));
}

#[tokio::test]
async fn lo_06_an_address_inside_or_with_placeholders_cannot_be_registered() {
    let world = World::new().await;
    for uri in [
        "http://c1.test/backchannel",
        "https://127.0.0.1/backchannel",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://user@c1.test/",
        "https://c1.test:22/",
        "https://c1.test/#fragment",
        "https://{host}/backchannel",
        "https://${application.session.host}/",
        "javascript:alert(1)",
        "/backchannel",
    ] {
        let document = json!({"client": [{
            "client_id": "new", "name": "New", "client_secret": "a-secret-that-is-long-enough-for-us",
            "redirect_uris": ["https://new.test/cb"], "tenants": "all", "backchannel_logout_uri": uri,
        }]});
        let request = http::Request::post(world.url("/admin/v1/plan"))
            .header("authorization", format!("Bearer {}", doorward_flows::world::ADMIN_TOKEN))
            .header("content-type", "application/json");
        let answer = send(&world, request.body(document.to_string().into_bytes()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{uri} {answer:?}");
        assert_eq!(
            answer.json["errors"][0]["pointer"], "/client/0/backchannel_logout_uri",
            "{uri} {answer:?}"
        );
    }
}

#[tokio::test]
async fn what_is_registered_when_an_app_is_told_counts() {
    let world = World::new().await;
    let [c1, c2, moved] = [
        Told::listens(&world, "c1").await,
        Told::listens(&world, "c2").await,
        Told::listens(&world, "third").await,
    ];
    let (mut browser, tokens) = alice(&world).await;
    let app = world.relying("c2");
    app.redeem_code(&world, &code(&world, &mut browser, &app, &[]).await, &[]).await;
    sign_out(&world, &mut browser, &tokens).await;
    let there = Some("https://third.test/backchannel".to_owned());
    reregister(&world, "c1", |it| it.logout.back_channel = there).await;
    reregister(&world, "c2", |it| it.enabled = false).await;
    world.work().await;
    assert_eq!((c1.heard().len(), c2.heard().len(), moved.heard().len()), (0, 0, 1));
    assert_eq!(moved.claims()[0]["aud"], "c1");
    assert_eq!(jobs(&world).await, []);
}

/// Number and bytes of the records that a sign-in and its code leave in a tenant.
async fn written(told: bool) -> (usize, usize) {
    let world = World::new().await;
    if told {
        Told::listens(&world, "c1").await;
    }
    world.tokens(&world.relying("c1"), "victim", "alice").await;
    let records = world.records().await.into_iter().filter(|(key, _)| key.tenant() == world.victim);
    records.fold((0, 0), |(number, bytes), (_, value)| (number + 1, bytes + value.bytes.len()))
}

#[tokio::test]
async fn a_sign_in_writes_no_record_for_the_logout_to_come() {
    let (plain, told) = (written(false).await, written(true).await);
    assert_eq!(plain.0, told.0);
    assert!((plain.1..plain.1 + 48).contains(&told.1), "{plain:?} {told:?}");
}

#[tokio::test]
async fn discovery_offers_both_channels() {
    let world = World::new().await;
    let request = http::Request::get(world.url("/.well-known/openid-configuration")).body(Vec::new());
    let document = send(&world, request.unwrap()).await;
    for channel in ["backchannel", "frontchannel"] {
        for member in ["supported", "session_supported"] {
            assert_eq!(document.json[format!("{channel}_logout_{member}")], true);
        }
    }
    assert!(document.str("end_session_endpoint").starts_with("https://"));
}
