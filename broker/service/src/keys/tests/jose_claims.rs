//! The claims of a token.

use std::time::Duration;

use serde_json::{Value, json};

use super::NOW;
use super::jose::{CLIENT, ISSUER, Party, claims, expected};
use crate::keys::{Audience, Claims, Expected, Expiry, JoseError, verify};

/// What becomes of the usual claims with one replaced; `null` removes it.
fn with(name: &str, value: &Value, expected: &Expected<'_>) -> Result<Claims, JoseError> {
    let mut claims = claims();
    claims[name] = value.clone();
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    with_payload(&claims.to_string(), expected)
}

fn with_payload(payload: &str, expected: &Expected<'_>) -> Result<Claims, JoseError> {
    let party = Party::new();
    verify(&party.sign(r#"{"alg":"ES256"}"#, payload), &party.keys, expected)
}

fn seconds(from_now: i64) -> Value {
    json!(NOW.as_secs() + from_now)
}

#[test]
fn jw_07_a_mistyped_or_extreme_time_is_a_refusal() {
    for name in ["exp", "iat", "nbf", "auth_time"] {
        for text in [
            "\"1800000000\"",
            "null",
            "true",
            "[1800000000]",
            "{}",
            "-1",
            "-1e300",
            "1e300",
            "9223372036854775808",
        ] {
            let payload = claims().to_string().replace(&format!(",\"{name}\":"), ",\"other\":");
            let payload = payload.replacen('{', &format!("{{\"{name}\":{text},"), 1);
            let error = with_payload(&payload, &expected()).unwrap_err();
            assert!(matches!(error, JoseError::Claim(claim) if claim == name), "{payload}: {error}");
        }
        let payload = format!("{{\"{name}\":1e400}}");
        assert_eq!(with_payload(&payload, &expected()).unwrap_err(), JoseError::Payload);
    }
    assert_eq!(with("exp", &json!(null), &expected()).unwrap_err(), JoseError::Missing);
}

#[test]
fn jw_07_clocks_may_differ_by_a_minute_and_no_more() {
    assert!(with("exp", &seconds(-1), &expected()).is_ok());
    assert!(with("exp", &seconds(-59), &expected()).is_ok());
    assert_eq!(with("exp", &seconds(-60), &expected()).unwrap_err(), JoseError::Expired);
    assert_eq!(with("exp", &seconds(-61), &expected()).unwrap_err(), JoseError::Expired);
    for name in ["nbf", "iat", "auth_time"] {
        assert!(with(name, &seconds(8), &expected()).is_ok(), "{name}");
        assert!(with(name, &seconds(60), &expected()).is_ok(), "{name}");
        assert!(matches!(with(name, &seconds(61), &expected()).unwrap_err(), JoseError::Claim(_)), "{name}");
    }
    assert!(with("exp", &json!(NOW.as_secs() as f64 + 0.5), &expected()).is_ok());
}

#[test]
fn jw_07_no_caller_can_stretch_the_leeway() {
    let generous = Expected { leeway: Duration::MAX, ..expected() };
    assert_eq!(with("exp", &seconds(-61), &generous).unwrap_err(), JoseError::Expired);
    let strict = Expected { leeway: Duration::ZERO, ..expected() };
    assert_eq!(with("exp", &seconds(0), &strict).unwrap_err(), JoseError::Expired);
    assert!(with("exp", &seconds(1), &strict).is_ok());
}

#[test]
fn an_expired_hint_is_accepted_where_that_is_asked_for() {
    let hint = Expected { expiry: Expiry::Ignored, ..expected() };
    assert!(with("exp", &seconds(-1_000_000), &hint).is_ok());
    assert_eq!(with("exp", &json!("soon"), &hint).unwrap_err(), JoseError::Claim("exp"));
}

#[test]
fn jw_08_the_issuer_is_compared_byte_by_byte() {
    for other in [
        "https://idp.test/",
        "https://IDP.test",
        "https://idp.test/tenant",
        "http://idp.test",
        "",
        " https://idp.test",
    ] {
        assert_eq!(with("iss", &json!(other), &expected()).unwrap_err(), JoseError::Claim("iss"), "{other}");
    }
    for other in [json!(null), json!(1), json!([ISSUER]), json!({})] {
        assert_eq!(with("iss", &other, &expected()).unwrap_err(), JoseError::Claim("iss"), "{other}");
    }
}

#[test]
fn jw_08_the_audience_contains_us() {
    assert!(with("aud", &json!([CLIENT]), &expected()).is_ok());
    assert!(with("aud", &json!(["other", CLIENT]), &expected()).is_ok());
    for aud in [
        json!(null),
        json!("other"),
        json!(["other"]),
        json!([]),
        json!([CLIENT, 1]),
        json!(1),
        json!({ CLIENT: 1 }),
    ] {
        assert_eq!(with("aud", &aud, &expected()).unwrap_err(), JoseError::Claim("aud"), "{aud}");
    }
}

#[test]
fn ca_06_an_assertion_is_for_us_alone() {
    let assertion = Expected { audience: Audience::Exactly("https://broker.test"), ..expected() };
    assert!(with("aud", &json!("https://broker.test"), &assertion).is_ok());
    for aud in [
        json!(["https://broker.test"]),
        json!(["https://broker.test", "https://evil.test"]),
        json!("https://broker.test/token"),
        json!("https://broker.test/"),
        json!("https://BROKER.test"),
        json!(null),
    ] {
        assert_eq!(with("aud", &aud, &assertion).unwrap_err(), JoseError::Claim("aud"), "{aud}");
    }
}

#[test]
fn a_hint_may_be_for_anybody_but_not_for_nobody() {
    let hint = Expected { audience: Audience::Any, ..expected() };
    assert!(with("aud", &json!("other"), &hint).is_ok());
    for aud in [json!(null), json!([]), json!(1)] {
        assert_eq!(with("aud", &aud, &hint).unwrap_err(), JoseError::Claim("aud"), "{aud}");
    }
}

#[test]
fn jw_08_subjects_and_token_identifiers_are_short_clean_strings() {
    for name in ["sub", "jti"] {
        for value in
            [json!(""), json!(1), json!(["kim"]), json!("k".repeat(256)), json!("kim\0"), json!("kim\r\n")]
        {
            assert!(
                matches!(with(name, &value, &expected()).unwrap_err(), JoseError::Claim(_)),
                "{name} {value}"
            );
        }
        assert!(with(name, &json!("k".repeat(255)), &expected()).is_ok(), "{name}");
    }
    let demanding = Expected { required: &["exp", "jti"], ..expected() };
    assert_eq!(with("sub", &json!("kim"), &demanding).unwrap_err(), JoseError::Missing);
    assert!(with("jti", &json!("1"), &demanding).is_ok());
}
