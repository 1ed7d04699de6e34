//! Sessions: a browser's sign-in.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    Connection, ConnectionId, Sealed, SecretHash, SessionId, Tenant, TenantId, Timestamp, User, UserId,
};

/// A browser's sign-in. The browser holds a handle of which only the hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its identifier; apps see it as `sid`.
    pub id: SessionId,
    /// Whose user signed in.
    pub tenant: TenantId,
    /// Who signed in.
    pub user: UserId,
    /// The connection the person came through; none when they signed in at doorward itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The hash of the browser's handle.
    pub secret: SecretHash,
    /// How and when the person proved who they are.
    pub authentication: Authentication,
    /// When it was last used, to the precision of [`Session::USE_IS_NOTED_EVERY`].
    pub used_at: Timestamp,
    /// When it ends whatever happens.
    pub ends_at: Timestamp,
    /// The sessions of the same person in this browser before it: a logout ends what they gave as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<SessionId>,
    /// The count in which it began.
    #[serde(default, skip_serializing_if = "Epoch::is_first")]
    pub epoch: Epoch,
    /// What names the person when they are to sign out at the provider: its ID token, or its own hint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_hint: Option<Sealed>,
}

/// How often everything of a tenant, of one of its users, and of those who came through a connection was ended
/// at one blow. What began in another count than the present one is over, wherever it lies and whenever it is
/// found: so one write ends any number of sessions and grants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// The tenant's count.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tenant: u32,
    /// The user's.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub user: u32,
    /// The connection's that the person came through; zero when they signed in at doorward itself.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub connection: u32,
}

impl Epoch {
    /// The present one of a tenant's user who came through this connection, or through none.
    pub fn of(tenant: &Tenant, user: &User, connection: Option<&Connection>) -> Self {
        let connection = connection.map_or(0, |connection| connection.epoch);
        Self { tenant: tenant.epoch, user: user.epoch, connection }
    }

    /// Whether nothing was ever ended.
    pub fn is_first(&self) -> bool {
        *self == Self::default()
    }
}

/// For counts that are left out while they are zero.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// How and when a person proved who they are. What the provider did not say is absent, never
/// invented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    /// `auth_time`: as the provider said, else when the person came back from it.
    pub time: Timestamp,
    /// The provider's `acr` (OIDC Core section 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The provider's `amr` (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// When the provider's session ends, and ours with it (`session_expiry`, OIDC Enterprise
    /// Extensions).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_expiry: Option<Timestamp>,
}

impl Session {
    /// Use is written down no more often than this, to spare the store.
    pub const USE_IS_NOTED_EVERY: Duration = Duration::from_secs(300);

    /// The last few sessions of `person` in a browser that had this one: what a new one goes on from.
    pub fn handed_on(&self, tenant: TenantId, person: UserId) -> Vec<SessionId> {
        const MOST: usize = 16;
        if (self.tenant, self.user) != (tenant, person) {
            return Vec::new();
        }
        std::iter::once(self.id).chain(self.earlier.iter().copied()).take(MOST).collect()
    }

    /// Whether the session still stands at `now`, when it may lie idle for `idle`.
    pub fn is_alive(&self, now: Timestamp, idle: Duration) -> bool {
        now < self.ends_at && now < self.used_at + idle
    }

    /// Whether the person proved who they are within the last `max_age`. Of zero nothing is fresh: it
    /// asks for a new sign-in (OIDC Core section 3.1.2.1).
    pub fn is_fresh(&self, now: Timestamp, max_age: Duration) -> bool {
        !max_age.is_zero() && now.since(self.authentication.time) <= max_age
    }
}
