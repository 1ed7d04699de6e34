//! The tests under way, and the last that are over, in memory. What older ones came to is told by the traces
//! that they end in.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use doorward_domain::{ConnectionId, TenantId, Timestamp};

use super::TestId;
use crate::federation::catalogue::Row;
use crate::trace::Trace;

/// How long the link of a test is good.
pub const LINK_LASTS: Duration = Duration::from_secs(15 * 60);
/// The most tests that are known at a time; each was begun by an administrator.
const MOST: usize = 1000;

/// A test of a connection.
#[derive(Clone, Debug)]
pub struct ConnectionTest {
    /// Its identifier.
    pub id: TestId,
    /// Whose connection.
    pub tenant: TenantId,
    /// The connection.
    pub connection: ConnectionId,
    /// Which administrator wants to know.
    pub actor: String,
    /// Until when its link is good.
    pub expires_at: Timestamp,
    /// How far it is.
    pub progress: Progress,
}

/// How far a test is.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Nobody has opened the link yet.
    Waiting,
    /// Somebody was sent to the provider then.
    Started(Timestamp),
    /// Somebody has come back.
    Over(Arc<TestResult>),
}

/// What a test came to.
#[derive(Clone, Debug)]
pub struct TestResult {
    /// What happened.
    pub trace: Trace,
    /// What works and could be better.
    pub remarks: Vec<(&'static Row, Option<String>)>,
    /// The way of client authentication that the provider accepts in place of the connection's.
    pub works_with: Option<Cow<'static, str>>,
    /// Who the person would be.
    pub name: Option<String>,
}

/// The tests of this process, the oldest first.
#[derive(Default)]
pub struct ConnectionTests(Mutex<BTreeMap<TestId, ConnectionTest>>);

impl ConnectionTests {
    /// Remembers a test, and forgets the oldest when there are too many.
    pub(super) fn put(&self, test: ConnectionTest) {
        let mut tests = self.lock();
        tests.insert(test.id, test);
        if tests.len() > MOST {
            tests.pop_first();
        }
    }

    /// The test of an identifier.
    pub(super) fn find(&self, id: TestId) -> Option<ConnectionTest> {
        self.lock().get(&id).cloned()
    }

    /// Lets somebody begin. The first browser that does has the test for itself: `same_browser` is whether
    /// it is that one.
    pub(super) fn start(&self, id: TestId, same_browser: bool, now: Timestamp) -> Option<ConnectionTest> {
        let mut tests = self.lock();
        let test = tests.get_mut(&id).filter(|test| now < test.expires_at)?;
        if !same_browser && !matches!(test.progress, Progress::Waiting) {
            return None;
        }
        test.progress = Progress::Started(now);
        Some(test.clone())
    }

    /// Takes the test that was started then, once.
    pub(super) fn take(&self, id: TestId, started: Timestamp) -> Option<ConnectionTest> {
        let mut tests = self.lock();
        let test = tests.get_mut(&id)?;
        match test.progress {
            Progress::Started(at) if at == started => {
                // Nobody else comes back with it: what is waited for now is the result.
                test.progress = Progress::Started(Timestamp::MAX);
                Some(test.clone())
            }
            _ => None,
        }
    }

    /// Remembers what a test came to.
    pub(super) fn finish(&self, id: TestId, result: Arc<TestResult>) {
        if let Some(test) = self.lock().get_mut(&id) {
            test.progress = Progress::Over(result);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TestId, ConnectionTest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
