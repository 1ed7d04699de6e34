//! Passkeys: added by whoever is signed in, a way in alone or after a password, and taken away.

use std::collections::BTreeSet;

use doorward_domain::audit::Action;
use doorward_domain::{Clock as _, Credentials, Session, User, UserId};
use doorward_flows::authenticator::{
    BACKUP_ELIGIBLE, Fields, Signs, VERIFIED, add, page_to_add, post, question, try_passkey,
};
use doorward_flows::browser::SESSION;
use doorward_flows::local::{
    NEW_PASSWORD, PASSWORD, owner, person, signed_in, try_password, with_authenticator,
};
use doorward_flows::mailbag::link;
use doorward_flows::{Authenticator, Browser, Page, World};
use doorward_service::identity::local::second_factor::code_of;
use doorward_store::Kind;
use doorward_store::records::at;
use http::StatusCode;
use rstest::rstest;
use serde_json::json;

use crate::admin::Operator;

const OLIVIA: &str = "olivia@victim.test";

async fn credentials(world: &World, user: UserId) -> Credentials {
    world.read(&at::credentials(world.victim, user)).await.unwrap()
}

/// The owner, with a passkey.
async fn with_passkey(world: &World) -> (UserId, Authenticator) {
    let olivia = owner(world).await;
    let mut authenticator = Authenticator::new(Signs::Es256);
    assert_eq!(add(world, OLIVIA, &mut authenticator).await.status, StatusCode::OK);
    (olivia, authenticator)
}

/// The account page, in a browser in which the owner has just signed in with her passkey.
async fn account(world: &World, authenticator: &Authenticator) -> (Browser, Page) {
    let mut browser = world.browser();
    let page = try_passkey(world, &mut browser, authenticator, |_| {}).await;
    assert!(page.parameter("code").is_some(), "{page:?}");
    let page = browser.open(&world.url("/account")).await;
    (browser, page)
}

#[rstest]
#[case::of_one_device(Signs::Es256, 0, "hwk", "phrh")]
#[case::synced(Signs::Es256, BACKUP_ELIGIBLE, "swk", "phr")]
#[case::on_another_curve(Signs::EdDsa, 0, "hwk", "phrh")]
#[case::of_windows(Signs::Rs256(2048), 0, "hwk", "phrh")]
#[tokio::test]
async fn a_person_adds_a_passkey_and_signs_in_with_it_alone(
    #[case] signs: Signs,
    #[case] kind: u8,
    #[case] method: &str,
    #[case] acr: &str,
) {
    let world = World::new().await;
    let olivia = owner(&world).await;
    let mut authenticator = Authenticator::new(signs);
    authenticator.kind = kind;
    let page = add(&world, OLIVIA, &mut authenticator).await;
    assert_eq!(page.body.matches("<code translate=\"no\">").count(), 10, "recovery codes: {page:?}");
    assert_eq!(world.all::<Session>(world.victim).await.len(), 1, "an ended session expires by itself");
    assert_eq!(world.audited(world.victim, Action::PasskeyAdded).await, 1);
    assert_eq!(world.mail.all().await.len(), 1, "and she is told");

    world.pass(60);
    authenticator.count = 7;
    let mut browser = world.browser();
    let page = try_passkey(&world, &mut browser, &authenticator, |_| {}).await;
    let claims = world.relying("c1").redeem(&world, &page).await.claims("id_token");
    assert_eq!(claims["sub"], olivia.to_string());
    assert_eq!(claims["amr"], json!([method, "user", "mfa"]));
    assert_eq!(claims["acr"], acr);
    assert_eq!(claims["auth_time"], world.clock.now().as_secs());
    let kept = credentials(&world, olivia).await.passkeys.remove(0);
    assert_eq!((kept.sign_count, kept.used_at, kept.name), (7, Some(world.clock.now()), "My phone".into()));
    let listed = browser.open(&world.url("/account")).await;
    assert!(listed.body.contains("My phone") && listed.body.contains("last used on"), "{listed:?}");
}

#[tokio::test]
async fn a_password_alone_does_not_do_beside_a_passkey() {
    let world = World::new().await;
    let (_, authenticator) = with_passkey(&world).await;
    let mut browser = world.browser();
    let page = try_password(&world, &mut browser, OLIVIA, PASSWORD).await;
    assert!(browser.session().is_none() && page.body.contains("Confirm that it is you"), "{page:?}");
    let asked = question(&page);
    assert_eq!(asked["allowCredentials"].as_array().unwrap().len(), 1);
    // Whoever has shown a password need not prove to the authenticator who they are.
    let mut said = authenticator.says(&asked);
    said.flags &= !VERIFIED;
    let fields = authenticator.signed(&said);
    let page = post(&world, &mut browser, &page, "/sign-in/second-factor/passkey", &fields).await;
    let claims = world.relying("c1").redeem(&world, &page).await.claims("id_token");
    assert_eq!(claims["amr"], json!(["pwd", "hwk", "user", "mfa"]));
    assert_eq!(claims["acr"], "phrh");
}

#[tokio::test]
async fn a_lost_device_is_bridged_by_a_recovery_code_or_another_factor() {
    let world = World::new().await;
    let olivia = owner(&world).await;
    let page = add(&world, OLIVIA, &mut Authenticator::new(Signs::Es256)).await;
    let recovery = page.body.split("<code translate=\"no\">").nth(1).unwrap()[..11].to_owned();
    for good in [true, false] {
        let mut browser = world.browser();
        let page = try_password(&world, &mut browser, OLIVIA, PASSWORD).await;
        let fields = vec![("code", recovery.clone())];
        let page = post(&world, &mut browser, &page, "/sign-in/second-factor", &fields).await;
        assert_eq!(page.parameter("code").is_some(), good);
    }
    let secret = with_authenticator(&world, olivia).await;
    let mut browser = world.browser();
    let page = try_password(&world, &mut browser, OLIVIA, PASSWORD).await;
    let code = code_of(&secret, world.clock.now()).unwrap();
    let page = post(&world, &mut browser, &page, "/sign-in/second-factor", &vec![("code", code)]).await;
    assert!(page.parameter("code").is_some(), "{page:?}");
}

#[tokio::test]
async fn a_new_password_by_mail_takes_no_passkey_away() {
    let world = World::new().await;
    let (olivia, authenticator) = with_passkey(&world).await;
    let mut browser = world.browser();
    browser.post(&world.url("/reset"), &[("username", OLIVIA)]).await;
    let page = browser.open(&link(&world.mail.after(1).await)).await;
    browser.submit(&page, &[("password", NEW_PASSWORD)]).await;
    assert_eq!(credentials(&world, olivia).await.passkeys.len(), 1);
    assert!(
        !signed_in(&world, &mut world.browser(), OLIVIA, NEW_PASSWORD).await,
        "the mailbox is one factor"
    );
    let page = try_passkey(&world, &mut world.browser(), &authenticator, |_| {}).await;
    assert!(page.parameter("code").is_some(), "{page:?}");
}

/// Whether there is a passkey, a user or leave to sign in: the question and the answer are the same.
#[tokio::test]
async fn pw_01_nobody_learns_who_has_a_passkey() {
    let world = World::new().await;
    let (olivia, known) = with_passkey(&world).await;
    person(&world, "dora", |user| user.owner = true).await;
    let mut disabled = Authenticator::new(Signs::Es256);
    add(&world, "dora@victim.test", &mut disabled).await;
    let dora = UserId::from_bytes(disabled.user[16..].try_into().unwrap());
    world.change::<User>(&at::user(world.victim, dora), |user| user.enabled = false).await;
    let mut unknown = Authenticator::new(Signs::Es256);
    unknown.user.clone_from(&known.user);
    let before = world.digest().await;
    let mut answers = Vec::new();
    for (authenticator, forged) in [(&known, true), (&disabled, false), (&unknown, false)] {
        let mut browser = world.browser();
        let page = browser.open(&world.relying("c1").authorize(&world, &[("login_hint", "")])).await;
        let asked = question(&page);
        assert_eq!(asked["allowCredentials"], json!([]), "nobody is named");
        let mut said = authenticator.says(&asked);
        said.forged = forged;
        let page = post(&world, &mut browser, &page, "/sign-in/passkey", &authenticator.signed(&said)).await;
        assert!(page.body.contains("This passkey is not good here"), "{page:?}");
        assert!(browser.session().is_none() && browser.broker_cookies("__Host-doorward-device").is_empty());
        let headers: Vec<_> = page.headers.keys().map(ToString::to_string).collect();
        let transaction = page.form().hidden.remove(0).1;
        let challenge = question(&page)["challenge"].as_str().unwrap().to_owned();
        answers.push((page.status, headers, page.body.replace(&transaction, "TX").replace(&challenge, "C")));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert_eq!(world.digest().await, before, "rule 5");
    assert!(credentials(&world, olivia).await.passkeys[0].used_at.is_none());
}

#[tokio::test]
async fn an_authenticator_that_counts_backwards_may_be_a_copy_and_is_refused() {
    let world = World::new().await;
    let (olivia, mut authenticator) = with_passkey(&world).await;
    for (count, good) in [(5, true), (5, false), (4, false), (0, false), (6, true)] {
        authenticator.count = count;
        let page = try_passkey(&world, &mut world.browser(), &authenticator, |_| {}).await;
        assert_eq!(page.parameter("code").is_some(), good, "{count}: {page:?}");
    }
    assert_eq!(world.audited(world.victim, Action::PasskeyCloned).await, 3);
    assert_eq!(credentials(&world, olivia).await.passkeys[0].sign_count, 6);
}

#[tokio::test]
async fn se_02_whoever_takes_a_passkey_away_is_signed_out_everywhere() {
    let world = World::new().await;
    let (olivia, authenticator) = with_passkey(&world).await;
    let (mut browser, page) = account(&world, &authenticator).await;
    let mut elsewhere = browser.clone();
    let id = credentials(&world, olivia).await.passkeys[0].id.clone();
    let without = |password: &str| -> Fields { vec![("id", id.clone()), ("password", password.to_owned())] };
    let wrong = post(&world, &mut browser, &page, "/account/passkey/remove", &without("another one")).await;
    assert!(wrong.body.contains("Nothing was changed"), "{wrong:?}");
    let page = post(&world, &mut browser, &page, "/account/passkey/remove", &without(PASSWORD)).await;
    assert!(page.body.contains("How you sign in is changed"), "{page:?}");
    assert!(browser.session().is_none());
    let silent = elsewhere.get(&world.relying("c2").authorize(&world, &[("prompt", "none")])).await;
    silent.assert_sent_back(&world.relying("c2"), "login_required");
    let left = credentials(&world, olivia).await;
    assert!(left.passkeys.is_empty() && left.recovery_codes.is_empty(), "nothing to stand in for: {left:?}");
    assert!(world.records().await.iter().all(|(key, _)| key.kind() != Kind::PasskeyOf));
    assert_eq!(world.audited(world.victim, Action::PasskeyRemoved).await, 1);
    let page = try_passkey(&world, &mut world.browser(), &authenticator, |_| {}).await;
    assert!(page.body.contains("This passkey is not good here"), "{page:?}");
    assert!(signed_in(&world, &mut world.browser(), OLIVIA, PASSWORD).await);
}

#[tokio::test]
async fn se_02_another_password_ends_every_session_but_no_second_factor() {
    let world = World::new().await;
    let (olivia, authenticator) = with_passkey(&world).await;
    let (mut browser, page) = account(&world, &authenticator).await;
    let mut elsewhere = browser.clone();
    let change =
        |now: &str, new: &str| -> Fields { vec![("password", now.to_owned()), ("new", new.to_owned())] };
    for (now, new, told) in [
        ("another password", NEW_PASSWORD, "Nothing was changed"),
        (PASSWORD, "short", "This password is too short"),
        (PASSWORD, "password olivia", "This password is easy to guess"),
    ] {
        let page = post(&world, &mut browser, &page, "/account/password", &change(now, new)).await;
        assert!(page.body.contains(told), "{page:?}");
    }
    post(&world, &mut browser, &page, "/account/password", &change(PASSWORD, NEW_PASSWORD)).await;
    let silent = elsewhere.get(&world.relying("c2").authorize(&world, &[("prompt", "none")])).await;
    silent.assert_sent_back(&world.relying("c2"), "login_required");
    assert_eq!(world.audited(world.victim, Action::PasswordChanged).await, 1);
    assert_eq!(credentials(&world, olivia).await.passkeys.len(), 1);
    let old = try_password(&world, &mut world.browser(), OLIVIA, PASSWORD).await;
    assert!(old.body.contains("name or the password is wrong"), "{old:?}");
    let new = try_password(&world, &mut world.browser(), OLIVIA, NEW_PASSWORD).await;
    assert!(new.body.contains("Confirm that it is you"), "{new:?}");
}

#[tokio::test]
async fn who_came_through_an_identity_provider_has_nothing_to_change_here() {
    let world = World::new().await;
    let mut browser = world.browser();
    browser.get(&world.url("/account")).await.assert_told(400);
    world.sign_in(&mut browser, &world.relying("c1"), "victim", "alice").await;
    assert!(browser.session().is_some());
    let alice = world.all::<User>(world.victim).await.remove(0);
    let credentials = Credentials::new(world.victim, alice.id, world.clock.now());
    let hash = credentials_of_owner(&world).await.password;
    world.put(&Credentials { password: hash, ..credentials }).await;
    let before = world.digest().await;
    browser.get(&world.url("/account")).await.assert_told(400);
    for path in ["/account/passkey", "/account/passkey/new", "/account/passkey/remove", "/account/password"] {
        browser
            .post(&world.url(path), &[("password", PASSWORD), ("new", NEW_PASSWORD)])
            .await
            .assert_told(400);
    }
    assert_eq!(world.digest().await, before);
}

async fn credentials_of_owner(world: &World) -> Credentials {
    let olivia = owner(world).await;
    credentials(world, olivia).await
}

#[tokio::test]
async fn an_operator_sees_passkeys_without_what_is_in_them_and_takes_one_away() {
    let world = World::new().await;
    let (_, authenticator) = with_passkey(&world).await;
    let (mut browser, _) = account(&world, &authenticator).await;
    let operator = Operator::of(&world);
    let listed = operator.get("/tenants/victim/users/olivia/passkeys").await;
    let passkeys = listed.json.as_array().unwrap();
    assert_eq!(passkeys[0]["name"], "My phone", "{listed:?}");
    let names: BTreeSet<_> = passkeys[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["created_at", "id", "name", "synced", "used_at"]));
    let shown = operator.get("/tenants/victim/users/olivia").await;
    assert_eq!(shown.json["passkeys"], listed.json, "{shown:?}");
    let unknown = operator.post("/tenants/victim/users/olivia/passkeys/remove", &json!({"id": "x"})).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{unknown:?}");
    let which = json!({"id": passkeys[0]["id"]});
    let left = operator.post("/tenants/victim/users/olivia/passkeys/remove", &which).await;
    assert_eq!(left.json, json!([]), "{left:?}");
    let silent = browser.get(&world.relying("c2").authorize(&world, &[("prompt", "none")])).await;
    silent.assert_sent_back(&world.relying("c2"), "login_required");
    assert_eq!(world.mail.all().await.len(), 2, "she is told");
    browser.forget(SESSION);
    let page = try_passkey(&world, &mut browser, &authenticator, |_| {}).await;
    assert!(page.body.contains("This passkey is not good here"), "{page:?}");
}

#[tokio::test]
async fn a_second_passkey_brings_no_new_codes_and_no_device_gets_two() {
    let world = World::new().await;
    let (olivia, first) = with_passkey(&world).await;
    let before = credentials(&world, olivia).await.recovery_codes;
    let (mut browser, page) = account(&world, &first).await;
    let page = browser.submit(&page, &[("password", PASSWORD)]).await;
    let asked = question(&page);
    assert_eq!(asked["excludeCredentials"].as_array().unwrap().len(), 1);
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    let second = Authenticator::new(Signs::EdDsa);
    let fields = second.made(&second.says(&asked), "  Key\r\n ring ");
    let page = post(&world, &mut browser, &page, "/account/passkey/new", &fields).await;
    assert!(page.body.contains("How you sign in is changed"), "{page:?}");
    let after = credentials(&world, olivia).await;
    assert_eq!(after.recovery_codes, before);
    assert_eq!(
        after.passkeys.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
        ["My phone", "Key ring"]
    );
}

#[tokio::test]
async fn a_page_without_a_fresh_proof_offers_nothing() {
    let world = World::new().await;
    owner(&world).await;
    let mut browser = world.browser();
    let page = page_to_add(&world, &mut browser, OLIVIA).await;
    assert_eq!(question(&page)["attestation"], "none");
    let account = browser.open(&world.url("/account")).await;
    let wrong = browser.submit(&account, &[("password", "another password")]).await;
    assert!(wrong.body.contains("Nothing was changed") && !wrong.body.contains("data-question"), "{wrong:?}");
}
