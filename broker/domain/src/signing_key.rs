//! Signing keys and their life: published, signing, retired, gone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{KeyId, Sealed, Timestamp};

/// A JWS algorithm that doorward signs with or accepts (RFC 7518 section 3.1, RFC 8037).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// Ed25519.
    EdDSA,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 4] = [Self::ES256, Self::RS256, Self::PS256, Self::EdDSA];

    /// The name in a JOSE header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ES256 => "ES256",
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::EdDSA => "EdDSA",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A JOSE algorithm name that is none of ours; `none` and `HS256` are among those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a signature algorithm that doorward accepts")]
pub struct UnknownAlgorithm;

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name).ok_or(UnknownAlgorithm)
    }
}

/// A key pair that signs tokens with one algorithm.
///
/// Its times say what it does when: from `created_at` it is in the JWKS, from `signs_from` it
/// signs, from `signs_until` it only verifies, after `verifies_until` it is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// The `kid`.
    pub id: KeyId,
    /// What it signs with; a key has one algorithm.
    pub algorithm: Algorithm,
    /// The public key as a JWK (RFC 7517), with `kid`, `alg` and `use`.
    pub public_jwk: serde_json::Value,
    /// The private key as a JWK, sealed.
    pub private_jwk: Sealed,
    /// When it was made and published.
    pub created_at: Timestamp,
    /// When it starts to sign.
    pub signs_from: Timestamp,
    /// When it stops signing; set once its successor is known.
    pub signs_until: Option<Timestamp>,
    /// When the last token it signed has run out.
    pub verifies_until: Option<Timestamp>,
}

/// Where a key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    /// In the JWKS, not signing yet.
    Published,
    /// Signing.
    Signing,
    /// In the JWKS for what it signed.
    Retired,
    /// Out of the JWKS.
    Gone,
}

impl SigningKey {
    /// Where the key stands at `now`.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        let past = |time: Option<Timestamp>| time.is_some_and(|time| time <= now);
        if past(self.verifies_until) {
            KeyStatus::Gone
        } else if past(self.signs_until) {
            KeyStatus::Retired
        } else if self.signs_from <= now {
            KeyStatus::Signing
        } else {
            KeyStatus::Published
        }
    }
}
