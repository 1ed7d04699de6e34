//! ID tokens (OpenID Connect Core 1.0 section 2), true or, on request, false.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::JoseError;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::assertion::hmac_sha256;
use super::keys::{SigningKey, compact, signing_input};
use super::names::Switch;
use super::scope::At;
use super::switches::Switches;

/// An ID token that is true so far.
pub(crate) struct Draft<'a> {
    pub(crate) key: Arc<SigningKey>,
    pub(crate) claims: Map<String, Value>,
    /// The client's secret, for a token that is falsely signed with it.
    pub(crate) secret: Option<&'a str>,
    pub(crate) now: i64,
}

impl Draft<'_> {
    /// The signed token. Switches that concern it fire here.
    pub(crate) fn sign(mut self, switches: &Switches, at: &At<'_>) -> Result<String, JoseError> {
        falsify(switches, at, self.now, &mut self.claims);
        if switches.fires(Switch::UnknownKey, at) {
            self.key = Arc::new(SigningKey::generate(self.key.algorithm())?);
        }
        let mut header = self.key.header("JWT");
        if switches.fires(Switch::KeyIdMissing, at) {
            header.remove("kid");
        }
        if switches.fires(Switch::Unsigned, at) {
            header.insert("alg".to_owned(), json!("none"));
            return Ok(compact(&signing_input(&header, &self.claims), b""));
        }
        if switches.fires(Switch::SignedWithSecret, at) {
            header.insert("alg".to_owned(), json!("HS256"));
            let input = signing_input(&header, &self.claims);
            let mac = hmac_sha256(self.secret.unwrap_or_default(), input.as_bytes());
            return Ok(compact(&input, &mac.unwrap_or_default()));
        }
        let input = signing_input(&header, &self.claims);
        let mut signature = self.key.signature(input.as_bytes())?;
        if switches.fires(Switch::BadSignature, at)
            && let Some(byte) = signature.last_mut()
        {
            *byte ^= 1;
        }
        Ok(compact(&input, &signature))
    }
}

fn falsify(switches: &Switches, at: &At<'_>, now: i64, claims: &mut Map<String, Value>) {
    for (switch, claim) in
        [(Switch::WrongNonce, "nonce"), (Switch::WrongAudience, "aud"), (Switch::WrongIssuer, "iss")]
    {
        if let Some(value) = switches.fire(switch, at) {
            claims.insert(claim.to_owned(), json!(value));
        }
    }
    if switches.fires(Switch::NonceMissing, at) {
        claims.remove("nonce");
    }
    let mut set = |claim: &str, time: i64| claims.insert(claim.to_owned(), json!(time));
    if switches.fires(Switch::ExpiredToken, at) {
        set("exp", now - 3600);
        set("iat", now - 3900);
        set("nbf", now - 3900);
    }
    let later = |switch| Some(now + switches.fire(switch, at)?.parse::<i64>().ok()?);
    if let Some(later) = later(Switch::NotYetValid) {
        set("nbf", later);
    }
    if let Some(later) = later(Switch::IssuedInFuture) {
        set("iat", later);
        set("exp", later + 3600);
    }
}

/// The left half of a hash (section 3.1.3.6), for `at_hash` and `c_hash`. All our algorithms but
/// EdDSA go with SHA-256, and EdDSA's issuers leave these claims out.
pub(crate) fn half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..16])
}
