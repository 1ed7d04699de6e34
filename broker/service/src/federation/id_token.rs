//! What an ID token says, before and after it was verified. The two are types of their own, so that
//! no rule can take one for the other.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{Authentication, Timestamp};
use serde_json::{Map, Value};

use super::verify::IdTokenError;
use crate::keys::strict_json;

/// The longest ID token that is looked at, in bytes: room for the most groups that a profile holds.
const MAX_TOKEN: usize = 64 * 1024;
/// The end of the year 9999; no genuine time lies after it.
const LAST_SECOND: f64 = 253_402_300_799.0;
/// The longest `acr` or `amr` value that is remembered, in bytes.
const MAX_CONTEXT: usize = 255;
/// The most `amr` values that are remembered.
const MAX_METHODS: usize = 16;

type HasType = fn(&Value) -> bool;

/// How the library wants the optional claims (OpenID Connect Core sections 2 and 5.1).
const READABLE: [(&[&str], HasType); 5] = [
    (&STRINGS, Value::is_string),
    (&["email_verified", "phone_number_verified"], |value| {
        value.is_boolean() || value == "true" || value == "false"
    }),
    (&["amr"], |value| strings(value).is_some()),
    (&["address"], Value::is_object),
    (&["updated_at"], Value::is_number),
];
#[rustfmt::skip]
const STRINGS: [&str; 20] = [
    "nonce", "acr", "at_hash", "c_hash", "name", "given_name", "family_name", "middle_name", "nickname",
    "preferred_username", "profile", "picture", "website", "email", "gender", "birthday", "birthdate",
    "zoneinfo", "locale", "phone_number",
];

/// An ID token that was read strictly, and not verified.
pub(super) struct UnverifiedIdToken {
    algorithm: String,
    claims: Map<String, Value>,
}

impl UnverifiedIdToken {
    /// Reads the compact form (RFC 7515 section 7.1) and checks the types of the claims that the
    /// protocol lives on: a mistyped claim is not an absent one (JW-07).
    pub(super) fn read(token: &str) -> Result<Self, IdTokenError> {
        if token.len() > MAX_TOKEN {
            return Err(IdTokenError::TooLarge);
        }
        let [header, payload, signature] = <[&str; 3]>::try_from(token.splitn(4, '.').collect::<Vec<_>>())
            .map_err(|_| IdTokenError::Malformed("not three parts"))?;
        let header = object(header).ok_or(IdTokenError::Malformed("header"))?;
        let algorithm = header.get("alg").and_then(Value::as_str);
        let algorithm = algorithm.ok_or(IdTokenError::Malformed("alg"))?.to_owned();
        let claims = object(payload).ok_or(IdTokenError::Malformed("payload"))?;
        // The library takes any spelling of the signature; only the canonical one is this token.
        BASE64.decode(signature).map_err(|_| IdTokenError::Malformed("signature"))?;
        check_types(&claims)?;
        Ok(Self { algorithm, claims })
    }

    pub(super) fn algorithm(&self) -> &str {
        &self.algorithm
    }

    pub(super) fn issuer(&self) -> &str {
        text(&self.claims, "iss").unwrap_or_default()
    }

    pub(super) fn authorized_party(&self) -> Option<&str> {
        text(&self.claims, "azp")
    }

    /// A claim of whatever type.
    pub(super) fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// A claim that is a NumericDate.
    pub(super) fn time(&self, name: &str) -> Option<Timestamp> {
        self.claims.get(name).and_then(numeric_date)
    }

    /// Names what the library stumbled over, without quoting it.
    pub(super) fn why_unreadable(&self) -> IdTokenError {
        let unreadable = |name: &str, readable: HasType| {
            self.claims.get(name).is_some_and(|value| !value.is_null() && !readable(value))
        };
        for (names, readable) in READABLE {
            if let Some(name) = names.iter().find(|name| unreadable(name, readable)) {
                return IdTokenError::Mistyped(name);
            }
        }
        IdTokenError::Malformed("a standard claim")
    }

    /// The claims, once the token has passed every check.
    pub(super) fn now_verified(self) -> VerifiedClaims {
        VerifiedClaims(self.claims)
    }
}

/// The claims of an ID token that was verified, perhaps with those of the userinfo answer.
#[derive(Clone, Debug)]
pub(super) struct VerifiedClaims(Map<String, Value>);

impl VerifiedClaims {
    /// A claim of whatever type; `null` is no claim.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A claim that is a NumericDate.
    pub(super) fn time(&self, name: &str) -> Option<Timestamp> {
        self.0.get(name).and_then(numeric_date)
    }

    /// All of them, by name.
    pub(super) const fn all(&self) -> &Map<String, Value> {
        &self.0
    }

    pub(super) fn subject(&self) -> &str {
        text(&self.0, "sub").unwrap_or_default()
    }

    pub(super) fn authorized_party(&self) -> Option<&str> {
        text(&self.0, "azp")
    }

    /// `acr`, as the provider says it.
    pub(super) fn context(&self) -> Option<&str> {
        text(&self.0, "acr")
    }

    /// Whether the groups were too many for the token, or lie elsewhere (OIDC Core section 5.6.2). Nobody
    /// follows the address that may stand there: the token does not choose where we ask (SS-01).
    pub(super) fn has_groups_elsewhere(&self) -> bool {
        let names = self.0.get("_claim_names").and_then(Value::as_object);
        names.is_some_and(|names| names.contains_key("groups"))
            || self.0.get("hasgroups") == Some(&Value::Bool(true))
    }

    /// The same with the groups that were found elsewhere.
    pub(super) fn with_groups(mut self, groups: Vec<String>) -> Self {
        self.0.insert("groups".to_owned(), groups.into());
        self
    }

    /// How and when the person proved who they are, as far as the provider says so; `acr` is what apps read
    /// of the context that was reached.
    pub(super) fn authentication(&self, acr: Option<String>, now: Timestamp) -> Authentication {
        let short = |text: &&str| text.len() <= MAX_CONTEXT;
        let methods = self.0.get("amr").and_then(strings).unwrap_or_default();
        Authentication {
            time: self.time("auth_time").map_or(now, |time| time.min(now)),
            acr: acr.filter(|acr| short(&acr.as_str())),
            amr: methods.into_iter().filter(short).take(MAX_METHODS).map(str::to_owned).collect(),
            session_expiry: self.time("session_expiry"),
        }
    }

    /// Adds the claims of the userinfo answer where the ID token has none. Whether an address is verified
    /// is only believed of the source that tells the address.
    pub(super) fn filled_with(mut self, mut userinfo: Map<String, Value>) -> Self {
        for claims in [&mut self.0, &mut userinfo] {
            claims.retain(|_, value| !value.is_null());
        }
        for (claim, verified) in [("email", "email_verified"), ("phone_number", "phone_number_verified")] {
            let told = self.0.get(claim);
            if told != userinfo.get(claim) {
                let other = if told.is_some() { &mut userinfo } else { &mut self.0 };
                other.remove(verified);
            }
        }
        userinfo.extend(self.0);
        Self(userinfo)
    }

    /// Claims that were verified when they were kept.
    pub(super) const fn kept(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    #[cfg(test)]
    pub(super) fn of(claims: Value) -> Self {
        Self(claims.as_object().cloned().unwrap_or_default())
    }
}

/// The `kid` in a token's header.
pub(super) fn key_id(token: &str) -> Option<String> {
    let header = object(token.split('.').next()?)?;
    text(&header, "kid").map(str::to_owned)
}

/// Canonical base64url without padding, and in it one JSON object without duplicate names (JW-06).
fn object(part: &str) -> Option<Map<String, Value>> {
    strict_json::object(&BASE64.decode(part).ok()?).ok()
}

fn check_types(claims: &Map<String, Value>) -> Result<(), IdTokenError> {
    for name in ["iss", "sub"] {
        text(claims, name).ok_or(IdTokenError::Mistyped(name))?;
    }
    for name in ["exp", "iat"] {
        claims.get(name).and_then(numeric_date).ok_or(IdTokenError::Mistyped(name))?;
    }
    let mistyped = |name: &str, has_type: HasType| claims.get(name).is_some_and(|value| !has_type(value));
    for name in ["nbf", "auth_time"] {
        if mistyped(name, |value| numeric_date(value).is_some()) {
            return Err(IdTokenError::Mistyped(name));
        }
    }
    if mistyped("aud", |value| strings(value).is_some() || value.is_string()) {
        return Err(IdTokenError::Mistyped("aud"));
    }
    if mistyped("azp", Value::is_string) {
        return Err(IdTokenError::Mistyped("azp"));
    }
    Ok(())
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

fn strings(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

/// RFC 7519 section 2; fractions of a second are cut off.
fn numeric_date(value: &Value) -> Option<Timestamp> {
    let secs = value.as_f64().filter(|secs| (0.0..=LAST_SECOND).contains(secs))?;
    #[expect(clippy::cast_possible_truncation, reason = "the range was just checked")]
    Some(Timestamp::from_secs(secs as i64))
}
