//! Refresh tokens: rotation, reuse, and who may still have one (rows RT).

use std::sync::Arc;

use doorward_domain::audit::Action;
use doorward_domain::{Grant, Handle, HandleKind, ScopeSet};
use doorward_flows::app::{Answer, userinfo};
use doorward_flows::{Browser, Relying, World};
use doorward_store::sled::SledOptions;
use doorward_store::{MemoryStore, SledStore, Store};
use futures_util::future::join_all;
use http::StatusCode;
use rstest::rstest;
use tokio::sync::Barrier;

use crate::ending::End;
use crate::support::{code, reregister, signed_in};

/// Longer than a lost answer is forgiven, in seconds.
const PAST_THE_GRACE: u64 = 11;

fn sled(folder: &tempfile::TempDir) -> Arc<dyn Store> {
    Arc::new(SledStore::open(folder.path(), SledOptions::default()).unwrap())
}

/// Alice's tokens, her app, and the browser she signed in with.
async fn alice(world: &World) -> (Answer, Relying, Browser) {
    let (mut browser, app) = (world.browser(), world.relying("c1"));
    let page = world.sign_in(&mut browser, &app, "victim", "alice").await;
    (app.redeem(world, &page).await, app, browser)
}

/// Asserts that nothing of these answers is good for anything any more.
async fn assert_dead(world: &World, app: &Relying, answers: &[&Answer]) {
    for tokens in answers {
        for token in ["access_token", "refresh_token"] {
            assert!(!app.is_active(world, tokens.str(token)).await, "{token}");
        }
        assert_eq!(userinfo(world, tokens.str("access_token")).await.status, StatusCode::UNAUTHORIZED);
        let again = app.refresh(world, tokens.str("refresh_token"), &[]).await;
        again.assert_error(400, "invalid_grant");
    }
}

#[tokio::test]
async fn rt_01_a_rotated_token_that_comes_again_ends_the_family() {
    let world = World::new().await;
    let (first, app, _) = alice(&world).await;
    let second = app.refresh(&world, first.str("refresh_token"), &[]).await;
    world.pass(PAST_THE_GRACE);
    app.refresh(&world, first.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
    assert_dead(&world, &app, &[&first, &second]).await;
    assert_eq!(world.audited(world.victim, Action::RefreshReuse).await, 1);
}

#[tokio::test]
async fn rt_01_two_rotations_back_is_never_a_lost_answer() {
    let world = World::new().await;
    let (first, app, _) = alice(&world).await;
    let second = app.refresh(&world, first.str("refresh_token"), &[]).await;
    let third = app.refresh(&world, second.str("refresh_token"), &[]).await;
    app.refresh(&world, first.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
    assert_dead(&world, &app, &[&first, &second, &third]).await;
}

#[tokio::test]
async fn rt_01_a_lost_answer_is_given_again_and_is_no_second_family() {
    let world = World::new().await;
    let (first, app, _) = alice(&world).await;
    let second = app.refresh(&world, first.str("refresh_token"), &[]).await;
    world.pass(PAST_THE_GRACE - 2);
    let again = app.refresh(&world, first.str("refresh_token"), &[]).await;
    assert_eq!(again.str("refresh_token"), second.str("refresh_token"));
    assert_eq!(world.all::<Grant>(world.victim).await.len(), 1);
    assert_eq!(world.audited(world.victim, Action::RefreshReuse).await, 0);
}

/// 64 refreshes of each token, released together, half of them at a second instance.
async fn race(store: Arc<dyn Store>, rounds: usize) {
    const CALLERS: usize = 64;
    let here = Arc::new(World::on(store).await);
    let there = Arc::new(here.another_broker().await);
    let (tokens, app, _) = alice(&here).await;
    let mut current = tokens.str("refresh_token").to_owned();
    for round in 0..rounds {
        let start = Arc::new(Barrier::new(CALLERS));
        let callers = (0..CALLERS).map(|n| {
            let world = Arc::clone(if n % 2 == 0 { &here } else { &there });
            let (app, token, start) = (app.clone(), current.clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                // Without openid there is one signature less to wait for.
                app.refresh(&world, &token, &[("scope", "email offline_access")]).await
            })
        });
        let answers: Vec<_> = join_all(callers).await.into_iter().map(Result::unwrap).collect();
        let successor = answers[0].str("refresh_token");
        let all_agree = answers.iter().all(|answer| answer.str("refresh_token") == successor);
        assert!(all_agree, "one successor in round {round}");
        assert_ne!(successor, current);
        let grants = here.all::<Grant>(here.victim).await;
        let generations: Vec<_> =
            grants.iter().map(|grant| grant.refresh().map(|family| family.generation)).collect();
        assert_eq!(generations, [u32::try_from(round + 1).ok()], "one rotation in a round");
        current = successor.to_owned();
    }
    assert_eq!(here.audited(here.victim, Action::RefreshReuse).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_02_many_refreshes_at_once_have_one_successor_in_memory() {
    race(Arc::new(MemoryStore::new()), 500).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_02_many_refreshes_at_once_have_one_successor_on_sled() {
    let folder = tempfile::tempdir().unwrap();
    race(sled(&folder), 20).await;
}

#[rstest]
#[case::on_the_same_broker(false)]
#[case::after_a_restart(true)]
#[tokio::test]
async fn rt_03_a_replay_is_noticed(#[case] restart: bool) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::on(sled(&folder)).await;
    let (first, app, _) = alice(&world).await;
    let second = app.refresh(&world, first.str("refresh_token"), &[]).await;
    let world = if restart { world.restarted(|| sled(&folder)).await } else { world };
    assert!(app.is_active(&world, second.str("refresh_token")).await);
    world.pass(PAST_THE_GRACE);
    app.refresh(&world, first.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
    assert_dead(&world, &app, &[&second]).await;
    assert_eq!(world.audited(world.victim, Action::RefreshReuse).await, 1);
}

#[tokio::test]
async fn rt_05_a_token_is_no_other_clients() {
    let world = World::new().await;
    let (tokens, app, _) = alice(&world).await;
    let before = world.digest().await;
    for thief in ["c2", "public", "native", "third", "cx"].map(|id| world.relying(id)) {
        thief.refresh(&world, tokens.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
    }
    let secretless = Relying { secret: None, ..app.clone() };
    secretless.refresh(&world, tokens.str("refresh_token"), &[]).await.assert_error(401, "invalid_client");
    assert_eq!(world.digest().await, before);
    assert_eq!(world.audited(world.victim, Action::ForeignToken).await, 5);
    assert_eq!(world.audited(world.attacker, Action::ForeignToken).await, 0);
    let own = app.refresh(&world, tokens.str("refresh_token"), &[]).await;
    assert_eq!(own.status, StatusCode::OK, "its own client still can");
}

#[rstest]
#[tokio::test]
async fn rt_06_nobody_refreshes_for_what_has_ended(
    #[values(
        End::UserDisabled,
        End::UserDeleted,
        End::TenantDisabled,
        End::TenantDeleted,
        End::ClientDisabled,
        End::ClientNoLongerServesTheTenant,
        End::RefreshTakenFromTheClient,
        End::ConnectionPaused,
        End::ConnectionDeleted
    )]
    end: End,
) {
    let world = World::new().await;
    let there = world.another_broker().await;
    let (tokens, app, mut browser) = alice(&world).await;
    let code = code(&world, &mut browser, &app, &[]).await;
    end.come(&world).await;
    let (status, error) = end.refusal();
    for instance in [&world, &there] {
        app.refresh(instance, tokens.str("refresh_token"), &[]).await.assert_error(status, error);
    }
    if matches!(end, End::RefreshTakenFromTheClient) {
        assert!(!app.is_active(&world, tokens.str("refresh_token")).await);
        let narrowed = app.redeem_code(&world, &code, &[]).await;
        assert_eq!(narrowed.str("scope"), "openid email", "a code gives no more than the client may have");
        assert!(narrowed.json.get("refresh_token").is_none(), "{narrowed:?}");
        return;
    }
    app.redeem_code(&world, &code, &[]).await.assert_error(status, error);
    assert_eq!(userinfo(&there, tokens.str("access_token")).await.status, StatusCode::UNAUTHORIZED);
    let silent = browser.get(&app.authorize(&world, &[("prompt", "none")])).await;
    assert_eq!(silent.parameter("code"), None, "{}", silent.url);
}

async fn sign_out(world: &World, browser: &mut Browser, tokens: &Answer) {
    let url = world.url(&format!("/end-session?id_token_hint={}", tokens.str("id_token")));
    assert_eq!(browser.get(&url).await.status, StatusCode::OK);
    assert_eq!(browser.session(), None);
}

#[tokio::test]
async fn rt_06_a_logout_ends_what_the_session_gave() {
    let world = World::new().await;
    let (tokens, app, mut browser) = alice(&world).await;
    let other = world.relying("c2");
    let page = browser.open(&other.authorize(&world, &[])).await;
    let others = other.redeem(&world, &page).await;
    sign_out(&world, &mut browser, &tokens).await;
    assert_dead(&world, &app, &[&tokens]).await;
    assert_dead(&world, &other, &[&others]).await;
}

#[tokio::test]
async fn rt_06_a_logout_ends_what_the_session_gave_before_a_second_sign_in() {
    let world = World::new().await;
    let (first, app, mut browser) = alice(&world).await;
    let page = browser.open(&app.authorize(&world, &[("prompt", "login")])).await;
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    let second = app.redeem(&world, &page).await;
    sign_out(&world, &mut browser, &second).await;
    assert_dead(&world, &app, &[&first, &second]).await;
}

#[tokio::test]
async fn rt_06_a_code_from_before_the_logout_gives_nothing() {
    let world = World::new().await;
    let (tokens, app, mut browser) = alice(&world).await;
    let code = code(&world, &mut browser, &app, &[]).await;
    sign_out(&world, &mut browser, &tokens).await;
    app.redeem_code(&world, &code, &[]).await.assert_error(400, "invalid_grant");
    assert_eq!(world.all::<Grant>(world.victim).await, []);
}

#[tokio::test]
async fn rt_07_no_refresh_widens_the_scope() {
    let world = World::new().await;
    let mut browser = signed_in(&world, "alice").await;
    let app = world.relying("c1");
    let code = code(&world, &mut browser, &app, &[("scope", "openid email offline_access")]).await;
    let tokens = app.redeem_code(&world, &code, &[]).await;
    for wider in ["openid email groups", "openid profile", "admin", "openid\temail", "openid \"email\""] {
        let answer = app.refresh(&world, tokens.str("refresh_token"), &[("scope", wider)]).await;
        answer.assert_error(400, "invalid_scope");
    }
    let narrow = app.refresh(&world, tokens.str("refresh_token"), &[("scope", "openid")]).await;
    assert_eq!(narrow.str("scope"), "openid");
    assert_eq!(narrow.claims("id_token").get("email"), None);
    let info = userinfo(&world, narrow.str("access_token")).await;
    assert_eq!(info.json.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub"]);
    let back = app.refresh(&world, narrow.str("refresh_token"), &[]).await;
    assert_eq!(back.str("scope"), "openid email offline_access", "narrowing is for one access token");
}

#[tokio::test]
async fn rt_07_what_the_client_may_no_longer_have_is_not_refreshed() {
    let world = World::new().await;
    let (tokens, app, _) = alice(&world).await;
    reregister(&world, "c1", |it| it.scope = ScopeSet::parse("openid offline_access").unwrap()).await;
    let refreshed = app.refresh(&world, tokens.str("refresh_token"), &[]).await;
    assert_eq!(refreshed.str("scope"), "openid offline_access");
    assert_eq!(refreshed.claims("id_token").get("email"), None);
    let info = userinfo(&world, refreshed.str("access_token")).await;
    assert_eq!(info.json.get("email"), None);
}

#[tokio::test]
async fn rt_07_a_family_ends_in_time_however_often_it_is_used() {
    const DAY: u64 = 24 * 3600;
    let world = World::new().await;
    let (mut tokens, app, _) = alice(&world).await;
    for _ in 0..8 {
        world.pass(11 * DAY);
        tokens = app.refresh(&world, tokens.str("refresh_token"), &[]).await;
    }
    world.pass(2 * DAY - 1);
    tokens = app.refresh(&world, tokens.str("refresh_token"), &[]).await;
    world.pass(1);
    assert_dead(&world, &app, &[&tokens]).await;
}

#[tokio::test]
async fn rt_07_a_token_that_nobody_uses_ends_earlier() {
    const DAY: u64 = 24 * 3600;
    let world = World::new().await;
    let (tokens, app, _) = alice(&world).await;
    world.pass(14 * DAY - 1);
    assert!(app.is_active(&world, tokens.str("refresh_token")).await);
    world.pass(1);
    assert_dead(&world, &app, &[&tokens]).await;
}

#[tokio::test]
async fn rt_07_a_counter_that_was_never_reached_is_no_token() {
    let world = World::new().await;
    let (tokens, app, _) = alice(&world).await;
    let genuine = Handle::parse(HandleKind::Refresh, tokens.str("refresh_token")).unwrap();
    for generation in [1_u32, 2, u32::MAX] {
        let mut secret = *genuine.secret();
        secret[..4].copy_from_slice(&generation.to_be_bytes());
        let forged = Handle::of_grant(
            HandleKind::Refresh,
            genuine.tenant(),
            genuine.session(),
            genuine.grant(),
            secret,
        )
        .to_plain();
        app.refresh(&world, forged.expose(), &[]).await.assert_error(400, "invalid_grant");
        assert!(!app.is_active(&world, forged.expose()).await);
    }
    assert_eq!(world.audited(world.victim, Action::RefreshReuse).await, 0, "a guess accuses nobody");
    assert_eq!(app.refresh(&world, tokens.str("refresh_token"), &[]).await.status, StatusCode::OK);
}
