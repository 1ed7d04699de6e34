//! ID tokens (OpenID Connect Core 1.0 section 2), true or, on request, false.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::JoseError;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::keys::SigningKey;
use crate::records::Grant;
use crate::{Issuer, Persona, Switch};

/// How long an ID token is good, in seconds.
const LIFETIME: i64 = 300;

/// The signed ID token of a grant. Switches that concern it fire here.
pub(crate) fn issue(
    issuer: &Issuer,
    grant: &Grant,
    persona: &Persona,
    access_token: &str,
) -> Result<String, JoseError> {
    let mut claims = truth(issuer, grant, persona, access_token);
    falsify(issuer, &mut claims);

    let switches = issuer.switches();
    if switches.fire(Switch::RotateKey).is_some() {
        issuer.rotate_key()?;
    }
    let token = if switches.fire(Switch::UnknownKey).is_some() {
        SigningKey::generate(issuer.algorithm())?.sign(claims)?
    } else {
        issuer.key().sign(claims)?
    };
    Ok(if switches.fire(Switch::BadSignature).is_some() { with_bad_signature(&token) } else { token })
}

fn truth(issuer: &Issuer, grant: &Grant, persona: &Persona, access_token: &str) -> Map<String, Value> {
    let mut claims =
        if issuer.thin_id_token() { Map::new() } else { persona.claims_for(&grant.scope, grant.hide_email) };
    let now = issuer.now();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("iss", json!(issuer.url()));
    set("sub", json!(persona.sub()));
    set("aud", json!(grant.client_id));
    set("iat", json!(now));
    set("exp", json!(now + LIFETIME));
    set("auth_time", json!(grant.session.auth_time));
    set("amr", json!(["pwd"]));
    set("sid", json!(grant.session.sid));
    set("at_hash", json!(at_hash(access_token)));
    if let Some(nonce) = &grant.nonce {
        set("nonce", json!(nonce));
    }
    claims
}

fn falsify(issuer: &Issuer, claims: &mut Map<String, Value>) {
    let switches = issuer.switches();
    for (switch, claim) in
        [(Switch::WrongNonce, "nonce"), (Switch::WrongAudience, "aud"), (Switch::WrongIssuer, "iss")]
    {
        if let Some(value) = switches.fire(switch) {
            claims.insert(claim.to_owned(), json!(value));
        }
    }
    if switches.fire(Switch::ExpiredToken).is_some() {
        let expired = issuer.now() - 3600;
        claims.insert("exp".to_owned(), json!(expired));
        claims.insert("iat".to_owned(), json!(expired - LIFETIME));
    }
}

/// The left half of the access token's hash (section 3.1.3.6); both algorithms go with SHA-256.
fn at_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token)[..16])
}

fn with_bad_signature(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap_or((token, ""));
    let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    if let Some(byte) = signature.last_mut() {
        *byte ^= 1;
    }
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
