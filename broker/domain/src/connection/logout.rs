//! What a connection and its provider tell each other when somebody signs out.

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::{ConnectionId, SecretHash, SessionId, TenantId, Timestamp};

/// How far a sign-out reaches, from here to the provider and from there to us. By default nowhere: that is
/// between the provider and its people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpstreamLogout {
    /// How far one reaches that begins here.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reach: LogoutReach,
    /// Whether the provider may post logout tokens (Back-Channel Logout 1.0).
    #[serde(default, skip_serializing_if = "is_default")]
    pub back_channel: bool,
    /// Whether the provider may tell us through the browser (Front-Channel Logout 1.0).
    #[serde(default, skip_serializing_if = "is_default")]
    pub front_channel: bool,
}

/// How far a sign-out reaches that begins here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogoutReach {
    /// To doorward and its apps.
    #[default]
    Here,
    /// To the provider as well, where the person is sent afterwards (RP-Initiated Logout 1.0).
    Upstream,
}

impl UpstreamLogout {
    /// Whether the provider may tell us that somebody has signed out.
    pub const fn is_told(&self) -> bool {
        self.back_channel || self.front_channel
    }

    /// Whether the person is sent on to sign out at the provider.
    pub const fn goes_on(&self) -> bool {
        matches!(self.reach, LogoutReach::Upstream)
    }
}

/// Index record: a session by what its provider knows it by. It is written with the session, where the
/// provider may say that somebody has signed out there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionAt {
    /// Whose connection it is; the person may be of a part of that organisation.
    pub owner: TenantId,
    /// The connection.
    pub connection: ConnectionId,
    /// The hash of the provider's `sid`, or of its `sub`.
    pub name: SecretHash,
    /// Whose session it is.
    pub tenant: TenantId,
    /// The session.
    pub session: SessionId,
    /// When the session ends at the latest.
    pub ends_at: Timestamp,
}

/// By what a provider names those who have signed out: of two names both must fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedSessions {
    /// The hash of its `sid`.
    pub sid: Option<SecretHash>,
    /// The hash of its `sub`.
    pub sub: Option<SecretHash>,
}
