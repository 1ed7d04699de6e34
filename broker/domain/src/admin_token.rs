//! Tokens of the admin API: what somebody besides the operator may do with the broker, and until when.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AdminTokenId, SecretHash, TenantId, Timestamp};

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// One thing that a token of the admin API may do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum AdminScope {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl AdminScope {
            /// Every scope.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

scopes! {
    /// Everything, also what comes later.
    Everything = "*";
    /// Look at tenants.
    TenantsRead = "tenants:read";
    /// Look at domains.
    DomainsRead = "domains:read";
    /// Claim, prove and release them.
    DomainsWrite = "domains:write";
    /// Look at connections.
    ConnectionsRead = "connections:read";
    /// Check their credentials, and make new keys.
    ConnectionsWrite = "connections:write";
    /// Look at what became of sign-ins.
    TracesRead = "traces:read";
    /// Have claims kept in clear for a while.
    TracesOpen = "traces:open";
    /// Look at the audit log, and verify it.
    AuditRead = "audit:read";
    /// Look at users.
    UsersRead = "users:read";
    /// Sign users out, and switch them off and on.
    UsersWrite = "users:write";
    /// Look at clients.
    ClientsRead = "clients:read";
    /// Create, change and delete clients, and rotate their secrets.
    ClientsWrite = "clients:write";
    /// Look at our key pairs.
    KeysRead = "keys:read";
    /// Rotate them.
    KeysWrite = "keys:write";
    /// Plan and export documents.
    DocumentsRead = "documents:read";
    /// Apply documents.
    DocumentsWrite = "documents:write";
    /// Make backups.
    BackupsRead = "backups:read";
    /// Look at tokens of the admin API.
    TokensRead = "tokens:read";
    /// Create and revoke them.
    TokensWrite = "tokens:write";
    /// Look at the tokens that clients register themselves with.
    RegistrationTokensRead = "registration-tokens:read";
    /// Create and revoke them.
    RegistrationTokensWrite = "registration-tokens:write";
}

impl AdminScope {
    /// Reads a scope by its name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text)
    }
}

impl fmt::Display for AdminScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a token of the admin API may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AdminScopes(BTreeSet<AdminScope>);

impl AdminScopes {
    /// Whatever there is.
    pub fn everything() -> Self {
        Self([AdminScope::Everything].into())
    }

    /// Whether nothing is allowed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `scope` is allowed.
    pub fn allow(&self, scope: AdminScope) -> bool {
        self.0.contains(&AdminScope::Everything) || self.0.contains(&scope)
    }

    /// Whether everything that `others` allow is allowed.
    pub fn include(&self, others: &Self) -> bool {
        others.0.iter().all(|scope| self.allow(*scope))
    }
}

impl FromIterator<AdminScope> for AdminScopes {
    fn from_iter<I: IntoIterator<Item = AdminScope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

/// A token of the admin API (RFC 6750). Its text is its identifier and a secret, of which the hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminToken {
    /// Its identifier, which stands in audit events as who did it.
    pub id: AdminTokenId,
    /// What it is for, as people read it.
    pub name: String,
    /// The hash of the whole token.
    pub hash: SecretHash,
    /// What it may do.
    pub scopes: AdminScopes,
    /// The tenant that it is for, with all its parts; it opens nothing else. None for all of the broker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantId>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the precision of [`AdminToken::USE_IS_NOTED_EVERY`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl AdminToken {
    /// Use is written down no more often than this, to spare the store.
    pub const USE_IS_NOTED_EVERY: std::time::Duration = std::time::Duration::from_secs(60 * 60);

    /// Whether a use at `now` is worth noting.
    pub fn use_is_news(&self, now: Timestamp) -> bool {
        self.used_at.is_none_or(|used| now.since(used) >= Self::USE_IS_NOTED_EVERY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ad_02_nobody_gives_what_they_do_not_have() {
        let some: AdminScopes = [AdminScope::ClientsRead, AdminScope::TokensWrite].into_iter().collect();
        let one: AdminScopes = [AdminScope::ClientsRead].into_iter().collect();
        assert!(some.include(&one) && !one.include(&some));
        assert!(AdminScopes::everything().include(&some) && !some.include(&AdminScopes::everything()));
        assert!(!some.allow(AdminScope::ClientsWrite));
    }

    #[test]
    fn a_scope_reads_back_and_has_a_name_of_its_own() {
        let names: BTreeSet<_> = AdminScope::ALL.iter().map(|scope| scope.as_str()).collect();
        assert_eq!(names.len(), AdminScope::ALL.len());
        for scope in AdminScope::ALL {
            assert_eq!(AdminScope::parse(scope.as_str()), Some(*scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
        assert_eq!(AdminScope::parse("clients:*"), None);
    }
}
