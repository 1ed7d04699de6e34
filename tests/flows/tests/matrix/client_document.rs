//! Clients that publish their metadata themselves (draft-ietf-oauth-client-id-metadata-document): rows SS and
//! DR for what is fetched when anybody names a URL.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::response::IntoResponse as _;
use axum::routing::get;
use doorward_domain::{Client, Clock as _, Grant, ScopeSet};
use doorward_flows::app::{Answer, send, userinfo};
use doorward_flows::world::ISSUER;
use doorward_flows::{Browser, Page, Relying, Setup, World};
use doorward_net::EgressPolicy;
use doorward_service::management::document::Tenants;
use doorward_service::management::{DocumentHosts, DocumentPolicy, RegistrationPolicy};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use josekit::jwk::KeyPair as _;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jws::ES256;
use serde_json::{Value, json};

use crate::support::{canary, signed_in, signed_jwt};
use crate::told::Told;

const HOST: &str = "https://doc.test";
const ID: &str = "https://doc.test/client.json";
const RESOURCE: &str = "https://mcp.test/";

fn policy() -> DocumentPolicy {
    let terms = RegistrationPolicy {
        open: false,
        initial_access_token: None,
        tenants: Tenants::All,
        scope: ScopeSet::parse("openid profile email offline_access").unwrap(),
        resources: vec![RESOURCE.to_owned(), "https://other.test/".to_owned()],
        token_endpoint_audience: false,
        require_pkce: true,
        most: 100,
    };
    DocumentPolicy { hosts: DocumentHosts::All, egress: EgressPolicy::default(), terms }
}

/// The host of a document, which answers as it is told.
#[derive(Clone)]
struct Publisher {
    answer: Arc<Mutex<(StatusCode, &'static str, &'static str, String)>>,
    asked: Arc<AtomicUsize>,
}

impl Publisher {
    fn new() -> Self {
        let answer = (StatusCode::OK, "application/json", "max-age=300", document().to_string());
        Self { answer: Arc::new(Mutex::new(answer)), asked: Arc::default() }
    }

    fn router(&self) -> Router {
        let it = self.clone();
        Router::new().fallback(get(move || async move {
            it.asked.fetch_add(1, Ordering::SeqCst);
            let (status, kind, cache, body) = it.answer.lock().unwrap().clone();
            (status, [(CONTENT_TYPE, kind), (CACHE_CONTROL, cache)], body).into_response()
        }))
    }

    fn says(&self, document: &Value) {
        self.answer.lock().unwrap().3 = document.to_string();
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn document() -> Value {
    json!({
        "client_id": ID,
        "client_name": "Notebook",
        "redirect_uris": ["https://app.test/cb"],
        "token_endpoint_auth_method": "none",
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut document = document();
    document[field] = value;
    document
}

async fn world() -> (World, Publisher) {
    let world = World::with(Setup { documents: Some(policy()), ..Setup::default() }).await;
    let publisher = Publisher::new();
    world.network.add(HOST, publisher.router());
    (world, publisher)
}

fn app() -> Relying {
    Relying { id: ID.to_owned(), secret: None, redirect_uri: "https://app.test/cb".to_owned() }
}

async fn ask(world: &World, browser: &mut Browser) -> Page {
    browser.open(&app().authorize(world, &[("resource", RESOURCE)])).await
}

async fn tokens(world: &World) -> Answer {
    let mut browser = signed_in(world, "alice").await;
    let page = ask(world, &mut browser).await;
    let page = browser.submit_unfollowed(&page, &[("decision", "allow")]).await;
    app().redeem(world, &page).await
}

/// No app is known by that name, and whoever asks learns no more.
fn assert_unknown(page: &Page) {
    page.assert_told(400);
    assert!(page.body.contains("This sign-in link does not work"), "{}", page.body);
}

#[tokio::test]
async fn a_client_that_nobody_registered_signs_somebody_in() {
    let (world, publisher) = world().await;
    let about =
        http::Request::get(world.url("/.well-known/oauth-authorization-server")).body(vec![]).unwrap();
    assert_eq!(send(&world, about).await.json["client_id_metadata_document_supported"], true);
    let mut browser = signed_in(&world, "alice").await;
    let page = ask(&world, &mut browser).await;
    for shown in ["Notebook", "doc.test", "id=\"unverified\"", "app.test", RESOURCE] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    let page = browser.submit_unfollowed(&page, &[("decision", "allow")]).await;
    let tokens = app().redeem(&world, &page).await;
    assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");
    assert_eq!(tokens.claims("id_token")["aud"], ID);
    assert_eq!(tokens.claims("access_token")["aud"], json!([ISSUER, RESOURCE]));
    assert_eq!(app().refresh(&world, tokens.str("refresh_token"), &[]).await.status, StatusCode::OK);
    // It was allowed that, for this resource, and is not asked again for it.
    assert!(ask(&world, &mut browser).await.parameter("code").is_some());
    let other = browser.open(&app().authorize(&world, &[("resource", "https://other.test/")])).await;
    assert!(other.body.contains("id=\"allow\"") && other.body.contains("https://other.test/"), "{other:?}");
    // Its profile has it name a resource.
    let page = browser.get(&app().authorize(&world, &[])).await;
    page.assert_sent_back(&app(), "invalid_target");
    assert_eq!(publisher.asked(), 1, "the document was good all the time");
    assert_eq!(world.read::<Client>(&crate::support::client(ID)).await, None, "it is kept nowhere");
}

#[tokio::test]
async fn dr_01_a_document_is_good_where_the_operator_says() {
    let off = World::new().await;
    let asked = canary(&off, HOST);
    assert_unknown(&ask(&off, &mut off.browser()).await);
    let hosts = DocumentHosts::These(vec!["apps.test".to_owned()]);
    let documents = Some(DocumentPolicy { hosts, ..policy() });
    let some = World::with(Setup { documents, ..Setup::default() }).await;
    let also_asked = canary(&some, HOST);
    assert_unknown(&ask(&some, &mut some.browser()).await);
    assert_eq!([asked, also_asked].map(|asked| asked.load(Ordering::SeqCst)), [0, 0]);
    let about = http::Request::get(off.url("/.well-known/openid-configuration")).body(vec![]).unwrap();
    assert!(send(&off, about).await.json.get("client_id_metadata_document_supported").is_none());
}

#[tokio::test]
async fn ss_04_no_other_kind_of_url_is_asked() {
    let (world, publisher) = world().await;
    let asked =
        ["http://doc.test", "https://127.0.0.1", "https://doc.test:8443"].map(|it| canary(&world, it));
    for id in [
        "http://doc.test/client.json",
        "https://127.0.0.1/client.json",
        "https://doc.test:8443/client.json",
        "https://user@doc.test/client.json",
        "https://doc.test/client.json#part",
        "https://doc.test/a/../client.json",
        "https://doc.test/%2e%2e/client.json",
        "https://DOC.test/client.json",
        "https://doc.test:443/client.json",
        "https://doc.test/",
        "https://doc.test",
        "file:///client.json",
    ] {
        let page = world.browser().get(&Relying { id: id.to_owned(), ..app() }.authorize(&world, &[])).await;
        assert_unknown(&page);
    }
    assert_eq!(publisher.asked() + asked.iter().map(|it| it.load(Ordering::SeqCst)).sum::<usize>(), 0);
}

#[tokio::test]
async fn ss_06_a_document_speaks_of_its_own_url() {
    let (world, publisher) = world().await;
    for id in [
        json!("https://other.test/client.json"),
        json!("https://doc.test/client.json/"),
        json!("https://doc.test/Client.json"),
        json!([ID]),
        Value::Null,
    ] {
        publisher.says(&with("client_id", id));
        assert_unknown(&ask(&world, &mut world.browser()).await);
        world.pass(10);
    }
    publisher.says(&document());
    ask(&world, &mut world.browser()).await.assert_asks_to_sign_in();
}

#[tokio::test]
async fn ss_10_whatever_is_wrong_is_told_in_the_same_words() {
    let (world, publisher) = world().await;
    let good = publisher.answer.lock().unwrap().clone();
    let long = with("client_name", "x".repeat(5 * 1024).into()).to_string();
    let twice = document().to_string().replacen('{', "{\"client_id\":\"https://a.test/\",", 1);
    let mut told = Vec::new();
    for (status, kind, body) in [
        (StatusCode::NOT_FOUND, good.1, good.3.clone()),
        (StatusCode::CREATED, good.1, good.3.clone()),
        (StatusCode::INTERNAL_SERVER_ERROR, good.1, good.3.clone()),
        // SS-03: a redirect is no answer.
        (StatusCode::FOUND, good.1, good.3.clone()),
        (StatusCode::OK, "text/html", good.3.clone()),
        // SS-07: nor is what is longer than any honest one.
        (StatusCode::OK, good.1, long),
        (StatusCode::OK, good.1, twice),
        (StatusCode::OK, good.1, "[]".to_owned()),
    ] {
        *publisher.answer.lock().unwrap() = (status, kind, good.2, body);
        let page = ask(&world, &mut world.browser()).await;
        assert_unknown(&page);
        told.push(page.body.split("class=\"reference\"").next().unwrap().to_owned());
        world.pass(10);
    }
    world.network.remove(HOST);
    told.push(
        ask(&world, &mut world.browser()).await.body.split("class=\"reference\"").next().unwrap().to_owned(),
    );
    assert!(told.windows(2).all(|two| two[0] == two[1]), "{told:#?}");
}

#[tokio::test]
async fn dr_02_a_document_cannot_say_what_nobody_vouches_for() {
    let (world, publisher) = world().await;
    let ec = json!({"kty": "EC", "crv": "P-256", "x": "a", "y": "b", "d": "c"});
    for (field, value) in [
        ("client_secret", json!("everybody-reads-this")),
        ("client_secret_expires_at", json!(0)),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", json!("client_secret_jwt")),
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("jwks", json!({"keys": [ec]})),
        ("jwks_uri", json!("https://127.0.0.1/jwks")),
        ("redirect_uris", json!([])),
        ("redirect_uris", json!(["javascript:alert(1)"])),
        ("redirect_uris", json!(["http://app.test/cb"])),
        ("logo_uri", json!("data:image/png;base64,")),
        ("grant_types", json!(["authorization_code", "client_credentials"])),
        ("client_name", json!("Evil\u{202e}ppa")),
        ("scope", json!("admin")),
        ("sector_identifier_uri", json!("https://victim.test/sector")),
    ] {
        publisher.says(&with(field, value.clone()));
        assert_unknown(&ask(&world, &mut world.browser()).await);
        world.pass(10);
    }
    let mut lies = with("trust", json!("first_party"));
    lies["require_pkce"] = false.into();
    lies["scope"] = "openid email groups".into();
    lies["resources"] = json!(["https://mine.test/"]);
    publisher.says(&lies);
    let mut browser = signed_in(&world, "alice").await;
    let page = ask(&world, &mut browser).await;
    assert!(page.body.contains("id=\"allow\""), "nobody vouches for it: {}", page.body);
    let without = [("resource", RESOURCE), ("code_challenge", ""), ("code_challenge_method", "")];
    browser.get(&app().authorize(&world, &without)).await.assert_sent_back(&app(), "invalid_request");
    let mine = [("resource", "https://mine.test/")];
    browser.get(&app().authorize(&world, &mine)).await.assert_sent_back(&app(), "invalid_target");
}

#[tokio::test]
async fn ru_01_only_the_documents_own_redirect_uris_match() {
    let (world, _) = world().await;
    for uri in ["https://app.test/cb/", "https://doc.test/cb", "https://app.test:8443/cb", ""] {
        let url = app().authorize(&world, &[("resource", RESOURCE), ("redirect_uri", uri)]);
        world.browser().get(&url).await.assert_told(400);
    }
}

#[tokio::test]
async fn a_document_is_asked_for_when_it_is_old_and_not_soon_after_a_failure() {
    let (world, publisher) = world().await;
    let before = world.digest().await;
    let mut browser = world.browser();
    for (seconds, asked) in [(0, 1), (299, 1), (1, 2), (300, 3)] {
        world.pass(seconds);
        ask(&world, &mut browser).await.assert_asks_to_sign_in();
        assert_eq!(publisher.asked(), asked);
    }
    // While its host does not answer, what it said last is good for a day.
    world.pass(300);
    publisher.answer.lock().unwrap().0 = StatusCode::BAD_GATEWAY;
    for (seconds, asked) in [(0, 4), (9, 4), (1, 5)] {
        world.pass(seconds);
        ask(&world, &mut browser).await.assert_asks_to_sign_in();
        assert_eq!(publisher.asked(), asked);
    }
    world.pass(24 * 60 * 60);
    assert_unknown(&ask(&world, &mut browser).await);
    // When it says something else it counts at once, and what is no document is no excuse.
    publisher.answer.lock().unwrap().0 = StatusCode::OK;
    world.pass(10);
    ask(&world, &mut browser).await.assert_asks_to_sign_in();
    publisher.answer.lock().unwrap().0 = StatusCode::GONE;
    world.pass(300);
    assert_unknown(&ask(&world, &mut browser).await);
    assert_eq!(world.digest().await, before, "rule 5");
}

#[tokio::test]
async fn rt_06_a_grant_lives_through_a_restart_and_ends_with_the_redirect_uris() {
    let (world, publisher) = world().await;
    let issued = tokens(&world).await;
    let restarted = world.another_broker().await;
    let token = issued.str("refresh_token");
    // Its document cannot be had: it shall come again, and loses nothing.
    let answer = app().refresh(&restarted, token, &[]).await;
    answer.assert_error(503, "temporarily_unavailable");
    restarted.network.add(HOST, publisher.router());
    restarted.pass(10);
    let issued = app().refresh(&restarted, token, &[]).await;
    assert_eq!(issued.status, StatusCode::OK, "{issued:?}");
    // A new name is nothing to it; other redirect URIs may be another's.
    publisher.says(&with("client_name", "Notebook 2".into()));
    restarted.pass(300);
    let issued = app().refresh(&restarted, issued.str("refresh_token"), &[]).await;
    assert_eq!(userinfo(&restarted, issued.str("access_token")).await.status, StatusCode::OK);
    publisher.says(&with("redirect_uris", json!(["https://app.test/cb", "https://evil.test/cb"])));
    restarted.pass(300);
    let refused = app().refresh(&restarted, issued.str("refresh_token"), &[]).await;
    refused.assert_error(400, "invalid_grant");
    assert_eq!(userinfo(&restarted, issued.str("access_token")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn cd_03_a_code_ends_with_the_redirect_uris() {
    let (world, publisher) = world().await;
    let mut browser = signed_in(&world, "alice").await;
    let page = ask(&world, &mut browser).await;
    publisher.says(&with("redirect_uris", json!(["https://evil.test/cb"])));
    world.pass(300);
    browser.clone().submit(&page, &[("decision", "allow")]).await.assert_told(400);
    assert_eq!(
        world.all::<Grant>(world.victim).await.iter().filter(|it| it.client.as_str() == ID).count(),
        0
    );

    publisher.says(&document());
    world.pass(300);
    let page = ask(&world, &mut browser).await;
    let page = browser.submit_unfollowed(&page, &[("decision", "allow")]).await;
    publisher.says(&with("redirect_uris", json!(["https://app.test/cb", "https://evil.test/cb"])));
    // A code lives for a minute, so only a document that says so is asked for again in time.
    let code = page.parameter("code").unwrap();
    let restarted = world.another_broker().await;
    restarted.network.add(HOST, publisher.router());
    app().redeem_code(&restarted, &code, &[]).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn ca_06_a_client_with_a_published_key_signs_for_itself() {
    let (world, publisher) = world().await;
    let mut key = EcKeyPair::generate(EcCurve::P256).unwrap();
    key.set_key_id(Some("one"));
    let mut published = with("token_endpoint_auth_method", "private_key_jwt".into());
    published["jwks"] = json!({"keys": [key.to_jwk_public_key()]});
    publisher.says(&published);
    let page = ask(&world, &mut signed_in(&world, "alice").await).await;
    assert!(page.body.contains("id=\"allow\""), "{page:?}");
    let now = world.clock.now().as_secs();
    let claims = json!({"iss": ID, "sub": ID, "aud": ISSUER, "jti": "1", "iat": now, "exp": now + 60});
    let assertion = |key: &EcKeyPair| {
        let signer = ES256.signer_from_jwk(&key.to_jwk_private_key()).unwrap();
        signed_jwt(&signer, &json!({"alg": "ES256", "kid": "one"}), &claims)
    };
    let ask = async |assertion: &str| {
        let way = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let fields = [
            ("client_assertion_type", way),
            ("client_assertion", assertion),
            ("grant_type", "authorization_code"),
            ("code", "none"),
        ];
        app().token(&world, &fields).await
    };
    ask(&assertion(&key)).await.assert_error(400, "invalid_grant");
    let mut other = EcKeyPair::generate(EcCurve::P256).unwrap();
    other.set_key_id(Some("one"));
    ask(&assertion(&other)).await.assert_error(401, "invalid_client");
    let plainly = app().token(&world, &[("grant_type", "authorization_code"), ("code", "none")]).await;
    plainly.assert_error(401, "invalid_client");
}

#[tokio::test]
async fn an_app_that_is_its_document_is_told_of_a_logout() {
    let (world, publisher) = world().await;
    let mut document = document();
    document["backchannel_logout_uri"] = json!("https://app.test/backchannel");
    document["frontchannel_logout_uri"] = json!("https://app.test/frontchannel");
    publisher.says(&document);
    let told = Told::new();
    told.is_up(&world, "app");
    let mut browser = signed_in(&world, "alice").await;
    let page = ask(&world, &mut browser).await;
    let page = browser.submit_unfollowed(&page, &[("decision", "allow")]).await;
    let tokens = app().redeem(&world, &page).await;

    let page = browser.get(&world.url("/end-session")).await;
    let page = browser.submit(&page, &[]).await;
    assert!(page.body.contains("https://app.test/frontchannel"), "{}", page.body);
    world.work().await;
    assert_eq!(told.sessions(), [tokens.claims("id_token")["sid"].as_str().unwrap()]);
}
