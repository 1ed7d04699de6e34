//! What shows that an e-mail address is somebody's, while they are signing in through their provider.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{CodeHash, EmailAddress};
use crate::{SessionId, TenantId, Timestamp, UserId};

/// A code on its way to an address. It is good for one login alone: whoever began another one, and has
/// somebody tell them the code of this one, has nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressProof {
    /// Whose people sign in.
    pub tenant: TenantId,
    /// The session that the login leads to, which has its name.
    pub session: SessionId,
    /// The account that the code opens, or the one that is made then.
    pub user: UserId,
    /// The address that it was sent to: it proves that one and no other.
    pub email: EmailAddress,
    /// The code.
    pub code: CodeHash,
    /// When it is too late.
    pub expires_at: Timestamp,
}

impl AddressProof {
    /// How long a code is good.
    pub const LIFE: Duration = Duration::from_secs(15 * 60);
}
