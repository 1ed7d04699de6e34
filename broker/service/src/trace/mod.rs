//! What became of every attempt to sign in: which way it took, what the provider answered, which check it
//! did not pass, what its claims made of the person. Found by the short [`Reference`] that the person reads
//! on the error page.
//!
//! Traces live in memory alone, for a request without authentication writes nothing (rule 5); [`kept`] says
//! whose are dropped when there is no more room. No token, code or secret is in one, and of a claim only
//! name, type and a hash ([`seen`]), unless an administrator opens the connection's for a quarter of an
//! hour. A failed one leads to a [`verdict`]: who can mend it, and how.

mod blot;
mod failure;
mod kept;
mod reference;
mod seen;
mod trail;
pub mod verdict;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::mem::size_of;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use doorward_domain::{ClientId, Clock, ConnectionId, Entropy, TenantId, Timestamp, UserId};

use kept::Kept;
use seen::Eyes;
use url::{Position, Url};

use crate::federation::CallbackResponse;

pub use blot::blotted;
pub use failure::{Cause, Failed, Finding};
pub use reference::Reference;
pub use seen::{SeenClaim, Source};
pub use trail::{Compared, FieldOutcome, MappedField, Passed, Trail};
pub use verdict::Verdict;

/// The most bytes that traces take, about.
const ROOM: usize = 6 * 1024 * 1024;
/// How long an administrator opens a connection's traces for.
pub const OPEN_FOR: Duration = Duration::from_secs(15 * 60);
/// How long claims stay in clear after that.
pub const CLEAR_FOR: Duration = Duration::from_secs(60 * 60);
/// Whoever has not come back by then does not.
pub const NEVER_CAME_AFTER: Duration = crate::federation::Leg::LIFETIME;

/// One attempt to sign in, as far as it has come.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What it is found by.
    pub reference: Reference,
    /// The transaction it belongs to; a second attempt of one is a trace of its own.
    pub attempt: [u8; 16],
    /// Whose people; the broker's own identifier where it led to no tenant.
    pub tenant: TenantId,
    /// The connection it led through.
    pub connection: Option<ConnectionId>,
    /// Whether it is a test of the connection, which signs nobody in.
    pub is_test: bool,
    /// The app that asked.
    pub client: Option<ClientId>,
    /// What the app asked with: names of parameters.
    pub asked: Vec<&'static str>,
    /// How the connection was found.
    pub route: Option<Route>,
    /// When the app asked.
    pub began: Timestamp,
    /// When the person was sent to the provider.
    pub left: Option<Timestamp>,
    /// What they were sent with.
    pub sent: Option<Sent>,
    /// When they came back, and with which parameters.
    pub returned: Option<(Timestamp, Vec<&'static str>)>,
    /// What happened then.
    pub trail: Option<Trail>,
    /// When it was over.
    pub ended: Option<Timestamp>,
    /// What it came to.
    pub outcome: Outcome,
}

/// How the connection of a sign-in was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// By the domain of an e-mail address.
    Domain(String),
    /// By a company code, or a name that belongs to one company.
    Code,
    /// By what the app said of where the person belongs.
    App,
    /// The person chose it.
    Chosen,
    /// An administrator tests it.
    Test,
}

/// What somebody was sent to their provider with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The provider's authorization endpoint, without its query.
    pub endpoint: Box<str>,
    /// The names of the parameters.
    pub parameters: Vec<Box<str>>,
}

/// Where somebody is sent, and with which parameters; none of what they say.
pub(crate) fn sent(location: &Url) -> Sent {
    let parameters = location.query_pairs().map(|(name, _)| name.into()).collect();
    Sent { endpoint: location[..Position::AfterPath].into(), parameters }
}

/// The names of what came back.
pub(crate) fn parameters(response: &CallbackResponse) -> Vec<&'static str> {
    let CallbackResponse { code, state, iss, error, error_description } = response;
    let there = [
        ("code", code.is_some()),
        ("state", state.is_some()),
        ("iss", iss.is_some()),
        ("error", error.is_some()),
        ("error_description", error_description.is_some()),
    ];
    there.into_iter().filter_map(|(name, there)| there.then_some(name)).collect()
}

/// What an attempt came to.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The person is at the provider.
    UnderWay,
    /// The person came in.
    Entered {
        /// Who it is here; nobody yet, where a test found that somebody would be new.
        user: Option<UserId>,
        /// What that was for the tenant's users.
        came: Came,
    },
    /// The person did not.
    Failed(Box<Failed>),
}

/// What a sign-in was for the tenant's users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// The person was known.
    Known,
    /// The person was known, and the provider told something new.
    Changed,
    /// The person's account was linked.
    Linked,
    /// The person is new.
    Created,
}

impl Trace {
    /// An attempt of which nothing is known.
    pub(crate) const fn nowhere(reference: Reference, at: Timestamp) -> Self {
        Self {
            reference,
            attempt: [0; 16],
            tenant: TenantId::BROKER,
            connection: None,
            is_test: false,
            client: None,
            asked: Vec::new(),
            route: None,
            began: at,
            left: None,
            sent: None,
            returned: None,
            trail: None,
            ended: None,
            outcome: Outcome::UnderWay,
        }
    }

    /// About how many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        let claims = self.trail.as_ref().map_or(0, |trail| {
            let clear = |claim: &SeenClaim| claim.clear.as_ref().map_or(0, |value| value.to_string().len());
            let claims = trail.claims.iter().map(|it| it.name.len() + clear(it) + size_of::<SeenClaim>());
            claims.sum::<usize>() + trail.fields.len() * size_of::<MappedField>() + trail.compared.len() * 200
        });
        let failed = if matches!(self.outcome, Outcome::Failed(_)) { 512 } else { 0 };
        size_of::<Self>() + 512 + claims + failed
    }

    /// Forgets what claims say.
    pub(crate) fn close(&mut self) {
        if let Some(trail) = &mut self.trail {
            trail.close();
        }
    }

    /// Forgets what happened on the way, where nothing went wrong.
    pub(crate) fn slim(&mut self) {
        (self.trail, self.sent) = (None, None);
    }

    /// Why it failed.
    pub fn failed(&self) -> Option<&Failed> {
        match &self.outcome {
            Outcome::Failed(failed) => Some(failed),
            Outcome::UnderWay | Outcome::Entered { .. } => None,
        }
    }

    /// Whether the person was sent to the provider and is not to be expected back.
    pub fn never_came_back(&self, now: Timestamp) -> bool {
        matches!(self.outcome, Outcome::UnderWay)
            && now.since(self.left.unwrap_or(self.began)) > NEVER_CAME_AFTER
    }
}

/// Which traces are looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only those of this connection.
    pub connection: Option<ConnectionId>,
    /// Only those that came to this.
    pub outcome: Option<OutcomeKind>,
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

/// The traces of this process.
pub struct Traces {
    clock: Arc<dyn Clock>,
    key: [u8; 32],
    kept: Mutex<Kept>,
    /// Until when traces of a connection are kept open.
    open: Mutex<HashMap<ConnectionId, Timestamp>>,
}

impl Traces {
    /// No traces yet.
    pub fn new(clock: Arc<dyn Clock>, entropy: &dyn Entropy) -> Self {
        Self::with_room(ROOM, clock, entropy)
    }

    pub(crate) fn with_room(room: usize, clock: Arc<dyn Clock>, entropy: &dyn Entropy) -> Self {
        let (kept, open) = (Mutex::new(Kept::new(room)), Mutex::default());
        Self { clock, key: entropy.bytes(), kept, open }
    }

    /// What notes the way back of somebody who comes through `connection`.
    pub fn trail(&self, connection: ConnectionId, now: Timestamp) -> Trail {
        let opened = self.open_until(connection, now).is_some();
        Trail::new(Arc::clone(&self.clock), Eyes { key: self.key, opened })
    }

    /// The same for a test, whose claims are for the one who tests.
    pub fn open_trail(&self) -> Trail {
        Trail::new(Arc::clone(&self.clock), Eyes { key: self.key, opened: true })
    }

    /// Keeps a trace.
    pub fn keep(&self, trace: Trace) {
        let now = self.clock.now();
        lock(&self.kept).put(trace, now);
    }

    /// From now on for [`OPEN_FOR`], claims of this connection's sign-ins are kept in clear. Returns when that
    /// ends.
    pub fn open(&self, connection: ConnectionId, now: Timestamp) -> Timestamp {
        let mut open = lock(&self.open);
        open.retain(|_, until| now < *until);
        *open.entry(connection).insert_entry(now + OPEN_FOR).get()
    }

    /// Until when the traces of a connection are open, if they are.
    pub fn open_until(&self, connection: ConnectionId, now: Timestamp) -> Option<Timestamp> {
        lock(&self.open).get(&connection).copied().filter(|until| now < *until)
    }

    /// The trace with a reference.
    pub fn find(&self, reference: Reference) -> Option<Arc<Trace>> {
        self.swept().find(reference).cloned()
    }

    /// The same, where it does not matter how old it is.
    pub(crate) fn find_kept(&self, reference: Reference) -> Option<Arc<Trace>> {
        lock(&self.kept).find(reference).cloned()
    }

    /// A tenant's traces, the newest first, and how many there are besides that were lost for want of room.
    pub fn list(&self, tenant: TenantId, filter: Filter, most: usize) -> (Vec<Arc<Trace>>, u64) {
        let now = self.clock.now();
        let kept = self.swept();
        let fits = |trace: &&Arc<Trace>| {
            filter.connection.is_none_or(|connection| trace.connection == Some(connection))
                && filter.outcome.is_none_or(|outcome| OutcomeKind::of(trace, now) == outcome)
        };
        (kept.of(tenant).filter(fits).take(most).cloned().collect(), kept.lost(tenant))
    }

    /// How many sign-ins through the connection of `trace` failed for the same reason, and since when; of
    /// those that are kept.
    pub fn like(&self, trace: &Trace) -> Option<(usize, Timestamp)> {
        let row = trace.failed()?.finding?.row;
        let kept = lock(&self.kept);
        let same = kept.of(trace.tenant).filter(|other| {
            let finding = other.failed().and_then(|failed| failed.finding);
            other.connection == trace.connection && finding.is_some_and(|it| std::ptr::eq(it.row, row))
        });
        let (count, first) =
            same.fold((0, trace.began), |(count, first), it| (count + 1, first.min(it.began)));
        (count > 0).then_some((count, first))
    }

    /// Drops what is too old, and closes what was open.
    pub fn sweep(&self) {
        drop(self.swept());
    }

    fn swept(&self) -> MutexGuard<'_, Kept> {
        let now = self.clock.now();
        let mut kept = lock(&self.kept);
        kept.sweep(now - OPEN_FOR - CLEAR_FOR, now);
        kept
    }
}

/// Nobody panics under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
