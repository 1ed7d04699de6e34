//! The log and the audit log: strangers write no line of either, and what cannot be told is not done.

use doorward_domain::{AuditEvent, Credentials};
use doorward_flows::authenticator::{Signs, page_to_add, post, question};
use doorward_flows::browser::encode;
use doorward_flows::local::{NEW_PASSWORD, PASSWORD, owner, password_page, signed_in, try_password};
use doorward_flows::mailbag::link;
use doorward_flows::tally::Tally;
use doorward_flows::world::IDP;
use doorward_flows::{Authenticator, World};
use doorward_store::Kind;
use doorward_store::records::at;
use http::StatusCode;
use serde_json::json;

use crate::admin::Operator;
use crate::kept_log::KeptLog;

/// What would be a line of its own and steer a terminal, and what would only look like one.
const HOSTILE: [&str; 3] = [
    "2027-01-01T00:00:00Z ERROR forged: [31m",
    "x\r\n2027-01-01T00:00:00Z ERROR forged: \u{1b}[2J\u{1b}]0;t\u{7}\u{9b}31m",
    "x\u{2028}2027-01-01T00:00:00Z ERROR forged: \u{202e}31m",
];

/// Strangers say it wherever they can say anything.
async fn say_everywhere(world: &World, hostile: &str) {
    let app = world.relying("c1");
    let mut browser = world.browser();
    for name in
        ["client_id", "redirect_uri", "state", "login_hint", "scope", "prompt", "ui_locales", "domain_hint"]
    {
        browser.open(&app.authorize(world, &[(name, hostile)])).await;
    }
    let page = browser.open(&app.authorize(world, &[])).await;
    browser.submit(&page, &[("username", hostile)]).await;
    let page = password_page(world, &mut browser).await;
    browser.submit(&page, &[("username", hostile), ("password", hostile)]).await;
    browser.post(&world.url("/reset"), &[("username", hostile)]).await;
    browser.post(&world.url("/reset/password"), &[("username", hostile), ("code", hostile)]).await;
    let asked = password_page(world, &mut browser).await;
    let fields =
        ["id", "client_data", "authenticator_data", "signature"].map(|name| (name, hostile.to_owned()));
    post(world, &mut browser, &asked, "/sign-in/passkey", &fields.to_vec()).await;
    let refused = encode(&[("error", hostile), ("error_description", hostile), ("state", hostile)]);
    browser.get(&world.url(&format!("/federation/{}/callback?{refused}", world.k1))).await;
    let left = browser.get(&app.authorize(world, &[("login_hint", "victim")])).await;
    let state = left.parameter("state").unwrap();
    let iss = format!("{IDP}/good");
    let refused = [("error", hostile), ("error_description", hostile), ("state", &state), ("iss", &iss)];
    let refused = encode(&refused);
    browser.get(&world.url(&format!("/federation/{}/callback?{refused}", world.k1))).await;
    app.redeem_code(world, hostile, &[("client_id", hostile)]).await;
    app.refresh(world, hostile, &[("scope", hostile)]).await;
}

#[tokio::test]
async fn sr_05_no_line_of_the_log_is_a_strangers() {
    let (log, _guard) = KeptLog::begin();
    let world = World::new().await;
    owner(&world).await;
    for hostile in HOSTILE {
        say_everywhere(&world, hostile).await;
    }
    let log = log.text();
    assert!(log.contains("a person saw an error page") && log.contains("a sign-in failed"), "{log}");
    assert!(log.contains("forged"), "something of it is told, harmlessly: {log}");
    for line in log.lines() {
        assert!(line.starts_with("20") && !line.starts_with("2027"), "a forged line: {line:?}");
        assert!(!line.contains(|c: char| c.is_control()), "what steers a terminal: {line:?}");
    }
}

/// Where the audit log cannot be written, nothing that it would tell of happens (rule 12).
#[tokio::test]
async fn sr_05_what_cannot_be_told_is_not_done() {
    let store = Tally::new();
    let world = World::on(store.clone()).await;
    let olivia = owner(&world).await;
    let operator = Operator::of(&world);
    let mut browser = world.browser();
    let adding = page_to_add(&world, &mut browser, "olivia@victim.test").await;
    let account = browser.open(&world.url("/account")).await;
    browser.post(&world.url("/reset"), &[("username", "olivia@victim.test")]).await;
    let reset = browser.open(&link(&world.mail.after(0).await)).await;
    let events = world.all::<AuditEvent>(world.victim).await.len();
    let before = world.digest().await;
    store.refuse(Kind::Audit);

    let signing_in = try_password(&world, &mut world.browser(), "olivia@victim.test", PASSWORD).await;
    assert_eq!(signing_in.status, StatusCode::SERVICE_UNAVAILABLE, "{signing_in:?}");
    let federated = world.sign_in(&mut world.browser(), &world.relying("c1"), "victim", "alice").await;
    assert_eq!(federated.status, StatusCode::SERVICE_UNAVAILABLE, "{federated:?}");
    let changed = browser.submit(&reset, &[("password", NEW_PASSWORD)]).await;
    assert_eq!(changed.status, StatusCode::SERVICE_UNAVAILABLE, "{changed:?}");
    let change = vec![("password", PASSWORD.to_owned()), ("new", NEW_PASSWORD.to_owned())];
    let changed = post(&world, &mut browser, &account, "/account/password", &change).await;
    assert_eq!(changed.status, StatusCode::SERVICE_UNAVAILABLE, "{changed:?}");
    let authenticator = Authenticator::new(Signs::Es256);
    let fields = authenticator.made(&authenticator.says(&question(&adding)), "x");
    let added = post(&world, &mut browser, &adding, "/account/passkey/new", &fields).await;
    assert_eq!(added.status, StatusCode::SERVICE_UNAVAILABLE, "{added:?}");
    for action in [json!({"action": "set_owner", "owner": true}), json!({"action": "verify_email"})] {
        let done = operator.post("/tenants/victim/users/olivia/change", &action).await;
        assert_eq!(done.status, StatusCode::SERVICE_UNAVAILABLE, "{done:?}");
    }
    let out = operator.post("/tenants/victim/sign-out", &json!({})).await;
    assert_eq!(out.status, StatusCode::SERVICE_UNAVAILABLE, "{out:?}");

    assert_eq!(world.digest().await, before);
    assert_eq!(world.all::<AuditEvent>(world.victim).await.len(), events);
    assert_eq!(world.mail.all().await.len(), 1, "and nobody is told of what did not happen");
    let kept: Credentials = world.read(&at::credentials(world.victim, olivia)).await.unwrap();
    assert!(kept.passkeys.is_empty());
    store.accept();
    assert!(signed_in(&world, &mut world.browser(), "olivia@victim.test", PASSWORD).await);
}
