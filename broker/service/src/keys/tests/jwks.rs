//! Which keys of a JWK Set are used.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::Algorithm;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use serde_json::{Value, json};

use crate::keys::{JwksError, VerifyingKeys};

/// A public key, with some of its members replaced or removed.
fn public(private: &Jwk, changes: &Value) -> Value {
    let mut jwk = Value::Object(private.to_public_key().unwrap().into());
    for (name, value) in changes.as_object().unwrap() {
        jwk[name] = value.clone();
    }
    jwk.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    jwk
}

fn rsa(bits: u32) -> Jwk {
    Jwk::generate_rsa_key(bits).unwrap()
}

fn ec() -> Jwk {
    Jwk::generate_ec_key(EcCurve::P256).unwrap()
}

/// The algorithms that the only key of a set can verify.
fn algorithms(jwk: &Value) -> Vec<Algorithm> {
    let keys = VerifyingKeys::parse(&json!({ "keys": [jwk] })).unwrap();
    Algorithm::ALL.into_iter().filter(|algorithm| keys.fitting(*algorithm, None).next().is_some()).collect()
}

#[test]
fn a_key_verifies_what_its_type_and_alg_allow() {
    let (rsa, ed) = (rsa(2048), Jwk::generate_ed_key(EdCurve::Ed25519).unwrap());
    assert_eq!(algorithms(&public(&ec(), &json!({}))), [Algorithm::ES256]);
    assert_eq!(algorithms(&public(&ed, &json!({}))), [Algorithm::EdDSA]);
    assert_eq!(algorithms(&public(&rsa, &json!({}))), [Algorithm::RS256, Algorithm::PS256]);
    assert_eq!(algorithms(&public(&rsa, &json!({ "alg": "PS256", "use": "sig" }))), [Algorithm::PS256]);
    assert_eq!(algorithms(&public(&rsa, &json!({ "key_ops": ["verify"] }))).len(), 2);
}

#[test]
fn jw_03_keys_for_other_uses_and_algorithms_are_left_out() {
    let rsa = rsa(2048);
    for changes in [
        json!({ "use": "enc" }),
        json!({ "use": 1 }),
        json!({ "key_ops": ["sign"] }),
        json!({ "key_ops": "verify" }),
        json!({ "alg": "RSA-OAEP" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": "ES256" }),
        json!({ "alg": "none" }),
        json!({ "alg": 1 }),
        json!({ "kid": 1 }),
        json!({ "kty": "oct" }),
        json!({ "kty": "EC" }),
        json!({ "kty": ["RSA"] }),
    ] {
        assert_eq!(algorithms(&public(&rsa, &changes)), [], "{changes}");
    }
    assert_eq!(algorithms(&public(&ec(), &json!({ "alg": "RS256" }))), []);
    assert_eq!(algorithms(&json!({ "kty": "oct", "k": "c2VjcmV0" })), []);
}

#[test]
fn jw_03_weak_rsa_keys_are_left_out() {
    for bits in [512, 1024, 2040] {
        assert_eq!(algorithms(&public(&rsa(bits), &json!({}))), [], "{bits}");
    }
    let strong = rsa(2048);
    let modulus = BASE64.decode(strong.parameter("n").unwrap().as_str().unwrap()).unwrap();
    let even = [&modulus[..255], &[modulus[255] & 0xfe]].concat();
    let huge = [&[0xff; 1024], modulus.as_slice()].concat();
    for n in [even, huge, Vec::new(), vec![0; 256], modulus[..255].to_vec()] {
        assert_eq!(algorithms(&public(&strong, &json!({ "n": BASE64.encode(&n) }))), [], "{n:?}");
    }
    for e in [&[1][..], &[0, 0, 1], &[2], &[0], &[], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
        assert_eq!(algorithms(&public(&strong, &json!({ "e": BASE64.encode(e) }))), [], "{e:?}");
    }
    // A zero in front, as some libraries write it, changes nothing.
    let padded = [&[0], modulus.as_slice()].concat();
    assert_eq!(algorithms(&public(&strong, &json!({ "n": BASE64.encode(padded) }))).len(), 2);
}

#[test]
fn jw_03_points_off_the_curve_and_other_curves_are_left_out() {
    let point = ec();
    let x = point.parameter("x").unwrap().clone();
    for changes in [
        json!({ "y": x }),
        json!({ "x": BASE64.encode([0; 32]), "y": BASE64.encode([0; 32]) }),
        json!({ "x": BASE64.encode([0xff; 32]) }),
        json!({ "x": BASE64.encode([1; 31]) }),
        json!({ "x": BASE64.encode([1; 33]) }),
        json!({ "y": null }),
        json!({ "x": 1 }),
        json!({ "crv": "P-384" }),
        json!({ "crv": "secp256k1" }),
        json!({ "crv": null }),
    ] {
        assert_eq!(algorithms(&public(&point, &changes)), [], "{changes}");
    }
    for other in [EcCurve::P384, EcCurve::P521, EcCurve::Secp256k1] {
        assert_eq!(algorithms(&public(&Jwk::generate_ec_key(other).unwrap(), &json!({}))), []);
    }
    let ed448 = Jwk::generate_ed_key(EdCurve::Ed448).unwrap();
    assert_eq!(algorithms(&public(&ed448, &json!({}))), []);
}

#[test]
fn dr_02_a_private_key_spoils_the_set() {
    for private in [ec(), rsa(2048), Jwk::generate_ed_key(EdCurve::Ed25519).unwrap()] {
        let set = json!({ "keys": [public(&ec(), &json!({})), Value::Object(private.into())] });
        assert_eq!(VerifyingKeys::parse(&set).unwrap_err(), JwksError::Private);
    }
}

#[test]
fn what_is_no_set_of_keys_is_refused() {
    let many = vec![json!({}); 65];
    for (set, error) in [
        (json!(null), JwksError::NotASet),
        (json!([]), JwksError::NotASet),
        (json!({}), JwksError::NotASet),
        (json!({ "keys": {} }), JwksError::NotASet),
        (json!({ "keys": ["key"] }), JwksError::NotASet),
        (json!({ "keys": many }), JwksError::TooMany),
    ] {
        assert_eq!(VerifyingKeys::parse(&set).unwrap_err(), error, "{set}");
    }
    assert!(VerifyingKeys::parse(&json!({ "keys": [] })).unwrap().is_empty());
}
