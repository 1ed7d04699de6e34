//! What reaches a person by e-mail: links and codes for a new password, invitations, verification.

use doorward_domain::audit::Action;
use doorward_domain::{Proof, ProofPurpose, User};
use doorward_flows::World;
use doorward_flows::local::{NEW_PASSWORD, PASSWORD, owner, person, signed_in, try_password};
use doorward_flows::mailbag::{Mailbag, code, link};
use doorward_flows::world::{ADMIN_TOKEN, ISSUER};
use doorward_store::records::at;
use http::StatusCode;

#[tokio::test]
async fn pw_01_asking_for_a_mail_is_answered_alike_and_only_accounts_get_one() {
    let world = World::new().await;
    owner(&world).await;
    person(&world, "dora", |user| (user.owner, user.enabled) = (true, false)).await;
    let mut answers = Vec::new();
    for name in ["olivia", "nobody", "dora", "bob"] {
        let mut browser = world.browser();
        let page = browser.open(&world.url("/reset")).await;
        let login = format!("{name}@victim.test");
        let page = browser.submit(&page, &[("username", &login)]).await;
        answers.push((page.status, page.body.replace(name, "NAME")));
        Mailbag::settle().await;
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    let letters: Vec<_> = world.mail.all().await.iter().map(|letter| letter.to.to_string()).collect();
    assert_eq!(letters, ["olivia@victim.test"]);
}

#[tokio::test]
async fn ds_06_nobody_gets_mail_without_end() {
    let world = World::new().await;
    owner(&world).await;
    let records = world.records().await.len();
    for _ in 0..40 {
        world.browser().post(&world.url("/reset"), &[("username", "olivia@victim.test")]).await;
        Mailbag::settle().await;
    }
    assert_eq!(world.mail.all().await.len(), 4);
    assert_eq!(world.records().await.len(), records + 1, "one proof, however many were asked for");
}

#[tokio::test]
async fn se_01_se_02_a_new_password_ends_every_session() {
    let world = World::new().await;
    owner(&world).await;
    let mut browser = world.browser();
    let page = try_password(&world, &mut browser, "olivia@victim.test", PASSWORD).await;
    let tokens = world.relying("c1").redeem(&world, &page).await;
    let mut signed_in_before = browser.clone();
    browser.post(&world.url("/reset"), &[("username", "olivia@victim.test")]).await;
    let letter = world.mail.after(0).await;
    let page = browser.open(&link(&letter)).await;
    let page = browser.submit(&page, &[("password", NEW_PASSWORD)]).await;
    assert!(page.body.contains("Your password is saved"), "{page:?}");
    let silent = signed_in_before.get(&world.relying("c2").authorize(&world, &[("prompt", "none")])).await;
    silent.assert_sent_back(&world.relying("c2"), "login_required");
    let refreshed = world.relying("c1").refresh(&world, tokens.str("refresh_token"), &[]).await;
    refreshed.assert_error(400, "invalid_grant");
    assert_eq!(world.audited(world.victim, Action::PasswordChanged).await, 1);
    assert_eq!(world.mail.all().await.len(), 2, "and the owner is told");
    assert!(!signed_in(&world, &mut world.browser(), "olivia@victim.test", PASSWORD).await);
    assert!(signed_in(&world, &mut world.browser(), "olivia@victim.test", NEW_PASSWORD).await);
}

#[tokio::test]
async fn pw_04_a_link_is_good_once_and_looking_at_it_uses_nothing_up() {
    let world = World::new().await;
    owner(&world).await;
    let mut browser = world.browser();
    browser.post(&world.url("/reset"), &[("username", "olivia@victim.test")]).await;
    let old = link(&world.mail.after(0).await);
    browser.post(&world.url("/reset"), &[("username", "olivia@victim.test")]).await;
    let new = link(&world.mail.after(1).await);
    browser.open(&old).await.assert_told(400);
    let before = world.digest().await;
    for _ in 0..3 {
        assert!(browser.open(&new).await.body.contains("Choose a new password"));
    }
    let page = browser.open(&new).await;
    let weak = browser.submit(&page, &[("password", "password1234")]).await;
    assert!(weak.body.contains("easy to guess"), "{weak:?}");
    assert_eq!(world.digest().await, before);
    // Of many at once, one.
    let mut tries = Vec::new();
    for n in 0..32 {
        let (mut browser, page) = (browser.clone(), page.clone());
        tries.push(async move {
            let password = format!("{NEW_PASSWORD} {n}");
            browser.submit(&page, &[("password", password.as_str())]).await
        });
    }
    let done = futures_util::future::join_all(tries).await;
    let saved = done.iter().filter(|page| page.body.contains("Your password is saved")).count();
    assert_eq!(saved, 1);
    browser.submit(&page, &[("password", NEW_PASSWORD)]).await.assert_told(400);
    assert!(world.all::<Proof>(world.victim).await.is_empty());
}

#[tokio::test]
async fn pw_04_a_token_of_one_purpose_time_or_person_is_no_other() {
    let world = World::new().await;
    owner(&world).await;
    let mut browser = world.browser();
    browser.post(&world.url("/reset"), &[("username", "olivia@victim.test")]).await;
    let reset = link(&world.mail.after(0).await);
    let token = reset.split_once("token=").unwrap().1.to_owned();
    for path in ["/invitation", "/verify-email"] {
        browser.open(&world.url(&format!("{path}?token={token}"))).await.assert_told(400);
        browser
            .post(&world.url(path), &[("token", &token), ("password", NEW_PASSWORD)])
            .await
            .assert_told(400);
    }
    let stored = world.records().await;
    let kept = stored.iter().any(|(_, value)| String::from_utf8_lossy(&value.bytes).contains(&token));
    assert!(!kept, "only a hash is kept");
    world.pass(30 * 60);
    browser.open(&reset).await.assert_told(400);
    browser
        .post(&world.url("/reset/password"), &[("token", &token), ("password", NEW_PASSWORD)])
        .await
        .assert_told(400);
    assert!(signed_in(&world, &mut world.browser(), "olivia@victim.test", PASSWORD).await);
}

#[tokio::test]
async fn a_code_does_what_the_link_does_and_few_are_guessed() {
    let world = World::new().await;
    owner(&world).await;
    let mut browser = world.browser();
    let page = browser.post(&world.url("/reset"), &[("username", "olivia@victim.test")]).await;
    let right = code(&world.mail.after(0).await);
    let mut guess = page.clone();
    for _ in 0..8 {
        guess = browser.submit(&page, &[("code", "2222-2222"), ("password", NEW_PASSWORD)]).await;
    }
    assert_eq!(guess.status, StatusCode::TOO_MANY_REQUESTS);
    world.pass(60);
    let page = browser.submit(&page, &[("code", &right.to_lowercase()), ("password", NEW_PASSWORD)]).await;
    assert!(page.body.contains("Your password is saved"), "{page:?}");
    assert!(signed_in(&world, &mut world.browser(), "olivia@victim.test", NEW_PASSWORD).await);
}

#[tokio::test]
async fn pw_03_links_start_with_the_issuer_whatever_the_request_says() {
    let world = World::new().await;
    owner(&world).await;
    for (name, value) in
        [("x-forwarded-host", "evil.test"), ("forwarded", "host=evil.test"), ("x-forwarded-proto", "http")]
    {
        let mut browser = world.browser();
        browser.headers.insert(name, value.parse().unwrap());
        let before = world.mail.all().await.len();
        browser.post(&world.url("/reset"), &[("username", "olivia@victim.test")]).await;
        assert!(link(&world.mail.after(before).await).starts_with(&format!("{ISSUER}/reset?token=")));
    }
    let mut browser = world.browser();
    browser.headers.insert("host", "evil.test".parse().unwrap());
    let before = world.mail.all().await.len();
    let page = browser.post(&world.url("/reset"), &[("username", "olivia@victim.test")]).await;
    assert!([400, 421].contains(&page.status.as_u16()), "{page:?}");
    Mailbag::settle().await;
    assert_eq!(world.mail.all().await.len(), before);
}

#[tokio::test]
async fn pw_07_an_operator_invites_and_only_the_mailed_link_opens() {
    let world = World::new().await;
    let admin = format!("Bearer {}", ADMIN_TOKEN);
    let ask = async |path: &str, body: &str| {
        let request = http::Request::post(world.url(path))
            .header("authorization", &admin)
            .header("content-type", "application/json")
            .body(body.as_bytes().to_vec());
        doorward_flows::app::send(&world, request.unwrap()).await
    };
    let users = "/admin/v1/tenants/victim/users";
    let new = r#"{"email":"x@victim.test","owner":true,"invite":true}"#;
    let made = ask(users, new).await;
    assert_eq!(made.status, StatusCode::OK, "{made:?}");
    assert_eq!(ask(users, new).await.status, StatusCode::CONFLICT);
    let url = link(&world.mail.after(0).await);
    let token = url.split_once("token=").unwrap().1.to_owned();
    let mut browser = world.browser();
    assert!(browser.open(&url).await.body.contains("has made an account for you"));
    // Changed anywhere, it is no token.
    for at in [0, 5, 30, 60] {
        let mut forged: Vec<char> = token.chars().collect();
        forged[at] = if forged[at] == 'A' { 'B' } else { 'A' };
        let forged: String = forged.into_iter().collect();
        let fields = [("token", forged.as_str()), ("password", NEW_PASSWORD)];
        browser.post(&world.url("/invitation"), &fields).await.assert_told(400);
    }
    let page = browser.open(&url).await;
    let page = browser.submit(&page, &[("password", NEW_PASSWORD)]).await;
    assert!(page.body.contains("Your password is saved"), "{page:?}");
    browser
        .post(&world.url("/invitation"), &[("token", &token), ("password", PASSWORD)])
        .await
        .assert_told(400);
    assert!(signed_in(&world, &mut world.browser(), "x@victim.test", NEW_PASSWORD).await);
    // Another invitation is void as soon as the user is switched off.
    let change = |action: &str| format!(r#"{{"action":"{action}"}}"#);
    let path = format!("{users}/x@victim.test/change");
    assert_eq!(ask(&path, &change("disable")).await.status, StatusCode::CONFLICT, "the last owner stays");
    owner(&world).await;
    assert_eq!(ask(&path, &change("invite")).await.status, StatusCode::OK);
    assert_eq!(ask(&path, &change("disable")).await.status, StatusCode::OK);
    browser.open(&link(world.mail.all().await.last().unwrap())).await.assert_told(400);
    assert_eq!(ask(&path, &change("enable")).await.status, StatusCode::OK);
    world.pass(72 * 60 * 60);
    browser.open(&link(world.mail.all().await.last().unwrap())).await.assert_told(400);
}

#[tokio::test]
async fn an_address_is_confirmed_by_the_mailed_link_alone() {
    let world = World::new().await;
    let olivia = owner(&world).await;
    let request = http::Request::post(world.url("/admin/v1/tenants/victim/users/olivia/change"))
        .header("authorization", format!("Bearer {}", ADMIN_TOKEN))
        .header("content-type", "application/json")
        .body(br#"{"action":"verify_email"}"#.to_vec());
    let sent = doorward_flows::app::send(&world, request.unwrap()).await;
    assert_eq!(sent.status, StatusCode::OK, "{sent:?}");
    let mut browser = world.browser();
    let page = browser.open(&link(&world.mail.after(0).await)).await;
    let before = world.read::<User>(&at::user(world.victim, olivia)).await.unwrap();
    assert!(!before.profile.email_verified, "looking is not confirming");
    let page = browser.submit(&page, &[]).await;
    assert!(page.body.contains("Your email address is confirmed"), "{page:?}");
    let after = world.read::<User>(&at::user(world.victim, olivia)).await.unwrap();
    assert!(after.profile.email_verified);
    assert_eq!(world.audited(world.victim, Action::EmailVerified).await, 1);
    assert!(
        world.read::<Proof>(&at::proof(world.victim, olivia, ProofPurpose::Verification)).await.is_none()
    );
}
