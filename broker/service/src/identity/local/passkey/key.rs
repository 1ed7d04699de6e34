//! The public keys of passkeys: COSE keys (RFC 9052 section 7, RFC 9053, RFC 8230) as authenticators write
//! them, JWKs as we keep them, and one verifier for all of them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ciborium::Value;
use doorward_domain::Algorithm;
use openssl::ecdsa::EcdsaSig;
use serde_json::{Map, Value as Json};

use crate::keys::VerifyingKey;
use crate::keys::jwks::embedded;

/// Why a public key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is no COSE key of an algorithm that was asked for.
    #[error("not a COSE key of ES256, EdDSA or RS256")]
    Unknown,
    /// It is weak, or no point of its curve.
    #[error("a key that protects nothing")]
    Weak,
}

/// The algorithms that are asked for, those of fewer bytes first, with their COSE numbers.
pub const ALGORITHMS: [(Algorithm, i128); 3] =
    [(Algorithm::ES256, -7), (Algorithm::EdDSA, -8), (Algorithm::RS256, -257)];

/// The public key of a passkey.
#[derive(Debug)]
pub struct PublicKey {
    /// The key as it is kept: a JWK with an `alg`.
    pub jwk: Map<String, Json>,
    key: VerifyingKey,
}

impl PublicKey {
    /// Reads what an authenticator wrote.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn of_cose(cose: &Value) -> Result<Self, KeyError> {
        const KTY: i128 = 1;
        const ALG: i128 = 3;
        let number = |label| parameter(cose, label).and_then(Value::as_integer).map(i128::from);
        let bytes = |label| parameter(cose, label)?.as_bytes().map(|bytes| Json::from(BASE64.encode(bytes)));
        let text = |text: &str| Some(Json::from(text));
        let alg = number(ALG).ok_or(KeyError::Unknown)?;
        let members = match (number(KTY), alg, number(-1)) {
            (Some(2), -7, Some(1)) => {
                [("kty", text("EC")), ("crv", text("P-256")), ("x", bytes(-2)), ("y", bytes(-3))].to_vec()
            }
            (Some(1), -8, Some(6)) => {
                [("kty", text("OKP")), ("crv", text("Ed25519")), ("x", bytes(-2))].to_vec()
            }
            // Where other keys have their curve, RSA has its modulus.
            (Some(3), -257, None) => [("kty", text("RSA")), ("n", bytes(-1)), ("e", bytes(-2))].to_vec(),
            _ => return Err(KeyError::Unknown),
        };
        let algorithm = ALGORITHMS.iter().find(|(_, number)| *number == alg).ok_or(KeyError::Unknown)?.0;
        let members = members.into_iter().chain([("alg", text(algorithm.as_str()))]);
        let jwk: Option<Map<_, _>> = members.map(|(name, value)| Some((name.to_owned(), value?))).collect();
        Self::kept(&jwk.ok_or(KeyError::Unknown)?)
    }

    /// Reads what we kept.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn kept(jwk: &Map<String, Json>) -> Result<Self, KeyError> {
        let algorithm = jwk.get("alg").and_then(Json::as_str).and_then(|alg| alg.parse().ok());
        let (key, _) = embedded(jwk, algorithm.ok_or(KeyError::Unknown)?).ok_or(KeyError::Weak)?;
        Ok(Self { jwk: jwk.clone(), key })
    }

    /// The COSE number of its algorithm.
    pub fn cose_algorithm(&self) -> i128 {
        let known = ALGORITHMS.iter().find(|(algorithm, _)| *algorithm == self.key.algorithm());
        known.map_or(0, |(_, number)| *number)
    }

    /// Whether `signature` is this key's signature of `message`, as authenticators write them (WebAuthn Level
    /// 3 section 6.5.5): those of ECDSA are in DER.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self.key.algorithm() {
            Algorithm::ES256 => fixed(signature).is_some_and(|fixed| self.key.verifies(message, &fixed)),
            _ => self.key.verifies(message, signature),
        }
    }
}

/// An ECDSA signature in DER as one of fixed length (RFC 7518 section 3.4); `None` for any other spelling.
fn fixed(der: &[u8]) -> Option<Vec<u8>> {
    const LENGTH: i32 = 32;
    let signature = EcdsaSig::from_der(der).ok()?;
    if signature.to_der().ok()? != der {
        return None;
    }
    let number = |number: &openssl::bn::BigNumRef| number.to_vec_padded(LENGTH).ok();
    Some([number(signature.r())?, number(signature.s())?].concat())
}

/// The parameter of a label, which stands there once.
fn parameter(cose: &Value, label: i128) -> Option<&Value> {
    let mut found = cose.as_map()?.iter().filter(|(key, _)| key.as_integer().map(i128::from) == Some(label));
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value)
}
