//! The parsers and verifiers of tokens. An input is a JWT to be signed (see [`jwt`](crate::jwt)), and taken
//! for a token as it is, too.
//!
//! What is read is in canonical form; what is verified is what was signed, by the kind of key that was asked
//! for, and says what was expected.

use std::sync::LazyLock;
use std::time::Duration;

use doorward_domain::Algorithm;
use doorward_service::keys::{
    Audience, Expected, Expiry, SharedSecret, Typ, Unverified, VerifyingKeys, verify, verify_mac,
};
use josekit::jws::HS256;
use josekit::jws::alg::hmac::HmacJwsSigner;
use serde_json::json;

use crate::Verdict;
use crate::broker::{BROKER, ISSUER, NOW, now};
use crate::jwt::{Described, Said, Signed};

const SECRET: &str = "a-secret-that-both-sides-know-and-nobody-else";
const LEEWAY: i64 = 30;

static KEYS: LazyLock<VerifyingKeys> = LazyLock::new(|| {
    let mut jwk: serde_json::Value = serde_json::from_str(&BROKER.jwk).unwrap();
    jwk["kid"] = "one".into();
    VerifyingKeys::parse(&json!({"keys": [jwk]})).unwrap()
});

static MAC: LazyLock<HmacJwsSigner> = LazyLock::new(|| HS256.signer_from_bytes(SECRET).unwrap());

/// The property, for one input.
pub fn check(input: &[u8]) -> Verdict {
    if let Ok(text) = str::from_utf8(input) {
        read(text);
        let verified =
            verify(text, &KEYS, &expected()).is_ok() || verify_mac(text, secret(), &expected()).is_ok();
        assert!(!verified, "nobody signed this");
    }
    let Some(described) = Described::read(input, &BROKER.jwk) else { return Verdict::Refused };
    let token = described.sign(&BROKER.signer);
    read(&token.text);
    assert!(verify_mac(&token.text, secret(), &expected()).is_err(), "no HMAC made this");
    let signed = verify(&token.text, &KEYS, &expected()).is_ok();
    if signed {
        is_right(&token, "ES256");
    }
    let token = described.sign(&*MAC);
    assert!(verify(&token.text, &KEYS, &expected()).is_err(), "no key pair made this");
    let authenticated = verify_mac(&token.text, secret(), &expected()).is_ok();
    if authenticated {
        is_right(&token, "HS256");
    }
    Verdict::of(signed || authenticated)
}

fn read(token: &str) {
    if Unverified::read(token).is_ok() {
        let mut parts = token.split('.');
        let payload = parts.nth(1).unwrap();
        assert!(parts.next().is_some() && parts.next().is_none(), "three parts");
        let canonical = Said::by(&format!("e30.{payload}."));
        assert!(canonical.header.is_empty());
    }
}

fn is_right(token: &Signed, algorithm: &str) {
    assert!(!token.altered, "{}", token.text);
    let said = Said::by(&token.text);
    said.assert_header(algorithm, &[None, Some("jwt")]);
    said.assert_text("iss", ISSUER);
    assert!(said.is_for("us"));
    said.assert_name("sub");
    said.assert_name("jti");
    assert!(["exp", "sub"].iter().all(|name| said.claims.contains_key(*name)));
    said.assert_time("exp", NOW - LEEWAY, i64::from(u32::MAX) * 60);
    for name in ["nbf", "iat", "auth_time"] {
        said.assert_time(name, 0, NOW + LEEWAY);
    }
}

fn expected() -> Expected<'static> {
    Expected {
        algorithms: &[Algorithm::ES256],
        typ: Typ::JwtOrAbsent,
        issuer: ISSUER,
        audience: Audience::Contains("us"),
        required: &["exp", "sub"],
        expiry: Expiry::Enforced,
        now: now(),
        leeway: Duration::from_secs(LEEWAY.unsigned_abs()),
    }
}

fn secret() -> impl Iterator<Item = &'static SharedSecret> {
    static SHARED: LazyLock<SharedSecret> = LazyLock::new(|| SharedSecret::new(SECRET.as_bytes()));
    std::iter::once(&*SHARED)
}
