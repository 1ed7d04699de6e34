//! Records that expire.

use std::time::Duration;

use doorward_domain::{SpentTransaction, TenantId, Timestamp};

use super::{Backend, NOW};
use crate::sweep::{Sweeper, Swept};
use crate::{Batch, Key, Range, Record, StoreError, StoreExt as _};

const SECOND: Duration = Duration::from_secs(1);

fn spent(id: u8, expires_at: Timestamp) -> SpentTransaction {
    SpentTransaction { tenant: TenantId::from_bytes([7; 16]), id: [id; 16], expires_at }
}

/// From its expiry on, a record is not seen any more; the sweeper deletes it, and nothing else.
pub async fn expired_records_are_unseen_then_swept(backend: &dyn Backend) {
    let store = backend.open().await;
    let records: Vec<SpentTransaction> =
        (0..10).map(|id| spent(id, NOW + SECOND * u32::from(id % 5))).collect();
    let batch = records.iter().try_fold(Batch::new(), |batch, record| batch.insert(record)).unwrap();
    store.commit(batch).await.unwrap();

    let now = NOW + SECOND * 2;
    let alive: Vec<&SpentTransaction> = records.iter().filter(|record| now < record.expires_at).collect();
    for record in &records {
        let read = store.read::<SpentTransaction>(&record.key(), now).await.unwrap();
        assert_eq!(read.map(|read| read.record).as_ref(), alive.iter().copied().find(|it| *it == record));
    }
    let range = Range::of(records[0].tenant, SpentTransaction::KIND);
    let read = store.read_range::<SpentTransaction>(&range, 100, now).await.unwrap();
    assert_eq!(read.iter().map(|read| &read.record).collect::<Vec<_>>(), alive);
    assert_eq!(store.take_record::<SpentTransaction>(&records[0].key(), now).await, Ok(None));

    let absent = Batch::new().insert(&spent(1, now + SECOND)).unwrap();
    let conflict = Err(StoreError::Conflict(records[1].key()));
    assert_eq!(store.commit(absent).await, conflict, "an expired record is one until it is swept");

    let mut sweeper = Sweeper::new();
    let step = |seen, deleted, round_ended| Ok(Swept { seen, deleted, round_ended });
    assert_eq!(sweeper.step(&*store, now, 4).await, step(4, 2, false));
    assert_eq!(sweeper.step(&*store, now, 4).await, step(4, 3, false));
    assert_eq!(sweeper.step(&*store, now, 4).await, step(1, 0, true));
    assert_eq!(sweeper.step(&*store, now, 9).await, step(4, 0, true), "the second round");
    let left: Vec<Key> = store.list(&range, 100).await.unwrap().into_iter().map(|(key, _)| key).collect();
    assert_eq!(left, alive.iter().map(|record| record.key()).collect::<Vec<_>>());
}

/// What the sweeper saw expired but somebody has renewed since stays, and the rest goes all the same.
pub async fn a_renewed_record_is_not_swept(backend: &dyn Backend) {
    let store = backend.open().await;
    for round in 0..20 {
        let now = NOW + SECOND * round;
        let expired = [1, 2, 3].map(|id| spent(id, now));
        let batch = expired.iter().try_fold(Batch::new(), |batch, record| batch.put(record)).unwrap();
        store.commit(batch).await.unwrap();
        let renewed = spent(2, now + SECOND);
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
