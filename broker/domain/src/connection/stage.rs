//! How far the introduction of a connection has come: draft → tested → pilot → live → required, and paused.

use serde::{Deserialize, Serialize};

/// How far a connection's introduction has come. The order is the way it takes; `Paused` may follow on any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Being set up.
    Draft,
    /// Being set up, and a test has come to its end as it is now.
    Tested,
    /// In use by some: see [`Pilot`](super::Pilot).
    Pilot,
    /// In use.
    Live,
    /// In use, and the only way in of its population: nobody but an owner signs in at doorward itself.
    Required,
    /// Out of use for now.
    Paused,
}

impl Stage {
    /// All of them, in the order of the way.
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::Tested, Self::Pilot, Self::Live, Self::Required, Self::Paused];

    /// Its name in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Tested => "tested",
            Self::Pilot => "pilot",
            Self::Live => "live",
            Self::Required => "required",
            Self::Paused => "paused",
        }
    }

    /// Whether people may sign in through a connection that has come so far.
    pub const fn is_usable(self) -> bool {
        matches!(self, Self::Pilot | Self::Live | Self::Required)
    }

    /// Whether its tenant has decided about it: it is in use, or out of use on purpose.
    pub const fn is_set_up(self) -> bool {
        !matches!(self, Self::Draft | Self::Tested)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_stage_means() {
        let table = Stage::ALL.map(|stage| (stage.as_str(), stage.is_usable(), stage.is_set_up()));
        let expected = [
            ("draft", false, false),
            ("tested", false, false),
            ("pilot", true, true),
            ("live", true, true),
            ("required", true, true),
            ("paused", false, true),
        ];
        assert_eq!(table, expected);
        for stage in Stage::ALL {
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.as_str());
        }
    }
}
