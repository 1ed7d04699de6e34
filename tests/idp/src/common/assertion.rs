//! Tokens that somebody presents: ID token hints, and client assertions (RFC 7523).

use std::collections::HashSet;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use openssl::hash::MessageDigest;
use openssl::memcmp;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use serde_json::{Map, Value};

use super::{keys, lock};

/// The `client_assertion_type` of RFC 7523 section 2.2.
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A compact JWS, taken apart and not believed.
pub(crate) struct Jws {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    signed: String,
    signature: Vec<u8>,
}

impl Jws {
    pub(crate) fn parse(token: &str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
        Some(Self {
            header: part(header)?,
            claims: part(claims)?,
            signed: signed.to_owned(),
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// A member of the header that is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// A claim that is text.
    pub(crate) fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A claim that is a time.
    pub(crate) fn time(&self, name: &str) -> Option<i64> {
        self.claims.get(name)?.as_i64()
    }

    /// `aud`, be it one or several.
    pub(crate) fn is_for(&self, audience: &str) -> bool {
        match self.claims.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(several)) => several.iter().any(|one| one == audience),
            _ => false,
        }
    }

    pub(crate) fn is_signed_by(&self, key: &Jwk) -> bool {
        let verifier = self.header("alg").and_then(|alg| keys::verifier(alg, key));
        verifier.is_some_and(|verifier| verifier.verify(self.signed.as_bytes(), &self.signature).is_ok())
    }

    /// `client_secret_jwt` (OpenID Connect Core 1.0 section 9).
    pub(crate) fn is_signed_with_secret(&self, secret: &str) -> bool {
        self.header("alg") == Some("HS256")
            && hmac_sha256(secret, self.signed.as_bytes()).is_some_and(|expected| {
                expected.len() == self.signature.len() && memcmp::eq(&expected, &self.signature)
            })
    }
}

/// HS256 (RFC 7518 section 3.2), with a key of whatever length.
pub(crate) fn hmac_sha256(secret: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let key = PKey::hmac(secret.as_bytes()).ok()?;
    Signer::new(MessageDigest::sha256(), &key).ok()?.sign_oneshot_to_vec(bytes).ok()
}

/// The `jti`s that were seen, each with whose it is.
#[derive(Default)]
pub(crate) struct Replays(Mutex<HashSet<(String, String)>>);

impl Replays {
    /// Whether this is the first time.
    pub(crate) fn is_fresh(&self, client_id: &str, jti: &str) -> bool {
        lock(&self.0).insert((client_id.to_owned(), jti.to_owned()))
    }
}
