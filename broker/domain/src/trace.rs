//! What is kept of a sign-in that failed, or of a test of a connection.

use serde::{Deserialize, Serialize};

use crate::{Sealed, TenantId, Timestamp};

/// A trace as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptTrace {
    /// Whose people; the broker's own identifier where it led to no tenant.
    pub tenant: TenantId,
    /// What it is found by: the reference on the person's page.
    pub reference: String,
    /// When the app asked.
    pub began: Timestamp,
    /// What happened, sealed: part of it is what a provider said, which may be anything.
    pub facts: Sealed,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}
