//! Codes that people type are short, so guessing them is kept slow (RFC 8628 section 5.1).

use std::net::IpAddr;
use std::time::Duration;

use doorward_domain::{SessionId, Timestamp};
use moka::Entry;
use moka::sync::Cache;

/// Who types a code: everything that somebody who guesses would have to change.
#[derive(Clone, Copy, Debug)]
pub struct Guesser {
    /// The network address.
    pub address: Option<IpAddr>,
    /// The session, when somebody is signed in.
    pub session: Option<SessionId>,
}

/// The wrong codes of a while. Each instance counts for itself.
pub(super) struct Guesses {
    counts: Cache<Counted, Count>,
}

/// Whose wrong codes are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Counted {
    Address(Option<IpAddr>),
    Session(SessionId),
    /// All that nobody signs for.
    Anonymous,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    since: Timestamp,
    wrong: u32,
}

impl Counted {
    /// How many wrong codes are borne, and in how long. Of 20⁸ codes a thousand may be waiting; then 25
    /// guesses in an hour find one of them with a probability below 10⁻⁶ (DV-01).
    const fn limit(self) -> (u32, Duration) {
        match self {
            Self::Address(_) | Self::Session(_) => (5, Duration::from_secs(60)),
            Self::Anonymous => (25, Duration::from_secs(60 * 60)),
        }
    }
}

impl Guesser {
    fn counted(self) -> [Counted; 2] {
        [self.session.map_or(Counted::Anonymous, Counted::Session), Counted::Address(self.address)]
    }
}

impl Guesses {
    pub fn new() -> Self {
        // A count is of no use after the longest of the limits.
        let counts = Cache::builder().max_capacity(100_000).time_to_idle(Duration::from_secs(60 * 60));
        Self { counts: counts.build() }
    }

    /// Counts a code before it is looked up; `false` when there were too many wrong ones.
    pub fn count(&self, guesser: Guesser, now: Timestamp) -> bool {
        guesser.counted().into_iter().all(|counted| {
            let (most, within) = counted.limit();
            let count = self.change(counted, |before| match before {
                Some(before) if now < before.since + within => {
                    Count { wrong: before.wrong.saturating_add(1), ..before }
                }
                _ => Count { since: now, wrong: 1 },
            });
            count.wrong <= most
        })
    }

    /// The code was right and does not count.
    pub fn was_right(&self, guesser: Guesser, now: Timestamp) {
        for counted in guesser.counted() {
            self.change(counted, |before| {
                let before = before.unwrap_or(Count { since: now, wrong: 0 });
                Count { wrong: before.wrong.saturating_sub(1), ..before }
            });
        }
    }

    fn change(&self, counted: Counted, change: impl FnOnce(Option<Count>) -> Count) -> Count {
        self.counts
            .entry(counted)
            .and_upsert_with(|before| change(before.map(Entry::into_value)))
            .into_value()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn guesser(address: u32, session: Option<u8>) -> Guesser {
        let session = session.map(|n| SessionId::from_bytes([n; 16]));
        Guesser { address: Some(Ipv4Addr::from(address).into()), session }
    }

    #[test]
    fn dv_01_five_wrong_codes_in_a_minute_from_one_place_or_session() {
        let guesses = Guesses::new();
        let tries = |guesser| (0..20).filter(|_| guesses.count(guesser, NOW)).count();
        assert_eq!(tries(guesser(1, Some(1))), 5);
        assert_eq!(tries(guesser(1, Some(2))), 0, "another session at the same place");
        assert_eq!(tries(guesser(2, Some(1))), 0, "the same session elsewhere");
        assert_eq!(tries(guesser(3, Some(3))), 5);
        let later = NOW + Duration::from_secs(60);
        assert!(guesses.count(guesser(1, Some(1)), later));
    }

    #[test]
    fn dv_01_from_many_places_there_are_25_in_an_hour() {
        let guesses = Guesses::new();
        let allowed = (0..1_000).filter(|n| guesses.count(guesser(*n, None), NOW)).count();
        assert_eq!(allowed, 25);
        let soon = NOW + Duration::from_secs(60 * 60 - 1);
        assert!(!guesses.count(guesser(5_000, None), soon));
        assert!(guesses.count(guesser(5_000, Some(1)), soon), "who is signed in is known");
        assert!(guesses.count(guesser(5_001, None), soon + Duration::from_secs(1)));
    }

    #[test]
    fn right_codes_do_not_count() {
        let guesses = Guesses::new();
        for _ in 0..100 {
            assert!(guesses.count(guesser(1, None), NOW));
            guesses.was_right(guesser(1, None), NOW);
        }
    }
}
