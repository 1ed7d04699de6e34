//! The history of what operators configure: what became of it, one change after the other.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ConnectionId, TenantId, Timestamp};

/// What a history is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryOf {
    /// The tenant itself: its name, domains, populations and their policies.
    Tenant,
    /// One of its connections.
    Connection(ConnectionId),
}

/// A change, with what came of it. What was before is what came of the change before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Whose.
    pub tenant: TenantId,
    /// What changed.
    pub of: HistoryOf,
    /// Its number in that history; the first is 1.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// Who did it: an operator, or doorward itself.
    pub by: String,
    /// Why, where that does not go without saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What came of it, as the document describes it: without secrets.
    pub state: Value,
    /// What became of the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretChange>,
}

/// What became of a secret, which no history has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretChange {
    /// There was none before.
    Set,
    /// There was another one before.
    Replaced,
    /// There is none any more.
    Removed,
}
