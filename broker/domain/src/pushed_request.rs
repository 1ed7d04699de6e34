//! Pushed authorization requests (RFC 9126).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{ClientId, SecretHash, Timestamp};

/// An authorization request that a client has left with us. A browser brings its `request_uri`, as often
/// as it takes until the app gets an answer; with the answer the request is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushedRequest {
    /// The hash of its whole `request_uri`, whose prefix says what it is: no other kind of token is one
    /// (CD-06).
    pub uri: SecretHash,
    /// Whose it is.
    pub client: ClientId,
    /// What it asks, as it was judged: parameters by name, some of them repeated.
    pub parameters: Vec<(String, String)>,
    /// Until when a browser may bring it.
    pub begins_until: Timestamp,
    /// When it is forgotten, answered or not.
    pub expires_at: Timestamp,
}

impl PushedRequest {
    /// How long a browser may take to bring it (RFC 9126 section 2.2).
    pub const LIFE: Duration = Duration::from_secs(60);
}
