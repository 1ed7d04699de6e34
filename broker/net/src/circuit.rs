//! One peer's circuit: after repeated failures the peer is left alone, then tried with a single exchange.

use std::time::Duration;

use tokio::time::Instant;

/// Consecutive failures that open the circuit.
const FAILURES_TO_OPEN: u32 = 5;

/// How long an open circuit refuses, and how long one attempt may take before the next is allowed.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// Monotonic time, which tests can pause; the only clock this crate reads.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Counts consecutive failures and decides who may try.
#[derive(Debug, Default)]
pub(crate) struct Circuit {
    failures: u32,
    open_until: Option<Instant>,
}

/// The role in which an exchange was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// The circuit is closed.
    Normal,
    /// The circuit is open and this is the one exchange that finds out whether the peer is back.
    Probe,
}

impl Circuit {
    /// Time left in which nobody may try.
    pub(crate) fn refuses_for(&self, now: Instant) -> Option<Duration> {
        self.open_until.map(|until| until.saturating_duration_since(now)).filter(|left| !left.is_zero())
    }

    /// Lets an exchange through, or says for how long none may try.
    pub(crate) fn admit(&mut self, now: Instant) -> Result<Admission, Duration> {
        if let Some(left) = self.refuses_for(now) {
            return Err(left);
        }
        if self.open_until.is_none() {
            return Ok(Admission::Normal);
        }
        // Everyone after the probe waits as if the circuit had just opened.
        self.open_until = Some(now + RETRY_AFTER);
        Ok(Admission::Probe)
    }

    /// The peer answered.
    pub(crate) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// The peer failed.
    pub(crate) fn failed(&mut self, admission: Admission, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        // Exchanges begun before the circuit opened do not prolong it.
        let opens = self.open_until.is_none() && self.failures >= FAILURES_TO_OPEN;
        if opens || admission == Admission::Probe {
            self.open_until = Some(now + RETRY_AFTER);
        }
    }

    /// The exchange ended without saying anything about the peer.
    pub(crate) fn abandoned(&mut self, admission: Admission, now: Instant) {
        if admission == Admission::Probe && self.open_until.is_some() {
            self.open_until = Some(now);
        }
    }

    /// Whether nothing is held against the peer.
    pub(crate) fn is_healthy(&self) -> bool {
        self.failures == 0
    }
}
