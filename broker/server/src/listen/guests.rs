//! Who is connected, how many may be, and who has to leave.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use tokio::task::{AbortHandle, Id, JoinSet};
use tokio::time::Instant;

use super::Limits;
use super::pulse::Pulse;

/// Room is made for one in so many at once, because it takes a look at everybody.
const ONE_IN: usize = 32;

/// The open connections of a door.
pub(super) struct Guests {
    limits: Limits,
    places: usize,
    tasks: JoinSet<()>,
    /// All but those who were sent away.
    present: HashMap<Id, Guest>,
}

struct Guest {
    pulse: Arc<Pulse>,
    task: AbortHandle,
}

impl Guests {
    pub fn new(limits: Limits) -> Self {
        Self { limits, places: limits.connections.get(), tasks: JoinSet::new(), present: HashMap::new() }
    }

    /// Lets a connection be served.
    pub fn welcome(&mut self, pulse: Arc<Pulse>, visit: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(visit);
        self.present.insert(task.id(), Guest { pulse, task });
    }

    /// Whether all places are taken.
    pub fn are_full(&self) -> bool {
        self.present.len() >= self.places
    }

    /// Whether the last one has left.
    pub fn are_gone(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Resolves when somebody has left.
    pub async fn left(&mut self) {
        let id = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => error.id(),
            None => std::future::pending().await,
        };
        self.present.remove(&id);
    }

    /// The machine has no place for one more: from now on there are fewer places.
    pub fn are_too_many(&mut self) {
        self.places = (self.present.len() - self.present.len() / ONE_IN).max(1);
    }

    /// Sends away who has kept us waiting longest, and long enough to have said something. Nobody who is
    /// being answered has to leave.
    pub fn make_room(&mut self) {
        let now = Instant::now();
        let patient = |since: &Instant| now.duration_since(*since) >= self.limits.grace;
        let waiting = self.present.values().filter_map(|guest| guest.pulse.waiting_since());
        let mut waiting: Vec<_> = waiting.filter(patient).collect();
        let Some(last) = waiting.len().checked_sub(1) else { return };
        let (_, &mut longest, _) = waiting.select_nth_unstable(last.min(self.present.len() / ONE_IN));
        self.cut(|pulse| {
            pulse.waiting_since().is_some_and(|since| since <= longest) && pulse.cut_while_waiting()
        });
    }

    /// Sends away everybody who keeps us waiting.
    pub fn send_away_waiting(&mut self) {
        self.cut(Pulse::cut_while_waiting);
    }

    /// Sends away everybody who has taken too long.
    pub fn send_away_overdue(&mut self) {
        let limits = self.limits;
        self.cut(|pulse| pulse.cut_if_overdue(&limits));
    }

    /// Ends every connection now.
    pub async fn cut_off(&mut self) {
        self.tasks.shutdown().await;
    }

    fn cut(&mut self, leaves: impl Fn(&Pulse) -> bool) {
        self.present.retain(|_, guest| {
            let leaves = leaves(&guest.pulse);
            if leaves {
                guest.task.abort();
            }
            !leaves
        });
    }
}
