//! Secrets that must be read again.

use serde::{Deserialize, Serialize};

/// A secret encrypted at rest under a named master key. Only the service's sealer opens it, and only
/// in the place it was sealed for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The name of the master key.
    pub key: String,
    /// Nonce and ciphertext, in base64url.
    pub ciphertext: String,
}
