//! Consent: what a person allowed a third-party app.

use serde::{Deserialize, Serialize};

use crate::{ClientId, ScopeSet, TenantId, Timestamp, UserId};

/// What a person allowed a third-party app, remembered so that it is asked once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Whose user it was.
    pub tenant: TenantId,
    /// Who allowed it.
    pub user: UserId,
    /// Whom it was allowed.
    pub client: ClientId,
    /// What was allowed.
    pub scope: ScopeSet,
    /// When.
    pub given_at: Timestamp,
}
