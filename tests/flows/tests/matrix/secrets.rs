//! Secrets in logs, in pages and at rest (rows SR-01, SR-02).

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use doorward_flows::app::{Answer, VERIFIER, send, userinfo};
use doorward_flows::browser::{SESSION, TRANSACTION};
use doorward_flows::world::{ADMIN_TOKEN, IDP, ISSUER};
use doorward_flows::{Relying, World};
use doorward_store::sled::SledOptions;
use doorward_store::{MemoryStore, SledStore};
use doorward_test_idp::Switch;
use http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION, SET_COOKIE};
use serde_json::Value;
use url::form_urlencoded;

use crate::kept_log::KeptLog;

/// Everything secret that a journey brought about, with what it is.
#[derive(Clone, Default)]
struct Secrets(Arc<Mutex<Vec<(String, String)>>>);

impl Secrets {
    fn add(&self, what: &str, secret: &str) {
        if !secret.is_empty() {
            self.0.lock().unwrap().push((what.to_owned(), secret.to_owned()));
        }
    }

    fn add_tokens(&self, of: &str, answer: &Value) {
        for name in ["access_token", "refresh_token", "id_token"] {
            let token = answer[name].as_str().unwrap_or_default();
            self.add(&format!("{of} {name}"), token);
            if let Some((_, signature)) = token.rsplit_once('.') {
                self.add(&format!("the signature of {of} {name}"), signature);
            }
        }
    }

    fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Asserts that none of them stands in `text`, in clear or in a common encoding.
    #[track_caller]
    fn assert_absent(&self, place: &str, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        for (what, secret) in self.0.lock().unwrap().iter() {
            for spelling in spellings(secret) {
                assert!(!text.contains(&spelling), "{what} stands in {place}: {spelling}\n{text}");
            }
        }
    }
}

fn spellings(secret: &str) -> [String; 6] {
    let bytes = secret.as_bytes();
    // Without the last characters, which change with what follows the secret.
    let whole_groups = |text: String| text[..text.len() / 4 * 4 - 4].to_owned();
    [
        secret.to_owned(),
        whole_groups(STANDARD_NO_PAD.encode(bytes)),
        whole_groups(URL_SAFE_NO_PAD.encode(bytes)),
        bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        form_urlencoded::byte_serialize(bytes).collect(),
        bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", "),
    ]
}

/// Listens to what the broker and the IdP say to each other.
async fn overhear(secrets: Secrets, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    if head.uri.path().ends_with("/token") {
        for (name, value) in form_urlencoded::parse(&body) {
            if ["code", "code_verifier", "client_secret"].contains(&&*name) {
                secrets.add(&format!("the upstream {name}"), &value);
            }
        }
        if let Some(credentials) = head.headers.get(AUTHORIZATION) {
            let encoded = credentials.to_str().unwrap().split(' ').next_back().unwrap();
            secrets.add("the upstream credentials", encoded);
            secrets.add(
                "the upstream credentials",
                std::str::from_utf8(&STANDARD.decode(encoded).unwrap()).unwrap(),
            );
        }
    }
    let response = next.run(Request::from_parts(head, Body::from(body))).await;
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    secrets.add_tokens("the upstream", &serde_json::from_slice(&body).unwrap_or_default());
    Response::from_parts(head, Body::from(body))
}

/// Notes the secrets that the broker gives out, and what its pages say.
async fn note(secrets: Secrets, pages: Arc<Mutex<Vec<u8>>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let (head, body) = response.into_parts();
    let body: Bytes = to_bytes(body, usize::MAX).await.unwrap();
    for cookie in head.headers.get_all(SET_COOKIE) {
        let (name, value) = cookie.to_str().unwrap().split_once('=').unwrap();
        if name == SESSION || name.starts_with(TRANSACTION) {
            secrets.add(name, value.split(';').next().unwrap());
        }
    }
    if let Some(location) = head.headers.get(LOCATION) {
        let location = url::Url::parse(ISSUER).unwrap().join(location.to_str().unwrap()).unwrap();
        for (name, value) in location.query_pairs().filter(|(name, _)| ["code", "nonce"].contains(&&**name)) {
            secrets.add(&format!("a {name} in a redirect"), &value);
        }
    }
    if head.headers.get(CONTENT_TYPE).is_some_and(|it| it.to_str().unwrap().starts_with("text/html")) {
        pages.lock().unwrap().extend_from_slice(&body);
    }
    Response::from_parts(head, Body::from(body))
}

/// Has much of what can happen happen, well and badly, and returns what was secret in it, and the pages.
async fn journey(world: &World) -> (Secrets, Vec<u8>) {
    let (secrets, pages) = (Secrets::default(), Arc::new(Mutex::new(Vec::new())));
    let heard = secrets.clone();
    world
        .network
        .wrap(IDP, |idp| idp.layer(from_fn(move |request, next| overhear(heard.clone(), request, next))));
    let (noted, shown) = (secrets.clone(), pages.clone());
    let noting = from_fn(move |request, next| note(noted.clone(), shown.clone(), request, next));
    world.network.wrap(ISSUER, |broker| broker.layer(noting));

    for id in ["c1", "c2", "third", "cx"] {
        secrets.add("a client's secret", &format!("secret-of-{id}"));
    }
    for (what, secret) in [("IdP's secret", "upstream-secret"), ("operator's token", ADMIN_TOKEN)] {
        secrets.add(what, secret);
    }
    secrets.add("the verifier", VERIFIER);
    secrets.add("the wrong verifier", &VERIFIER.replace('a', "b"));
    secrets.add("the wrong secret", "secret-of-mallory");

    sign_ins(world, &secrets).await;
    failures(world).await;
    operator(world).await;
    world.write_traces().await;
    let pages = pages.lock().unwrap().clone();
    (secrets, pages)
}

async fn sign_ins(world: &World, secrets: &Secrets) {
    let app = world.relying("c1");
    let mut browser = world.browser();
    let page = world.sign_in(&mut browser, &app, "kim@victim.test", "alice").await;
    let code = page.parameter("code").unwrap();
    app.redeem_code(world, "wrong", &[]).await;
    let first = app.redeem_code(world, &code, &[]).await;
    let second = app.refresh(world, first.str("refresh_token"), &[]).await;
    for answer in [&first, &second] {
        secrets.add_tokens("our", &answer.json);
        userinfo(world, answer.str("access_token")).await;
        for token in ["access_token", "refresh_token"] {
            app.is_active(world, answer.str(token)).await;
        }
    }
    let hint = [("id_token_hint", first.str("id_token"))];
    browser.get(&app.authorize(world, &hint)).await;
    let page = browser.open(&world.relying("third").authorize(world, &[])).await;
    let page = browser.submit(&page, &[("decision", "allow")]).await;
    let third = world.relying("third").redeem(world, &page).await;
    secrets.add_tokens("the third party's", &third.json);
    world.relying("third").call(world, "/revoke", &[("token", third.str("refresh_token"))]).await;
    app.redeem_code(world, &code, &[]).await.assert_error(400, "invalid_grant");
    world.pass(60);
    app.refresh(world, first.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
    browser.get(&world.url(&format!("/end-session?id_token_hint={}", second.str("id_token")))).await;
}

async fn failures(world: &World) {
    let app = world.relying("c1");
    let mut browser = world.browser();
    let page = world.sign_in(&mut browser, &app, "victim", "alice").await;
    let wrong = VERIFIER.replace('a', "b");
    let code = page.parameter("code").unwrap();
    app.redeem_code(world, &code, &[("code_verifier", &wrong)]).await.assert_error(400, "invalid_grant");
    let mallory = Relying { secret: Some("secret-of-mallory".to_owned()), ..app.clone() };
    mallory.redeem_code(world, &code, &[]).await.assert_error(401, "invalid_client");
    let thief = world.relying("public");
    let tokens = world.tokens(&app, "victim", "alice").await;
    thief.refresh(world, tokens.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
    for switch in Switch::ALL.into_iter().filter(|it| *it != Switch::Slow) {
        let good = world.idp.issuer("good").unwrap();
        good.switches().once(switch);
        world.sign_in(&mut world.browser(), &app, "victim", "nora").await;
        good.switches().off(switch);
        world.pass(61);
    }
    for changes in
        [[("state", "\r\n")], [("prompt", "none")], [("id_token_hint", tokens.str("access_token"))]]
    {
        browser.get(&app.authorize(world, &changes)).await;
    }
    world.remove(doorward_store::records::at::connection(world.victim, world.k1)).await;
    app.refresh(world, tokens.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
    browser.get(&app.authorize(world, &[])).await;
}

async fn operator(world: &World) {
    for token in [ADMIN_TOKEN, "secret-of-mallory"] {
        for path in [
            "/admin/v1/tenants",
            "/admin/v1/clients",
            "/admin/v1/export",
            "/admin/v1/keys",
            "/admin/v1/nowhere",
        ] {
            let request =
                http::Request::get(world.url(path)).header(AUTHORIZATION, format!("Bearer {token}"));
            let _: Answer = send(world, request.body(Vec::new()).unwrap()).await;
        }
    }
}

#[tokio::test]
async fn sr_01_no_secret_stands_in_the_log_or_on_a_page() {
    let (log, _guard) = KeptLog::begin();
    let world = World::new().await;
    let (secrets, pages) = journey(&world).await;
    assert!(secrets.count() > 100, "{}", secrets.count());
    let log = log.text();
    assert!(log.contains("a redeemed code came again"), "there is a log");
    assert!(String::from_utf8_lossy(&pages).contains("We could not sign you in"), "there are pages");
    secrets.assert_absent("the log", log.as_bytes());
    secrets.assert_absent("a page", &pages);
}

#[tokio::test]
async fn sr_02_no_secret_stands_in_a_record() {
    let world = World::on(Arc::new(MemoryStore::new())).await;
    let (secrets, _) = journey(&world).await;
    secrets.add("the master key", &"\u{7}".repeat(32));
    let records = world.records().await;
    assert!(records.iter().any(|(_, value)| says_alice(&value.bytes)), "there are records");
    for (key, value) in &records {
        secrets.assert_absent(&format!("{key:?}"), &value.bytes);
        secrets.assert_absent("a key", key.as_bytes());
        assert!(!String::from_utf8_lossy(&value.bytes).contains("\"d\":"), "a private key in {key:?}");
    }
}

#[tokio::test]
async fn sr_02_no_secret_stands_in_the_stores_files() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SledStore::open(folder.path(), SledOptions::default()).unwrap());
    let world = World::on(store.clone()).await;
    let (secrets, _) = journey(&world).await;
    store.close().await;
    let mut read = false;
    each_file(folder.path(), &mut |path| {
        let bytes = std::fs::read(path).unwrap();
        read |= says_alice(&bytes);
        secrets.assert_absent(&path.display().to_string(), &bytes);
    });
    assert!(read, "there are files");
}

fn says_alice(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).contains("alice@good.example")
}

fn each_file(folder: &Path, look: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { each_file(&path, look) } else { look(&path) }
    }
}
