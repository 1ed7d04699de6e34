//! Secrets. What was handed out and what is kept are two types, so that neither can be taken for
//! the other.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::Entropy;

/// A secret in clear, on its way to or from the one who holds it. It is wiped when dropped, shows a
/// mask when printed, and cannot be stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Plain(Zeroizing<String>);

impl Plain {
    /// Wraps a secret that was received.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(Zeroizing::new(secret.into()))
    }

    /// A new secret of 256 random bits, in base64url.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self::new(BASE64.encode(entropy.bytes::<32>()))
    }

    /// The secret itself. Name what needs it at the call.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What may be kept of it.
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// SHA-256 of a secret that carries at least 128 random bits. A password never becomes one.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Whether `secret` is the one; takes the same time for every wrong one.
    pub fn matches(&self, secret: &Plain) -> bool {
        self.0.ct_eq(&secret.hash().0).into()
    }

    /// From a digest, or a MAC, that is kept in its place.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hash]")
    }
}

impl From<SecretHash> for String {
    fn from(hash: SecretHash) -> Self {
        BASE64.encode(hash.0)
    }
}

impl TryFrom<String> for SecretHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = BASE64.decode(text).map_err(|_| "a secret's hash is not base64url")?;
        bytes.try_into().map(Self).map_err(|_| "a secret's hash is not 32 bytes long")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sr_01_a_secret_prints_as_a_mask() {
        let secret = Plain::new("canary");
        assert!(!format!("{secret:?} {:?}", secret.hash()).contains("canary"));
    }

    #[test]
    fn a_hash_knows_its_secret_alone() {
        let hash = Plain::new("canary").hash();
        assert!(hash.matches(&Plain::new("canary")));
        assert!(!hash.matches(&Plain::new("Canary")));
    }
}
