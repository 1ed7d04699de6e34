//! Proof Key for Code Exchange (RFC 7636): what a challenge and a verifier look like.

use serde::{Deserialize, Serialize};

/// An S256 code challenge: 43 characters of base64url (RFC 7636 section 4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PkceChallenge(String);

impl PkceChallenge {
    /// Reads a `code_challenge`; `None` when it cannot be a SHA-256 digest.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
            .then(|| Self(text.to_owned()))
    }

    /// The challenge.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text can be a `code_verifier` (RFC 7636 section 4.1).
pub fn is_code_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}
