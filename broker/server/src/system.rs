//! The machine's clock and dice: the one place where time and randomness enter.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use doorward_domain::{Clock, Entropy, Timestamp};

/// The machine's clock. It follows when the machine's time is set forward but not when it is set
/// back, for what was issued for a minute would live longer than that (CD-05).
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
    steady: Steady,
}

impl SystemClock {
    /// A clock that shows the machine's time.
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    pub fn start() -> Self {
        Self { started: Instant::now(), steady: Steady::default() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    fn now(&self) -> Timestamp {
        let millis = |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let shown = millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        Timestamp::from_millis(self.steady.read(shown, millis(self.started.elapsed())))
    }
}

/// Makes a time that never runs backwards of one that may, in milliseconds.
#[derive(Debug, Default)]
struct Steady {
    /// The latest time that the machine ever claimed to have started at.
    origin: AtomicI64,
    told: AtomicBool,
}

/// The machine's clock may be corrected by this much without a word, in milliseconds.
const WORTH_TELLING: i64 = 5_000;

impl Steady {
    /// The time when the machine shows `shown` and really `elapsed` has passed.
    fn read(&self, shown: i64, elapsed: i64) -> i64 {
        let origin = shown.saturating_sub(elapsed);
        let steady = self.origin.fetch_max(origin, Ordering::SeqCst).max(origin).saturating_add(elapsed);
        if steady - shown > WORTH_TELLING && !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                seconds = (steady - shown) / 1000,
                "the machine's clock was set back; the broker goes on with the old time until it is restarted"
            );
        }
        steady
    }
}

/// The operating system's random numbers.
#[derive(Clone, Copy, Debug)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is where randomness comes from")]
    fn fill(&self, out: &mut [u8]) {
        if getrandom::fill(out).is_err() {
            // Without randomness no secret is one: better no broker than a guessable one.
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cd_05_time_never_passes_slower_than_it_does() {
        let clock = Steady::default();
        assert_eq!(clock.read(1_000_000, 0), 1_000_000);
        assert_eq!(clock.read(1_000_100, 100), 1_000_100);
        // Set back by an hour, set forward again, and by another hour.
        assert_eq!(clock.read(1_000_200 - 3_600_000, 200), 1_000_200);
        assert_eq!(clock.read(1_061_000 - 3_600_000, 61_000), 1_061_000);
        assert_eq!(clock.read(1_062_000, 62_000), 1_062_000);
        assert_eq!(clock.read(1_063_000 + 3_600_000, 63_000), 4_663_000);
        assert_eq!(clock.read(1_064_000, 64_000), 4_664_000);
    }

    #[test]
    fn the_machines_clock_shows_the_machines_time() {
        let clock = SystemClock::start();
        let (before, after) = (clock.now(), clock.now());
        assert!(before > Timestamp::from_secs(1_750_000_000) && before <= after);
    }
}
