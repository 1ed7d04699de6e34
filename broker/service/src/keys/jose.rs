//! The one verifier of signed JWTs (RFC 7515, RFC 7519, RFC 8725). Whoever calls it must say which
//! algorithms, type, issuer, audience and keys it expects; there is no default for any of them.
//!
//! Only the compact form is a token. What cannot be parsed is refused, and a claim of the wrong type
//! is a refusal, never an absent claim.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{Algorithm, Timestamp};
use serde_json::{Map, Value};

use super::jwks::{VerifyingKey, VerifyingKeys};
use super::mac::{MacAlgorithm, SharedSecret};
use super::strict_json;

/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN: usize = 16 * 1024;
/// The most that clocks may differ, whatever a caller asks for.
pub const MAX_LEEWAY: Duration = Duration::from_secs(60);
/// The end of the year 9999; no genuine time lies after it.
const LAST_SECOND: f64 = 253_402_300_799.0;
/// OIDC Core section 2: `sub` has at most 255 ASCII characters. We hold `jti` to the same.
const MAX_NAME: usize = 255;

/// What a token must be to be accepted.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The algorithms that may have signed it.
    pub algorithms: &'a [Algorithm],
    /// What it says that it is.
    pub typ: Typ<'a>,
    /// Its `iss`, byte by byte.
    pub issuer: &'a str,
    /// Whom it is for.
    pub audience: Audience<'a>,
    /// Claims that must be there. The others are checked only if they are.
    pub required: &'a [&'a str],
    /// Whether a token that has expired is refused.
    pub expiry: Expiry,
    /// The present time.
    pub now: Timestamp,
    /// How far the issuer's clock may be off; at most [`MAX_LEEWAY`].
    pub leeway: Duration,
}

/// The `typ` header (RFC 8725 section 3.11).
#[derive(Clone, Copy, Debug)]
pub enum Typ<'a> {
    /// This type, such as `at+jwt` (RFC 9068 section 4).
    Exactly(&'a str),
    /// This type, `JWT`, or no type, as request objects have it (RFC 9101 section 10.8).
    OrJwt(&'a str),
    /// `JWT`, or no type, as ID tokens and client assertions have it.
    JwtOrAbsent,
}

/// Whom a token is for.
#[derive(Clone, Copy, Debug)]
pub enum Audience<'a> {
    /// This value alone, as a string: what a client assertion must have, so that no other server
    /// that it was made for can use it here (CA-06).
    Exactly(&'a str),
    /// The same with one of two values: the issuer, or an endpoint of it that older specifications name.
    ExactlyEither(&'a str, &'a str),
    /// This value, alone or among others.
    Contains(&'a str),
    /// Anybody: only for tokens of our own issue whose audience the caller reads next, such as an
    /// `id_token_hint`.
    Any,
}

/// What is done with a token that has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// It is refused.
    Enforced,
    /// It is accepted: as an `id_token_hint` (OIDC RP-Initiated Logout section 2) and nowhere else.
    Ignored,
}

/// Why a token is refused. For logs; a client learns only that it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoseError {
    /// Longer than [`MAX_TOKEN`], or not three parts of canonical base64url.
    #[error("not a compact JWS")]
    Form,
    /// The header is not an object as RFC 7515 has it, or asks for extensions.
    #[error("header: {0}")]
    Header(&'static str),
    /// Signed with an algorithm that is not expected here.
    #[error("signed with an algorithm that is not expected")]
    Algorithm,
    /// Another kind of token.
    #[error("a token of another type")]
    Type,
    /// No usable key of the set fits. The set may be out of date.
    #[error("no key fits the signature")]
    UnknownKey,
    /// More than one key of the set fits.
    #[error("more than one key fits the signature")]
    AmbiguousKey,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    Signature,
    /// It was not encrypted to a key of ours, or changed.
    #[error("does not open")]
    Decryption,
    /// The payload is not an object as RFC 7519 has it.
    #[error("the payload is not a JSON object without duplicate names")]
    Payload,
    /// A claim is missing, mistyped, or not what is expected.
    #[error("claim {0}")]
    Claim(&'static str),
    /// A claim that the caller demands is missing.
    #[error("a required claim is missing")]
    Missing,
    /// It has expired.
    #[error("expired")]
    Expired,
}

/// The claims of a token that was verified; only [`verify`] makes them.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims(pub(super) Map<String, Value>);

impl Claims {
    /// Claims that we sealed ourselves, and opened again.
    pub(crate) fn opened(text: &[u8]) -> Option<Self> {
        strict_json::object(text).ok().map(Self)
    }

    /// A claim that is a string.
    pub fn str(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A claim that is a NumericDate.
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        self.0.get(name).and_then(numeric_date)
    }

    /// A claim that is a string or an array of strings, such as `aud`; empty if it is neither.
    pub fn strings(&self, name: &str) -> Vec<&str> {
        self.0.get(name).and_then(strings).unwrap_or_default()
    }

    /// All claims by name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// A claim of whatever type.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

/// What a token says before it was verified: enough to find the keys to verify it with, no more.
#[derive(Debug)]
pub struct Unverified(Map<String, Value>);

impl Unverified {
    /// Reads a token without verifying anything.
    ///
    /// # Errors
    /// The [`JoseError`] that [`verify`] would give for its form.
    pub fn read(token: &str) -> Result<Self, JoseError> {
        Ok(Self(payload(Compact::split(token)?.payload)?))
    }

    /// Who says to have issued it.
    pub fn issuer(&self) -> Option<&str> {
        self.0.get("iss")?.as_str()
    }

    /// Whom it says to be about.
    pub fn subject(&self) -> Option<&str> {
        self.0.get("sub")?.as_str()
    }
}

/// Verifies a token: form, header, signature, then claims.
///
/// # Errors
/// A [`JoseError`] says what is wrong with it. Nothing in the token can choose the key or the
/// algorithm: `jwk`, `jku`, `x5u` and `x5c` headers are not read (CA-07, JW-04).
pub fn verify(token: &str, keys: &VerifyingKeys, expected: &Expected<'_>) -> Result<Claims, JoseError> {
    verify_with(token, keys.iter(), expected)
}

/// The same with keys that are kept otherwise.
///
/// # Errors
/// As [`verify`].
pub fn verify_with<'a>(
    token: &str,
    keys: impl Iterator<Item = &'a VerifyingKey>,
    expected: &Expected<'_>,
) -> Result<Claims, JoseError> {
    let compact = Compact::split(token)?;
    let header = Header::read(compact.header)?;
    let algorithm = header.alg.parse().map_err(|_| JoseError::Algorithm)?;
    if !expected.algorithms.contains(&algorithm) {
        return Err(JoseError::Algorithm);
    }
    if !header.is(expected.typ) {
        return Err(JoseError::Type);
    }
    let key = choose(keys, algorithm, &header)?;
    let signature = decode(compact.signature)?;
    if !key.verifies(compact.signed.as_bytes(), &signature) {
        return Err(JoseError::Signature);
    }
    let claims = payload(compact.payload)?;
    check(&claims, expected)?;
    Ok(Claims(claims))
}

/// Verifies a token whose signature is an HMAC of one of these secrets: a client assertion of
/// `client_secret_jwt` and nothing else. Only algorithms with a shared secret are known here, as only those
/// with a key pair are known to [`verify`], so that neither kind of key is taken for the other (CA-03).
///
/// # Errors
/// A [`JoseError`], as [`verify`]; `expected.algorithms` has no part in it.
pub fn verify_mac<'a>(
    token: &str,
    mut secrets: impl Iterator<Item = &'a SharedSecret>,
    expected: &Expected<'_>,
) -> Result<Claims, JoseError> {
    let compact = Compact::split(token)?;
    let header = Header::read(compact.header)?;
    let algorithm = MacAlgorithm::parse(&header.alg).ok_or(JoseError::Algorithm)?;
    if !header.is(expected.typ) {
        return Err(JoseError::Type);
    }
    let signature = decode(compact.signature)?;
    if !secrets.any(|secret| secret.verifies(algorithm, compact.signed.as_bytes(), &signature)) {
        return Err(JoseError::Signature);
    }
    let claims = payload(compact.payload)?;
    check(&claims, expected)?;
    Ok(Claims(claims))
}

/// The three parts of RFC 7515 section 7.1.
pub(super) struct Compact<'a> {
    pub signed: &'a str,
    pub header: &'a str,
    pub payload: &'a str,
    pub signature: &'a str,
}

impl<'a> Compact<'a> {
    pub fn split(token: &'a str) -> Result<Self, JoseError> {
        if token.len() > MAX_TOKEN {
            return Err(JoseError::Form);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JoseError::Form)?;
        let (header, payload) = signed.split_once('.').ok_or(JoseError::Form)?;
        if payload.contains('.') {
            return Err(JoseError::Form);
        }
        Ok(Self { signed, header, payload, signature })
    }
}

/// What is read of the JOSE header.
pub(super) struct Header {
    pub alg: String,
    pub kid: Option<String>,
    typ: Option<String>,
}

impl Header {
    fn read(part: &str) -> Result<Self, JoseError> {
        Self::read_all(part).map(|(header, _)| header)
    }

    /// The header, and all its members for who must look further.
    pub fn read_all(part: &str) -> Result<(Self, Map<String, Value>), JoseError> {
        let header = strict_json::object(&decode(part)?)
            .map_err(|_| JoseError::Header("not an object without duplicate names"))?;
        // No extension is understood here, so each that must be understood is a refusal (RFC 7515
        // section 4.1.11, RFC 7797 section 6).
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(JoseError::Header("asks for an extension"));
        }
        let text = |name: &str, refusal| match header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(JoseError::Header(refusal)),
        };
        let read = Self {
            alg: text("alg", "alg is not a string")?.ok_or(JoseError::Header("alg is missing"))?,
            kid: text("kid", "kid is not a string")?,
            typ: text("typ", "typ is not a string")?,
        };
        Ok((read, header))
    }

    /// A media type: case does not matter, `application/` may be left out (RFC 7515 section 4.1.9).
    pub fn is(&self, expected: Typ<'_>) -> bool {
        let typ = self.typ.as_deref().map(|typ| match typ.get(..12) {
            Some(prefix) if prefix.eq_ignore_ascii_case("application/") => &typ[12..],
            _ => typ,
        });
        match (expected, typ) {
            (Typ::Exactly(wanted), Some(typ)) => typ.eq_ignore_ascii_case(wanted),
            (Typ::Exactly(_), None) => false,
            (Typ::OrJwt(wanted), Some(typ)) if typ.eq_ignore_ascii_case(wanted) => true,
            (Typ::JwtOrAbsent | Typ::OrJwt(_), typ) => typ.is_none_or(|typ| typ.eq_ignore_ascii_case("JWT")),
        }
    }
}

/// The one key that fits algorithm and `kid`; a token without `kid` needs a set where one key fits.
fn choose<'a>(
    keys: impl Iterator<Item = &'a VerifyingKey>,
    algorithm: Algorithm,
    header: &Header,
) -> Result<&'a VerifyingKey, JoseError> {
    let mut fitting = keys.filter(|key| key.fits(algorithm, header.kid.as_deref()));
    let key = fitting.next().ok_or(JoseError::UnknownKey)?;
    if fitting.next().is_some() {
        return Err(JoseError::AmbiguousKey);
    }
    Ok(key)
}

/// Canonical base64url without padding: the decoder refuses any other spelling.
pub(super) fn decode(part: &str) -> Result<Vec<u8>, JoseError> {
    BASE64.decode(part).map_err(|_| JoseError::Form)
}

pub(super) fn payload(part: &str) -> Result<Map<String, Value>, JoseError> {
    strict_json::object(&decode(part)?).map_err(|_| JoseError::Payload)
}

fn check(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), JoseError> {
    if claims.get("iss").and_then(Value::as_str) != Some(expected.issuer) {
        return Err(JoseError::Claim("iss"));
    }
    if !is_for(claims.get("aud"), expected.audience) {
        return Err(JoseError::Claim("aud"));
    }
    for name in ["sub", "jti"] {
        if claims.get(name).is_some_and(|value| !value.as_str().is_some_and(is_name)) {
            return Err(JoseError::Claim(name));
        }
    }
    if !expected.required.iter().all(|name| claims.contains_key(*name)) {
        return Err(JoseError::Missing);
    }
    check_times(claims, expected)
}

fn is_for(aud: Option<&Value>, expected: Audience<'_>) -> bool {
    match expected {
        Audience::Exactly(value) => aud.and_then(Value::as_str) == Some(value),
        Audience::ExactlyEither(one, other) => {
            aud.and_then(Value::as_str).is_some_and(|aud| aud == one || aud == other)
        }
        Audience::Contains(value) => aud.and_then(strings).is_some_and(|list| list.contains(&value)),
        Audience::Any => aud.and_then(strings).is_some_and(|list| !list.is_empty()),
    }
}

fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len()) && !text.contains(char::is_control)
}

fn check_times(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), JoseError> {
    let time = |name: &'static str| match claims.get(name) {
        None => Ok(None),
        Some(value) => numeric_date(value).map(Some).ok_or(JoseError::Claim(name)),
    };
    let leeway = expected.leeway.min(MAX_LEEWAY);
    for name in ["nbf", "iat", "auth_time"] {
        if time(name)?.is_some_and(|time| time > expected.now + leeway) {
            return Err(JoseError::Claim(name));
        }
    }
    let expired = time("exp")?.is_some_and(|exp| exp + leeway <= expected.now);
    if expired && expected.expiry == Expiry::Enforced {
        return Err(JoseError::Expired);
    }
    Ok(())
}

/// RFC 7519 section 2; fractions of a second are cut off.
fn numeric_date(value: &Value) -> Option<Timestamp> {
    let secs = value.as_f64().filter(|secs| (0.0..=LAST_SECOND).contains(secs))?;
    Some(Timestamp::from_secs(secs as i64))
}

fn strings(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(one) => Some(vec![one]),
        Value::Array(list) => list.iter().map(Value::as_str).collect(),
        _ => None,
    }
}
