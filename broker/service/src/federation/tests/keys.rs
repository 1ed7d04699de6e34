//! Which of a provider's keys count.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::Algorithm;
use rstest::rstest;
use serde_json::{Value, json};

use super::idp::{Idp, Key};
use super::world::World;
use crate::federation::{FederationError, IdTokenError, MetadataError};
use crate::keys::JwksError;

/// A login at a provider that publishes `published` and signs with `key`, under `header` if given.
async fn login(published: &[Value], key: &Key, header: Option<Value>) -> Result<(), FederationError> {
    let mut world = World::new().await;
    world.change(|connection| connection.algorithms = Algorithm::ALL.to_vec()).await;
    world.idp.publish_keys(published);
    let leg = world.start(&Default::default()).await.leg;
    let claims = Value::Object(world.idp.claims(&world.connection.client_id, &leg.nonce));
    let header = header.unwrap_or_else(|| key.header());
    world.idp.answer_code_with(&key.sign_text(&header.to_string(), &claims.to_string()));
    world.come_back(&leg, super::world::NOW).await.map(drop)
}

fn unknown() -> Result<(), FederationError> {
    Err(IdTokenError::UnknownKey.into())
}

fn ambiguous() -> Result<(), FederationError> {
    Err(IdTokenError::AmbiguousKey.into())
}

fn with(mut jwk: Value, member: &str, value: Value) -> Value {
    jwk[member] = value;
    jwk
}

#[rstest]
#[case(Key::es256("k"))]
#[case(Key::rs256("k", 2048))]
#[case(Key::rs256("k", 2048).with_algorithm("PS256"))]
#[case(Key::eddsa("k"))]
#[tokio::test]
async fn every_algorithm_of_ours_verifies(#[case] key: Key) {
    let other = Key::es256("other").public();
    assert_eq!(login(&[other.clone(), key.public()], &key, None).await, Ok(()));
    assert_eq!(login(&[key.public_without("alg"), other], &key, None).await, Ok(()));
    let stranger = with(Key::es256("k").public(), "kid", json!("k"));
    assert_ne!(login(&[stranger], &key, None).await, Ok(()));
}

#[tokio::test]
async fn jw_03_without_a_kid_one_key_must_fit() {
    let (key, other) = (Key::es256("k"), Key::es256("other"));
    let kidless = || Some(json!({ "alg": "ES256" }));
    assert_eq!(login(&[key.public()], &key, kidless()).await, Ok(()));
    assert_eq!(login(&[key.public_without("kid")], &key, kidless()).await, Ok(()));
    let rsa = Key::rs256("rsa", 2048);
    assert_eq!(
        login(&[key.public(), rsa.public()], &key, kidless()).await,
        Ok(()),
        "another type is no rival"
    );
    assert_eq!(login(&[key.public(), other.public()], &key, kidless()).await, ambiguous());
    assert_eq!(login(&[key.public_without("kid")], &key, None).await, unknown());
}

#[tokio::test]
async fn jw_03_a_kid_that_stands_twice_is_no_name() {
    let (key, twin) = (Key::es256("k"), Key::es256("k"));
    assert_eq!(login(&[key.public(), twin.public()], &key, None).await, ambiguous());
}

#[tokio::test]
async fn jw_03_a_key_serves_its_own_use_algorithm_and_type_only() {
    let (key, rsa) = (Key::es256("k"), Key::rs256("k", 2048));
    let for_encryption = with(key.public(), "use", json!("enc"));
    assert_eq!(login(&[for_encryption], &key, None).await, unknown());
    let for_wrapping = with(key.public_without("use"), "key_ops", json!(["wrapKey"]));
    assert_eq!(login(&[for_wrapping], &key, None).await, unknown());
    assert_eq!(login(&[with(rsa.public(), "alg", json!("PS256"))], &rsa, None).await, unknown());
    let as_rsa = Some(json!({ "alg": "RS256", "kid": "k" }));
    assert_eq!(login(&[key.public_without("alg")], &key, as_rsa).await, unknown());
}

#[tokio::test]
async fn jw_03_weak_and_foreign_keys_are_dropped_at_load() {
    let (key, rsa) = (Key::es256("k"), Key::rs256("k", 2048));
    let off_curve = with(key.public(), "y", json!(BASE64.encode([1; 32])));
    assert_eq!(login(&[off_curve], &key, None).await, unknown());
    let shared = json!({ "kty": "oct", "kid": "k", "k": BASE64.encode([1; 32]) });
    assert_eq!(login(&[shared], &key, None).await, unknown());

    let mut even = BASE64.decode(rsa.public()["n"].as_str().unwrap()).unwrap();
    *even.last_mut().unwrap() &= 0xfe;
    for weak in [
        with(rsa.public(), "e", json!("AQ")),
        with(rsa.public(), "n", json!(BASE64.encode(even))),
        with(rsa.public(), "n", json!(BASE64.encode([0xff; 128]))),
        with(rsa.public(), "n", json!(BASE64.encode([0xff; 64]))),
    ] {
        assert_eq!(login(&[weak], &rsa, None).await, unknown());
    }
}

#[tokio::test]
async fn jw_03_a_bad_neighbour_does_not_spoil_a_good_key() {
    let key = Key::es256("k");
    let neighbours = [json!({ "kty": "XYZ" }), json!({ "kty": 1, "kid": [] }), json!({})];
    for neighbour in neighbours {
        assert_eq!(login(&[neighbour, key.public()], &key, None).await, Ok(()));
    }
}

#[tokio::test]
async fn a_set_with_a_private_key_is_trusted_in_nothing() {
    let key = Key::es256("k");
    let private = with(key.public(), "d", json!(BASE64.encode([1; 32])));
    let world = World::new().await;
    world.idp.publish_keys(&[private]);
    let refused =
        world.federation.start(&world.destination(), [7; 16], &Default::default(), super::world::NOW).await;
    assert_eq!(refused.unwrap_err(), MetadataError::Keys(JwksError::Private).into());
}

#[tokio::test]
async fn one_issuers_key_does_not_verify_anothers_token() {
    let world = World::new().await;
    let evil = Idp::new(world.outbound.clone(), "https://evil.test");
    let mut evils = world.destination();
    evils.connection.issuer.clone_from(&evil.issuer);
    world.federation.start(&evils, [7; 16], &Default::default(), super::world::NOW).await.unwrap();

    let leg = world.expecting(|_| ()).await;
    let claims = world.idp.claims(&world.connection.client_id, &leg.nonce);
    world.idp.answer_code_with(&evil.sign(&claims));
    let refused = world.come_back(&leg, super::world::NOW).await.unwrap_err();
    assert_eq!(refused, IdTokenError::SignatureInvalid.into(), "both name their key key-1");
}
