//! Guessing, and the work that it costs: who exists decides nothing about it, and there is an end to it.

use std::sync::Arc;

use doorward_domain::{Clock as _, Credentials, PasswordCost};
use doorward_flows::authenticator::{Signs, add};
use doorward_flows::local::{
    NEW_PASSWORD, PASSWORD, allow, owner, password_page, person, signed_in, try_password,
};
use doorward_flows::mailbag::{Mailbag, link};
use doorward_flows::tally::Tally;
use doorward_flows::{Authenticator, Setup, World};
use doorward_service::identity::local::{Attempt, Denied, Local};
use doorward_store::records::at;
use futures_util::future::join_all;
use http::StatusCode;
use rstest::rstest;

/// The work is counted, so that a busy machine proves as much as an idle one.
#[tokio::test]
async fn pw_01_who_exists_decides_nothing_about_the_work() {
    let store = Tally::new();
    let world = World::on(store.clone()).await;
    owner(&world).await;
    person(&world, "dora", |user| (user.owner, user.enabled) = (true, false)).await;
    person(&world, "kim", |_| {}).await;
    let eve = person(&world, "eve", |user| user.owner = true).await;
    let key = at::credentials(world.victim, eve);
    world.change::<Credentials>(&key, |credentials| credentials.password = None).await;
    let (sealer, entropy) = (world.sealer.clone(), world.entropy.clone());
    let local = Arc::new(Local::unposted(store.clone(), sealer, entropy, world.settings.clone()));
    let mut work = Vec::new();
    for name in ["olivia", "dora", "kim", "eve", "nobody", "somebody.else"] {
        for login in [format!("{name}@victim.test"), format!("{name}@victim")] {
            let before = (local.hashed(), store.reads());
            let attempt =
                Attempt { login: &login, company: None, password: "wrong", from: None, device: None };
            let denied = local.check_password(&attempt, world.clock.now()).await.unwrap_err();
            assert_eq!(denied, Denied::Wrong, "{login}");
            work.push((local.hashed() - before.0, store.reads() - before.1));
        }
    }
    work.dedup();
    assert_eq!(work.len(), 1, "hashes and reads: {work:?}");
    assert_eq!(work[0].0, 1);
}

/// The store could be as slow as it likes: nobody learns how long it looked for an account.
#[tokio::test]
async fn pw_01_who_asks_for_a_mail_is_answered_before_anybody_is_looked_for() {
    let store = Tally::new();
    let world = World::on(store.clone()).await;
    owner(&world).await;
    let mut browser = world.browser();
    store.stall();
    let mut answers = Vec::new();
    for name in ["olivia", "nobody"] {
        let login = format!("{name}@victim.test");
        let page = browser.post(&world.url("/reset"), &[("username", &login)]).await;
        answers.push((page.status, page.body.replace(name, "NAME")));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn ds_01_what_is_longer_than_a_password_is_not_hashed() {
    let store = Tally::new();
    let world = World::on(store.clone()).await;
    owner(&world).await;
    let (sealer, entropy) = (world.sealer.clone(), world.entropy.clone());
    let local = Local::unposted(store, sealer, entropy, world.settings.clone());
    for (length, hashed) in [(1_024, 1), (1_025, 0), (60_000, 0), (1 << 20, 0)] {
        let before = local.hashed();
        let password = "x".repeat(length);
        let attempt = Attempt {
            login: "olivia@victim.test",
            company: None,
            password: &password,
            from: None,
            device: None,
        };
        assert_eq!(local.check_password(&attempt, world.clock.now()).await.unwrap_err(), Denied::Wrong);
        assert_eq!(local.hashed() - before, hashed, "{length}");
    }
    // And what is larger than a form does not even come so far.
    let page = password_page(&world, &mut world.browser()).await;
    let mut browser = world.browser();
    let posted = browser.post(page.url.as_str(), &[("password", &"x".repeat(1 << 20))]).await;
    assert_eq!(posted.status, StatusCode::PAYLOAD_TOO_LARGE, "{posted:?}");
}

/// Five hundred at once, each for another account: some are looked at, the others are told to come again,
/// and nobody else waits for them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ds_01_of_five_hundred_at_once_few_are_hashed() {
    let mut setup = Setup::default();
    setup.settings.password_cost = PasswordCost { memory: 1024, passes: 1, lanes: 1 };
    let world = World::with(setup).await;
    owner(&world).await;
    let mut browser = world.browser();
    let page = password_page(&world, &mut browser).await;
    let tokens = world.tokens(&world.relying("c1"), "victim", "alice").await;
    let guesses = (0..500).map(|n| {
        let (mut browser, page) = (browser.clone(), &page);
        async move {
            let login = format!("person-{n}@victim.test");
            browser.submit(page, &[("username", &login), ("password", "wrong")]).await
        }
    });
    let refresh = async { world.relying("c1").refresh(&world, tokens.str("refresh_token"), &[]).await };
    let (answers, refreshed) = futures_util::future::join(join_all(guesses), refresh).await;
    assert_eq!(refreshed.status, StatusCode::OK, "apps go on");
    let told = |status: StatusCode| answers.iter().filter(|page| page.status == status).count();
    let turned_away = told(StatusCode::TOO_MANY_REQUESTS) + told(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(told(StatusCode::OK) + turned_away, answers.len());
    assert!(turned_away >= 400, "{turned_away} were turned away");
    let again = answers.iter().filter(|page| page.status != StatusCode::OK);
    assert!(again.clone().all(|page| page.headers.contains_key("retry-after")));
    world.pass(60);
    assert!(signed_in(&world, &mut world.browser(), "olivia@victim.test", PASSWORD).await);
}

/// Whoever is attacked may do something about it.
#[tokio::test]
async fn pw_5_5_strangers_who_guess_do_not_keep_the_owner_from_another_password() {
    let world = World::new().await;
    owner(&world).await;
    let (mut hers, mut stranger) = (world.browser(), world.browser());
    assert!(signed_in(&world, &mut hers, "olivia@victim.test", PASSWORD).await);
    let mut page = password_page(&world, &mut stranger).await;
    for _ in 0..8 {
        page = stranger.submit(&page, &[("username", "olivia@victim"), ("password", "guess of mine")]).await;
    }
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    let change = [("password", PASSWORD), ("new", NEW_PASSWORD)];
    let page = hers.post(&world.url("/account/password"), &change).await;
    assert!(page.body.contains("How you sign in is changed"), "{page:?}");
}

#[tokio::test]
async fn ds_06_failures_leave_nothing_behind_however_long_their_names() {
    let world = World::new().await;
    owner(&world).await;
    let mut browser = world.browser();
    let page = password_page(&world, &mut browser).await;
    let before = world.digest().await;
    for n in 0..200 {
        let login = format!("{n}{}@victim.test", "x".repeat(8 * 1024));
        let answer = browser.submit(&page, &[("username", &login), ("password", "wrong")]).await;
        assert!(!answer.body.contains(&"x".repeat(400)), "nothing that long is repeated");
    }
    assert_eq!(world.digest().await, before);
    assert!(browser.broker_cookies("").iter().all(|(_, value)| value.len() < 4_096));
}

/// However many accounts there are: one place asks for some mails in a while, and no more.
#[tokio::test]
async fn ds_06_one_place_asks_for_few_mails() {
    let world = World::new().await;
    for n in 0..60 {
        person(&world, &format!("owner-{n}"), |user| user.owner = true).await;
    }
    for n in 0..60 {
        let login = format!("owner-{n}@victim.test");
        world.browser().post(&world.url("/reset"), &[("username", &login)]).await;
        Mailbag::settle().await;
    }
    let sent = world.mail.all().await.len();
    assert!((1..=25).contains(&sent), "{sent} mails were sent");
    world.pass(60 * 60);
    world.browser().post(&world.url("/reset"), &[("username", "owner-59@victim.test")]).await;
    world.mail.after(sent).await;
}

/// The steps of signing in, in every order but the right one, and those of another login.
#[tokio::test]
async fn pw_05_steps_are_taken_in_their_order_and_in_one_login() {
    let world = World::new().await;
    owner(&world).await;
    let mut authenticator = Authenticator::new(Signs::Es256);
    add(&world, "olivia@victim.test", &mut authenticator).await;
    let (mut hers, mut theirs) = (world.browser(), world.browser());
    let her_step = try_password(&world, &mut hers, "olivia@victim.test", PASSWORD).await;
    let their_page = password_page(&world, &mut theirs).await;
    let [her, their] = [&her_step, &their_page].map(|page| {
        let (_, rest) = page.body.split_once("name=\"tx\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    });
    let before = world.digest().await;
    let steps = [
        "/sign-in",
        "/sign-in/password",
        "/sign-in/second-factor",
        "/sign-in/passkey",
        "/sign-in/second-factor/passkey",
        "/sign-in/connection",
        "/consent",
        "/device/confirm",
    ];
    for step in steps {
        for fields in
            [vec![], vec![("tx", "")], vec![("tx", "AAAAAAAAAAAAAAAAAAAAAA")], vec![("tx", her.as_str())]]
        {
            let page = theirs.post(&world.url(step), &fields).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{step} {fields:?}: {page:?}");
        }
    }
    // In a login of their own there is no password before it.
    for step in ["/sign-in/second-factor", "/sign-in/second-factor/passkey"] {
        let page = theirs.post(&world.url(step), &[("tx", &their), ("code", "000000")]).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{step}: {page:?}");
    }
    for step in ["/reset/password", "/invitation", "/verify-email", "/account/password"] {
        for fields in
            [vec![], vec![("password", NEW_PASSWORD)], vec![("token", ""), ("password", NEW_PASSWORD)]]
        {
            let page = theirs.post(&world.url(step), &fields).await;
            assert!(theirs.session().is_none() && page.status != StatusCode::FOUND, "{step}: {page:?}");
        }
    }
    assert!(theirs.session().is_none());
    assert_eq!(world.digest().await, before);
}

#[rstest]
#[case::by_its_link(true)]
#[case::by_its_code(false)]
#[tokio::test]
async fn pw_04_a_new_password_voids_every_other_proof(#[case] by_link: bool) {
    let world = World::new().await;
    owner(&world).await;
    let mut browser = world.browser();
    let page = browser.post(&world.url("/reset"), &[("username", "olivia@victim.test")]).await;
    let letter = world.mail.after(0).await;
    let verification = br#"{"action":"verify_email"}"#;
    let request = http::Request::post(world.url("/admin/v1/tenants/victim/users/olivia/change"))
        .header("authorization", format!("Bearer {}", doorward_flows::world::ADMIN_TOKEN))
        .header("content-type", "application/json")
        .body(verification.to_vec());
    doorward_flows::app::send(&world, request.unwrap()).await;
    let other = link(&world.mail.after(1).await);
    assert!(browser.open(&other).await.status == StatusCode::OK);
    let page = if by_link { browser.open(&link(&letter)).await } else { page };
    let code = doorward_flows::mailbag::code(&letter);
    let page = browser.submit(&page, &[("code", code.as_str()), ("password", NEW_PASSWORD)]).await;
    assert!(page.body.contains("Your password is saved"), "{page:?}");
    for url in [other, link(&letter)] {
        browser.open(&url).await.assert_told(400);
    }
}

/// An invitation says whose it is by itself: what is sent with it, and who is signed in, changes nothing.
#[tokio::test]
async fn pw_07_an_invitation_gives_what_was_invited_to_and_nothing_more() {
    let world = World::new().await;
    owner(&world).await;
    let operator = crate::admin::Operator::of(&world);
    allow(&world).await;
    let new = serde_json::json!({"email": "x@victim.test", "invite": true});
    let made = operator.post("/tenants/victim/users", &new).await;
    assert_eq!(made.status, StatusCode::OK, "{made:?}");
    let url = link(&world.mail.after(0).await);
    let token = url.split_once("token=").unwrap().1.to_owned();
    let mut browser = world.browser();
    assert!(signed_in(&world, &mut browser, "olivia@victim.test", PASSWORD).await);
    let session = browser.session();
    let fields = [
        ("token", token.as_str()),
        ("password", NEW_PASSWORD),
        ("email", "olivia@victim.test"),
        ("username", "olivia"),
        ("tenant", "attacker"),
        ("owner", "true"),
        ("role", "admin"),
    ];
    let page = browser.post(&world.url("/invitation"), &fields).await;
    assert!(page.body.contains("Your password is saved"), "{page:?}");
    assert_eq!(browser.session(), session, "whoever was signed in stays who they are");
    let user = operator.get("/tenants/victim/users/x@victim.test").await;
    assert_eq!((&user.json["owner"], &user.json["email"]), (&false.into(), &"x@victim.test".into()));
    assert!(!signed_in(&world, &mut world.browser(), "olivia@victim.test", NEW_PASSWORD).await);
    let at_attacker = operator.get("/tenants/attacker/users/x@victim.test").await;
    assert_eq!(at_attacker.status, StatusCode::NOT_FOUND);
}
