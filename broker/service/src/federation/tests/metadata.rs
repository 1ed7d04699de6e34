//! What a provider publishes: what is accepted of it, and how long it is kept.

use std::time::Duration;

use doorward_domain::Timestamp;
use doorward_net::NetError;
use futures_util::future::join_all;
use http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use super::idp::{Idp, Key};
use super::world::{NOW, TRANSACTION, World, seconds};
use crate::federation::metadata::Document;
use crate::federation::{Ask, FederationError, IdTokenError, MetadataError, WhoMends};

const HOUR: Duration = Duration::from_secs(3600);

async fn start_at(world: &World, now: Timestamp) -> Result<(), FederationError> {
    world.federation.start(&world.destination(), TRANSACTION, &Ask::default(), now).await.map(drop)
}

/// A whole login at `now`, its ID token signed with `key`.
async fn login_at(world: &World, key: &Key, now: Timestamp) -> Result<(), FederationError> {
    let leg = world.federation.start(&world.destination(), TRANSACTION, &Ask::default(), now).await?.leg;
    let mut claims = world.idp.claims(&world.connection.client_id, &leg.nonce);
    claims.insert("iat".into(), json!(now.as_secs()));
    claims.insert("exp".into(), json!(now.as_secs() + 300));
    world.idp.answer_code_with(&key.sign(&claims));
    world.come_back(&leg, now).await.map(drop)
}

/// How often the discovery document and the keys were fetched.
fn fetched(world: &World) -> (usize, usize) {
    let count = |path: &str| world.outbound.count(&world.idp.at(path));
    (count(".well-known/openid-configuration"), count("jwks"))
}

fn break_down(world: &World) {
    for path in [".well-known/openid-configuration", "jwks"] {
        world.outbound.fail(&world.idp.at(path), NetError::TimedOut);
    }
}

fn unreachable(document: Document) -> FederationError {
    MetadataError::Unreachable { document, cause: NetError::TimedOut }.into()
}

#[tokio::test]
async fn ss_06_a_document_of_another_issuer_is_refused() {
    for got in
        ["https://good.test", "https://idp.acme.test/", "https://IDP.acme.test", "http://idp.acme.test", ""]
    {
        let world = World::new().await;
        let mut metadata = world.idp.metadata();
        metadata["issuer"] = json!(got);
        world.idp.publish(&metadata);
        let expected = world.idp.issuer.clone();
        let mismatch = MetadataError::IssuerMismatch { expected, got: got.to_owned() };
        assert_eq!(start_at(&world, NOW).await.unwrap_err(), mismatch.into());
        assert_eq!(fetched(&world), (1, 0), "its keys are not even asked for");
    }
}

#[rstest]
#[case("issuer", json!(["https://idp.acme.test"]))]
#[case("issuer", json!(null))]
#[case("token_endpoint", json!(null))]
#[case("token_endpoint", json!("/token"))]
#[case("jwks_uri", json!({}))]
#[case("authorization_response_iss_parameter_supported", json!("true"))]
#[tokio::test]
async fn ss_06_a_missing_or_mistyped_member_is_refused(#[case] member: &str, #[case] value: Value) {
    let world = World::new().await;
    let mut metadata = world.idp.metadata();
    metadata[member] = value;
    world.idp.publish(&metadata);
    assert_eq!(start_at(&world, NOW).await.unwrap_err(), MetadataError::Malformed.into());
}

#[tokio::test]
async fn ss_06_a_member_that_stands_twice_is_refused() {
    let world = World::new().await;
    let twice = world.idp.metadata().to_string().replacen('{', r#"{"issuer":"https://good.test","#, 1);
    world.outbound.json(&world.idp.at(".well-known/openid-configuration"), twice);
    assert_eq!(start_at(&world, NOW).await.unwrap_err(), MetadataError::Malformed.into());
}

#[rstest]
#[case("https://idp.acme.test/..")]
#[case("https://idp.acme.test/a/../b")]
#[case("https://idp.acme.test/%2e%2e/b")]
#[case("https://idp.acme.test/a\\b")]
#[case("https://idp.acme.test?a=b")]
#[case("https://idp.acme.test/#a")]
#[case("idp.acme.test")]
#[case("file:///etc/passwd")]
#[case("data:text/html,x")]
#[case("")]
#[tokio::test]
async fn ss_06_an_issuer_that_is_no_plain_url_is_never_asked(#[case] issuer: &str) {
    let mut world = World::new().await;
    world.change(|connection| connection.issuer = issuer.to_owned()).await;
    assert_eq!(start_at(&world, NOW).await.unwrap_err(), MetadataError::IssuerUrl.into());
    assert!(world.outbound.requests().is_empty());
}

#[rstest]
#[case("https://idp.acme.test/", "https://idp.acme.test/.well-known/openid-configuration")]
#[case(
    "https://idp.acme.test/realms/one",
    "https://idp.acme.test/realms/one/.well-known/openid-configuration"
)]
#[case(
    "https://idp.acme.test/realms/one/",
    "https://idp.acme.test/realms/one/.well-known/openid-configuration"
)]
#[tokio::test]
async fn metadata_lies_under_the_issuers_path(#[case] issuer: &str, #[case] document: &str) {
    let mut world = World::new().await;
    world.change(|connection| connection.issuer = issuer.to_owned()).await;
    let mut metadata = world.idp.metadata();
    metadata["issuer"] = json!(issuer);
    world.outbound.json(document, metadata.to_string());
    assert_eq!(start_at(&world, NOW).await, Ok(()));
}

#[rstest]
#[case("authorization_endpoint")]
#[case("token_endpoint")]
#[case("userinfo_endpoint")]
#[case("jwks_uri")]
#[tokio::test]
async fn ss_04_an_https_issuer_has_https_endpoints(#[case] endpoint: &'static str) {
    for url in ["http://idp.acme.test/x", "javascript:alert(1)", "file:///etc/passwd"] {
        let world = World::new().await;
        let mut metadata = world.idp.metadata();
        metadata[endpoint] = json!(url);
        world.idp.publish(&metadata);
        assert_eq!(
            start_at(&world, NOW).await.unwrap_err(),
            MetadataError::InsecureEndpoint(endpoint).into()
        );
    }
}

#[tokio::test]
async fn in_development_an_http_issuer_has_http_endpoints() {
    let mut world = World::new().await;
    let idp = Idp::new(world.outbound.clone(), "http://localhost:8081/acme");
    world.change(|connection| connection.issuer = idp.issuer.clone()).await;
    assert_eq!(start_at(&world, NOW).await, Ok(()));

    let mut metadata = idp.metadata();
    metadata["authorization_endpoint"] = json!("javascript:alert(1)");
    idp.publish(&metadata);
    let refused = start_at(&world, NOW + 24 * HOUR).await.unwrap_err();
    assert_eq!(refused, MetadataError::InsecureEndpoint("authorization_endpoint").into());
}

#[tokio::test]
async fn an_error_of_the_provider_is_told_apart() {
    let world = World::new().await;
    world.outbound.status(&world.idp.at("jwks"), StatusCode::NOT_FOUND);
    let missing: FederationError = MetadataError::Status { document: Document::Keys, status: 404 }.into();
    let refused = start_at(&world, NOW).await.unwrap_err();
    assert_eq!((refused.who(), refused), (WhoMends::TenantAdmin, missing));

    let world = World::new().await;
    break_down(&world);
    let refused = start_at(&world, NOW).await.unwrap_err();
    assert_eq!((refused.who(), refused), (WhoMends::Later, unreachable(Document::Metadata)));
}

#[tokio::test]
async fn documents_are_kept_for_an_hour() {
    let world = World::new().await;
    for (now, fetches) in
        [(NOW, 1), (NOW + HOUR - seconds(1), 1), (NOW + HOUR, 2), (NOW + HOUR + seconds(1), 2)]
    {
        start_at(&world, now).await.unwrap();
        assert_eq!(fetched(&world), (fetches, fetches));
    }
}

#[tokio::test]
async fn a_provider_that_fails_is_trusted_for_a_day_on_what_it_said() {
    let world = World::new().await;
    start_at(&world, NOW).await.unwrap();
    break_down(&world);
    assert_eq!(login_at(&world, &world.idp.key, NOW + 24 * HOUR - seconds(1)).await, Ok(()));
    let refused = start_at(&world, NOW + 24 * HOUR + seconds(60)).await.unwrap_err();
    assert_eq!(refused, unreachable(Document::Metadata));
}

#[tokio::test]
async fn a_failure_is_remembered_for_seconds_only() {
    let world = World::new().await;
    break_down(&world);
    for now in [NOW, NOW + seconds(9)] {
        assert_eq!(start_at(&world, now).await.unwrap_err(), unreachable(Document::Metadata));
        assert_eq!(fetched(&world), (1, 0));
    }
    world.idp.publish(&world.idp.metadata());
    world.idp.publish_keys(&[world.idp.key.public()]);
    assert_eq!(start_at(&world, NOW + seconds(10)).await, Ok(()));
}

#[tokio::test]
async fn of_many_logins_one_fetches() {
    let world = World::new().await;
    world.outbound.set_latency(Duration::from_millis(5));
    let starts = join_all((0..50).map(|_| start_at(&world, NOW))).await;
    assert!(starts.iter().all(Result::is_ok));
    assert_eq!(fetched(&world), (1, 1));

    break_down(&world);
    let starts = join_all((0..50).map(|_| start_at(&world, NOW + 25 * HOUR))).await;
    assert!(starts.iter().all(Result::is_err));
    assert_eq!(fetched(&world), (2, 1), "they share the failure as well");
}

#[tokio::test]
async fn while_one_asks_anew_the_others_go_on() {
    let world = World::new().await;
    start_at(&world, NOW).await.unwrap();
    world.outbound.set_latency(Duration::from_secs(60));
    let (asks, goes_on) = tokio::join!(
        tokio::time::timeout(Duration::from_millis(20), start_at(&world, NOW + HOUR)),
        start_at(&world, NOW + HOUR),
    );
    assert!(asks.is_err(), "the first waits for the provider");
    assert_eq!(goes_on, Ok(()));
    assert_eq!(fetched(&world), (2, 1));
}

#[tokio::test]
async fn a_new_key_is_looked_for_once_a_minute() {
    let world = World::new().await;
    login_at(&world, &world.idp.key, NOW).await.unwrap();
    let (second, third) = (Key::es256("key-2"), Key::es256("key-3"));
    world.idp.publish_keys(&[second.public()]);
    assert_eq!(login_at(&world, &second, NOW + seconds(1)).await, Ok(()));
    assert_eq!(fetched(&world), (1, 2));

    world.idp.publish_keys(&[third.public()]);
    let too_soon = login_at(&world, &third, NOW + seconds(60)).await.unwrap_err();
    assert_eq!((too_soon.who(), too_soon), (WhoMends::Later, IdTokenError::UnknownKey.into()));
    assert_eq!(fetched(&world), (1, 2));
    assert_eq!(login_at(&world, &third, NOW + seconds(61)).await, Ok(()));
    assert_eq!(fetched(&world), (1, 3));
}

#[tokio::test]
async fn a_new_key_under_an_old_name_is_found_too() {
    let world = World::new().await;
    login_at(&world, &world.idp.key, NOW).await.unwrap();
    let replacement = Key::es256("key-1");
    world.idp.publish_keys(&[replacement.public()]);
    assert_eq!(login_at(&world, &replacement, NOW).await, Ok(()));
    let stranger = Key::es256("key-1");
    assert_eq!(login_at(&world, &stranger, NOW).await.unwrap_err(), IdTokenError::SignatureInvalid.into());
    assert_eq!(fetched(&world), (1, 2));
}

#[tokio::test]
async fn many_tokens_with_a_new_key_cause_one_fetch() {
    let world = World::new().await;
    login_at(&world, &world.idp.key, NOW).await.unwrap();
    let second = Key::es256("key-2");
    world.idp.publish_keys(&[second.public()]);
    world.outbound.set_latency(Duration::from_millis(5));
    let leg = world.start(&Ask::default()).await.leg;
    world.idp.answer_code_with(&second.sign(&world.idp.claims(&world.connection.client_id, &leg.nonce)));
    let logins = join_all((0..20).map(|_| world.come_back(&leg, NOW))).await;
    assert!(logins.iter().all(Result::is_ok));
    assert_eq!(fetched(&world), (1, 2));
}
