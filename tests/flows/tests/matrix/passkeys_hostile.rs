//! What an authenticator did not sign for this person, on this page, now, is worth nothing: tables of answers
//! that differ from a right one in a single thing.

use ciborium::Value as Cbor;
use doorward_domain::{Credentials, Session, UserId};
use doorward_flows::authenticator::{
    BACKED_UP, BACKUP_ELIGIBLE, Fields, PRESENT, Said, Signs, VERIFIED, add, labelled, page_to_add, post,
    question, try_passkey,
};
use doorward_flows::local::{PASSWORD, owner, person, try_password};
use doorward_flows::{Authenticator, World};
use doorward_store::records::at;
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::json;

const OLIVIA: &str = "olivia@victim.test";

async fn with_passkey(world: &World) -> (UserId, Authenticator) {
    let olivia = owner(world).await;
    let mut authenticator = Authenticator::new(Signs::Es256);
    add(world, OLIVIA, &mut authenticator).await;
    (olivia, authenticator)
}

fn client_data(said: &mut Said, name: &str, value: serde_json::Value) {
    said.client_data[name] = value;
}

#[rstest]
#[case::of_another_ceremony(|said: &mut Said| client_data(said, "type", json!("webauthn.create")))]
#[case::of_no_ceremony(|said: &mut Said| client_data(said, "type", json!(null)))]
#[case::without_a_challenge(|said: &mut Said| client_data(said, "challenge", json!("")))]
#[case::with_a_challenge_of_its_own(|said: &mut Said| client_data(said, "challenge", json!("x".repeat(80))))]
#[case::of_a_subdomain(|said: &mut Said| client_data(said, "origin", json!("https://evil.id.test")))]
#[case::of_another_host(|said: &mut Said| client_data(said, "origin", json!("https://id.test.evil.test")))]
#[case::without_tls(|said: &mut Said| client_data(said, "origin", json!("http://id.test")))]
#[case::of_another_port(|said: &mut Said| client_data(said, "origin", json!("https://id.test:8443")))]
#[case::of_a_path(|said: &mut Said| client_data(said, "origin", json!("https://id.test/")))]
#[case::of_two_origins(|said: &mut Said| client_data(said, "origin", json!(["https://id.test"])))]
#[case::in_a_frame(|said: &mut Said| client_data(said, "crossOrigin", json!(true)))]
#[case::perhaps_in_a_frame(|said: &mut Said| client_data(said, "crossOrigin", json!("false")))]
#[case::in_a_frame_of(|said: &mut Said| client_data(said, "topOrigin", json!("https://id.test")))]
#[case::endless(|said: &mut Said| client_data(said, "more", json!("x".repeat(8_000))))]
#[case::for_another_site(|said: &mut Said| said.rp_id = "evil.test".to_owned())]
#[case::for_the_site_above(|said: &mut Said| said.rp_id = "test".to_owned())]
#[case::with_nobody_there(|said: &mut Said| said.flags &= !PRESENT)]
#[case::by_who_knows_whom(|said: &mut Said| said.flags &= !VERIFIED)]
#[case::of_a_copy(|said: &mut Said| said.flags |= BACKUP_ELIGIBLE | BACKED_UP)]
#[case::backed_up_which_it_may_not_be(|said: &mut Said| said.flags |= BACKED_UP)]
#[case::with_extensions_that_are_not_there(|said: &mut Said| said.flags |= 0x80)]
#[case::with_a_credential_that_is_not_there(|said: &mut Said| said.flags |= 0x40)]
#[case::with_more_in_it(|said: &mut Said| said.more = vec![0xa0])]
#[case::of_nobody(|said: &mut Said| said.user.clear())]
#[case::of_somebody_else(|said: &mut Said| said.user[31] ^= 1)]
#[case::of_another_passkey(|said: &mut Said| said.id[0] ^= 1)]
#[case::changed_after_it_was_signed(|said: &mut Said| said.forged = true)]
#[tokio::test]
async fn pw_05_what_was_not_signed_for_this_login_lets_nobody_in(#[case] change: fn(&mut Said)) {
    let world = World::new().await;
    let (_, authenticator) = with_passkey(&world).await;
    let (before, sessions) = (world.digest().await, world.all::<Session>(world.victim).await.len());
    let mut browser = world.browser();
    let page = try_passkey(&world, &mut browser, &authenticator, change).await;
    assert!(page.body.contains("This passkey is not good here"), "{page:?}");
    assert!(browser.session().is_none());
    assert_eq!(world.all::<Session>(world.victim).await.len(), sessions);
    assert_eq!(world.digest().await, before);
    let page = try_passkey(&world, &mut browser, &authenticator, |_| {}).await;
    assert!(page.parameter("code").is_some(), "the right one does: {page:?}");
}

/// Fields that no authenticator would fill.
#[rstest]
#[case::nothing(|fields: &mut Fields| fields.clear())]
#[case::no_base64(|fields: &mut Fields| fields.iter_mut().for_each(|(_, value)| *value = "%".to_owned()))]
#[case::no_signature(|fields: &mut Fields| fields[3].1.clear())]
#[case::another_signature(|fields: &mut Fields| fields[3].1 = fields[2].1.clone())]
#[case::half_a_signature(|fields: &mut Fields| { fields[3].1.truncate(40); })]
#[case::half_an_answer(|fields: &mut Fields| { fields[2].1.truncate(40); })]
#[case::no_json(|fields: &mut Fields| fields[1].1 = fields[2].1.clone())]
#[tokio::test]
async fn pw_05_what_no_authenticator_would_say_lets_nobody_in(#[case] change: fn(&mut Fields)) {
    let world = World::new().await;
    let (_, authenticator) = with_passkey(&world).await;
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let mut fields = authenticator.signed(&authenticator.says(&question(&page)));
    change(&mut fields);
    let page = post(&world, &mut browser, &page, "/sign-in/passkey", &fields).await;
    assert!(page.body.contains("This passkey is not good here"), "{page:?}");
    assert!(browser.session().is_none());
}

/// A signature is for one login, one time, and one step of it.
#[tokio::test]
async fn pw_05_a_signature_is_good_in_one_login_and_once() {
    let world = World::new().await;
    let (_, authenticator) = with_passkey(&world).await;
    let (mut one, mut other) = (world.browser(), world.browser());
    let page = one.open(&world.relying("c1").authorize(&world, &[])).await;
    let elsewhere = other.open(&world.relying("c1").authorize(&world, &[])).await;
    let fields = authenticator.signed(&authenticator.says(&question(&page)));
    let stolen = post(&world, &mut other, &elsewhere, "/sign-in/passkey", &fields).await;
    assert!(stolen.body.contains("This passkey is not good here"), "{stolen:?}");
    let mut again = one.clone();
    let first = post(&world, &mut one, &page, "/sign-in/passkey", &fields).await;
    assert!(first.parameter("code").is_some(), "{first:?}");
    let second = post(&world, &mut again, &page, "/sign-in/passkey", &fields).await;
    assert!(second.parameter("code").is_none() && again.session().is_none(), "{second:?}");
    // What was signed on the sign-in page confirms no password, and the other way round.
    let mut browser = world.browser();
    let asked = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let fields = authenticator.signed(&authenticator.says(&question(&asked)));
    let page =
        browser.open(&world.url(&format!("/sign-in/password?tx={}", asked.form().hidden.remove(0).1))).await;
    let page = browser.submit(&page, &[("username", OLIVIA), ("password", PASSWORD)]).await;
    let confirmed = authenticator.signed(&authenticator.says(&question(&page)));
    for (path, fields) in [("/sign-in/second-factor/passkey", &fields), ("/sign-in/passkey", &confirmed)] {
        let page = post(&world, &mut browser, &page, path, fields).await;
        assert!(page.body.contains("This passkey is not good here"), "{path}: {page:?}");
    }
}

#[tokio::test]
async fn pw_05_of_many_at_once_one_comes_in() {
    let world = World::new().await;
    let (_, authenticator) = with_passkey(&world).await;
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let fields = authenticator.signed(&authenticator.says(&question(&page)));
    let sessions = world.all::<Session>(world.victim).await.len();
    let tries = (0..32).map(|_| {
        let (mut browser, world, page, fields) = (browser.clone(), &world, &page, &fields);
        async move { post(world, &mut browser, page, "/sign-in/passkey", fields).await.parameter("code") }
    });
    assert_eq!(join_all(tries).await.into_iter().flatten().count(), 1);
    assert_eq!(world.all::<Session>(world.victim).await.len(), sessions + 1);
}

#[tokio::test]
async fn pw_05_a_challenge_does_not_outlive_its_login() {
    let world = World::new().await;
    let (_, authenticator) = with_passkey(&world).await;
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let fields = authenticator.signed(&authenticator.says(&question(&page)));
    world.pass(world.settings.lifetimes.transaction.as_secs());
    post(&world, &mut browser, &page, "/sign-in/passkey", &fields).await.assert_told(400);
    // Without a password before it, a second factor is none.
    let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let fields = authenticator.signed(&authenticator.says(&question(&page)));
    post(&world, &mut browser, &page, "/sign-in/second-factor/passkey", &fields).await.assert_told(400);
    assert!(browser.session().is_none());
}

#[tokio::test]
async fn pw_05_somebody_elses_passkey_confirms_no_password() {
    let world = World::new().await;
    with_passkey(&world).await;
    person(&world, "oscar", |user| user.owner = true).await;
    let mut oscars = Authenticator::new(Signs::Es256);
    add(&world, "oscar@victim.test", &mut oscars).await;
    let mut browser = world.browser();
    let page = try_password(&world, &mut browser, OLIVIA, PASSWORD).await;
    let fields = oscars.signed(&oscars.says(&question(&page)));
    let page = post(&world, &mut browser, &page, "/sign-in/second-factor/passkey", &fields).await;
    assert!(page.body.contains("This passkey is not good here") && browser.session().is_none(), "{page:?}");
}

fn of_key(said: &mut Said, label: i32, value: Cbor) {
    let Cbor::Map(members) = &mut said.key else { panic!("no map") };
    members.retain(|(known, _)| *known != Cbor::from(label));
    members.push((Cbor::from(label), value));
}

#[rstest]
#[case::of_another_ceremony(|said: &mut Said| client_data(said, "type", json!("webauthn.get")))]
#[case::of_another_origin(|said: &mut Said| client_data(said, "origin", json!("https://evil.test")))]
#[case::in_a_frame(|said: &mut Said| client_data(said, "crossOrigin", json!(true)))]
#[case::with_a_challenge_of_its_own(|said: &mut Said| client_data(said, "challenge", json!("x".repeat(80))))]
#[case::for_another_site(|said: &mut Said| said.rp_id = "evil.test".to_owned())]
#[case::with_nobody_there(|said: &mut Said| said.flags &= !PRESENT)]
#[case::by_who_knows_whom(|said: &mut Said| said.flags &= !VERIFIED)]
#[case::backed_up_which_it_may_not_be(|said: &mut Said| said.flags |= BACKED_UP)]
#[case::with_more_in_it(|said: &mut Said| said.more = vec![0xa0])]
#[case::with_extensions_that_are_no_map(|said: &mut Said| { said.flags |= 0x80; said.more = vec![0x01]; })]
#[case::without_an_identifier(|said: &mut Said| said.id.clear())]
#[case::with_an_endless_identifier(|said: &mut Said| said.id = vec![7; 1_024])]
#[case::off_the_curve(|said: &mut Said| of_key(said, -2, Cbor::Bytes(vec![7; 32])))]
#[case::with_half_a_point(|said: &mut Said| of_key(said, -3, Cbor::Bool(true)))]
#[case::on_another_curve(|said: &mut Said| of_key(said, -1, Cbor::from(2)))]
#[case::of_another_algorithm(|said: &mut Said| of_key(said, 3, Cbor::from(-35)))]
#[case::of_a_shared_secret(|said: &mut Said| of_key(said, 1, Cbor::from(4)))]
#[case::without_a_key(|said: &mut Said| said.key = Cbor::Null)]
#[case::with_two_algorithms(|said: &mut Said| {
    let Cbor::Map(members) = &mut said.key else { panic!("no map") };
    members.push((Cbor::from(3), Cbor::from(-7)));
})]
#[case::vouched_for_by_a_maker(|said: &mut Said| {
    let certificates = Cbor::Array(vec![Cbor::Bytes(vec![1])]);
    said.attestation = ("packed".to_owned(), Cbor::Map(vec![
        (Cbor::from("alg"), Cbor::from(-7)), (Cbor::from("x5c"), certificates),
    ]));
})]
#[case::vouched_for_by_another_key(|said: &mut Said| {
    said.attestation = ("packed".to_owned(), Cbor::Map(vec![
        (Cbor::from("alg"), Cbor::from(-7)), (Cbor::from("sig"), Cbor::Bytes(vec![0x30, 0])),
    ]));
})]
#[case::vouched_for_in_another_algorithm(|said: &mut Said| {
    said.attestation = ("packed".to_owned(), Cbor::Map(vec![(Cbor::from("alg"), Cbor::from(-257))]));
})]
#[case::vouched_for_by_nobody_with_words(|said: &mut Said| {
    said.attestation = ("none".to_owned(), Cbor::Map(vec![(Cbor::from("alg"), Cbor::from(-7))]));
})]
#[case::vouched_for_by_tpm(|said: &mut Said| said.attestation.0 = "tpm".to_owned())]
#[tokio::test]
async fn pw_05_what_was_not_made_for_this_person_is_not_added(#[case] change: fn(&mut Said)) {
    let world = World::new().await;
    let olivia = owner(&world).await;
    let mut browser = world.browser();
    let page = page_to_add(&world, &mut browser, OLIVIA).await;
    let authenticator = Authenticator::new(Signs::Es256);
    let mut said = authenticator.says(&question(&page));
    change(&mut said);
    let before = world.digest().await;
    let told =
        post(&world, &mut browser, &page, "/account/passkey/new", &authenticator.made(&said, "x")).await;
    assert!(told.body.contains("Nothing was changed"), "{told:?}");
    assert_eq!(world.digest().await, before);
    let right = authenticator.made(&authenticator.says(&question(&page)), "x");
    post(&world, &mut browser, &page, "/account/passkey/new", &right).await;
    let kept: Credentials = world.read(&at::credentials(world.victim, olivia)).await.unwrap();
    assert_eq!(kept.passkeys.len(), 1, "the right one is");
}

#[rstest]
#[case::a_key_that_anybody_finds_out(Signs::Rs256(1024), false)]
#[case::a_key_that_nobody_does(Signs::Rs256(2048), true)]
#[tokio::test]
async fn a_weak_key_is_no_passkey(#[case] signs: Signs, #[case] good: bool) {
    let world = World::new().await;
    owner(&world).await;
    let page = add(&world, OLIVIA, &mut Authenticator::new(signs)).await;
    assert_eq!(page.body.contains("Your recovery codes"), good, "{page:?}");
}

#[tokio::test]
async fn a_passkey_that_vouches_for_itself_is_one() {
    let world = World::new().await;
    owner(&world).await;
    let mut browser = world.browser();
    let page = page_to_add(&world, &mut browser, OLIVIA).await;
    let authenticator = Authenticator::new(Signs::EdDsa);
    let mut said = authenticator.says(&question(&page));
    said.attestation = ("packed".to_owned(), Cbor::Map(vec![(Cbor::from("alg"), Cbor::from(-8))]));
    // What an authenticator says beyond what was asked is read past.
    said.flags |= 0x80;
    said.more = doorward_flows::authenticator::cbor(&labelled([(1, Cbor::from(true))]));
    let page =
        post(&world, &mut browser, &page, "/account/passkey/new", &authenticator.made(&said, "x")).await;
    assert!(page.body.contains("Your recovery codes"), "{page:?}");
}

/// A proof is for one session and for some minutes, and an identifier is one person's.
#[tokio::test]
async fn pw_05_a_proof_is_not_passed_on() {
    let world = World::new().await;
    let olivia = owner(&world).await;
    person(&world, "oscar", |user| user.owner = true).await;
    let (mut hers, mut his) = (world.browser(), world.browser());
    let page = page_to_add(&world, &mut hers, OLIVIA).await;
    let his_page = page_to_add(&world, &mut his, "oscar@victim.test").await;
    let authenticator = Authenticator::new(Signs::Es256);
    let for_her = authenticator.made(&authenticator.says(&question(&page)), "x");
    let told = post(&world, &mut his, &his_page, "/account/passkey/new", &for_her).await;
    assert!(told.body.contains("Nothing was changed"), "{told:?}");
    let mut elsewhere = world.browser();
    page_to_add(&world, &mut elsewhere, OLIVIA).await;
    let told = post(&world, &mut elsewhere, &page, "/account/passkey/new", &for_her).await;
    assert!(told.body.contains("Nothing was changed"), "another session of hers: {told:?}");
    world.pass(5 * 60);
    let told = post(&world, &mut hers, &page, "/account/passkey/new", &for_her).await;
    assert!(told.body.contains("Nothing was changed"), "too late: {told:?}");
    // The same identifier for two.
    let hers = add(&world, OLIVIA, &mut authenticator.clone()).await;
    assert!(hers.body.contains("Your recovery codes"), "{hers:?}");
    let his = add(&world, "oscar@victim.test", &mut authenticator.clone()).await;
    assert!(his.body.contains("Nothing was changed"), "{his:?}");
    let kept: Credentials = world.read(&at::credentials(world.victim, olivia)).await.unwrap();
    assert_eq!(kept.passkeys.len(), 1);
}

#[tokio::test]
async fn nobody_has_passkeys_without_end() {
    let world = World::new().await;
    let olivia = owner(&world).await;
    let key = at::credentials(world.victim, olivia);
    let mut browser = world.browser();
    let page = page_to_add(&world, &mut browser, OLIVIA).await;
    let authenticator = Authenticator::new(Signs::Es256);
    let fields = authenticator.made(&authenticator.says(&question(&page)), "x");
    post(&world, &mut browser, &page, "/account/passkey/new", &fields).await;
    world
        .change::<Credentials>(&key, |credentials| {
            let first = credentials.passkeys[0].clone();
            credentials.passkeys.resize(Credentials::MOST_PASSKEYS, first);
        })
        .await;
    let mut hers = authenticator.clone();
    hers.user = [world.victim.as_bytes().as_slice(), olivia.as_bytes()].concat();
    let mut browser = world.browser();
    try_passkey(&world, &mut browser, &hers, |_| {}).await;
    let page = browser.open(&world.url("/account")).await;
    assert!(!page.body.contains("id=\"add-passkey\""), "{page:?}");
    let page = browser.submit(&page, &[("password", PASSWORD)]).await;
    let another = Authenticator::new(Signs::Es256);
    let fields = another.made(&another.says(&question(&page)), "x");
    let told = post(&world, &mut browser, &page, "/account/passkey/new", &fields).await;
    assert!(told.body.contains("Nothing was changed"), "{told:?}");
}
