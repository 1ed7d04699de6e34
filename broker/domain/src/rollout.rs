//! What the way from draft to required leaves behind: who moved a connection, and whether an owner has come
//! through it.

use serde::{Deserialize, Serialize};

use crate::{ConnectionId, TenantId, Timestamp, UserId};

/// When a connection reached its stage, and by whose hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staged {
    /// When.
    pub at: Timestamp,
    /// Who: an operator, or doorward itself.
    pub by: String,
}

/// That an owner of a tenant has signed in through one of its connections. The latest is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerSignIn {
    /// The tenant.
    pub tenant: TenantId,
    /// The connection.
    pub connection: ConnectionId,
    /// Which of its [`revision`](crate::Connection::revision)s it was.
    pub revision: u32,
    /// The owner.
    pub user: UserId,
    /// When.
    pub at: Timestamp,
}
