//! Consent: what a person allowed a third-party app.

use serde::{Deserialize, Serialize};

use crate::{Access, Client, ClientId, ScopeSet, TenantId, Timestamp, UserId};

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
    /// For which protected resources (RFC 8707).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// When.
    pub given_at: Timestamp,
}

impl Consent {
    /// Whether it was allowed all that. Authorization details are of one request (RFC 9396 section 2): no
    /// earlier answer covers them; and what an earlier client of the same name was allowed went with it.
    pub fn covers(&self, client: &Client, access: &Access) -> bool {
        client.was_there_at(self.given_at)
            && access.authorization_details.is_empty()
            && access.scope.is_subset(&self.scope)
            && access.resources.iter().all(|resource| self.resources.contains(resource))
    }
}
