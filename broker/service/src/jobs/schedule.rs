//! When a job is tried again, when it is given up, and whose turn it is: pure decisions.

use std::collections::HashMap;
use std::time::Duration;

use doorward_domain::{Job, Task, Timestamp};
use doorward_store::Key;

/// A job belongs to the worker that took it for this long, which is longer than any takes.
pub const LEASE: Duration = Duration::from_secs(60);
/// The longest pause after the first attempt; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);
/// Jobs that a worker does at one time: letters, which all wait for one server, and others.
const PLACES: [usize; 2] = [8, 32];
/// Jobs among them that go to one place: who is slow there does not keep the others waiting.
const PER_LANE: usize = 4;

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done, or there is nothing to do any more.
    Done,
    /// Part of it is done; this is the rest.
    Rest(Task),
    /// It failed, and may succeed later.
    Failed,
    /// It failed for good.
    Refused,
}

/// What happens to a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is deleted.
    Done,
    /// This takes its place.
    Again(Job),
    /// It is deleted, and the audit log tells of it.
    GiveUp,
}

/// What an attempt at `job` leads to. `dice` are four random bytes, which spread those who failed together.
pub fn after(job: &Job, outcome: Outcome, dice: [u8; 4], now: Timestamp) -> Step {
    match outcome {
        Outcome::Done => Step::Done,
        Outcome::Refused => Step::GiveUp,
        Outcome::Rest(task) => Step::Again(Job { task, due_at: now, attempts: 0, ..job.clone() }),
        Outcome::Failed => {
            let due_at = now + pause(job.attempts, dice);
            if due_at < job.ends_at { Step::Again(Job { due_at, ..job.clone() }) } else { Step::GiveUp }
        }
    }
}

/// How long to leave a job alone after this many attempts: between half of the longest pause and all of it.
fn pause(attempts: u32, dice: [u8; 4]) -> Duration {
    let doubled = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    let longest = FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE);
    let half = longest / 2;
    half + half.mul_f64(f64::from(u32::from_be_bytes(dice)) / f64::from(u32::MAX))
}

/// What a worker has under way, by where it goes.
#[derive(Debug, Default)]
pub struct Lanes {
    under_way: HashMap<String, usize>,
    /// How many of each sort.
    taken: [usize; 2],
    /// The last job that was looked at, while there are more behind it.
    pub(super) seen: Option<Key>,
}

impl Lanes {
    /// Whether any job could begin.
    pub fn have_room(&self) -> bool {
        self.taken.iter().zip(PLACES).any(|(taken, places)| *taken < places)
    }

    /// Lets a job begin, if there is room for it.
    pub fn enter(&mut self, job: &Job) -> bool {
        let (sort, lane) = lane(job);
        let here = self.under_way.get(&lane).copied().unwrap_or_default();
        let may = self.taken[sort] < PLACES[sort] && here < PER_LANE;
        if may {
            self.under_way.insert(lane, here + 1);
            self.taken[sort] += 1;
        }
        may
    }

    /// Notes that a job is over.
    pub fn leave(&mut self, job: &Job) {
        let (sort, lane) = lane(job);
        self.taken[sort] = self.taken[sort].saturating_sub(1);
        if let Some(here) = self.under_way.get_mut(&lane) {
            *here = here.saturating_sub(1);
        }
        self.under_way.retain(|_, here| *here > 0);
    }
}

/// Of which sort a job is, and where it goes: to the mail server for a tenant's people, to an app, or through
/// the records of a tenant.
fn lane(job: &Job) -> (usize, String) {
    match &job.task {
        Task::Letter { .. } => (0, format!("letters {}", job.tenant)),
        Task::LogoutToken { client, .. } => (1, client.to_string()),
        Task::Clear { .. } => (1, job.tenant.to_string()),
    }
}
