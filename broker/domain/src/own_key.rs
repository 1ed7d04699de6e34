//! Our own key pairs and their life: published, in use, retired, gone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{KeyId, KeyManagement, Sealed, Timestamp};

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

/// The one algorithm that a key pair of ours is for, and so the one purpose (RFC 8725 section 3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KeyAlgorithm {
    /// It signs what we issue.
    Signature(Algorithm),
    /// It opens what others encrypt for us.
    Encryption(KeyManagement),
}

impl KeyAlgorithm {
    /// The name in a JOSE header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signature(algorithm) => algorithm.as_str(),
            Self::Encryption(algorithm) => algorithm.as_str(),
        }
    }
}

impl From<Algorithm> for KeyAlgorithm {
    fn from(algorithm: Algorithm) -> Self {
        Self::Signature(algorithm)
    }
}

impl From<KeyManagement> for KeyAlgorithm {
    fn from(algorithm: KeyManagement) -> Self {
        Self::Encryption(algorithm)
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyAlgorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        let encryption = || KeyManagement::parse(name).map(Self::Encryption).ok_or(UnknownAlgorithm);
        name.parse().map(Self::Signature).or_else(|_| encryption())
    }
}

/// A key pair of ours, for one algorithm.
///
/// Its times say what it does when: from `created_at` it is in the JWKS, from `used_from` it signs or
/// others encrypt to it, from `used_until` it only verifies or opens what was made before, after
/// `kept_until` it is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnKey {
    /// The `kid`.
    pub id: KeyId,
    /// What it is for; a key has one algorithm.
    pub algorithm: KeyAlgorithm,
    /// The public key as a JWK (RFC 7517), with `kid`, `alg` and `use`.
    pub public_jwk: serde_json::Value,
    /// The private key as a JWK, sealed.
    pub private_jwk: Sealed,
    /// When it was made and published.
    pub created_at: Timestamp,
    /// When it comes into use.
    pub used_from: Timestamp,
    /// When it goes out of use; set once its successor is known.
    pub used_until: Option<Timestamp>,
    /// When the last of what was made with it has run out.
    pub kept_until: Option<Timestamp>,
}

/// Where a key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    /// In the JWKS, not in use yet.
    Published,
    /// In use.
    InUse,
    /// Kept for what was made with it; one that signed is still in the JWKS.
    Retired,
    /// Gone.
    Gone,
}

impl OwnKey {
    /// Where the key stands at `now`.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        let past = |time: Option<Timestamp>| time.is_some_and(|time| time <= now);
        if past(self.kept_until) {
            KeyStatus::Gone
        } else if past(self.used_until) {
            KeyStatus::Retired
        } else if self.used_from <= now {
            KeyStatus::InUse
        } else {
            KeyStatus::Published
        }
    }
}
