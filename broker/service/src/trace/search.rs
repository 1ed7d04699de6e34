//! Which traces are looked for, and which failed for one reason.

use std::sync::Arc;

use doorward_domain::{ConnectionId, Timestamp};

use super::{Outcome, Trace};

/// Which traces are looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only those of this connection.
    pub connection: Option<ConnectionId>,
    /// Only those that came to this.
    pub outcome: Option<OutcomeKind>,
}

impl Filter {
    /// Whether `trace` is one of them.
    pub(crate) fn fits(&self, trace: &Trace, now: Timestamp) -> bool {
        self.connection.is_none_or(|connection| trace.connection == Some(connection))
            && self.outcome.is_none_or(|outcome| OutcomeKind::of(trace, now) == outcome)
    }
}

/// How many of `all` came through the connection of `trace` and failed for the same reason, and since when.
pub(crate) fn like(trace: &Trace, all: &[Arc<Trace>]) -> Option<(usize, Timestamp)> {
    let row = trace.failed()?.finding?.row;
    let same = all.iter().filter(|other| {
        let finding = other.failed().and_then(|failed| failed.finding);
        other.connection == trace.connection && finding.is_some_and(|it| std::ptr::eq(it.row, row))
    });
    let (count, first) = same.fold((0, trace.began), |(count, first), it| (count + 1, first.min(it.began)));
    (count > 0).then_some((count, first))
}

/// What an attempt came to, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeKind {
    /// The person came in.
    Entered,
    /// The person did not.
    Failed,
    /// The person is at the provider.
    UnderWay,
    /// The person was sent to the provider, and never came back.
    NeverCameBack,
}

impl OutcomeKind {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::Entered, Self::Failed, Self::UnderWay, Self::NeverCameBack];

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Failed => "failed",
            Self::UnderWay => "under_way",
            Self::NeverCameBack => "never_came_back",
        }
    }

    /// What `trace` came to.
    pub fn of(trace: &Trace, now: Timestamp) -> Self {
        match &trace.outcome {
            Outcome::Entered { .. } => Self::Entered,
            Outcome::Failed(_) => Self::Failed,
            Outcome::UnderWay if trace.never_came_back(now) => Self::NeverCameBack,
            Outcome::UnderWay => Self::UnderWay,
        }
    }
}
