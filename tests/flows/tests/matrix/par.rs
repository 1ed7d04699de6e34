//! Pushed authorization requests (RFC 9126): rows PK-03c, CD-06 and PJ, and the questions of the
//! conformance suite's `fapi2-security-profile-final-par-*`.

use doorward_domain::{Client, ClientProfile, PushedRequest, TenantId};
use doorward_flows::app::Answer;
use doorward_flows::world::IDP;
use doorward_flows::{Browser, Page, Relying, World};
use http::{Method, StatusCode};
use serde_json::json;

use crate::support::{reregister, signed_in};

/// Pushes the app's plain request, changed like this; an empty value leaves a parameter out.
pub async fn push(world: &World, app: &Relying, changes: &[(&str, &str)]) -> Answer {
    let plain = app.parameters();
    let kept = plain.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let mut fields: Vec<_> = kept.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.retain(|(name, _)| *name != "client_id");
    fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    app.call(world, "/par", &fields).await
}

/// Pushes and returns the `request_uri`.
pub async fn pushed(world: &World, app: &Relying, changes: &[(&str, &str)]) -> String {
    let answer = push(world, app, changes).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(answer.json["expires_in"], 60);
    answer.str("request_uri").to_owned()
}

/// Where the browser brings a `request_uri`.
pub fn bring(world: &World, client: &str, uri: &str) -> String {
    let parameters = [("client_id", client), ("request_uri", uri)];
    url::Url::parse_with_params(&world.url("/authorize"), parameters).unwrap().into()
}

/// No code, and nobody is sent anywhere.
fn assert_unknown(page: &Page) {
    page.assert_told(400);
    assert!(page.body.contains("push a new request"), "{}", page.body);
}

async fn kept(world: &World) -> Vec<PushedRequest> {
    world.all::<PushedRequest>(TenantId::BROKER).await
}

#[tokio::test]
async fn what_was_pushed_is_what_is_asked() {
    let world = World::new().await;
    for id in ["c1", "public"] {
        let app = world.relying(id);
        let uri = pushed(&world, &app, &[("scope", "openid email")]).await;
        let mut browser = world.browser();
        let page = browser.open(&bring(&world, id, &uri)).await;
        let page = world.go_on(&mut browser, page, "victim", "alice").await;
        assert_eq!(page.parameter("state").as_deref(), Some("the-state"), "{page:?}");
        let answer = app.redeem(&world, &page).await;
        assert_eq!(
            (answer.str("scope"), answer.claims("id_token")["nonce"].as_str()),
            ("openid email", Some("the-nonce"))
        );
        assert_eq!(kept(&world).await, [], "it is gone with the answer");
    }
    let metadata = world.browser().get(&world.url("/.well-known/openid-configuration")).await.body;
    assert!(
        metadata.contains(r#""pushed_authorization_request_endpoint":"https://id.test/par""#),
        "{metadata}"
    );
}

#[tokio::test]
async fn pk_03c_parameters_beside_a_pushed_request_mean_nothing() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let uri = pushed(&world, &app, &[]).await;
    let beside = [
        ("code_challenge", ""),
        ("code_challenge_method", ""),
        ("scope", "openid"),
        ("state", "another"),
        ("nonce", "another"),
        ("redirect_uri", "https://evil.test/"),
        ("response_mode", "form_post"),
        ("request_uri", &uri),
    ];
    let page = browser.get(&app.authorize(&world, &beside)).await;
    assert_eq!(page.parameter("state").as_deref(), Some("the-state"), "{page:?}");
    let code = page.parameter("code").unwrap();
    app.redeem_code(&world, &code, &[("code_verifier", "")]).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn pj_a_pushed_request_may_begin_again_until_it_is_answered() {
    let world = World::new().await;
    let app = world.relying("c1");
    let uri = pushed(&world, &app, &[]).await;
    let url = bring(&world, "c1", &uri);
    let (mut first, mut second) = (world.browser(), world.browser());
    first.open(&url).await.assert_asks_to_sign_in();
    let waiting = first.open(&url).await;
    let also_waiting = second.open(&url).await;
    let page = world.go_on(&mut first, waiting, "victim", "alice").await;
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
    let before = world.digest().await;
    world.go_on(&mut second, also_waiting, "victim", "uma").await.assert_told(400);
    for browser in [&mut first, &mut second, &mut world.browser()] {
        assert_unknown(&browser.open(&url).await);
    }
    assert_eq!(world.digest().await, before, "the second sign-in left nothing behind");
}

#[tokio::test]
async fn pj_a_signed_in_browser_gets_one_code_for_a_pushed_request() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let url = bring(&world, "c1", &pushed(&world, &app, &[]).await);
    assert!(browser.get(&url).await.parameter("code").is_some());
    assert_unknown(&browser.get(&url).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn pj_of_many_at_once_one_is_answered() {
    let world = World::new().await;
    let (browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    for round in 0..20 {
        let url = bring(&world, "c1", &pushed(&world, &app, &[]).await);
        let tries = (0..8).map(|_| {
            let (mut browser, url): (Browser, _) = (browser.clone(), url.clone());
            tokio::spawn(async move { browser.get(&url).await })
        });
        let pages = futures_util::future::join_all(tries).await;
        let codes = pages.iter().filter(|page| page.as_ref().unwrap().parameter("code").is_some()).count();
        assert_eq!(codes, 1, "in round {round}");
    }
}

#[tokio::test]
async fn pj_an_error_answers_a_pushed_request_as_well() {
    let world = World::new().await;
    let app = world.relying("third");
    let url = bring(&world, "third", &pushed(&world, &app, &[]).await);
    let mut browser = signed_in(&world, "alice").await;
    let question = browser.open(&url).await;
    browser.submit(&question, &[("decision", "deny")]).await.assert_sent_back(&app, "access_denied");
    assert_unknown(&browser.open(&url).await);

    let url = bring(&world, "third", &pushed(&world, &app, &[("prompt", "none")]).await);
    world.browser().get(&url).await.assert_sent_back(&app, "login_required");
    assert_unknown(&world.browser().get(&url).await);
}

#[tokio::test]
async fn pj_consent_uses_it_up() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("third"));
    let url = bring(&world, "third", &pushed(&world, &app, &[]).await);
    let (question, mut other) = (browser.open(&url).await, browser.clone());
    let also = other.open(&url).await;
    let page = browser.submit(&question, &[("decision", "allow")]).await;
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
    other.submit(&also, &[("decision", "allow")]).await.assert_told(400);
}

#[tokio::test]
async fn pj_a_pushed_request_begins_within_a_minute() {
    let world = World::new().await;
    let (mut browser, app) = (world.browser(), world.relying("c1"));
    let url = bring(&world, "c1", &pushed(&world, &app, &[]).await);
    world.pass(59);
    let page = browser.open(&url).await;
    world.pass(1);
    assert_unknown(&world.browser().open(&url).await);
    // Who began in time may take their time.
    world.pass(590);
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
}

#[tokio::test]
async fn pj_a_pushed_request_is_its_client_s_own() {
    let world = World::new().await;
    let uri = pushed(&world, &world.relying("c1"), &[]).await;
    for other in ["c2", "public", "cx"] {
        assert_unknown(&world.browser().get(&bring(&world, other, &uri)).await);
    }
    let without = bring(&world, "c1", &uri).replace("client_id=c1&", "");
    world.browser().get(&without).await.assert_told(400);
    for wrong in
        [&uri[..uri.len() - 1], &format!("{uri}A"), "urn:ietf:params:oauth:request_uri:", &uri.to_uppercase()]
    {
        let page = world.browser().get(&bring(&world, "c1", wrong)).await;
        page.assert_told(400);
    }
}

#[tokio::test]
async fn cd_06_a_request_uri_is_no_other_token_and_none_is_one() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let code = crate::support::code(&world, &mut browser, &app, &[]).await;
    let tokens = app.redeem_code(&world, &code, &[]).await;
    let fresh = crate::support::code(&world, &mut browser, &app, &[]).await;
    let uri = pushed(&world, &app, &[]).await;
    let secret = uri.rsplit_once(':').unwrap().1;
    let session = browser.session().unwrap();
    let before = world.digest().await;
    for text in [fresh.as_str(), tokens.str("refresh_token"), tokens.str("access_token"), &session, secret] {
        browser.get(&bring(&world, "c1", text)).await.assert_told(400);
        if text != secret {
            let dressed = format!("urn:ietf:params:oauth:request_uri:{text}");
            assert_unknown(&browser.get(&bring(&world, "c1", &dressed)).await);
        }
    }
    for text in [secret, &uri] {
        app.redeem_code(&world, text, &[]).await.assert_error(400, "invalid_grant");
        app.refresh(&world, text, &[]).await.assert_error(400, "invalid_grant");
        assert!(!app.is_active(&world, text).await);
    }
    assert_eq!(world.digest().await, before);
    let kept = serde_json::to_string(&kept(&world).await).unwrap();
    assert!(!kept.contains(secret), "a hash of it is kept: {kept}");
}

#[tokio::test]
async fn a_push_is_judged_as_a_request_is() {
    let world = World::new().await;
    let (app, long) = (world.relying("c1"), "x".repeat(2_000));
    let before = world.digest().await;
    for (changes, error) in [
        (("redirect_uri", "https://evil.test/"), "invalid_request"),
        (("redirect_uri", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("response_mode", "web_message"), "invalid_request"),
        (("scope", "nothing"), "invalid_scope"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("prompt", "none login"), "invalid_request"),
        (("id_token_hint", "x"), "invalid_request"),
        (("state", long.as_str()), "invalid_request"),
        (("request_uri", "urn:ietf:params:oauth:request_uri:x"), "invalid_request"),
        (("request_uri", "https://c1.test/request.jwt"), "invalid_request"),
    ] {
        push(&world, &app, &[changes]).await.assert_error(400, error);
    }
    push(&world, &app, &[("state", "1"), ("state", "2")]).await.assert_error(400, "invalid_request");
    let mut thief = world.relying("c1");
    thief.secret = Some("wrong".to_owned());
    push(&world, &thief, &[]).await.assert_error(401, "invalid_client");
    assert_eq!(world.digest().await, before);
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD] {
        let page = world.browser().send(method, &world.url("/par"), None).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn sr_01_no_secret_is_kept_with_a_pushed_request() {
    let world = World::new().await;
    let authentication = match world.client("c1").authentication {
        doorward_domain::ClientAuthentication::ClientSecretBasic { secrets } => {
            doorward_domain::ClientAuthentication::ClientSecretPost { secrets }
        }
        other => other,
    };
    world.put(&Client { authentication, ..world.client("c1") }).await;
    let mut app = world.relying("c1");
    app.secret = None;
    pushed(&world, &app, &[("client_secret", "secret-of-c1")]).await;
    let kept = serde_json::to_string(&kept(&world).await).unwrap();
    assert!(kept.contains("the-state") && !kept.contains("secret"), "{kept}");
}

#[tokio::test]
async fn who_must_push_cannot_ask_otherwise() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    reregister(&world, "c1", |client| client.requests.require_pushed = true).await;
    browser.get(&app.authorize(&world, &[])).await.assert_sent_back(&app, "invalid_request");
    let uri = pushed(&world, &app, &[]).await;
    assert!(browser.get(&bring(&world, "c1", &uri)).await.parameter("code").is_some());
    reregister(&world, "c1", |client| {
        client.requests.require_pushed = false;
        client.profile = ClientProfile::Fapi2Security;
    })
    .await;
    browser.get(&app.authorize(&world, &[])).await.assert_sent_back(&app, "invalid_request");
}

#[tokio::test]
async fn a_pushed_request_may_be_longer_than_a_cookie() {
    let world = World::new().await;
    let app = world.relying("third");
    reregister(&world, "third", |client| client.authorization_details_types = vec!["payment".to_owned()])
        .await;
    let details = |length: usize| json!([{"type": "payment", "note": "x".repeat(length)}]).to_string();
    let long = details(6_000);
    let uri = pushed(&world, &app, &[("authorization_details", &long), ("prompt", "login")]).await;
    let (mut browser, mut other) = (signed_in(&world, "alice").await, world.browser());
    let page = browser.open(&bring(&world, "third", &uri)).await;
    page.assert_asks_to_sign_in();
    let also_waiting = other.open(&bring(&world, "third", &uri)).await;
    // The sealed cookie stays within what browsers keep.
    for (name, value) in browser.broker_cookies("") {
        assert!(name.len() + value.len() < 4_000, "{name}: {}", value.len());
    }
    let question = world.go_on(&mut browser, page, "victim", "alice").await;
    assert!(question.body.contains("id=\"allow\"") && question.body.contains("payment"), "{question:?}");
    let page = browser.submit(&question, &[("decision", "allow")]).await;
    assert_eq!(page.parameter("state").as_deref(), Some("the-state"), "{page:?}");
    let answer = app.redeem(&world, &page).await;
    assert_eq!(answer.json["authorization_details"].to_string(), long, "{answer:?}");
    assert_eq!(answer.claims("id_token")["nonce"], "the-nonce");
    assert!(app.is_active(&world, answer.str("access_token")).await);
    // It is answered: whoever else began with it is told so.
    let page = world.go_on(&mut other, also_waiting, "victim", "uma").await;
    page.assert_told(400);
    // The registration as it is now decides.
    let uri = pushed(&world, &app, &[("authorization_details", &long)]).await;
    let mut browser = world.browser();
    let page = browser.open(&bring(&world, "third", &uri)).await;
    reregister(&world, "third", |client| client.authorization_details_types.clear()).await;
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    assert!(page.parameter("code").is_none(), "{page:?}");
    page.assert_sent_back(&app, "invalid_authorization_details");
}

#[tokio::test]
async fn what_travels_in_the_browser_is_short() {
    let world = World::new().await;
    let (mut browser, app) = (world.browser(), world.relying("c1"));
    reregister(&world, "c1", |client| client.authorization_details_types = vec!["payment".to_owned()]).await;
    let details = |length: usize| json!([{"type": "payment", "note": "x".repeat(length)}]).to_string();
    let page = browser.get(&app.authorize(&world, &[("authorization_details", &details(2_000))])).await;
    page.assert_sent_back(&app, "invalid_request");
    assert!(page.parameter("error_description").unwrap().contains("push"), "{page:?}");
    let endless = push(&world, &app, &[("authorization_details", &details(8_200))]).await;
    endless.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn where_a_person_belongs_can_be_pushed() {
    let world = World::new().await;
    let app = world.relying("c1");
    for belonging in [("tenant", "victim"), ("domain_hint", "victim.test")] {
        let uri = pushed(&world, &app, &[belonging]).await;
        let page = world.browser().open(&bring(&world, "c1", &uri)).await;
        assert!(page.url.as_str().starts_with(IDP), "{belonging:?}: {page:?}");
    }
}
