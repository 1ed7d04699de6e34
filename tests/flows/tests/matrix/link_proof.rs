//! Who comes from their provider and has an account already proves that it is theirs: by a code to its
//! address or by its password (rows UP-09 to UP-12, PW-01, PW-04 and PW-05).

use std::time::Duration;

use doorward_domain::audit::Action;
use doorward_domain::{
    AddressProof, Clock as _, Connection, Credentials, EmailAddress, Identity, Linking, Stage, User, UserId,
};
use doorward_flows::app::userinfo;
use doorward_flows::authenticator::question;
use doorward_flows::local::{PASSWORD, allow, person, with_authenticator};
use doorward_flows::mailbag::{Mailbag, code};
use doorward_flows::{Browser, Page, World};
use doorward_service::identity::local::second_factor::code_of;
use doorward_store::records::{UserByAddress, at};
use http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::linking::{arrive, sub, with_kim};

/// Kim comes through the second connection, in this browser.
pub async fn come(world: &World, browser: &mut Browser) -> Page {
    let hints = [("tenant", "victim"), ("connection", "second"), ("scope", "openid profile email")];
    let page = browser.open(&world.relying("c1").authorize(world, &hints)).await;
    world.go_on(browser, page, "victim", "kim").await
}

/// A world in which Kim has an account and comes through a provider that knows nothing of it; and where she
/// has got to.
async fn asked(says: &[(&str, Value)]) -> (World, Browser, Page, String) {
    let (world, _) = with_kim(Linking::Proof, says).await;
    let first = sub(&world, &arrive(&world, "staff").await).await;
    let mut browser = world.browser();
    let page = come(&world, &mut browser).await;
    assert!(page.body.contains("Confirm that it is you"), "{page:?}");
    (world, browser, page, first)
}

/// Somebody of the victim with a password, who is found by their address.
pub async fn with_password(world: &World, change: impl FnOnce(&mut User)) -> UserId {
    allow(world).await;
    let user = person(world, "kim", change).await;
    let address = EmailAddress::parse("kim@victim.test").unwrap();
    world.put(&UserByAddress { tenant: world.victim, address, user }).await;
    user
}

/// Takes a step of the page on which somebody proves something.
pub async fn step(browser: &mut Browser, page: &Page, step: &str, typed: &str) -> Page {
    let hidden = page.form().hidden;
    let mut fields: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let field = if step == "password" { "password" } else { "code" };
    fields.retain(|(name, _)| *name != field);
    fields.push((field, typed));
    browser.post(&format!("https://id.test/sign-in/prove/{step}"), &fields).await
}

/// Has a code sent, and reads it.
pub async fn mailed(world: &World, browser: &mut Browser, page: &Page) -> (Page, String) {
    let before = world.mail.all().await.len();
    let page = step(browser, page, "mail", "").await;
    assert!(page.body.contains("id=\"code\""), "{page:?}");
    (page, code(&world.mail.after(before).await))
}

/// What a page says, without what differs from one login to the next.
fn without_secrets(page: Page) -> (StatusCode, String) {
    let mut secrets: Vec<_> = page.form().hidden.into_iter().map(|(_, value)| value).collect();
    if page.body.contains("id=\"passkey\"") {
        secrets.push(question(&page)["challenge"].as_str().unwrap().to_owned());
    }
    (page.status, secrets.iter().fold(page.body, |body, secret| body.replace(secret.as_str(), "…")))
}

fn is_wrong(page: &Page) -> bool {
    page.status == StatusCode::OK && page.body.contains("id=\"problem\"")
}

#[rstest]
#[case::verified(&[])]
#[case::not_verified(&[("email_verified", json!(false))])]
#[case::in_other_letters(&[("email", json!("KIM@Victim.Test"))])]
#[tokio::test]
async fn a_code_to_its_address_opens_an_account(#[case] says: &[(&str, Value)]) {
    let (world, mut browser, page, first) = asked(says).await;
    let (page, right) = mailed(&world, &mut browser, &page).await;
    assert!(is_wrong(&step(&mut browser, &page, "code", "2222-2222").await));
    let back = step(&mut browser, &page, "code", &right.to_lowercase()).await;
    assert_eq!(sub(&world, &back).await, first);
    assert_eq!(world.audited(world.victim, Action::IdentityLinked).await, 1);
    assert!(world.all::<AddressProof>(world.victim).await.is_empty(), "it is used up");
    let user = world.all::<User>(world.victim).await.remove(0);
    assert!(user.profile.email_verified);
    assert_eq!(sub(&world, &come(&world, &mut world.browser()).await).await, first, "from then on");
    assert_eq!(world.all::<User>(world.victim).await, [user], "and nothing is written again");
}

#[tokio::test]
async fn its_password_opens_an_account() {
    let (world, _) = with_kim(Linking::Proof, &[]).await;
    let kim = with_password(&world, |_| {}).await;
    let mut browser = world.browser();
    let page = come(&world, &mut browser).await;
    let before = world.digest().await;
    let wrong = step(&mut browser, &page, "password", "another password").await;
    assert!(is_wrong(&wrong) && wrong.body.contains("This is not right"), "{wrong:?}");
    assert_eq!(world.digest().await, before);
    let back = step(&mut browser, &page, "password", PASSWORD).await;
    assert_eq!(sub(&world, &back).await, kim.to_string());
    assert_eq!(world.all::<Identity>(world.victim).await.len(), 1);
}

/// PW-05: neither mail nor a password goes around the second factor.
#[rstest]
#[tokio::test]
async fn pw_05_the_second_factor_is_asked_for_on_every_way(#[values(true, false)] by_mail: bool) {
    let (world, _) = with_kim(Linking::Proof, &[]).await;
    let kim = with_password(&world, |user| user.profile.email_verified = true).await;
    let secret = with_authenticator(&world, kim).await;
    let mut browser = world.browser();
    let page = come(&world, &mut browser).await;
    let right = code_of(&secret, world.clock.now()).unwrap();
    let skipped = step(&mut browser, &page, "second-factor", &right).await;
    skipped.assert_told(400);
    let (due, proved) = match by_mail {
        true => {
            let (page, mailed) = mailed(&world, &mut browser, &page).await;
            (step(&mut browser, &page, "code", &mailed).await, mailed)
        }
        false => (step(&mut browser, &page, "password", PASSWORD).await, PASSWORD.to_owned()),
    };
    assert!(due.body.contains("authenticator app"), "{due:?}");
    let before = world.digest().await;
    assert!(is_wrong(&step(&mut browser, &due, "second-factor", "000000").await));
    assert!(is_wrong(&step(&mut browser, &due, "second-factor", &proved).await));
    assert_eq!((world.digest().await, world.all::<Identity>(world.victim).await.len()), (before, 0));
    let back = step(&mut browser, &due, "second-factor", &right).await;
    assert_eq!(sub(&world, &back).await, kim.to_string());
    step(&mut browser, &due, "second-factor", &right).await.assert_told(400);
}

#[tokio::test]
async fn pw_05_no_step_is_anothers() {
    let (world, mut browser, page, _) = asked(&[]).await;
    let (code_page, right) = mailed(&world, &mut browser, &page).await;
    let mut other = world.browser();
    let others = come(&world, &mut other).await;
    let hidden = |page: &Page, name: &str| {
        page.form().hidden.into_iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap()
    };
    let (tx, arrived) = (hidden(&code_page, "tx"), hidden(&code_page, "arrived"));
    let (others_tx, others_arrived) = (hidden(&others, "tx"), hidden(&others, "arrived"));
    let before = world.digest().await;
    let mut altered = arrived.clone();
    altered.replace_range(40..41, if &altered[40..41] == "A" { "B" } else { "A" });
    let forms: [(&mut Browser, &str, &str); 6] = [
        (&mut browser.clone(), &tx, &others_arrived),
        (&mut browser.clone(), &others_tx, &others_arrived),
        (&mut browser.clone(), &tx, &altered),
        (&mut browser.clone(), &tx, ""),
        (&mut browser.clone(), "", &arrived),
        (&mut world.browser(), &tx, &arrived),
    ];
    for (browser, tx, arrived) in forms {
        for step in ["mail", "code", "password", "second-factor"] {
            let fields = [("tx", tx), ("arrived", arrived), ("code", &right), ("password", PASSWORD)];
            let url = format!("https://id.test/sign-in/prove/{step}");
            browser.post(&url, &fields).await.assert_told(400);
            browser.post(&url, &[]).await.assert_told(400);
            assert_eq!(browser.get(&url).await.status, StatusCode::METHOD_NOT_ALLOWED);
        }
    }
    // The code of one login is none of another's, though both are Kim's.
    assert!(is_wrong(&step(&mut other, &others, "code", &right).await));
    assert_eq!((world.digest().await, world.mail.all().await.len()), (before, 1));
    assert!(step(&mut browser, &code_page, "code", &right).await.parameter("code").is_some());
}

#[tokio::test]
async fn pw_04_of_many_at_once_one_uses_a_code() {
    let (world, mut browser, page, _) = asked(&[]).await;
    let (page, right) = mailed(&world, &mut browser, &page).await;
    let tries = (0..32).map(|_| {
        let (mut browser, page, right) = (browser.clone(), page.clone(), right.clone());
        async move { step(&mut browser, &page, "code", &right).await }
    });
    let done = futures_util::future::join_all(tries).await;
    assert_eq!(done.iter().filter(|page| page.parameter("code").is_some()).count(), 1);
    assert_eq!(world.audited(world.victim, Action::IdentityLinked).await, 1);
    let again = step(&mut browser, &page, "code", &right).await;
    assert!(again.parameter("code").is_none(), "{again:?}");
}

#[tokio::test]
async fn pw_04_a_code_has_its_time_and_a_newer_one_takes_its_place() {
    let (world, mut browser, page, _) = asked(&[]).await;
    let (page, old) = mailed(&world, &mut browser, &page).await;
    let (page, new) = mailed(&world, &mut browser, &page).await;
    assert!(is_wrong(&step(&mut browser, &page, "code", &old).await));
    let stored = world.records().await;
    let kept = stored.iter().any(|(_, value)| {
        let text = String::from_utf8_lossy(&value.bytes);
        text.contains(&new) || text.contains(&new.replace('-', ""))
    });
    assert!(!kept, "only a hash is kept");
    world.pass(15 * 60);
    let late = step(&mut browser, &page, "code", &new).await;
    assert!(late.parameter("code").is_none(), "{late:?}");
    assert_eq!(world.audited(world.victim, Action::IdentityLinked).await, 0);
}

#[tokio::test]
async fn few_codes_are_guessed_and_few_letters_sent() {
    let (world, mut browser, page, _) = asked(&[]).await;
    let (page, right) = mailed(&world, &mut browser, &page).await;
    let mut guess = page.clone();
    for _ in 0..8 {
        guess = step(&mut browser, &page, "code", "2222-2222").await;
    }
    assert_eq!(guess.status, StatusCode::TOO_MANY_REQUESTS, "{guess:?}");
    assert_eq!(step(&mut browser, &page, "code", &right).await.status, StatusCode::TOO_MANY_REQUESTS);
    for _ in 0..40 {
        step(&mut browser, &page, "mail", "").await;
        Mailbag::settle().await;
    }
    assert_eq!((world.mail.all().await.len(), world.all::<AddressProof>(world.victim).await.len()), (4, 1));
}

/// PW-01: whoever is asked learns nothing of the account, not even whether anything could open it.
#[tokio::test]
async fn pw_01_the_page_is_the_same_for_every_account() {
    let mut answers = Vec::new();
    for kind in ["usual", "disabled", "no password", "address not proved"] {
        let (world, _) = with_kim(Linking::Proof, &[]).await;
        let kim = with_password(&world, |user| {
            user.enabled = kind != "disabled";
            user.profile.email_verified = kind == "usual";
        })
        .await;
        match kind {
            "no password" => world.remove(at::credentials(world.victim, kim)).await,
            "address not proved" => {
                // Somebody came with it from the other provider, which does not vouch for it.
                let subject = doorward_domain::Subject {
                    issuer: "https://idp.test/good".to_owned(),
                    subject: "somebody".to_owned(),
                };
                let (tenant, connection, user) = (world.victim, world.k1, kim);
                let linked_at = world.clock.now();
                let named = subject.clone();
                world
                    .put(&Identity { tenant, connection, subject: named, user, linked_at, told: None })
                    .await;
                world.put(&doorward_store::records::IdentityOf { tenant, user, connection, subject }).await;
            }
            _ => {}
        }
        let mut browser = world.browser();
        let page = come(&world, &mut browser).await;
        let mailed = step(&mut browser, &page, "mail", "").await;
        Mailbag::settle().await;
        let sent = world.mail.all().await.len();
        assert_eq!(sent, usize::from(["usual", "no password"].contains(&kind)), "{kind}");
        let guess = step(&mut browser, &mailed, "code", "2222-2222").await;
        let wrong = step(&mut browser, &mailed, "password", "another password").await;
        answers.push([page, mailed, guess, wrong].map(without_secrets));
        assert_eq!(world.audited(world.victim, Action::IdentityLinked).await, 0);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
}

/// UP-09: an account that somebody opened with an address that they never proved does not wait for its owner.
#[rstest]
#[tokio::test]
async fn up_09_nobody_is_led_into_an_account_that_was_made_to_wait(
    #[values(Linking::Proof, Linking::VerifiedEmail)] linking: Linking,
) {
    let (world, _) = with_kim(linking, &[("email_verified", json!(false))]).await;
    // The one who is not believed comes first, the owner of the address after.
    let rule = |linking| move |connection: &mut Connection| connection.linking = linking;
    world.change(&at::connection(world.victim, world.k1), rule(linking)).await;
    sub(&world, &arrive(&world, "second").await).await;
    let mut browser = world.browser();
    let hints = [("tenant", "victim"), ("connection", "staff")];
    let page = browser.open(&world.relying("c1").authorize(&world, &hints)).await;
    let page = world.go_on(&mut browser, page, "victim", "kim").await;
    assert!(page.parameter("code").is_none(), "{page:?}");
    if linking == Linking::Proof {
        step(&mut browser, &page, "mail", "").await;
        Mailbag::settle().await;
    }
    assert_eq!(world.mail.all().await, []);
    assert_eq!(world.audited(world.victim, Action::IdentityLinked).await, 0);
}

/// UP-09: the people of another tenant are none of anybody's accounts here.
#[tokio::test]
async fn up_09_an_account_of_another_tenant_is_never_asked_about() {
    let (world, _) = with_kim(Linking::Proof, &[]).await;
    sub(&world, &arrive(&world, "staff").await).await;
    world.connect(world.attacker, world.ke, "evil").await;
    let change = |connection: &mut Connection| connection.linking = Linking::Proof;
    world.change(&at::connection(world.attacker, world.ke), change).await;
    let before = world.digest_of(world.victim).await;
    let page = world.sign_in(&mut world.browser(), &world.relying("c1"), "attacker", "kim").await;
    assert!(page.parameter("code").is_some(), "{page:?}");
    assert_eq!((world.digest_of(world.victim).await, world.mail.all().await), (before, vec![]));
}

/// UP-12: what looks like the address is not the address.
#[rstest]
#[case::full_width("\u{ff4b}im@victim.test")]
#[case::kelvin_sign("\u{212a}im@victim.test")]
#[case::dotless_i("k\u{131}m@victim.test")]
#[case::zero_width("k\u{200b}im@victim.test")]
#[case::decomposed("ki\u{301}m@victim.test")]
#[case::quoted("\"kim\"@victim.test")]
#[case::a_comment("kim(comment)@victim.test")]
#[case::a_nul("kim\u{0}@victim.test")]
#[case::tagged("kim+other@victim.test")]
#[tokio::test]
async fn up_12_an_address_that_looks_alike_leads_to_nobodys_account(
    #[case] email: &str,
    #[values(Linking::Proof, Linking::VerifiedEmail)] linking: Linking,
) {
    let (world, _) = with_kim(linking, &[("email", json!(email))]).await;
    let first = sub(&world, &arrive(&world, "staff").await).await;
    let page = come(&world, &mut world.browser()).await;
    assert!(!page.body.contains("Confirm that it is you"), "{page:?}");
    if page.parameter("code").is_some() {
        assert_ne!(sub(&world, &page).await, first);
    }
    assert_eq!(world.audited(world.victim, Action::IdentityLinked).await, 0);
}

#[tokio::test]
async fn up_14_nobody_proves_their_way_through_a_connection_out_of_use() {
    let (world, mut browser, page, _) = asked(&[]).await;
    let (page, right) = mailed(&world, &mut browser, &page).await;
    for connection in world.all::<Connection>(world.victim).await {
        let key = at::connection(world.victim, connection.id);
        world.change(&key, |it: &mut Connection| it.stage = Stage::Paused).await;
    }
    step(&mut browser, &page, "code", &right).await.assert_told(403);
    assert_eq!(world.audited(world.victim, Action::IdentityLinked).await, 0);
}

/// A world in which a provider does not vouch for addresses, and its people prove them.
async fn with_verification(linking: Linking) -> World {
    let (world, k2) = with_kim(linking, &[("email_verified", json!(false))]).await;
    let strict = |connection: &mut Connection| connection.verify_email = true;
    world.change(&at::connection(world.victim, k2), strict).await;
    world
}

#[tokio::test]
async fn the_first_sign_in_verifies_the_address() {
    let world = with_verification(Linking::Never).await;
    let mut browser = world.browser();
    let page = come(&world, &mut browser).await;
    assert!(page.body.contains("Confirm that it is you"), "{page:?}");
    assert!(is_wrong(&step(&mut browser, &page, "password", PASSWORD).await));
    let (page, right) = mailed(&world, &mut browser, &page).await;
    assert!(world.all::<User>(world.victim).await.is_empty(), "nobody yet");
    let back = step(&mut browser, &page, "code", &right).await;
    let tokens = world.relying("c1").redeem(&world, &back).await;
    let told = userinfo(&world, tokens.str("access_token")).await.json;
    assert_eq!((&told["email"], &told["email_verified"]), (&json!("Kim@victim.test"), &json!(true)));
    let user = world.all::<User>(world.victim).await;
    assert!(come(&world, &mut world.browser()).await.parameter("code").is_some(), "only once");
    assert_eq!(world.all::<User>(world.victim).await, user, "and what was proved stays so");
}

/// Inside a domain of the tenant, the code is what the provider's word would be.
#[tokio::test]
async fn a_proved_address_leads_to_the_account_as_a_verified_one_does() {
    let world = with_verification(Linking::VerifiedEmail).await;
    let first = sub(&world, &arrive(&world, "staff").await).await;
    let mut browser = world.browser();
    let page = come(&world, &mut browser).await;
    let (page, right) = mailed(&world, &mut browser, &page).await;
    assert_eq!(sub(&world, &step(&mut browser, &page, "code", &right).await).await, first);
}

/// PW-01: with `verify_email`, nobody learns whether there is an account before they have proved the address.
#[tokio::test]
async fn pw_01_who_has_an_account_is_asked_as_who_has_none() {
    let mut pages = Vec::new();
    for has_account in [true, false] {
        let world = with_verification(Linking::Proof).await;
        if has_account {
            sub(&world, &arrive(&world, "staff").await).await;
        }
        let page = come(&world, &mut world.browser()).await;
        pages.push(without_secrets(page));
    }
    assert_eq!(pages[0], pages[1]);
}

/// PW-05: whoever changes the password is rid of everybody who is half way in with the old one.
#[tokio::test]
async fn pw_05_half_a_proof_is_good_as_long_as_its_password() {
    let (world, _) = with_kim(Linking::Proof, &[]).await;
    let kim = with_password(&world, |_| {}).await;
    let secret = with_authenticator(&world, kim).await;
    let mut browser = world.browser();
    let page = come(&world, &mut browser).await;
    let due = step(&mut browser, &page, "password", PASSWORD).await;
    assert!(due.body.contains("authenticator app"), "{due:?}");
    let credentials = world.all::<Credentials>(world.victim).await.remove(0);
    let changed_at = credentials.changed_at + Duration::from_millis(1);
    world.put(&Credentials { changed_at, ..credentials }).await;
    let right = code_of(&secret, world.clock.now()).unwrap();
    step(&mut browser, &due, "second-factor", &right).await.assert_told(400);
    assert!(world.all::<Identity>(world.victim).await.is_empty());
}
