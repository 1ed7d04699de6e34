//! What a provider told of somebody when they last signed in: what a changed mapping is tried on.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The claims that a connection looks at, and the standard ones beside them. Never a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The claims by name; `null` for one that was looked for and not told.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub claims: Map<String, Value>,
    /// Whether the groups were too many for the provider to tell them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub groups_unknown: bool,
    /// Whether it was more than is kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub too_much: bool,
}
