//! Sweeping: records that have expired are deleted, page by page.

use doorward_domain::Timestamp;

use crate::{Batch, Expect, Key, Operation, Range, Store, StoreError, Value};

/// Walks through all records, round after round, and deletes those that have expired.
#[derive(Debug, Default)]
pub struct Sweeper {
    /// The last record seen; `None` at the start of a round.
    cursor: Option<Key>,
}

/// What a step of the sweeper did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many records it looked at.
    pub seen: usize,
    /// How many of them it deleted.
    pub deleted: usize,
    /// Whether it has reached the end; the next step starts a new round.
    pub round_ended: bool,
}

impl Sweeper {
    /// A sweeper at the start of a round.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at the next `page` records and deletes those that have expired at `now`. A record that
    /// is renewed meanwhile stays.
    ///
    /// # Errors
    /// When the store fails; the step can be made again.
    pub async fn step<S>(&mut self, store: &S, now: Timestamp, page: usize) -> Result<Swept, StoreError>
    where
        S: Store + ?Sized,
    {
        let range = self.cursor.as_ref().map_or_else(Range::all, |last| Range::all().after(last));
        let found = store.list(&range, page).await?;
        let seen = found.len();
        let last = found.last().map(|(key, _)| key.clone());
        let expired =
            found.into_iter().filter(|(_, value)| value.expires_at.is_some_and(|expiry| expiry <= now));
        let deleted = delete(store, expired.collect()).await?;
        let round_ended = seen < page;
        self.cursor = last.filter(|_| !round_ended);
        Ok(Swept { seen, deleted, round_ended })
    }
}

/// Deletes what is still as it was read, and returns how many records those were.
async fn delete<S>(store: &S, mut expired: Vec<(Key, Value)>) -> Result<usize, StoreError>
where
    S: Store + ?Sized,
{
    while !expired.is_empty() {
        let batch = expired.iter().fold(Batch::new(), |batch, (key, value)| {
            batch.push(Operation::Delete { key: key.clone(), expect: Expect::Version(value.version) })
        });
        match store.commit(batch).await {
            Ok(_) => break,
            Err(StoreError::Conflict(renewed)) => expired.retain(|(key, _)| *key != renewed),
            Err(error) => return Err(error),
        }
    }
    Ok(expired.len())
}
