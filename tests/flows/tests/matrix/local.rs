//! Signing in at doorward itself: what works, and that nobody learns who has an account.

use doorward_domain::audit::Action;
use doorward_domain::{Clock as _, Credentials, PasswordCost, PasswordHash, Plain, Session, Tenant, User};
use doorward_flows::World;
use doorward_flows::authenticator::question;
use doorward_flows::browser::SESSION;
use doorward_flows::local::{
    PASSWORD, allow, owner, password_page, person, signed_in, try_password, with_authenticator,
};
use doorward_flows::world::IDP;
use doorward_service::identity::local::password::Hasher;
use doorward_service::identity::local::second_factor::code_of;
use doorward_store::records::at;
use http::StatusCode;
use rstest::rstest;

#[rstest]
#[case::by_address("olivia@victim.test")]
#[case::by_username_and_code("Olivia@Victim")]
#[tokio::test]
async fn an_owner_signs_in_with_a_password(#[case] login: &str) {
    let world = World::new().await;
    let olivia = owner(&world).await;
    let mut browser = world.browser();
    let page = try_password(&world, &mut browser, login, PASSWORD).await;
    let tokens = world.relying("c1").redeem(&world, &page).await;
    let claims = tokens.claims("id_token");
    assert_eq!(claims["sub"], olivia.to_string());
    assert_eq!(claims["amr"], serde_json::json!(["pwd"]));
    assert_eq!(claims["auth_time"], world.clock.now().as_secs());
    let session = world.all::<Session>(world.victim).await.remove(0);
    assert_eq!(session.connection, None);
    assert_eq!(world.audited(world.victim, Action::SignedIn).await, 1);
    // And everything that comes after a sign-in works: a silent one, and a refresh.
    let refreshed = world.relying("c1").refresh(&world, tokens.str("refresh_token"), &[]).await;
    assert_eq!(refreshed.status, StatusCode::OK, "{refreshed:?}");
    let silent = browser.get(&world.relying("c2").authorize(&world, &[("prompt", "none")])).await;
    assert!(silent.parameter("code").is_some(), "{silent:?}");
}

#[tokio::test]
async fn other_people_need_their_tenants_leave_and_lose_what_they_had_with_it() {
    let world = World::new().await;
    person(&world, "kim", |_| {}).await;
    assert!(!signed_in(&world, &mut world.browser(), "kim@victim.test", PASSWORD).await);
    allow(&world).await;
    let mut browser = world.browser();
    let page = try_password(&world, &mut browser, "kim@victim.test", PASSWORD).await;
    let tokens = world.relying("c1").redeem(&world, &page).await;
    world.change::<Tenant>(&at::tenant(world.victim), |tenant| tenant.populations.clear()).await;
    let refreshed = world.relying("c1").refresh(&world, tokens.str("refresh_token"), &[]).await;
    refreshed.assert_error(400, "invalid_grant");
    let silent = browser.get(&world.relying("c2").authorize(&world, &[("prompt", "none")])).await;
    silent.assert_sent_back(&world.relying("c2"), "login_required");
}

#[tokio::test]
async fn where_both_are_allowed_the_person_chooses() {
    let world = World::new().await;
    person(&world, "kim", |_| {}).await;
    allow(&world).await;
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let page = browser.submit(&page, &[("username", "victim")]).await;
    assert!(
        page.body.contains(&world.k1.to_string()) && page.body.contains("id=\"with-password\""),
        "{page:?}"
    );
    let transaction = page.form().hidden.remove(0).1;
    let page = browser.open(&world.url(&format!("/sign-in/password?tx={transaction}"))).await;
    // The company code was typed before, so the username alone will do.
    let page = browser.submit(&page, &[("username", "kim"), ("password", PASSWORD)]).await;
    assert!(page.parameter("code").is_some(), "{page:?}");
}

#[rstest]
#[case::a_username_and_a_code("kim@victim", true)]
#[case::of_no_company("kim@nobody-at-all", true)]
#[case::a_public_mail_service("somebody@gmail.com", true)]
#[case::single_sign_on_alone("olivia@victim.test", false)]
#[case::unknown_at_single_sign_on("nobody@victim.test", false)]
#[tokio::test]
async fn pw_01_where_a_name_leads_says_nothing_about_accounts(#[case] typed: &str, #[case] here: bool) {
    let world = World::new().await;
    owner(&world).await;
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let page = browser.submit_unfollowed(&page, &[("username", typed)]).await;
    assert_eq!(page.body.contains("id=\"password\""), here, "{page:?}");
    assert_eq!(page.location().is_some_and(|to| to.as_str().starts_with(IDP)), !here, "{page:?}");
}

/// Known, unknown, disabled, not allowed, and without a password: one answer.
#[tokio::test]
async fn pw_01_every_failure_is_answered_alike() {
    let world = World::new().await;
    owner(&world).await;
    person(&world, "dora", |user| (user.owner, user.enabled) = (true, false)).await;
    person(&world, "zoe", |_| {}).await;
    let empty = person(&world, "eve", |user| user.owner = true).await;
    let key = at::credentials(world.victim, empty);
    world.change::<Credentials>(&key, |credentials| credentials.password = None).await;
    let before = world.digest().await;
    let mut answers = Vec::new();
    let logins = ["olivia", "nobody", "dora", "zoe", "eve", "oscar"];
    for name in logins {
        let mut browser = world.browser();
        // Where the name is right the password is wrong.
        let password = if name == "olivia" { "another password" } else { PASSWORD };
        let page = try_password(&world, &mut browser, &format!("{name}@victim.test"), password).await;
        let transaction = page.form().hidden.remove(0).1;
        let challenge = question(&page)["challenge"].as_str().unwrap().to_owned();
        let body = page.body.replace(&transaction, "TX").replace(&challenge, "C").replace(name, "NAME");
        let headers: Vec<_> = page.headers.keys().map(ToString::to_string).collect();
        assert!(page.body.contains("name or the password is wrong"), "{name}: {}", page.body);
        assert!(browser.session().is_none() && browser.broker_cookies("__Host-doorward-device").is_empty());
        answers.push((page.status, body, headers));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert_eq!(world.digest().await, before, "rule 5");
}

#[tokio::test]
async fn pw_5_5_guessing_becomes_slow_and_the_owner_still_comes_in() {
    let world = World::new().await;
    owner(&world).await;
    let mut hers = world.browser();
    assert!(signed_in(&world, &mut hers, "olivia@victim.test", PASSWORD).await);
    let (name, device) = hers.broker_cookies("__Host-doorward-device").remove(0);
    hers.forget(SESSION);
    hers.plant(&name, &device);
    let mut stranger = world.browser();
    let mut page = password_page(&world, &mut stranger).await;
    for _ in 0..8 {
        page = stranger.submit(&page, &[("username", "olivia@victim"), ("password", "guess of mine")]).await;
    }
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "{page:?}");
    assert!(page.headers.contains_key("retry-after"), "{page:?}");
    // By another of her names it is the same account.
    let other = try_password(&world, &mut world.browser(), "olivia@victim.test", "guess of mine").await;
    assert_eq!(other.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(signed_in(&world, &mut hers, "olivia@victim.test", PASSWORD).await, "her own browser is known");
    world.pass(30);
    assert!(
        signed_in(&world, &mut world.browser(), "olivia@victim.test", PASSWORD).await,
        "and nobody is locked out"
    );
}

#[tokio::test]
async fn ds_01_an_endless_password_is_refused_before_it_is_hashed() {
    let world = World::new().await;
    owner(&world).await;
    let page = try_password(&world, &mut world.browser(), "olivia@victim.test", &"x".repeat(2_000)).await;
    assert!(page.body.contains("name or the password is wrong"), "{page:?}");
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_each_code_is_good_once() {
    let world = World::new().await;
    let olivia = owner(&world).await;
    let secret = with_authenticator(&world, olivia).await;
    let mut browser = world.browser();
    let page = try_password(&world, &mut browser, "olivia@victim.test", PASSWORD).await;
    assert!(page.body.contains("id=\"code\"") && browser.session().is_none(), "{page:?}");
    let wrong = browser.submit(&page, &[("code", "000000")]).await;
    assert!(wrong.body.contains("This code is wrong"), "{wrong:?}");
    let now = code_of(&secret, world.clock.now()).unwrap();
    let page = browser.submit(&page, &[("code", &now)]).await;
    let claims = world.relying("c1").redeem(&world, &page).await.claims("id_token");
    assert_eq!(claims["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
    assert!(claims["acr"].is_string());
    let mut again = world.browser();
    let page = try_password(&world, &mut again, "olivia@victim.test", PASSWORD).await;
    let page = again.submit(&page, &[("code", &now)]).await;
    assert!(page.body.contains("This code is wrong") && again.session().is_none(), "{page:?}");
}

#[rstest]
#[case::nothing_before(false)]
#[case::another_password_since(true)]
#[tokio::test]
async fn pw_05_no_step_is_skipped(#[case] after_a_password: bool) {
    let world = World::new().await;
    let olivia = owner(&world).await;
    let secret = with_authenticator(&world, olivia).await;
    let mut browser = world.browser();
    let page = if after_a_password {
        let page = try_password(&world, &mut browser, "olivia@victim.test", PASSWORD).await;
        world.pass(1);
        let now = world.clock.now();
        let key = at::credentials(world.victim, olivia);
        world.change::<Credentials>(&key, |credentials| credentials.changed_at = now).await;
        page
    } else {
        password_page(&world, &mut browser).await
    };
    let before = world.digest().await;
    let transaction = page.form().hidden.remove(0).1;
    let code = code_of(&secret, world.clock.now()).unwrap();
    for fields in [vec![("tx", transaction.as_str()), ("code", &code)], vec![("code", &code)], vec![]] {
        browser.post(&world.url("/sign-in/second-factor"), &fields).await.assert_told(400);
    }
    assert!(browser.session().is_none());
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn a_dearer_hash_takes_the_place_of_an_older_one_at_sign_in() {
    let world = World::new().await;
    let olivia = owner(&world).await;
    let key = at::credentials(world.victim, olivia);
    let cheap = PasswordCost { memory: 32, passes: 1, lanes: 1 };
    let hash = Hasher::new(cheap).hash(Plain::new(PASSWORD), &*world.entropy).await.unwrap();
    world.change::<Credentials>(&key, |credentials| credentials.password = Some(hash)).await;
    assert!(signed_in(&world, &mut world.browser(), "olivia@victim.test", PASSWORD).await);
    let PasswordHash { cost, .. } = world.read::<Credentials>(&key).await.unwrap().password.unwrap();
    assert_eq!(cost.memory, 64);
    assert!(signed_in(&world, &mut world.browser(), "olivia@victim.test", PASSWORD).await);
}

#[tokio::test]
async fn se_06_who_is_disabled_is_nobody_at_once() {
    let world = World::new().await;
    let olivia = owner(&world).await;
    let mut browser = world.browser();
    let page = try_password(&world, &mut browser, "olivia@victim.test", PASSWORD).await;
    let tokens = world.relying("c1").redeem(&world, &page).await;
    world.change::<User>(&at::user(world.victim, olivia), |user| user.enabled = false).await;
    let refreshed = world.relying("c1").refresh(&world, tokens.str("refresh_token"), &[]).await;
    refreshed.assert_error(400, "invalid_grant");
    assert!(!signed_in(&world, &mut browser, "olivia@victim.test", PASSWORD).await);
}

#[tokio::test]
async fn who_sets_one_up_needs_it_from_then_on_or_a_recovery_code() {
    let world = World::new().await;
    let olivia = owner(&world).await;
    let mut browser = world.browser();
    browser.get(&world.url("/account/authenticator")).await.assert_told(400);
    assert!(signed_in(&world, &mut browser, "olivia@victim.test", PASSWORD).await);
    let page = browser.open(&world.url("/account/authenticator")).await;
    let (_, rest) = page.body.split_once("<strong id=\"secret\" translate=\"no\">").unwrap();
    let secret = Plain::new(rest.split('<').next().unwrap());
    let first = code_of(&secret, world.clock.now()).unwrap();
    let wrong = browser.submit(&page, &[("code", &first), ("password", "another password")]).await;
    assert!(wrong.body.contains("The password or the code is wrong"), "{wrong:?}");
    let page = browser.submit(&page, &[("code", &first), ("password", PASSWORD)]).await;
    let codes: Vec<_> = page.body.split("<code translate=\"no\">").skip(1).map(|it| &it[..11]).collect();
    assert_eq!(codes.len(), 10, "{page:?}");
    let silent = browser.get(&world.relying("c2").authorize(&world, &[("prompt", "none")])).await;
    silent.assert_sent_back(&world.relying("c2"), "login_required");
    assert_eq!(world.audited(world.victim, Action::AuthenticatorAdded).await, 1);
    assert_eq!(world.mail.all().await.len(), 1, "and she is told");
    // The app's first code was used up; a recovery code lets her in, once.
    for (code, good) in [(first.as_str(), false), (codes[0], true), (codes[0], false), (codes[1], true)] {
        let mut browser = world.browser();
        let page = try_password(&world, &mut browser, "olivia@victim.test", PASSWORD).await;
        let page = browser.submit(&page, &[("code", code)]).await;
        assert_eq!(page.parameter("code").is_some(), good, "{page:?}");
    }
    let credentials = world.read::<Credentials>(&at::credentials(world.victim, olivia)).await.unwrap();
    assert_eq!(credentials.recovery_codes.len(), 8);
}
