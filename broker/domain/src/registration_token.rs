//! Initial access tokens (RFC 7591 section 1.2): who may register a client, how often, and for whom.

use serde::{Deserialize, Serialize};

use crate::{RegistrationTokenId, SecretHash, TenantId, Timestamp};

/// An initial access token. Its text is its identifier and a secret, of which the hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrationToken {
    /// Its identifier.
    pub id: RegistrationTokenId,
    /// What it is for, as people read it.
    pub name: String,
    /// The hash of the whole token.
    pub hash: SecretHash,
    /// How many clients may still be registered with it. Whoever registers one counts down in the same
    /// commit; at zero the record is gone.
    pub uses_left: u32,
    /// The tenant whose people may use what is registered with it; as the broker's configuration says
    /// when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantId>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}
