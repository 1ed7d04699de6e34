//! Proof keys for code exchange (RFC 7636).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// How a challenge was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Plain,
    S256,
}

/// A challenge that an authorization request brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    method: Method,
    challenge: String,
}

impl Challenge {
    /// Nothing when the text cannot be a challenge of that method.
    pub(crate) fn new(method: Method, challenge: &str) -> Option<Self> {
        let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let length = match method {
            Method::Plain => (43..=128).contains(&challenge.len()),
            // 32 bytes of SHA-256 in base64url.
            Method::S256 => challenge.len() == 43,
        };
        (length && challenge.bytes().all(alphabet)).then(|| Self { method, challenge: challenge.to_owned() })
    }

    /// Section 4.6.
    pub(crate) fn is_met_by(&self, verifier: &str) -> bool {
        match self.method {
            Method::Plain => verifier == self.challenge,
            Method::S256 => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == self.challenge,
        }
    }
}
