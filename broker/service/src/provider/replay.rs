//! What a client may use once: the memory of assertions, proofs and request objects that came already.
//!
//! Nothing is forgotten before it expires by itself. So that nobody has this memory grow without end, as much
//! is remembered at a time of one holder, and who is there has to wait (DS-05).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use doorward_domain::{Client, ClientId, GrantId, Plain, ReplayMark, Timestamp};
use doorward_store::{Batch, StoreError};
use moka::sync::Cache;

use super::Provider;
use crate::settings::MostUses;

/// Something that is good for one use.
#[derive(Clone, Debug)]
pub(super) struct Once<'a> {
    /// Who uses it.
    pub holder: Holder,
    /// What it is, so that a proof's `jti` does not spoil an assertion's.
    pub what: &'static str,
    /// Its `jti`.
    pub jti: &'a str,
    /// When it expires by itself.
    pub expires_at: Timestamp,
}

/// Whether something was used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Used {
    /// This is the first time.
    First,
    /// It came before.
    Before,
    /// Nobody knows: so much is remembered of its holder that no more is, for as long as this.
    TooMuch(Duration),
}

/// Whose uses are counted together. A client that authenticates itself answers for all that it signs; one that
/// cannot is the same for everybody who uses the app, so each grant of it counts for itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Holder {
    client: ClientId,
    grant: Option<GrantId>,
}

impl Holder {
    /// A client, whatever it is about.
    pub fn client(client: &ClientId) -> Self {
        Self { client: client.clone(), grant: None }
    }

    /// Who uses a client, for what comes of `grant`.
    pub fn of(client: &Client, grant: Option<GrantId>) -> Self {
        Self { client: client.id.clone(), grant: grant.filter(|_| client.is_public()) }
    }

    const fn most(&self, most: MostUses) -> u32 {
        match self.grant {
            None => most.of_client,
            Some(_) => most.of_grant,
        }
    }
}

/// How much is remembered of whom at present. Each instance counts for itself, and from nothing after a restart.
pub(super) struct Remembered {
    holders: Cache<Holder, Arc<Mutex<Counts>>>,
    most: MostUses,
}

/// How much expires in which span of time, and in which one the operator was told last that it is too much.
#[derive(Default)]
struct Counts {
    spans: Vec<(i64, u32)>,
    told: Option<i64>,
}

/// As long is one of them.
const SPAN: Duration = Duration::from_secs(30);

fn span_of(time: Timestamp) -> i64 {
    time.as_secs().div_euclid(SPAN.as_secs() as i64)
}

fn end_of(span: i64) -> Timestamp {
    Timestamp::from_secs((span + 1).saturating_mul(SPAN.as_secs() as i64))
}

impl Remembered {
    /// Who uses nothing any more is forgotten.
    const IDLE: Duration = Duration::from_secs(2 * 60 * 60);
    const HOLDERS: u64 = 10_000;

    /// A memory of nothing.
    pub fn new(most: MostUses) -> Self {
        let holders = Cache::builder().max_capacity(Self::HOLDERS).time_to_idle(Self::IDLE).build();
        Self { holders, most }
    }

    /// Counts one more, if there may be one; else tells how long there may not.
    fn add(&self, holder: &Holder, expires_at: Timestamp, now: Timestamp) -> Result<(), Duration> {
        self.change(holder, |Counts { spans, told }| {
            spans.retain(|(span, _)| now < end_of(*span));
            let remembered: u32 = spans.iter().map(|(_, number)| number).sum();
            if remembered >= holder.most(self.most) {
                if told.replace(span_of(now)) != Some(span_of(now)) {
                    tracing::warn!(client = %holder.client, remembered, "no more assertions or proofs are taken");
                }
                let first = spans.iter().map(|(span, _)| end_of(*span)).min();
                return Err(first.map_or(SPAN, |first| first.since(now)));
            }
            let span = span_of(expires_at);
            match spans.iter_mut().find(|(known, _)| *known == span) {
                Some((_, number)) => *number += 1,
                None => spans.push((span, 1)),
            }
            Ok(())
        })
    }

    /// Takes back one that was not remembered after all.
    fn subtract(&self, holder: &Holder, expires_at: Timestamp) {
        let span = span_of(expires_at);
        self.change(holder, |counts| {
            if let Some((_, number)) = counts.spans.iter_mut().find(|(known, _)| *known == span) {
                *number = number.saturating_sub(1);
            }
        });
    }

    fn change<T>(&self, holder: &Holder, change: impl FnOnce(&mut Counts) -> T) -> T {
        let counts = match self.holders.get(holder) {
            Some(counts) => counts,
            None => self.holders.get_with(holder.clone(), Arc::default),
        };
        change(&mut counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Provider {
    /// Notes the use, in one conditional write (rule 3).
    pub(super) async fn use_once(&self, once: Once<'_>, now: Timestamp) -> Result<Used, StoreError> {
        let Once { holder, what, jti, expires_at } = once;
        if let Err(wait) = self.remembered.add(&holder, expires_at, now) {
            return Ok(Used::TooMuch(wait));
        }
        let jti = Plain::new(format!("{what}\n{jti}")).hash();
        let mark = ReplayMark { client: holder.client.clone(), jti, expires_at };
        let outcome = self.store.commit(Batch::new().insert(&mark)?).await;
        if outcome.is_err() {
            self.remembered.subtract(&holder, expires_at);
        }
        match outcome {
            Ok(_) => Ok(Used::First),
            Err(StoreError::Conflict(_)) => Ok(Used::Before),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000_000);
    const MINUTE: Duration = Duration::from_secs(60);

    fn remembered() -> Remembered {
        Remembered::new(MostUses { of_client: 3, of_grant: 2 })
    }

    fn holder(client: &str) -> Holder {
        Holder::client(&ClientId::new(client))
    }

    #[test]
    fn ds_05_who_is_at_the_limit_waits_until_something_expires() {
        let (remembered, hostile) = (remembered(), holder("hostile"));
        for minutes in [1, 5, 60] {
            assert_eq!(remembered.add(&hostile, NOW + MINUTE * minutes, NOW), Ok(()));
        }
        let wait = remembered.add(&hostile, NOW + MINUTE, NOW).unwrap_err();
        assert!((MINUTE..=MINUTE + SPAN).contains(&wait), "{wait:?}");
        assert_eq!(remembered.add(&holder("another"), NOW + MINUTE, NOW), Ok(()));
        let before = NOW + wait - Duration::from_millis(1);
        assert!(remembered.add(&hostile, NOW + MINUTE, before).is_err(), "none is forgotten before its time");
        assert_eq!(remembered.add(&hostile, NOW + MINUTE * 2, NOW + wait), Ok(()));
        assert!(remembered.add(&hostile, NOW + MINUTE * 2, NOW + wait).is_err(), "and it is one that may");
    }

    #[test]
    fn what_is_not_remembered_does_not_count() {
        let (remembered, client) = (remembered(), holder("app"));
        for _ in 0..10 {
            assert_eq!(remembered.add(&client, NOW + MINUTE, NOW), Ok(()));
            remembered.subtract(&client, NOW + MINUTE);
        }
    }

    #[test]
    fn ds_05_one_grant_of_a_public_client_does_not_use_up_anothers() {
        let remembered = remembered();
        let of = |byte| Holder { grant: Some(GrantId::from_bytes([byte; 16])), ..holder("native") };
        assert!((0..2).all(|_| remembered.add(&of(1), NOW + MINUTE, NOW).is_ok()));
        assert!(remembered.add(&of(1), NOW + MINUTE, NOW).is_err());
        assert!(remembered.add(&of(2), NOW + MINUTE, NOW).is_ok());
        assert!(remembered.add(&holder("native"), NOW + MINUTE, NOW).is_ok());
    }
}
