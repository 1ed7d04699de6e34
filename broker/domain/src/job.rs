//! Jobs: work that is left to do, because it takes another's server or a long time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{ClientId, ConnectionId, JobId, Sealed, SessionId, TenantId, Timestamp, UserId};

/// Work that is left to do. It is written in the same commit as the change that it belongs to, and deleted
/// when it is done. Whoever works on it makes it due later, in one conditional write: so it is theirs until
/// then, and somebody else's turn if they are heard of no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its identifier.
    pub id: JobId,
    /// The tenant it concerns.
    pub tenant: TenantId,
    /// What is to be done.
    pub task: Task,
    /// When its turn is.
    pub due_at: Timestamp,
    /// How often it was begun.
    #[serde(default, skip_serializing_if = "crate::session::is_zero")]
    pub attempts: u32,
    /// When it is no longer worth the trouble.
    pub ends_at: Timestamp,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Tell an app that somebody signed out (OpenID Connect Back-Channel Logout section 2.5).
    LogoutToken {
        /// The app.
        client: ClientId,
        /// Who signed out.
        user: UserId,
        /// Of which session.
        session: SessionId,
    },
    /// Send somebody a letter.
    Letter {
        /// Who it is for.
        user: UserId,
        /// The letter, sealed for this job: it may hold a link or a code.
        letter: Sealed,
    },
    /// Clear away the sessions and grants of the tenant that are over since everything was ended.
    Clear {
        /// The one user whose everything it was; the tenant's when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<UserId>,
        /// The one connection that they came through; however they came when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        connection: Option<ConnectionId>,
        /// The record that was looked at last, when it was begun before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
}

impl Task {
    /// How long it is tried, unless what it brings is good for less.
    pub const fn life(&self) -> Duration {
        const DAY: u64 = 24 * 60 * 60;
        match self {
            Self::LogoutToken { .. } | Self::Letter { .. } => Duration::from_secs(DAY),
            // It must happen, and asks nobody but the store.
            Self::Clear { .. } => Duration::from_secs(365 * DAY),
        }
    }
}
