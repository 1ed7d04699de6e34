//! What became of every attempt to sign in: which way it took, what the provider answered, which check it
//! did not pass, what its claims made of the person. Found by the short [`Reference`] that the person reads
//! on the error page.
//!
//! Traces live in memory; [`kept`] says whose are dropped when there is no more room. What went wrong, and
//! every test of a connection, is written down a moment later and outlives the process: see [`archive`]. No
//! token, code or secret is in one, and of a claim only name, type and a hash ([`seen`]), unless an
//! administrator opens the connection's for a quarter of an hour. A failed one leads to a [`verdict`]: who
//! can mend it, and how.

pub mod archive;
mod blot;
mod failure;
mod fair;
mod kept;
mod reference;
mod search;
mod seen;
mod trail;
pub mod verdict;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::mem::size_of;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use doorward_domain::{ClientId, Clock, ConnectionId, Entropy, TenantId, Timestamp, UserId};

use fair::Fair;
use kept::Kept;
use seen::Eyes;
use serde::{Deserialize, Serialize};
use url::{Position, Url};

use crate::federation::CallbackResponse;

pub use archive::Archive;
pub use blot::blotted;
pub use failure::{Cause, Failed, Finding, Reached};
pub use reference::Reference;
pub(crate) use search::like;
pub use search::{Filter, OutcomeKind};
pub use seen::{SeenClaim, Source};
pub use trail::{Compared, FieldOutcome, MappedField, Noted, Passed, Trail};
pub use verdict::Verdict;

/// The most that wait to be written down, which happens about every second, and the most of one tenant: so
/// whoever makes one company's sign-ins fail keeps no disk busy.
const WAITING: (usize, usize) = (512, 64);
/// How long an administrator opens a connection's traces for.
pub const OPEN_FOR: Duration = Duration::from_secs(15 * 60);
/// How long claims stay in clear after that.
pub const CLEAR_FOR: Duration = Duration::from_secs(60 * 60);
/// Whoever has not come back by then does not.
pub const NEVER_CAME_AFTER: Duration = crate::federation::Leg::LIFETIME;

/// How much is kept of what became of sign-ins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes that traces take in memory, about.
    pub memory: usize,
    /// How long they are kept, if there is room.
    pub kept_for: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 6 * 1024 * 1024, kept_for: Duration::from_secs(7 * 24 * 60 * 60) }
    }
}

/// One attempt to sign in, as far as it has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trace {
    /// What it is found by.
    pub reference: Reference,
    /// The transaction it belongs to; a second attempt of one is a trace of its own.
    pub attempt: [u8; 16],
    /// Whose people; the broker's own identifier where it led to no tenant.
    pub tenant: TenantId,
    /// The connection it led through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// Whether it is a test of the connection, which signs nobody in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_test: bool,
    /// What a test that is over came to besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tested: Option<Box<Tested>>,
    /// The app that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
    /// What the app asked with: names of parameters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<Cow<'static, str>>,
    /// How the connection was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    /// When the app asked.
    pub began: Timestamp,
    /// When the person was sent to the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Timestamp>,
    /// What they were sent with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Sent>,
    /// When they came back, and with which parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<(Timestamp, Vec<Cow<'static, str>>)>,
    /// What happened then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trail: Option<Noted>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// What it came to.
    pub outcome: Outcome,
}

/// What a test came to, beside what happened in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tested {
    /// Which administrator wanted to know.
    pub actor: String,
    /// Until when its link was good.
    pub expires_at: Timestamp,
    /// What works and could be better: the rows about it, and the claim that each is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<(Cow<'static, str>, Option<String>)>,
    /// The way of client authentication that the provider accepts in place of the connection's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub works_with: Option<Cow<'static, str>>,
}

/// How the connection of a sign-in was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
pub(crate) fn parameters(response: &CallbackResponse) -> Vec<Cow<'static, str>> {
    let CallbackResponse { code, state, iss, error, error_description } = response;
    let there = [
        ("code", code.is_some()),
        ("state", state.is_some()),
        ("iss", iss.is_some()),
        ("error", error.is_some()),
        ("error_description", error_description.is_some()),
    ];
    there.into_iter().filter_map(|(name, there)| there.then_some(Cow::Borrowed(name))).collect()
}

/// What an attempt came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
            tested: None,
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

    /// The same without what a provider can make as long as it likes.
    fn in_short(&self) -> Self {
        let mut short = Self { trail: None, sent: None, ..self.clone() };
        if let Outcome::Failed(failed) = &mut short.outcome {
            failed.silence();
        }
        short
    }

    /// Whether it is written down: what went wrong, and what a test came to.
    const fn lasts(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_)) || self.tested.is_some()
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

/// The traces of this process.
pub struct Traces {
    clock: Arc<dyn Clock>,
    key: [u8; 32],
    kept: Mutex<Kept>,
    /// Those that are to be written down.
    waiting: Mutex<Fair<Arc<Trace>>>,
    /// Until when traces of a connection are kept open.
    open: Mutex<HashMap<ConnectionId, Timestamp>>,
}

impl Traces {
    /// No traces yet.
    pub fn new(clock: Arc<dyn Clock>, entropy: &dyn Entropy) -> Self {
        Self::within(Limits::default(), clock, entropy)
    }

    /// No traces yet, and so much of them later.
    pub fn within(limits: Limits, clock: Arc<dyn Clock>, entropy: &dyn Entropy) -> Self {
        let (kept, waiting) = (Mutex::new(Kept::new(limits)), Mutex::new(Fair::new(WAITING.0, WAITING.1)));
        Self { clock, key: entropy.bytes(), kept, waiting, open: Mutex::default() }
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
        let (now, tenant, lasts) = (self.clock.now(), trace.tenant, trace.lasts());
        let trace = lock(&self.kept).put(trace, now);
        if lasts {
            lock(&self.waiting).put(tenant, trace);
        }
    }

    /// What is to be written down.
    fn waiting(&self) -> Vec<Arc<Trace>> {
        lock(&self.waiting).iter().cloned().collect()
    }

    /// Notes that these are written down.
    fn written(&self, written: &[Arc<Trace>]) {
        lock(&self.waiting).retain(|trace| !written.iter().any(|it| Arc::ptr_eq(it, trace)));
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
        let fitting = kept.of(tenant).filter(|trace| filter.fits(trace, now));
        (fitting.take(most).cloned().collect(), kept.lost(tenant))
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
