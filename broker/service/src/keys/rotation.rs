//! Which key does what when. Pure: keys, schedule and time in, the next steps out.
//!
//! A key is published before it is used, so that whoever caches the JWKS knows it by then; it is kept
//! after that, until the last of what was made with it has run out. Its successor comes into use at the
//! very moment it goes.

use std::cmp::Reverse;
use std::time::Duration;

use doorward_domain::{KeyAlgorithm, KeyId, KeyStatus, OwnKey, Timestamp};

/// When keys are replaced, and how long before and after they are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How long a key is in use.
    pub period: Duration,
    /// How long others may cache the JWKS: the `max-age` it is served with.
    pub jwks_max_age: Duration,
    /// The life of the longest token that is signed.
    pub longest_token: Duration,
    /// What is added for clocks that differ and brokers that have not heard yet. Never zero.
    pub margin: Duration,
}

impl Default for Schedule {
    /// 90 days; the JWKS cached for an hour; tokens of a day; a minute.
    fn default() -> Self {
        Self {
            period: Duration::from_secs(90 * 86_400),
            jwks_max_age: Duration::from_secs(3_600),
            longest_token: Duration::from_secs(86_400),
            margin: Duration::from_secs(60),
        }
    }
}

impl Schedule {
    /// How long a key is published before it is used.
    pub fn publish_ahead(&self) -> Duration {
        self.jwks_max_age + self.margin
    }

    /// How long a key is kept after it was used. Whoever has cached the JWKS encrypts to a key for a while
    /// after it went out of use.
    pub fn retain(&self, algorithm: KeyAlgorithm) -> Duration {
        match algorithm {
            KeyAlgorithm::Signature(_) => self.longest_token + self.margin,
            KeyAlgorithm::Encryption(_) => self.jwks_max_age + self.longest_token + self.margin,
        }
    }
}

/// Something to do about the keys, in one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make the first key of an algorithm, which is used at once: nobody has cached a JWKS that should
    /// have had it.
    Create(KeyAlgorithm),
    /// Make the successor of a key.
    Replace {
        /// The key that will go out of use.
        key: KeyId,
        /// When it does, and the successor starts.
        at: Timestamp,
    },
    /// Delete a key that nothing living was made with.
    Remove(KeyId),
}

/// What is due at `now` for the algorithms in use.
pub fn due(keys: &[OwnKey], algorithms: &[KeyAlgorithm], schedule: &Schedule, now: Timestamp) -> Vec<Step> {
    let gone = keys.iter().filter(|key| key.status(now) == KeyStatus::Gone).map(|key| Step::Remove(key.id));
    let wanted = algorithms.iter().filter_map(|algorithm| match newest(keys, *algorithm) {
        None => Some(Step::Create(*algorithm)),
        Some(key) => {
            let end = key.used_from + schedule.period;
            let soonest = now + schedule.publish_ahead();
            (end <= soonest).then_some(Step::Replace { key: key.id, at: soonest })
        }
    });
    wanted.chain(gone).collect()
}

/// Replaces an algorithm's key as soon as the successor is published long enough; `None` while a
/// successor waits for that already, and when there is no key to replace.
pub fn replacement(
    keys: &[OwnKey],
    algorithm: KeyAlgorithm,
    schedule: &Schedule,
    now: Timestamp,
) -> Option<Step> {
    newest(keys, algorithm)
        .filter(|key| key.status(now) == KeyStatus::InUse)
        .map(|key| Step::Replace { key: key.id, at: now + schedule.publish_ahead() })
}

/// The key that has no successor. It never goes out of use, however old it is.
pub fn newest(keys: &[OwnKey], algorithm: KeyAlgorithm) -> Option<&OwnKey> {
    keys.iter()
        .filter(|key| key.algorithm == algorithm && key.used_until.is_none())
        .max_by_key(|key| (key.used_from, key.id))
}

/// The key that is in use at `now`: the last one to have started, or the first to start when the clock
/// was set back behind all of them.
pub fn in_use(keys: &[OwnKey], algorithm: KeyAlgorithm, now: Timestamp) -> Option<&OwnKey> {
    let of_algorithm = || keys.iter().filter(|key| key.algorithm == algorithm);
    of_algorithm()
        .filter(|key| key.used_from <= now)
        .max_by_key(|key| (key.used_from, key.id))
        .or_else(|| of_algorithm().min_by_key(|key| (key.used_from, Reverse(key.id))))
}

/// The key as it is once its successor is known.
#[must_use]
pub fn replaced(key: &OwnKey, at: Timestamp, schedule: &Schedule) -> OwnKey {
    OwnKey { used_until: Some(at), kept_until: Some(at + schedule.retain(key.algorithm)), ..key.clone() }
}
