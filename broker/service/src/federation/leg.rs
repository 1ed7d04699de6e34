//! The leg of a login that leads through a provider: what is remembered while the person is there.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{Connection, ConnectionId, Entropy, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::FederationError;

/// What is remembered of a login while the person is at the provider.
///
/// It travels in the browser's sealed transaction, so its names are short and it may hold secrets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The tenant whose person signs in.
    #[serde(rename = "t")]
    pub tenant: TenantId,
    /// The connection the person was sent through.
    #[serde(rename = "c")]
    pub connection: ConnectionId,
    /// When the person was sent.
    #[serde(rename = "a")]
    pub started_at: Timestamp,
    /// The `max_age` that was asked for, in seconds.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub(super) max_age: Option<u64>,
    #[serde(rename = "s")]
    pub(super) state: String,
    #[serde(rename = "n")]
    pub(super) nonce: String,
    /// Nothing only where the provider says that it takes no part in PKCE.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub(super) code_verifier: Option<String>,
    #[serde(rename = "r")]
    registration: String,
    /// Whether it tests the connection, which need not be in use then.
    #[serde(rename = "x", default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_test: bool,
}

impl Leg {
    /// A person who is not back by then starts anew.
    pub const LIFETIME: Duration = Duration::from_secs(600);

    /// A new leg with fresh secrets. The transaction's identifier becomes part of `state`, so that the
    /// callback finds the transaction; [`transaction_of`] reads it back. PKCE is left out only where the
    /// provider excludes it.
    pub(super) fn new(
        tenant: TenantId,
        connection: &Connection,
        transaction: [u8; 16],
        (max_age, pkce): (Option<u64>, bool),
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Self {
        Self {
            tenant,
            connection: connection.id,
            started_at: now,
            max_age,
            state: format!("{}.{}", BASE64.encode(transaction), BASE64.encode(entropy.bytes::<16>())),
            nonce: BASE64.encode(entropy.bytes::<16>()),
            code_verifier: pkce.then(|| BASE64.encode(entropy.bytes::<32>())),
            registration: registration(connection),
            is_test: false,
        }
    }

    /// The same for a test of the connection.
    pub(super) fn for_test(self) -> Self {
        Self { is_test: true, ..self }
    }

    /// Whether a callback belongs to this leg: the same connection, the same `state`, in time
    /// (UP-02, UP-05).
    pub(super) fn check(
        &self,
        path_connection: ConnectionId,
        state: Option<&str>,
        now: Timestamp,
    ) -> Result<(), FederationError> {
        if path_connection != self.connection {
            return Err(FederationError::OtherConnection);
        }
        let same_state = state.is_some_and(|state| state.as_bytes().ct_eq(self.state.as_bytes()).into());
        if !same_state {
            return Err(FederationError::StateMismatch);
        }
        if now.since(self.started_at) > Self::LIFETIME {
            return Err(FederationError::TooLate);
        }
        Ok(())
    }

    /// Whether the connection is still the client registration at the issuer that the person was sent
    /// to (UP-13).
    pub(super) fn still_fits(&self, connection: &Connection) -> bool {
        self.registration == registration(connection)
    }
}

impl fmt::Debug for Leg {
    /// Shows no secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leg")
            .field("tenant", &self.tenant)
            .field("connection", &self.connection)
            .field("started_at", &self.started_at)
            .finish_non_exhaustive()
    }
}

/// The transaction that a `state` names; `None` when it is none of ours.
pub fn transaction_of(state: &str) -> Option<[u8; 16]> {
    let (transaction, _) = state.split_once('.')?;
    BASE64.decode(transaction).ok()?.try_into().ok()
}

/// A short name for whom the connection deals with, and as which client.
fn registration(connection: &Connection) -> String {
    let mut digest = Sha256::new();
    for part in connection.counterpart() {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let digest = digest.chain_update(&connection.client_id).finalize();
    BASE64.encode(&digest[..16])
}
