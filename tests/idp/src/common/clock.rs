//! The time that an emulator lives in.

use std::sync::{Arc, Mutex};

use serde::Deserialize;

use super::lock;

/// The present, in whole seconds since 1970-01-01 UTC. Tests pass a clock that they move by hand.
pub type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

/// A clock that an emulator reads for everything it stamps or checks. It goes with the clock it was
/// given until somebody moves it, so a test can set the emulator's time apart from the broker's.
pub struct Clock {
    base: Now,
    hands: Mutex<Hands>,
}

#[derive(Clone, Copy, Default)]
struct Hands {
    offset: i64,
    stopped_at: Option<i64>,
}

/// How a clock is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Move {
    /// On by so many seconds; back when negative.
    Advance(i64),
    /// To this time.
    Set(i64),
    /// It stands still from now on.
    Stop,
    /// It goes with the clock it was given again.
    Reset,
}

impl Clock {
    pub(crate) fn new(base: Now) -> Self {
        Self { base, hands: Mutex::default() }
    }

    /// The time here, in Unix seconds.
    pub fn now(&self) -> i64 {
        let Hands { offset, stopped_at } = *lock(&self.hands);
        stopped_at.unwrap_or_else(|| (self.base)() + offset)
    }

    /// Moves the clock.
    pub fn shift(&self, by: Move) {
        let now = self.now();
        let mut hands = lock(&self.hands);
        match by {
            Move::Reset => *hands = Hands::default(),
            Move::Stop => hands.stopped_at = Some(now),
            Move::Advance(_) | Move::Set(_) => {
                let to = if let Move::Set(to) = by { to } else { now.saturating_add(by.seconds()) };
                match &mut hands.stopped_at {
                    Some(stopped_at) => *stopped_at = to,
                    None => hands.offset += to - now,
                }
            }
        }
    }

    /// Moves the clock on by so many seconds.
    pub fn advance(&self, seconds: i64) {
        self.shift(Move::Advance(seconds));
    }
}

impl Move {
    const fn seconds(self) -> i64 {
        match self {
            Self::Advance(seconds) => seconds,
            Self::Set(_) | Self::Stop | Self::Reset => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::{Clock, Move};

    #[test]
    fn a_clock_goes_with_its_base_until_it_is_moved_or_stopped() {
        let base = Arc::new(AtomicI64::new(100));
        let shown = base.clone();
        let clock = Clock::new(Arc::new(move || shown.load(Ordering::SeqCst)));
        assert_eq!(clock.now(), 100);
        clock.advance(-30);
        base.store(110, Ordering::SeqCst);
        assert_eq!(clock.now(), 80, "30 behind");
        clock.shift(Move::Stop);
        base.store(500, Ordering::SeqCst);
        assert_eq!(clock.now(), 80, "stopped");
        clock.shift(Move::Set(90));
        assert_eq!(clock.now(), 90, "moved while stopped");
        clock.shift(Move::Reset);
        assert_eq!(clock.now(), 500);
        clock.shift(Move::Set(7));
        base.store(501, Ordering::SeqCst);
        assert_eq!(clock.now(), 8, "it goes on from where it was set");
    }
}
