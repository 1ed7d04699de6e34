//! Records that expire.

use std::time::Duration;

use doorward_domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Backend, NOW, key};
use crate::sweep::{Sweeper, Swept};
use crate::{Batch, Key, Kind, Range, Record, StoreError, StoreExt as _};

const SECOND: Duration = Duration::from_secs(1);

/// Something that expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Fleeting {
    id: u32,
    expires_at: Timestamp,
}

impl Record for Fleeting {
    const KIND: Kind = Kind::Session;

    fn key(&self) -> Key {
        key(Self::KIND, self.id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

/// From its expiry on, a record is not seen any more; the sweeper deletes it, and nothing else.
pub async fn expired_records_are_unseen_then_swept(backend: &dyn Backend) {
    let store = backend.open().await;
    let records = (0..10).map(|id| Fleeting { id, expires_at: NOW + SECOND * (id % 5) });
    let records: Vec<Fleeting> = records.collect();
    let batch = records.iter().try_fold(Batch::new(), |batch, record| batch.insert(record)).unwrap();
    store.commit(batch).await.unwrap();

    let now = NOW + SECOND * 2;
    let alive: Vec<Fleeting> = records.iter().copied().filter(|record| now < record.expires_at).collect();
    for record in &records {
        let read = store.read::<Fleeting>(&record.key(), now).await.unwrap().map(|read| read.record);
        assert_eq!(read, alive.contains(record).then_some(*record));
    }
    let range = Range::of(records[0].key().tenant(), Fleeting::KIND);
    let read = store.read_range::<Fleeting>(&range, 100, now).await.unwrap();
    assert_eq!(read.into_iter().map(|read| read.record).collect::<Vec<_>>(), alive);
    assert_eq!(store.take_record::<Fleeting>(&records[0].key(), now).await, Ok(None));

    let absent = Batch::new().insert(&Fleeting { expires_at: now + SECOND, ..records[1] }).unwrap();
    let conflict = Err(StoreError::Conflict(records[1].key()));
    assert_eq!(store.commit(absent).await, conflict, "an expired record is one until it is swept");

    let mut sweeper = Sweeper::new();
    let step = |seen, deleted, round_ended| Ok(Swept { seen, deleted, round_ended });
    assert_eq!(sweeper.step(&*store, now, 4).await, step(4, 2, false));
    assert_eq!(sweeper.step(&*store, now, 4).await, step(4, 3, false));
    assert_eq!(sweeper.step(&*store, now, 4).await, step(1, 0, true));
    assert_eq!(sweeper.step(&*store, now, 9).await, step(4, 0, true), "the second round");
    let left: Vec<Key> = store.list(&range, 100).await.unwrap().into_iter().map(|(key, _)| key).collect();
    assert_eq!(left, alive.iter().map(Record::key).collect::<Vec<_>>());
}

/// What the sweeper saw expired but somebody has renewed since stays, and the rest goes all the same.
pub async fn a_renewed_record_is_not_swept(backend: &dyn Backend) {
    let store = backend.open().await;
    for round in 0..20 {
        let now = NOW + SECOND * round;
        let expired = [1, 2, 3].map(|id| Fleeting { id, expires_at: now });
        let batch = expired.iter().try_fold(Batch::new(), |batch, record| batch.put(record)).unwrap();
        store.commit(batch).await.unwrap();
        let renewed = Fleeting { id: 2, expires_at: now + SECOND };
        let mut sweeper = Sweeper::new();
        let (swept, renewal) =
            tokio::join!(sweeper.step(&*store, now, 10), store.commit(Batch::new().put(&renewed).unwrap()));
        renewal.unwrap();
        assert!((2..=3).contains(&swept.unwrap().deleted));
        let left = store.list(&Range::all(), 10).await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].0, renewed.key());
    }
}
