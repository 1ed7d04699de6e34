//! The claims of an ID token (OpenID Connect Core 1.0 section 2).

use josekit::JoseError;
use serde_json::{Map, Value, json};

use super::records::Grant;
use super::{GenericSwitch, Issuer, Persona};
use crate::common::id_token::{Draft, half_hash};
use crate::common::keys::{Algorithm, random_handle};
use crate::common::names::Switch;
use crate::common::scope::At;

/// How long an ID token is good, in seconds.
const LIFETIME: i64 = 300;

/// The signed ID token of a grant.
pub(crate) fn issue(
    issuer: &Issuer,
    grant: &Grant,
    persona: &Persona,
    access_token: &str,
) -> Result<String, JoseError> {
    let at = issuer.at().client(&grant.client_id).person(&persona.username);
    let switches = issuer.switches();
    if switches.fires(Switch::RotateKey, &at) {
        issuer.rotate_key()?;
    }
    let client = issuer.client(&grant.client_id);
    let draft = Draft {
        key: issuer.key(),
        claims: claims(issuer, grant, persona, access_token, &at),
        secret: client.as_ref().and_then(|client| client.secret()),
        now: issuer.now(),
    };
    let token = draft.sign(switches, &at)?;
    Ok(if switches.fires(GenericSwitch::EncryptedIdToken, &at) { encrypted() } else { token })
}

fn claims(
    issuer: &Issuer,
    grant: &Grant,
    persona: &Persona,
    access_token: &str,
    at: &At<'_>,
) -> Map<String, Value> {
    let about = persona.claims_for(&grant.scope, grant.hide_email);
    let mut claims = issuer.manners().dress(about);
    if issuer.thin_id_token() {
        claims.retain(|name, _| name == "sub");
    }
    claims.entry("sub").or_insert(json!(""));
    let now = issuer.now();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("iss", json!(issuer.url()));
    set("aud", json!(grant.client_id));
    set("iat", json!(now));
    set("exp", json!(now + LIFETIME));
    set("auth_time", json!(grant.session.auth_time));
    set("amr", json!(grant.session.methods));
    set("sid", json!(grant.session.sid));
    if issuer.algorithm() != Algorithm::EdDsa {
        set("at_hash", json!(half_hash(access_token)));
    }
    if let Some(nonce) = &grant.nonce {
        set("nonce", json!(nonce));
    }
    if let Some(text) = issuer.switches().fire(GenericSwitch::EmailVerifiedText, at) {
        set("email_verified", json!(text));
    }
    if let Some(endpoint) = issuer.switches().fire(GenericSwitch::AggregatedClaims, at) {
        set("_claim_names", json!({ "groups": "src1" }));
        set("_claim_sources", json!({ "src1": { "endpoint": endpoint } }));
        claims.remove("groups");
    }
    claims
}

/// A JWE in five parts (RFC 7516 section 7.1) that nobody can open.
fn encrypted() -> String {
    // {"alg":"RSA-OAEP","enc":"A256GCM"}
    let header = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ";
    let part = random_handle;
    [header.to_owned(), part(), part(), part(), part()].join(".")
}
