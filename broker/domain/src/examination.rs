//! How far the daily look at tenants' connections has come.

use serde::{Deserialize, Serialize};

use crate::{Slug, Timestamp};

/// The look at all connections, part by part, round after round. There is one.
///
/// Whoever goes on with it makes it due later, in one conditional write: so the part is theirs until then, and
/// somebody else's turn if they are heard of no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examination {
    /// When the round began.
    pub began: Timestamp,
    /// When it goes on.
    pub due_at: Timestamp,
    /// The tenant that was looked at last; nothing at the beginning of a round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Slug>,
}
