//! Failures in the middle of a commit.

use super::{Backend, delete, key, put};
use crate::{Batch, Expect, Key, Kind, Range, StoreError};

/// However far a batch got when the store failed: after a new start all of it is there, or nothing.
pub async fn a_failure_at_any_step_leaves_before_or_after(backend: &dyn Backend) {
    let [changed, deleted, created, config] =
        [key(Kind::User, 1), key(Kind::Session, 2), key(Kind::Grant, 3), key(Kind::Connection, 4)];
    let before = [(changed.clone(), b"before".to_vec()), (deleted.clone(), b"before".to_vec())];
    let after = [&config, &changed, &created].map(|key| (key.clone(), b"after".to_vec()));

    for step in 0.. {
        let store = backend.open().await;
        let batch = Batch::new()
            .push(put(&changed, Expect::Any, b"before"))
            .push(put(&deleted, Expect::Any, b"before"))
            .push(delete(&created, Expect::Any))
            .push(delete(&config, Expect::Any));
        let version = store.commit(batch).await.unwrap();

        backend.fail_at(step);
        let batch = Batch::new()
            .push(put(&changed, Expect::Version(version), b"after"))
            .push(delete(&deleted, Expect::Version(version)))
            .push(put(&created, Expect::Absent, b"after"))
            .push(put(&config, Expect::Any, b"after"));
        let committed = store.commit(batch).await;
        drop(store);
        backend.heal();

        let found = backend.open().await.list(&Range::all(), 10).await.unwrap();
        let found: Vec<(Key, Vec<u8>)> = found.into_iter().map(|(key, value)| (key, value.bytes)).collect();
        match committed {
            Ok(_) => {
                assert_eq!(found, after);
                assert!(step > 0, "no step has failed");
                return;
            }
            Err(StoreError::Unavailable(_)) => {
                assert!(found == before || found == after, "half a batch after step {step}: {found:?}");
            }
            Err(error) => panic!("{error}"),
        }
    }
}
