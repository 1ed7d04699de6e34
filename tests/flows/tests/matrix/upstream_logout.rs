//! Sign-outs that reach further: from an identity provider to us and every app, and from here to the provider.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::audit::Action;
use doorward_domain::connection::{LogoutReach, UpstreamLogout};
use doorward_domain::{Connection, Session, SessionAt, TenantId};
use doorward_flows::app::{Answer, claims, post};
use doorward_flows::upstreams::{admin, apply};
use doorward_flows::world::{IDP, ISSUER};
use doorward_flows::{Browser, Page, Setup, World};
use doorward_store::records::at;
use doorward_test_idp::{Client, IssuerConfig, Manners};
use http::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Map, Value, json};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const TOLD: UpstreamLogout =
    UpstreamLogout { reach: LogoutReach::Here, back_channel: true, front_channel: true };

/// A world whose providers may tell of sign-outs.
async fn world() -> World {
    with(TOLD).await
}

async fn with(logout: UpstreamLogout) -> World {
    let manners = Manners { back_channel_logout: true, ..Manners::PLAIN };
    let issuers = ["good", "evil"];
    let issuers = issuers.map(|name| IssuerConfig { manners: manners.clone(), ..IssuerConfig::new(name) });
    let world = World::with(Setup { issuers: issuers.into(), ..Setup::default() }).await;
    for (tenant, connection, issuer) in [(world.victim, world.k1, "good"), (world.attacker, world.ke, "evil")]
    {
        world.change(&at::connection(tenant, connection), |it: &mut Connection| it.logout = logout).await;
        world.idp.issuer(issuer).unwrap().register(Client {
            client_id: "doorward".to_owned(),
            client_secret: Some("upstream-secret".to_owned()),
            redirect_uris: vec![world.url(&format!("/federation/{connection}/callback"))],
            post_logout_redirect_uris: vec![world.url(&path(tenant, connection, "signed_out"))],
            back_channel_logout_uri: Some(world.url(&path(tenant, connection, "backchannel_logout"))),
        });
    }
    world
}

fn path(tenant: TenantId, connection: doorward_domain::ConnectionId, what: &str) -> String {
    format!("/federation/{tenant}/{connection}/{what}")
}

/// Somebody's sign-in at one app: the browser, the tokens, and what the provider calls the session.
pub struct SignedIn {
    pub browser: Browser,
    pub tokens: Answer,
}

async fn signed_in(world: &World, company: &str, persona: &str) -> SignedIn {
    let mut browser = world.browser();
    let app = world.relying("c1");
    let page = world.sign_in(&mut browser, &app, company, persona).await;
    let tokens = app.redeem(world, &page).await;
    SignedIn { browser, tokens }
}

impl SignedIn {
    /// Whether doorward and its app still know the person.
    async fn stands(&mut self, world: &World) -> bool {
        let app = world.relying("c1");
        let active = app.is_active(world, self.tokens.str("access_token")).await;
        let page = self.browser.get(&app.authorize(world, &[("prompt", "none")])).await;
        assert_eq!(active, page.parameter("code").is_some(), "session and tokens end together");
        active
    }
}

/// The claims of a logout token that the provider would send for this person's latest session. Its own
/// session ends with that.
fn logout_claims(world: &World, issuer: &str, persona: &str) -> Map<String, Value> {
    let calls = world.idp.issuer(issuer).unwrap().sign_out(persona).unwrap();
    let token = calls.last().unwrap().body.strip_prefix("logout_token=").unwrap().to_owned();
    claims(&token).as_object().unwrap().clone()
}

/// Posts a logout token of these claims to a connection, signed by an issuer.
async fn told(
    world: &World,
    at: (TenantId, doorward_domain::ConnectionId),
    (issuer, typ): (&str, &str),
    claims: &Map<String, Value>,
) -> Answer {
    let token = world.idp.issuer(issuer).unwrap().sign_logout_token(typ, claims).unwrap();
    post_token(world, at, &token).await
}

async fn post_token(
    world: &World,
    (tenant, connection): (TenantId, doorward_domain::ConnectionId),
    token: &str,
) -> Answer {
    let form = doorward_flows::browser::encode(&[("logout_token", token)]);
    let answer = post(world, &path(tenant, connection, "backchannel_logout"), &[], &form).await;
    assert_eq!(answer.headers["cache-control"], "no-store", "{answer:?}");
    answer
}

#[tokio::test]
async fn whom_the_provider_signs_out_is_out_of_every_app() {
    let world = world().await;
    let mut alice = signed_in(&world, "victim", "alice").await;
    let mut elsewhere = signed_in(&world, "victim", "alice").await;
    let mut nora = signed_in(&world, "victim", "nora").await;
    let other_app = world.relying("c2");
    let page = alice.browser.get(&other_app.authorize(&world, &[])).await;
    let other_tokens = other_app.redeem(&world, &page).await;
    assert!(alice.stands(&world).await && elsewhere.stands(&world).await);

    let calls = world.idp.issuer("good").unwrap().sign_out("alice").unwrap();
    assert_eq!(calls.len(), 2);
    for call in calls {
        let answer = post(&world, call.uri.strip_prefix(ISSUER).unwrap(), &[], &call.body).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    assert!(!alice.stands(&world).await && !elsewhere.stands(&world).await);
    assert!(!other_app.is_active(&world, other_tokens.str("access_token")).await);
    assert!(nora.stands(&world).await, "she is still signed in");
    assert_eq!(world.audited(world.victim, Action::SignedOut).await, 2);
    assert_eq!(world.all::<SessionAt>(world.victim).await.len(), 2, "what is left is hers");
}

#[tokio::test]
async fn a_sid_is_one_session_and_a_sub_is_all_of_them() {
    let world = world().await;
    let mut first = signed_in(&world, "victim", "alice").await;
    let mut second = signed_in(&world, "victim", "alice").await;
    let mut named = logout_claims(&world, "good", "alice");
    named.remove("sub");
    let answer = told(&world, (world.victim, world.k1), ("good", "logout+jwt"), &named).await;
    assert_eq!(answer.status, StatusCode::OK);
    let stand = [first.stands(&world).await, second.stands(&world).await];
    assert_eq!(stand.iter().filter(|stands| **stands).count(), 1, "{stand:?}");
    named.remove("sid");
    named.insert("sub".to_owned(), json!("good-alice"));
    named.insert("jti".to_owned(), json!("another"));
    told(&world, (world.victim, world.k1), ("good", "logout+jwt"), &named).await;
    assert!(!first.stands(&world).await && !second.stands(&world).await);
}

/// The session of a browser moves on with every sign-in; what apps got from an earlier one ends all the same.
#[tokio::test]
async fn what_a_replaced_session_gave_ends_with_its_own_sid() {
    let world = world().await;
    let mut alice = signed_in(&world, "victim", "alice").await;
    let first = logout_claims(&world, "good", "alice");
    let app = world.relying("c1");
    let again =
        alice.browser.open(&app.authorize(&world, &[("prompt", "login"), ("tenant", "victim")])).await;
    let page = world.go_on(&mut alice.browser, again, "victim", "alice").await;
    let later = app.redeem(&world, &page).await;
    let answer = told(&world, (world.victim, world.k1), ("good", "logout+jwt"), &first).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert!(!app.is_active(&world, alice.tokens.str("access_token")).await);
    assert!(app.is_active(&world, later.str("access_token")).await, "that of the later sign-in stands");
}

#[rstest]
#[case::no_events(json!({ "events": null }))]
#[case::another_event(json!({ "events": { "urn:other": {} } }))]
#[case::an_event_that_is_no_object(json!({ "events": { EVENT: true } }))]
#[case::events_that_are_text(json!({ "events": EVENT }))]
#[case::a_nonce(json!({ "nonce": "n" }))]
#[case::another_audience(json!({ "aud": "somebody" }))]
#[case::another_issuer(json!({ "iss": format!("{IDP}/evil") }))]
#[case::nobody(json!({ "sub": null, "sid": null }))]
#[case::a_sid_that_is_none(json!({ "sub": null, "sid": 1 }))]
#[case::an_empty_sid(json!({ "sid": "" }))]
#[case::no_time(json!({ "iat": null }))]
#[case::an_old_one(json!({ "iat": 1_799_999_600, "exp": null }))]
#[case::an_old_one_that_says_otherwise(json!({ "iat": 1_799_990_000, "exp": 1_900_000_000 }))]
#[case::an_expired_one(json!({ "exp": 1_799_999_900 }))]
#[case::one_of_tomorrow(json!({ "iat": 1_800_086_400 }))]
#[case::no_jti(json!({ "jti": null }))]
#[tokio::test]
async fn lo_04_a_logout_token_that_is_not_in_order_ends_nothing(#[case] changes: Value) {
    let world = world().await;
    let mut alice = signed_in(&world, "victim", "alice").await;
    let good = logout_claims(&world, "good", "alice");
    let bad = changed(&good, &changes);
    let before = world.digest().await;
    let answer = told(&world, (world.victim, world.k1), ("good", "logout+jwt"), &bad).await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(world.digest().await, before);
    assert!(alice.stands(&world).await);
    told(&world, (world.victim, world.k1), ("good", "JWT"), &good).await;
    assert!(!alice.stands(&world).await, "the same in order does");
}

/// The claims with these changes; `null` takes one away.
fn changed(claims: &Map<String, Value>, changes: &Value) -> Map<String, Value> {
    let mut claims = claims.clone();
    claims.extend(changes.as_object().unwrap().clone());
    claims.retain(|_, value| !value.is_null());
    claims
}

#[tokio::test]
async fn lo_04_a_logout_token_is_signed_by_the_connections_provider_and_is_no_other_token() {
    let world = world().await;
    let mut alice = signed_in(&world, "victim", "alice").await;
    let good = logout_claims(&world, "good", "alice");
    let at = (world.victim, world.k1);
    let before = world.digest().await;
    let issuer = world.idp.issuer("good").unwrap();
    let token = issuer.sign_logout_token("logout+jwt", &good).unwrap();
    let unsigned = |alg: &str| {
        let header = BASE64.encode(json!({ "alg": alg, "typ": "logout+jwt" }).to_string());
        format!("{header}.{}.", BASE64.encode(json!(good).to_string()))
    };
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let tampered = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    for wrong in
        [unsigned("none"), unsigned("HS256"), unsigned("ES256"), tampered, "x".to_owned(), String::new()]
    {
        post_token(&world, at, &wrong).await.assert_error(400, "invalid_request");
    }
    told(&world, at, ("evil", "logout+jwt"), &good).await.assert_error(400, "invalid_request");
    told(&world, at, ("good", "at+jwt"), &good).await.assert_error(400, "invalid_request");
    // An ID token is none, though the same key signed it.
    let mut id_token = good.clone();
    id_token.remove("events");
    told(&world, at, ("good", "JWT"), &id_token).await.assert_error(400, "invalid_request");
    assert_eq!(world.digest().await, before);
    assert!(alice.stands(&world).await);
}

#[tokio::test]
async fn lo_04_a_provider_ends_only_what_came_through_its_own_connection() {
    let world = world().await;
    let mut alice = signed_in(&world, "victim", "alice").await;
    let named = logout_claims(&world, "good", "alice");
    let before = world.digest_of(world.victim).await;
    // The attacker's provider names her by everything that its administrator may have learnt.
    for (iss, status) in [("evil", 200), ("good", 400)] {
        let forged = changed(&named, &json!({ "iss": format!("{IDP}/{iss}") }));
        let answer = told(&world, (world.attacker, world.ke), ("evil", "logout+jwt"), &forged).await;
        assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    }
    for at in [(world.attacker, world.k1), (world.victim, world.ke), (TenantId::BROKER, world.k1)] {
        told(&world, at, ("evil", "logout+jwt"), &named).await.assert_error(400, "invalid_request");
    }
    assert_eq!(world.digest_of(world.victim).await, before);
    assert!(alice.stands(&world).await);
}

#[tokio::test]
async fn lo_04_a_logout_token_is_good_once() {
    let world = world().await;
    let mut alice = signed_in(&world, "victim", "alice").await;
    let mut named = logout_claims(&world, "good", "alice");
    named.remove("sid");
    let at = (world.victim, world.k1);
    assert_eq!(told(&world, at, ("good", "logout+jwt"), &named).await.status, StatusCode::OK);
    assert!(!alice.stands(&world).await);
    let mut again = signed_in(&world, "victim", "alice").await;
    told(&world, at, ("good", "logout+jwt"), &named).await.assert_error(400, "invalid_request");
    assert!(again.stands(&world).await);
}

#[tokio::test]
async fn a_connection_that_takes_no_calls_keeps_nothing_for_them() {
    let world = with(UpstreamLogout::default()).await;
    let mut alice = signed_in(&world, "victim", "alice").await;
    assert!(world.all::<SessionAt>(world.victim).await.is_empty());
    let session = world.all::<Session>(world.victim).await.remove(0);
    assert!(session.upstream_hint.is_none());
    let named = logout_claims(&world, "good", "alice");
    let at = (world.victim, world.k1);
    told(&world, at, ("good", "logout+jwt"), &named).await.assert_error(400, "invalid_request");
    let sid = named["sid"].as_str().unwrap();
    assert_eq!(front(&world, at, &[("sid", sid)]).await, 400);
    assert!(alice.stands(&world).await);
}

/// What comes of a front-channel call, from a frame in which there is no cookie of ours.
async fn front(
    world: &World,
    (tenant, connection): (TenantId, doorward_domain::ConnectionId),
    query: &[(&str, &str)],
) -> u16 {
    let link = format!(
        "{}?{}",
        path(tenant, connection, "frontchannel_logout"),
        doorward_flows::browser::encode(query)
    );
    let page = world.browser().get(&world.url(&link)).await;
    assert_eq!(page.headers["cache-control"], "no-store");
    page.status.as_u16()
}

/// Scenario 21.
#[tokio::test]
async fn scenario_21_through_the_browser_only_the_session_of_the_sid_ends() {
    let world = world().await;
    let mut alice = signed_in(&world, "victim", "alice").await;
    let mut mallory = signed_in(&world, "attacker", "alice").await;
    let sid = logout_claims(&world, "good", "alice")["sid"].as_str().unwrap().to_owned();
    let (victim, attacker) = ((world.victim, world.k1), (world.attacker, world.ke));
    let before = world.digest().await;
    let (good, evil) = (format!("{IDP}/good"), format!("{IDP}/evil"));
    for (at, query, status) in [
        (victim, vec![("sid", "another")], 200),
        (attacker, vec![("sid", sid.as_str())], 200),
        (attacker, vec![("iss", evil.as_str()), ("sid", &sid)], 200),
        (victim, vec![("iss", evil.as_str()), ("sid", &sid)], 400),
        (victim, vec![("iss", good.as_str())], 400),
        (victim, vec![], 400),
        ((world.attacker, world.k1), vec![("sid", sid.as_str())], 400),
    ] {
        assert_eq!(front(&world, at, &query).await, status, "{query:?}");
    }
    assert_eq!(world.digest().await, before);
    assert!(alice.stands(&world).await && mallory.stands(&world).await);
    // Microsoft sends no issuer.
    assert_eq!(front(&world, victim, &[("sid", &sid)]).await, 200);
    assert!(!alice.stands(&world).await && mallory.stands(&world).await);
    let url = world.url(&path(victim.0, victim.1, "frontchannel_logout"));
    let head = world.browser().send(Method::HEAD, &url, None).await;
    assert_eq!(head.status, StatusCode::METHOD_NOT_ALLOWED);
}

const REACHING: UpstreamLogout =
    UpstreamLogout { reach: LogoutReach::Upstream, back_channel: false, front_channel: false };

/// Signs out at doorward as the app asks for it.
pub async fn sign_out(world: &World, alice: &mut SignedIn) -> Page {
    let query = doorward_flows::browser::encode(&[
        ("id_token_hint", alice.tokens.str("id_token")),
        ("post_logout_redirect_uri", "https://c1.test/out"),
        ("state", "the-state"),
    ]);
    alice.browser.get(&world.url(&format!("/end-session?{query}"))).await
}

#[tokio::test]
async fn a_sign_out_here_goes_on_at_the_provider_and_from_there_to_the_app() {
    let world = with(REACHING).await;
    let mut alice = signed_in(&world, "victim", "alice").await;
    let page = sign_out(&world, &mut alice).await;
    let location = page.location().unwrap();
    assert!(location.as_str().starts_with(&format!("{IDP}/good/end_session?")), "{location}");
    let said = |name: &str| {
        location.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    };
    let back = world.url(&path(world.victim, world.k1, "signed_out"));
    assert_eq!(
        (said("client_id").as_deref(), said("post_logout_redirect_uri")),
        (Some("doorward"), Some(back))
    );
    assert_eq!(claims(&said("id_token_hint").unwrap())["sub"], "good-alice");
    assert!(!alice.stands(&world).await, "here it is over already");
    let end = alice.browser.follow(page).await;
    assert_eq!(end.url.as_str(), "https://c1.test/out?state=the-state");
    assert!(alice.browser.broker_cookies("__Host-doorward-leaving").is_empty());
    let page = alice.browser.open(&world.relying("c1").authorize(&world, &[("tenant", "victim")])).await;
    assert!(page.body.contains("name=\"password\""), "the provider asks for the password again: {page:?}");
}

#[tokio::test]
async fn only_the_browser_that_left_goes_on_to_the_app() {
    let world = with(REACHING).await;
    let mut alice = signed_in(&world, "victim", "alice").await;
    sign_out(&world, &mut alice).await;
    let back = world.url(&path(world.victim, world.k1, "signed_out"));
    let note = alice.browser.broker_cookies("__Host-doorward-leaving").remove(0);
    let with_note = || {
        let mut browser = world.browser();
        browser.plant(&note.0, &note.1);
        browser
    };
    // Another answer than the one that is waited for, at another connection, too late, or without having left.
    let other = world.url(&path(world.attacker, world.ke, "signed_out"));
    for (mut browser, url) in [
        (with_note(), format!("{back}?state=another")),
        (with_note(), other),
        (world.browser(), format!("{back}?state=x")),
        (world.browser(), back.clone()),
    ] {
        let page = browser.get(&url).await;
        assert_eq!((page.status, page.location()), (StatusCode::OK, None), "{url}");
        assert!(page.body.contains("signed out"), "{}", page.body);
    }
    // A provider that sends no state back.
    let page = with_note().get(&back).await;
    assert_eq!(page.location().unwrap().as_str(), "https://c1.test/out?state=the-state");
    let mut late = with_note();
    world.pass(601);
    assert_eq!(late.get(&back).await.location(), None);
}

#[tokio::test]
async fn what_names_the_person_at_the_provider_is_sealed_in_their_session() {
    let world = with(REACHING).await;
    let alice = signed_in(&world, "victim", "alice").await;
    let session = world.all::<Session>(world.victim).await.remove(0);
    assert!(session.upstream_hint.is_some() && world.all::<SessionAt>(world.victim).await.is_empty());
    for (_, value) in world.records().await {
        let text = String::from_utf8_lossy(&value.bytes).into_owned();
        assert!(!text.contains("eyJ"), "{text}");
    }
    drop(alice);
}

#[tokio::test]
async fn a_provider_without_a_sign_out_is_left_out() {
    let world = with(REACHING).await;
    world.idp.issuer("good").unwrap().alterations().omit("end_session_endpoint");
    let mut alice = signed_in(&world, "victim", "alice").await;
    let page = sign_out(&world, &mut alice).await;
    assert_eq!(page.location().unwrap().as_str(), "https://c1.test/out?state=the-state");
    assert!(world.all::<Session>(world.victim).await.is_empty());
}

#[tokio::test]
async fn a_connection_says_in_its_document_how_far_sign_outs_reach() {
    let world = World::new().await;
    let entry = json!({
        "name": "staff", "kind": "oidc", "issuer": format!("{IDP}/good"), "client_id": "doorward",
        "logout": "upstream", "backchannel_logout": true, "frontchannel_logout": true,
    });
    let document = json!({
        "tenant": [{ "slug": "globex", "name": "Globex", "domains": ["globex.test"], "connection": [entry] }],
    });
    apply(&world, &document).await.unwrap();
    let view = admin(&world, Method::GET, "tenants/globex/connections/staff", None).await.1;
    for (field, end) in [
        ("backchannel_logout_uri", "backchannel_logout"),
        ("frontchannel_logout_uri", "frontchannel_logout"),
        ("post_logout_redirect_uri", "signed_out"),
    ] {
        let uri = view[field].as_str().unwrap_or_else(|| panic!("{field}: {view}"));
        assert!(uri.starts_with(&format!("{ISSUER}/federation/")) && uri.ends_with(end), "{uri}");
    }
    assert_eq!(apply(&world, &document).await.unwrap()["changes"], json!([]), "a second run changes nothing");
    let view = admin(&world, Method::GET, "tenants/victim/connections/staff", None).await.1;
    for field in ["backchannel_logout_uri", "frontchannel_logout_uri", "post_logout_redirect_uri"] {
        assert!(view.get(field).is_none(), "{view}");
    }
}
