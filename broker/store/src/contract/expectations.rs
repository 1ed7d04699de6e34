//! What a batch expects and writes.

use super::{Backend, NOW, delete, key, put};
use crate::{Batch, Expect, Kind, MAX_RECORD_BYTES, Operation, StoreError, Value, Version};

/// `Absent`, `Present`, `Version` and `Any` against no record, the expected one and another.
pub async fn expectations_hold_or_conflict(backend: &dyn Backend) {
    let store = backend.open().await;
    let key = key(Kind::User, 1);
    let other = Version(u64::MAX / 2);
    let conflict = Err(StoreError::Conflict(key.clone()));

    let refused = |expect| store.commit(Batch::new().push(put(&key, expect, b"refused")));
    assert_eq!(refused(Expect::Version(other)).await, conflict);
    assert_eq!(refused(Expect::Present).await, conflict);
    assert_eq!(store.commit(Batch::new().consume(key.clone())).await, conflict);
    assert_eq!(store.get(&key).await, Ok(None));

    let first = store.commit(Batch::new().push(put(&key, Expect::Absent, b"1"))).await.unwrap();
    assert_eq!(refused(Expect::Absent).await, conflict);
    assert_eq!(refused(Expect::Version(other)).await, conflict);
    assert_eq!(store.commit(Batch::new().push(delete(&key, Expect::Absent))).await, conflict);
    assert_eq!(store.commit(Batch::new().push(delete(&key, Expect::Version(other)))).await, conflict);
    assert_eq!(store.get(&key).await.unwrap().unwrap().bytes, b"1");

    let second = store.commit(Batch::new().push(put(&key, Expect::Version(first), b"2"))).await.unwrap();
    assert_eq!(refused(Expect::Version(first)).await, conflict);
    let third = store.commit(Batch::new().push(put(&key, Expect::Any, b"3"))).await.unwrap();
    assert_eq!(refused(Expect::Version(second)).await, conflict);
    store.commit(Batch::new().push(delete(&key, Expect::Version(third)))).await.unwrap();
    assert_eq!(store.get(&key).await, Ok(None));
    store.commit(Batch::new().push(put(&key, Expect::Any, b"4"))).await.unwrap();
    store.commit(Batch::new().push(put(&key, Expect::Present, b"5"))).await.unwrap();
    store.commit(Batch::new().consume(key.clone())).await.unwrap();
    assert_eq!(store.get(&key).await, Ok(None));

    store.commit(Batch::new().push(delete(&key, Expect::Any))).await.unwrap();
    store.commit(Batch::new().push(delete(&key, Expect::Absent))).await.unwrap();
    store.commit(Batch::new()).await.unwrap();
}

/// The first broken expectation is named, and the rest of the batch does not happen either.
pub async fn a_conflict_names_its_key_and_writes_nothing(backend: &dyn Backend) {
    let store = backend.open().await;
    let [kept, taken, deleted, also_taken] = [1, 2, 3, 4].map(|id| key(Kind::User, id));
    let before = [&taken, &deleted, &also_taken];
    let batch = before.iter().fold(Batch::new(), |batch, key| batch.push(put(key, Expect::Absent, b"old")));
    let version = store.commit(batch).await.unwrap();

    let batch = Batch::new()
        .push(put(&kept, Expect::Absent, b"new"))
        .push(delete(&deleted, Expect::Version(version)))
        .push(put(&taken, Expect::Absent, b"new"))
        .push(put(&also_taken, Expect::Absent, b"new"));
    assert_eq!(store.commit(batch).await, Err(StoreError::Conflict(taken.clone())));
    assert_eq!(store.get(&kept).await, Ok(None));
    for key in before {
        let value = Value { version, expires_at: None, bytes: b"old".to_vec() };
        assert_eq!(store.get(key).await, Ok(Some(value)));
    }
}

/// A version never means two values, not even after a deletion or a new start.
pub async fn versions_never_repeat(backend: &dyn Backend) {
    let key = key(Kind::Grant, 1);
    let mut last = Version::default();
    for _ in 0..3 {
        let store = backend.open().await;
        for _ in 0..3 {
            let created = store.commit(Batch::new().push(put(&key, Expect::Absent, b"{}"))).await.unwrap();
            let updated = store.commit(Batch::new().push(put(&key, Expect::Any, b"{}"))).await.unwrap();
            assert!(last < created && created < updated, "{last:?} {created:?} {updated:?}");
            assert_eq!(store.get(&key).await.unwrap().unwrap().version, updated);
            assert_eq!(store.take(&key).await.unwrap().unwrap().version, updated);
            last = updated;
        }
        let stale = Batch::new().push(put(&key, Expect::Version(last), b"{}"));
        assert_eq!(store.commit(stale).await, Err(StoreError::Conflict(key.clone())));
    }
}

/// Bytes and expiry are kept, also through a new start.
pub async fn values_come_back_as_they_were(backend: &dyn Backend) {
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    let expiries = [None, Some(NOW), Some(doorward_domain::Timestamp::MAX)];
    let mut written = Vec::new();
    let store = backend.open().await;
    for (id, expires_at) in (1..).zip(expiries) {
        let key = key(Kind::Session, id);
        let bytes = every_byte.clone();
        let put =
            Operation::Put { key: key.clone(), expires_at, bytes: bytes.clone(), expect: Expect::Absent };
        let version = store.commit(Batch::new().push(put)).await.unwrap();
        written.push((key, Value { version, expires_at, bytes }));
    }
    drop(store);
    let store = backend.open().await;
    for (key, value) in written {
        assert_eq!(store.get(&key).await, Ok(Some(value.clone())));
        assert_eq!(store.take(&key).await, Ok(Some(value)));
        assert_eq!(store.take(&key).await, Ok(None));
    }
}

/// The longest records fit, side by side; longer ones are refused with all their batch.
pub async fn only_records_of_bounded_size(backend: &dyn Backend) {
    let store = backend.open().await;
    let longest = vec![b' '; MAX_RECORD_BYTES];
    let batch =
        (0..40).fold(Batch::new(), |batch, id| batch.push(put(&key(Kind::User, id), Expect::Any, &longest)));
    store.commit(batch).await.unwrap();
    for id in 0..40 {
        assert_eq!(store.get(&key(Kind::User, id)).await.unwrap().unwrap().bytes, longest);
    }
    let too_large = key(Kind::Client, 1);
    let batch = Batch::new().push(put(&key(Kind::User, 41), Expect::Any, b"{}")).push(put(
        &too_large,
        Expect::Any,
        &vec![b' '; MAX_RECORD_BYTES + 1],
    ));
    assert_eq!(store.commit(batch).await, Err(StoreError::TooLarge(too_large)));
    assert_eq!(store.get(&key(Kind::User, 41)).await, Ok(None));
}
