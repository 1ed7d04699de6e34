//! Guessing is kept slow, and nobody is ever locked out: after some failures each next try has to wait
//! longer, but only where the failures came from. A browser in which somebody has signed in before is
//! counted for itself, so that strangers who guess do not make its owner wait.
//!
//! It is all in memory, and always the same amount of it: a table in which a secret hash chooses the
//! place. Each instance counts for itself.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use doorward_domain::{Entropy, Timestamp};
use sha2::{Digest as _, Sha256};

/// The failures of a while.
pub struct Throttle {
    places: Box<[AtomicU64]>,
    key: [u8; 32],
}

const PLACES: usize = 1 << 15;

/// What failures are counted of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted<'a> {
    /// Passwords for an account from one place.
    AccountFrom(&'a [u8], Source),
    /// Passwords for an account from anywhere.
    Account(&'a [u8]),
    /// Passwords from one place, for whatever account.
    From(Source),
    /// Passwords for an account in a browser that it has signed in with before.
    Device(&'a [u8], [u8; 16]),
    /// Second factors of an account whose password was right.
    SecondFactor(&'a [u8]),
    /// Codes from a mail.
    Code(&'a [u8]),
    /// Mails to an account that strangers asked for.
    Mail(&'a [u8]),
    /// The same from one place.
    MailFrom(Source),
    /// The same from anywhere to anybody.
    Mails,
}

/// Where a request comes from: its address, or the network that one customer of a provider has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source([u8; 9]);

impl From<Option<IpAddr>> for Source {
    fn from(address: Option<IpAddr>) -> Self {
        let mut source = [0; 9];
        match address.map(|address| address.to_canonical()) {
            None => {}
            Some(IpAddr::V4(address)) => {
                source[0] = 4;
                source[1..5].copy_from_slice(&address.octets());
            }
            Some(IpAddr::V6(address)) => {
                source[0] = 6;
                source[1..].copy_from_slice(&address.octets()[..8]);
            }
        }
        Self(source)
    }
}

/// What failures cost.
struct Price {
    /// As many are free.
    free: u32,
    /// The first wait; every further failure doubles it.
    first: Duration,
    /// No wait is longer.
    longest: Duration,
    /// After so long without one they are forgotten.
    forgotten: Duration,
}

const fn price(free: u32, first: u64, longest: u64, forgotten: u64) -> Price {
    let secs = Duration::from_secs;
    Price { free, first: secs(first), longest: secs(longest), forgotten: secs(forgotten) }
}

impl Counted<'_> {
    const fn price(&self) -> Price {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        match self {
            Self::AccountFrom(..) => price(5, 2, 15 * MINUTE, HOUR),
            // Whoever is kept waiting by strangers gets in at once in a browser of theirs, or by mail.
            Self::Account(_) => price(100, 1, MINUTE, 24 * HOUR),
            // A whole company may be behind one address.
            Self::From(_) => price(30, 1, MINUTE, 15 * MINUTE),
            Self::Device(..) => price(10, 2, 5 * MINUTE, HOUR),
            Self::SecondFactor(_) | Self::Code(_) => price(5, 5, 15 * MINUTE, HOUR),
            Self::Mail(_) => price(3, 5 * MINUTE, HOUR, 6 * HOUR),
            // So many wait at most for a mail server that takes none, and few more.
            Self::Mails => price(10_000, 1, 1, 10 * MINUTE),
            Self::MailFrom(_) => price(20, 10, 10 * MINUTE, HOUR),
        }
    }

    fn hash(&self, key: &[u8; 32]) -> usize {
        let (kind, name, more): (u8, &[u8], &[u8]) = match self {
            Self::AccountFrom(name, source) => (1, name, &source.0),
            Self::Account(name) => (2, name, &[]),
            Self::From(source) => (3, &[], &source.0),
            Self::Device(name, device) => (4, name, device),
            Self::SecondFactor(name) => (5, name, &[]),
            Self::Code(name) => (6, name, &[]),
            Self::Mail(name) => (7, name, &[]),
            Self::MailFrom(source) => (8, &[], &source.0),
            Self::Mails => (9, &[], &[]),
        };
        let digest =
            Sha256::new().chain_update(key).chain_update([kind]).chain_update(name).chain_update(more);
        let digest = digest.finalize();
        usize::from(u16::from_be_bytes([digest[0], digest[1]])) % PLACES
    }
}

/// A place of the table: how many failures, and when the last one was, in tenths of a second.
#[derive(Clone, Copy)]
struct Place {
    failures: u32,
    last: u64,
}

impl Place {
    const BITS: u32 = 16;
    const MOST: u32 = (1 << Self::BITS) - 1;

    const fn read(value: u64) -> Self {
        Self { failures: (value & Self::MOST as u64) as u32, last: value >> Self::BITS }
    }

    const fn write(self) -> u64 {
        let failures = if self.failures > Self::MOST { Self::MOST } else { self.failures };
        (self.last << Self::BITS) | failures as u64
    }

    /// How much longer the next try has to wait.
    fn wait(self, price: &Price, now: u64) -> Duration {
        let over = self.failures.saturating_sub(price.free);
        if over == 0 {
            return Duration::ZERO;
        }
        let delay = price.first.saturating_mul(1 << (over - 1).min(16)).min(price.longest);
        delay.saturating_sub(tenths(now.saturating_sub(self.last)))
    }
}

const fn tenths(number: u64) -> Duration {
    Duration::from_millis(number.saturating_mul(100))
}

fn in_tenths(now: Timestamp) -> u64 {
    u64::try_from(now.as_millis() / 100).unwrap_or(0)
}

impl Throttle {
    /// A table without failures.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self { places: (0..PLACES).map(|_| AtomicU64::new(0)).collect(), key: entropy.bytes() }
    }

    /// Counts a try before it is known whether it fails, so that tries at once count as well.
    ///
    /// # Errors
    /// How long to wait, when one of them has to; then none is counted.
    pub fn count(&self, all: &[Counted<'_>], now: Timestamp) -> Result<(), Duration> {
        let tenths = in_tenths(now);
        let wait = |counted: &Counted<'_>| {
            let price = counted.price();
            self.at(counted, &price, tenths).wait(&price, tenths)
        };
        match all.iter().map(wait).max() {
            Some(longest) if !longest.is_zero() => Err(longest),
            _ => {
                for counted in all {
                    self.change(counted, tenths, |place| Place {
                        failures: place.failures + 1,
                        last: tenths,
                    });
                }
                Ok(())
            }
        }
    }

    /// The try did not fail, so it does not count; and whoever can do it has nothing to wait for.
    pub fn forgive(&self, all: &[Counted<'_>], now: Timestamp) {
        let tenths = in_tenths(now);
        for counted in all {
            self.change(counted, tenths, |place| match counted {
                Counted::From(_) | Counted::Account(_) => {
                    Place { failures: place.failures.saturating_sub(1), ..place }
                }
                _ => Place { failures: 0, ..place },
            });
        }
    }

    fn at(&self, counted: &Counted<'_>, price: &Price, now: u64) -> Place {
        remembered(Place::read(self.places[counted.hash(&self.key)].load(Ordering::Relaxed)), price, now)
    }

    fn change(&self, counted: &Counted<'_>, now: u64, change: impl Fn(Place) -> Place) {
        let (place, price) = (&self.places[counted.hash(&self.key)], counted.price());
        let _ = place.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |value| {
            Some(change(remembered(Place::read(value), &price, now)).write())
        });
    }
}

fn remembered(place: Place, price: &Price, now: u64) -> Place {
    let forgotten = tenths(now.saturating_sub(place.last)) >= price.forgotten;
    if forgotten { Place { failures: 0, ..place } } else { place }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    struct Seven;

    impl Entropy for Seven {
        fn fill(&self, out: &mut [u8]) {
            out.fill(7);
        }
    }

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn from(n: u32) -> Source {
        Some(IpAddr::V4(Ipv4Addr::from(n))).into()
    }

    fn later(secs: u64) -> Timestamp {
        NOW + Duration::from_secs(secs)
    }

    #[test]
    fn pw_5_5_after_some_failures_each_try_waits_longer() {
        let throttle = Throttle::new(&Seven);
        let alice = [Counted::AccountFrom(b"alice", from(1))];
        assert_eq!((0..20).filter(|_| throttle.count(&alice, NOW).is_ok()).count(), 6);
        assert_eq!(throttle.count(&alice, NOW), Err(Duration::from_secs(2)));
        assert!(throttle.count(&alice, later(2)).is_ok());
        assert_eq!(throttle.count(&alice, later(2)), Err(Duration::from_secs(4)), "waiting was no failure");
        // However many failures there are, the wait has an end.
        let mut at = 2;
        for _ in 0..40 {
            at += 900;
            assert!(throttle.count(&alice, later(at)).is_ok());
        }
        assert_eq!(throttle.count(&alice, later(at)), Err(Duration::from_secs(900)));
        assert!(throttle.count(&alice, later(at + 3600)).is_ok(), "and they are forgotten");
    }

    #[test]
    fn pw_5_5_strangers_do_not_make_the_owner_wait() {
        let throttle = Throttle::new(&Seven);
        for stranger in 0..2_000 {
            let _ = throttle
                .count(&[Counted::AccountFrom(b"alice", from(stranger)), Counted::Account(b"alice")], NOW);
        }
        let elsewhere = [Counted::AccountFrom(b"alice", from(5_000_000)), Counted::Account(b"alice")];
        assert!(throttle.count(&elsewhere, NOW).is_err(), "a place that nobody knows");
        assert!(throttle.count(&[Counted::Device(b"alice", [1; 16])], NOW).is_ok(), "a browser of hers");
        assert!(throttle.count(&elsewhere, later(60)).is_ok(), "and nobody waits longer than a minute");
    }

    #[test]
    fn ds_06_strangers_cause_no_more_mail_than_a_mail_server_can_be_behind_with() {
        let throttle = Throttle::new(&Seven);
        let ask =
            |at: u64| (0..20_000).filter(|_| throttle.count(&[Counted::Mails], later(at)).is_ok()).count();
        assert_eq!((ask(0), ask(0), ask(1), ask(2)), (10_001, 0, 1, 1));
    }

    #[test]
    fn who_succeeds_is_forgiven() {
        let throttle = Throttle::new(&Seven);
        let alice = [Counted::AccountFrom(b"alice", from(1)), Counted::From(from(1))];
        for _ in 0..1_000 {
            assert!(throttle.count(&alice, NOW).is_ok());
            throttle.forgive(&alice, NOW);
        }
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_place() {
        let source = |text: &str| Source::from(text.parse::<IpAddr>().ok());
        assert_eq!(source("2001:db8:1:2::1"), source("2001:db8:1:2:ffff::9"));
        assert_ne!(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
        assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
    }
}
