//! Public keys, as others publish them: a JWK Set (RFC 7517), of which only what is strong and meant
//! for signatures is kept.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::Algorithm;
use josekit::jwk::Jwk;
use josekit::jws::{ES256, EdDSA, JwsVerifier, PS256, RS256};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// More keys than any party publishes; Entra ID, the largest known, has about ten.
const MAX_KEYS: usize = 64;
/// What makes a key private (RFC 7518 sections 6.2.2 and 6.3.2, RFC 8037 section 2).
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// Why a JWK Set is refused as a whole. Single keys that cannot be used are left out instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwksError {
    /// Not an object with an array `keys` of objects (RFC 7517 section 5).
    #[error("not a JWK Set")]
    NotASet,
    /// More than 64 keys.
    #[error("a JWK Set of more than {MAX_KEYS} keys")]
    TooMany,
    /// Somebody published a private key; it protects nothing any more.
    #[error("a JWK Set with a private key in it")]
    Private,
    /// A key that others can find out.
    #[error(
        "a JWK Set with a weak key in it: RSA has at least 2048 bits, EC the curve P-256, P-384 or P-521"
    )]
    Weak,
}

/// A public key that verifies the signatures of one algorithm.
#[derive(Debug)]
pub struct VerifyingKey {
    id: Option<String>,
    issuer: Option<String>,
    algorithm: Algorithm,
    verifier: Box<dyn JwsVerifier>,
}

impl VerifyingKey {
    /// Its `kid`.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whose tokens it signs, where the set says so: Entra's keys have a member `issuer`.
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The one algorithm it verifies.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether it could have made a signature of `algorithm` under `kid`, if that is named.
    pub(super) fn fits(&self, algorithm: Algorithm, kid: Option<&str>) -> bool {
        self.algorithm == algorithm && (kid.is_none() || self.id() == kid)
    }

    /// Whether `signature` is this key's signature of `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifier.verify(message, signature).is_ok()
    }
}

/// The usable public keys of one party, parsed once.
#[derive(Debug, Default)]
pub struct VerifyingKeys {
    keys: Vec<VerifyingKey>,
}

impl VerifyingKeys {
    /// Reads a JWK Set. Left out are keys that are weak (RSA below 2048 bits, even modulus, exponent
    /// below 3), malformed, of a type or curve that we do not verify with, or not for signatures.
    ///
    /// # Errors
    /// [`JwksError`] when the set itself cannot be trusted.
    pub fn parse(set: &Value) -> Result<Self, JwksError> {
        Ok(Self { keys: listed(set)?.into_iter().filter_map(read).flatten().collect() })
    }

    /// The keys of our own ring, however many there are.
    pub(super) fn own<'a>(public: impl Iterator<Item = &'a Value>) -> Self {
        Self { keys: public.filter_map(Value::as_object).filter_map(read).flatten().collect() }
    }

    /// Whether no usable key is left.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys that could have made a signature of `algorithm` under `kid`; all of that algorithm
    /// when the signature names none.
    pub fn fitting<'a>(
        &'a self,
        algorithm: Algorithm,
        kid: Option<&'a str>,
    ) -> impl Iterator<Item = &'a VerifyingKey> {
        self.keys.iter().filter(move |key| key.fits(algorithm, kid))
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, VerifyingKey> {
        self.keys.iter()
    }
}

impl IntoIterator for VerifyingKeys {
    type Item = VerifyingKey;
    type IntoIter = std::vec::IntoIter<VerifyingKey>;

    fn into_iter(self) -> Self::IntoIter {
        self.keys.into_iter()
    }
}

/// The keys of a set that can be trusted.
pub(super) fn listed(set: &Value) -> Result<Vec<&Map<String, Value>>, JwksError> {
    let listed = set.get("keys").and_then(Value::as_array).ok_or(JwksError::NotASet)?;
    if listed.len() > MAX_KEYS {
        return Err(JwksError::TooMany);
    }
    let keys: Option<Vec<_>> = listed.iter().map(Value::as_object).collect();
    let keys = keys.ok_or(JwksError::NotASet)?;
    match keys.iter().any(|jwk| is_private(jwk)) {
        true => Err(JwksError::Private),
        false => Ok(keys),
    }
}

/// Whether a JWK has more in it than anybody but its owner may know.
pub(super) fn is_private(jwk: &Map<String, Value>) -> bool {
    PRIVATE_MEMBERS.iter().any(|name| jwk.contains_key(*name))
}

/// Whether all keys of a set are strong and public: for those who register one, and can still mend it.
///
/// # Errors
/// [`JwksError`] for a set that has none, or a key that protects nothing.
pub fn check_strength(set: &Value) -> Result<(), JwksError> {
    for jwk in listed(set)? {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let number = |name: &str| BASE64.decode(text(name)?).ok();
        let is_strong = match text("kty") {
            // What both sides know is nobody's public key.
            Some("oct") => return Err(JwksError::Private),
            Some("RSA") => number("n").zip(number("e")).is_some_and(|(n, e)| strong_rsa(&n, &e).is_some()),
            Some("EC") => text("crv").is_some_and(|curve| ["P-256", "P-384", "P-521"].contains(&curve)),
            _ => true,
        };
        if !is_strong {
            return Err(JwksError::Weak);
        }
    }
    Ok(())
}

/// The verifiers that one JWK gives: one for each algorithm it may be used with.
fn read(jwk: &Map<String, Value>) -> Option<Vec<VerifyingKey>> {
    let id = match jwk.get("kid") {
        None => None,
        Some(kid) => Some(kid.as_str()?.to_owned()),
    };
    if !is_for_signatures(jwk) {
        return None;
    }
    let (public, fitting) = public_key(jwk)?;
    let named = match jwk.get("alg") {
        None => None,
        Some(alg) => Some(alg.as_str()?.parse::<Algorithm>().ok()?),
    };
    let allowed = fitting.iter().copied().filter(|fits| named.is_none_or(|named| named == *fits));
    let issuer = jwk.get("issuer").and_then(Value::as_str);
    let verifying = allowed.filter_map(|algorithm| {
        let verifier = verifier(algorithm, &public)?;
        Some(VerifyingKey { id: id.clone(), issuer: issuer.map(str::to_owned), algorithm, verifier })
    });
    Some(verifying.collect())
}

/// The key of a JWK that comes with what it signed, and its thumbprint (RFC 7638); `None` unless it is
/// public, strong and fit for `algorithm`.
pub(crate) fn embedded(jwk: &Map<String, Value>, algorithm: Algorithm) -> Option<(VerifyingKey, String)> {
    if is_private(jwk)
        || !is_for_signatures(jwk)
        || jwk.get("alg").is_some_and(|alg| alg != algorithm.as_str())
    {
        return None;
    }
    let (public, _) = public_key(jwk).filter(|(_, fitting)| fitting.contains(&algorithm))?;
    let key = VerifyingKey { id: None, issuer: None, algorithm, verifier: verifier(algorithm, &public)? };
    Some((key, thumbprint(members(|name| public.parameter(name)?.as_str()))))
}

/// The members that make a public key (RFC 7638 section 3.2), of those that it has.
pub(super) fn members<'a>(
    member: impl Fn(&str) -> Option<&'a str>,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    ["crv", "e", "kty", "n", "x", "y"].into_iter().filter_map(move |name| Some((name, member(name)?)))
}

/// The thumbprint of a key of these members (RFC 7638 section 3).
pub(super) fn thumbprint<'a>(members: impl Iterator<Item = (&'static str, &'a str)>) -> String {
    let ordered: BTreeMap<_, _> = members.collect();
    BASE64.encode(Sha256::digest(json!(ordered).to_string()))
}

/// RFC 7517 sections 4.2 and 4.3.
pub(super) fn is_for_signatures(jwk: &Map<String, Value>) -> bool {
    let operations = jwk.get("key_ops").map(|operations| {
        operations.as_array().is_some_and(|list| list.iter().any(|operation| operation == "verify"))
    });
    jwk.get("use").is_none_or(|purpose| purpose == "sig") && operations.unwrap_or(true)
}

/// The public key of a JWK, checked, and the algorithms whose signatures it verifies.
fn public_key(jwk: &Map<String, Value>) -> Option<(Jwk, &'static [Algorithm])> {
    let public = public_members(jwk)?;
    let fitting: &[Algorithm] = match (public.key_type(), public.curve()) {
        ("EC", Some("P-256")) => &[Algorithm::ES256],
        ("OKP", Some("Ed25519")) => &[Algorithm::EdDSA],
        ("RSA", _) => &[Algorithm::RS256, Algorithm::PS256],
        _ => return None,
    };
    Some((public, fitting))
}

/// The members that make a public key of a kind that we know, checked, and nothing else.
pub(super) fn public_members(jwk: &Map<String, Value>) -> Option<Jwk> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let bytes = |name: &str| BASE64.decode(text(name)?).ok();
    let coordinate = |name: &str, length| bytes(name).filter(|bytes| bytes.len() == length);
    let point = |length| Some(vec![("x", coordinate("x", length)?), ("y", coordinate("y", length)?)]);
    let members: Vec<(&str, Vec<u8>)> = match (text("kty")?, text("crv")) {
        ("EC", Some("P-256")) => point(32)?,
        ("EC", Some("P-384")) => point(48)?,
        ("EC", Some("P-521")) => point(66)?,
        ("OKP", Some("Ed25519" | "X25519")) => vec![("x", coordinate("x", 32)?)],
        ("RSA", _) => {
            let (modulus, exponent) = strong_rsa(&bytes("n")?, &bytes("e")?)?;
            vec![("n", modulus), ("e", exponent)]
        }
        _ => return None,
    };
    let mut public = Jwk::new(text("kty")?);
    if let Some(curve) = text("crv") {
        public.set_curve(curve);
    }
    for (name, value) in members {
        public.set_parameter(name, Some(BASE64.encode(value).into())).ok()?;
    }
    Some(public)
}

/// Modulus and exponent without leading zeros, if an RSA key with them is strong: 2048 to 8192 bits
/// (more would be slow, for us), both odd, an exponent from 3 to 32 bits.
fn strong_rsa(modulus: &[u8], exponent: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let [modulus, exponent] = [modulus, exponent].map(|number| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        &number[zeros..]
    });
    let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
    let strong = (2048..=8192).contains(&bits)
        && odd(modulus)
        && odd(exponent)
        && exponent.len() <= 4
        && exponent != [1];
    strong.then(|| (modulus.to_vec(), exponent.to_vec()))
}

/// OpenSSL refuses a point that is not on its curve here.
fn verifier(algorithm: Algorithm, public: &Jwk) -> Option<Box<dyn JwsVerifier>> {
    Some(match algorithm {
        Algorithm::ES256 => Box::new(ES256.verifier_from_jwk(public).ok()?),
        Algorithm::RS256 => Box::new(RS256.verifier_from_jwk(public).ok()?),
        Algorithm::PS256 => Box::new(PS256.verifier_from_jwk(public).ok()?),
        Algorithm::EdDSA => Box::new(EdDSA.verifier_from_jwk(public).ok()?),
    })
}
