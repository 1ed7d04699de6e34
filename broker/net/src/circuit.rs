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

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(now: Instant) -> Circuit {
        let mut circuit = Circuit::default();
        for _ in 0..FAILURES_TO_OPEN {
            assert_eq!(circuit.admit(now), Ok(Admission::Normal));
            circuit.failed(Admission::Normal, now);
        }
        circuit
    }

    #[tokio::test(start_paused = true)]
    async fn r_05_five_failures_in_a_row_open_it_for_thirty_seconds() {
        let start = now();
        let mut circuit = opened(start);
        assert_eq!(circuit.admit(start), Err(Duration::from_secs(30)));
        assert_eq!(circuit.admit(start + Duration::from_secs(29)), Err(Duration::from_secs(1)));
        assert_eq!(circuit.admit(start + Duration::from_secs(30)), Ok(Admission::Probe));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_in_between_starts_the_count_again() {
        let mut circuit = Circuit::default();
        for _ in 0..3 {
            for _ in 0..FAILURES_TO_OPEN - 1 {
                circuit.failed(Admission::Normal, now());
            }
            circuit.succeeded();
        }
        assert_eq!(circuit.admit(now()), Ok(Admission::Normal));
        assert!(circuit.is_healthy());
    }

    #[tokio::test(start_paused = true)]
    async fn r_05_one_probe_decides_for_everyone() {
        let later = now() + RETRY_AFTER;
        let mut circuit = opened(now());
        assert_eq!(circuit.admit(later), Ok(Admission::Probe));
        assert_eq!(circuit.admit(later), Err(RETRY_AFTER), "the probe is under way");
        circuit.failed(Admission::Probe, later + Duration::from_secs(3));
        assert_eq!(circuit.admit(later + RETRY_AFTER), Err(Duration::from_secs(3)));
        let much_later = later + RETRY_AFTER + Duration::from_secs(3);
        assert_eq!(circuit.admit(much_later), Ok(Admission::Probe));
        circuit.succeeded();
        assert_eq!(circuit.admit(much_later), Ok(Admission::Normal));
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_says_nothing_lets_the_next_one_try() {
        let later = now() + RETRY_AFTER;
        let mut circuit = opened(now());
        assert_eq!(circuit.admit(later), Ok(Admission::Probe));
        circuit.abandoned(Admission::Probe, later);
        assert_eq!(circuit.admit(later), Ok(Admission::Probe));
        circuit.abandoned(Admission::Normal, later);
        assert_eq!(circuit.admit(later), Err(RETRY_AFTER));
    }

    #[tokio::test(start_paused = true)]
    async fn stragglers_do_not_prolong_the_pause() {
        let start = now();
        let mut circuit = opened(start);
        circuit.failed(Admission::Normal, start + Duration::from_secs(20));
        assert_eq!(circuit.admit(start + RETRY_AFTER), Ok(Admission::Probe));
    }
}
