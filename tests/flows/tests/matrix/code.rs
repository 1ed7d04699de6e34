//! Redemption of authorization codes: rows CD.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::audit::Action;
use doorward_domain::{Grant, GrantState};
use doorward_flows::app::{post, userinfo};
use doorward_flows::browser::{SESSION, TRANSACTION, encode};
use doorward_flows::{Relying, World};
use doorward_store::sled::SledOptions;
use doorward_store::{MemoryStore, SledStore, Store};
use futures_util::future::join_all;
use http::StatusCode;
use rstest::rstest;
use tokio::sync::Barrier;

use crate::support::{code, signed_in};

#[rstest]
#[case::at_once(0)]
#[case::after_half_a_minute(30)]
#[case::when_the_code_has_expired(90)]
#[tokio::test]
async fn cd_01_a_code_that_comes_again_revokes_what_it_gave(#[case] seconds: u64) {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let code = code(&world, &mut browser, &app, &[]).await;
    let first = app.redeem_code(&world, &code, &[]).await;
    let refreshed = app.refresh(&world, first.str("refresh_token"), &[]).await;
    world.pass(seconds);
    for _ in 0..2 {
        app.redeem_code(&world, &code, &[]).await.assert_error(400, "invalid_grant");
    }
    for tokens in [&first, &refreshed] {
        for token in ["access_token", "refresh_token"] {
            assert!(!app.is_active(&world, tokens.str(token)).await, "{token}");
        }
        assert_eq!(userinfo(&world, tokens.str("access_token")).await.status, StatusCode::UNAUTHORIZED);
    }
    let again = app.refresh(&world, refreshed.str("refresh_token"), &[]).await;
    again.assert_error(400, "invalid_grant");
    assert_eq!(world.audited(world.victim, Action::CodeReuse).await, 1);
}

#[tokio::test]
async fn cd_01_a_replay_with_a_wrong_verifier_is_a_replay() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let code = code(&world, &mut browser, &app, &[]).await;
    let first = app.redeem_code(&world, &code, &[]).await;
    app.redeem_code(&world, &code, &[("code_verifier", &"x".repeat(43))])
        .await
        .assert_error(400, "invalid_grant");
    assert!(!app.is_active(&world, first.str("access_token")).await);
}

/// 64 redeemers of each code, released together, half of them at a second instance.
async fn race(store: Arc<dyn Store>, rounds: usize) {
    const REDEEMERS: usize = 64;
    let here = Arc::new(World::on(store).await);
    let there = Arc::new(here.another_broker().await);
    let (mut browser, app) = (signed_in(&here, "alice").await, here.relying("c1"));
    for round in 0..rounds {
        let code = code(&here, &mut browser, &app, &[]).await;
        let start = Arc::new(Barrier::new(REDEEMERS));
        let redeemers = (0..REDEEMERS).map(|n| {
            let world = Arc::clone(if n % 2 == 0 { &here } else { &there });
            let (app, code, start) = (app.clone(), code.clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                app.redeem_code(&world, &code, &[]).await
            })
        });
        let answers = join_all(redeemers).await.into_iter().map(Result::unwrap);
        let (won, lost): (Vec<_>, Vec<_>) = answers.partition(|answer| answer.status == StatusCode::OK);
        assert_eq!(won.len(), 1, "winners in round {round}");
        lost.iter().for_each(|answer| answer.assert_error(400, "invalid_grant"));
        assert!(!app.is_active(&there, won[0].str("access_token")).await, "reuse revokes");
    }
    let grants = here.all::<Grant>(here.victim).await;
    let given = grants.iter().filter(|grant| matches!(grant.state, GrantState::Redeemed { .. }));
    assert_eq!(given.count(), 0);
    assert_eq!(here.audited(here.victim, Action::CodeReuse).await, rounds);
}

#[tokio::test(flavor = "multi_thread")]
async fn cd_02_of_many_redeemers_at_once_one_wins_in_memory() {
    race(Arc::new(MemoryStore::new()), 500).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cd_02_of_many_redeemers_at_once_one_wins_on_sled() {
    let folder = tempfile::tempdir().unwrap();
    race(Arc::new(SledStore::open(folder.path(), SledOptions::default()).unwrap()), 20).await;
}

#[tokio::test]
async fn cd_04_a_code_is_no_other_clients() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let code = code(&world, &mut browser, &app, &[]).await;
    let before = world.digest().await;
    for id in ["cx", "c2", "public", "native"] {
        let thief = Relying { redirect_uri: app.redirect_uri.clone(), ..world.relying(id) };
        thief.redeem_code(&world, &code, &[]).await.assert_error(400, "invalid_grant");
    }
    let secretless = Relying { secret: None, ..app.clone() };
    secretless.redeem_code(&world, &code, &[]).await.assert_error(401, "invalid_client");
    let elsewhere = post(&world, "/t/attacker/token", &[], &encode(&[("code", &code)])).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    assert_eq!(world.digest().await, before);
    assert_eq!(app.redeem_code(&world, &code, &[]).await.status, StatusCode::OK, "its own client still can");
}

#[tokio::test]
async fn cd_04_a_code_is_of_the_tenant_session_and_grant_that_it_names() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let (first, second) = (
        code(&world, &mut browser, &app, &[]).await,
        code(&world, &mut signed_in(&world, "uma").await, &app, &[]).await,
    );
    let [first, second] = [first, second].map(|code| BASE64.decode(code).unwrap());
    let before = world.digest().await;
    let attacker = world.attacker.as_bytes();
    for at in [1, 17, 33] {
        for part in [&second[at..at + 16], attacker, &[0; 16]] {
            let mut mixed = first.clone();
            mixed[at..at + 16].copy_from_slice(part);
            if mixed != first {
                app.redeem_code(&world, &BASE64.encode(mixed), &[]).await.assert_error(400, "invalid_grant");
            }
        }
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn cd_05_a_code_lives_for_a_minute() {
    for (seconds, status) in [(59, 200), (60, 400), (61, 400), (601, 400)] {
        let world = World::new().await;
        let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
        let code = code(&world, &mut browser, &app, &[]).await;
        world.pass(seconds);
        // Another broker knows what the one before a restart knew.
        let restarted = world.another_broker().await;
        let answer = app.redeem_code(&restarted, &code, &[]).await;
        assert_eq!(answer.status.as_u16(), status, "after {seconds} s: {answer:?}");
        if status == 400 {
            answer.assert_error(400, "invalid_grant");
            assert_eq!(world.all::<Grant>(world.victim).await, []);
        }
    }
}

/// What is handed out for one use is of no use anywhere else, neither as it is nor with its kind
/// written over.
#[tokio::test]
async fn cd_06_no_kind_of_token_is_another_kind() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let redeemed = code(&world, &mut browser, &app, &[]).await;
    let tokens = app.redeem_code(&world, &redeemed, &[]).await;
    let fresh = code(&world, &mut browser, &app, &[]).await;
    let mut elsewhere = world.browser();
    let page = elsewhere.open(&world.relying("c2").authorize(&world, &[])).await;
    let transaction = page.form().hidden.remove(0).1;
    let sealed = elsewhere.broker_cookies(TRANSACTION).remove(0).1;
    let mut another = world.browser();
    another.open(&world.relying("c2").authorize(&world, &[])).await;
    let of_another = another.broker_cookies(TRANSACTION).remove(0).1;
    let session = browser.session().unwrap();
    let kinds = [
        ("code", fresh.as_str()),
        ("refresh_token", tokens.str("refresh_token")),
        ("session", &session),
        ("transaction", &sealed),
        ("transaction of another login", &of_another),
        ("transaction id", &transaction),
        ("access_token", tokens.str("access_token")),
        ("id_token", tokens.str("id_token")),
    ];
    let before = world.digest().await;
    for (kind, text) in kinds {
        let disguised = (1..=8).map(|byte| disguise(text, byte));
        for text in [text.to_owned()].into_iter().chain(disguised) {
            let genuine = |door: &str| door == kind && kinds.iter().any(|(_, known)| *known == text);
            if !genuine("code") {
                app.redeem_code(&world, &text, &[]).await.assert_error(400, "invalid_grant");
            }
            if !genuine("refresh_token") {
                app.refresh(&world, &text, &[]).await.assert_error(400, "invalid_grant");
            }
            if !genuine("access_token") {
                assert_eq!(userinfo(&world, &text).await.status, StatusCode::UNAUTHORIZED, "{kind}");
            }
            if !genuine("access_token") && !genuine("refresh_token") {
                assert!(!app.is_active(&world, &text).await, "{kind}");
                app.call(&world, "/revoke", &[("token", &text)]).await;
            }
            if !genuine("session") {
                is_no_session(&world, &app, &text).await;
            }
            if !genuine("transaction") {
                is_no_transaction(&world, &transaction, &text).await;
            }
            if !genuine("id_token") {
                let page = browser.get(&app.authorize(&world, &[("id_token_hint", &text)])).await;
                page.assert_sent_back(&app, "invalid_request");
            }
        }
    }
    assert_eq!(world.digest().await, before);
}

async fn is_no_session(world: &World, app: &Relying, text: &str) {
    let mut planted = world.browser();
    planted.plant(SESSION, text);
    let page = planted.get(&app.authorize(world, &[("prompt", "none")])).await;
    page.assert_sent_back(app, "login_required");
}

async fn is_no_transaction(world: &World, transaction: &str, text: &str) {
    let mut planted = world.browser();
    planted.plant(&format!("{TRANSACTION}{transaction}"), text);
    let again = planted.get(&world.url(&format!("/sign-in?tx={transaction}"))).await;
    again.assert_told(400);
    let state = format!("{transaction}.{text}");
    let callback = format!("/federation/{}/callback?{}", world.k1, encode(&[("state", &state)]));
    planted.get(&world.url(&callback)).await.assert_told(400);
}

/// The same text with another first byte, which is where a handle says of which kind it is.
fn disguise(text: &str, byte: u8) -> String {
    match BASE64.decode(text) {
        Ok(mut bytes) if !bytes.is_empty() => {
            bytes[0] = byte;
            BASE64.encode(bytes)
        }
        _ => format!("{byte}{text}"),
    }
}
