//! Concurrent callers.

use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::Barrier;

use super::{Backend, delete, key, put};
use crate::{Batch, Expect, Key, Kind, Store, StoreError, Version};

const REDEEMERS: usize = 64;
const ROUNDS: u32 = 500;

/// CD-02: of 64 who take the same code at once, one gets it, in each of 500 rounds.
pub async fn one_of_many_redeemers_takes(backend: &dyn Backend) {
    let take = |store: Arc<dyn Store>, key: Key, _| async move { store.take(&key).await.unwrap().is_some() };
    redeem(backend.open().await, take).await;
}

/// CD-02 and RT-02: of 64 who write over the same version at once, one succeeds, in each of 500
/// rounds. Half of them delete.
pub async fn one_of_many_redeemers_commits(backend: &dyn Backend) {
    let commit = |store: Arc<dyn Store>, key: Key, version| async move {
        let expect = Expect::Version(version);
        let operation = if version.0 % 2 == 0 { delete(&key, expect) } else { put(&key, expect, b"spent") };
        match store.commit(Batch::new().push(operation)).await {
            Ok(_) => true,
            Err(StoreError::Conflict(at)) if at == key => false,
            Err(error) => panic!("{error}"),
        }
    };
    redeem(backend.open().await, commit).await;
}

async fn redeem<F>(store: Arc<dyn Store>, attempt: impl Fn(Arc<dyn Store>, Key, Version) -> F)
where
    F: Future<Output = bool> + Send + 'static,
{
    for round in 0..ROUNDS {
        let code = key(Kind::Grant, round);
        let version = store.commit(Batch::new().push(put(&code, Expect::Absent, b"fresh"))).await.unwrap();
        let start = Arc::new(Barrier::new(REDEEMERS));
        let redeemers = (0..REDEEMERS).map(|_| {
            let (start, attempt) = (Arc::clone(&start), attempt(Arc::clone(&store), code.clone(), version));
            tokio::spawn(async move {
                start.wait().await;
                attempt.await
            })
        });
        let won = join_all(redeemers).await.into_iter().filter(|won| *won.as_ref().unwrap()).count();
        assert_eq!(won, 1, "winners in round {round}");
    }
}

/// 100 tasks add one to the same record, again and again until it succeeds: none is lost.
pub async fn parallel_updates_all_count(backend: &dyn Backend) {
    const UPDATES: u64 = 100;
    let store = backend.open().await;
    let counter = key(Kind::Grant, 1);
    store.commit(Batch::new().push(put(&counter, Expect::Absent, &0_u64.to_be_bytes()))).await.unwrap();
    let tasks = (0..UPDATES).map(|_| {
        let (store, counter) = (Arc::clone(&store), counter.clone());
        tokio::spawn(async move {
            loop {
                let read = store.get(&counter).await.unwrap().unwrap();
                let next = count(&read.bytes) + 1;
                let update = put(&counter, Expect::Version(read.version), &next.to_be_bytes());
                match store.commit(Batch::new().push(update)).await {
                    Ok(_) => break,
                    Err(StoreError::Conflict(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        })
    });
    join_all(tasks).await.into_iter().for_each(|task| task.unwrap());
    assert_eq!(count(&store.get(&counter).await.unwrap().unwrap().bytes), UPDATES);
}

fn count(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes.try_into().unwrap())
}

/// Commits and takes that a backend may write together still see each other one after the other.
pub async fn what_one_batch_wrote_the_next_expects(backend: &dyn Backend) {
    let store = backend.open().await;
    for round in 0..50 {
        let key = key(Kind::Grant, round);
        let create = || store.commit(Batch::new().push(put(&key, Expect::Absent, b"{}")));
        // At once: the take comes after a creation, or finds nothing.
        let (first, taken, second) = tokio::join!(create(), store.take(&key), create());
        let created = usize::from(first.is_ok()) + usize::from(second.is_ok());
        let taken = usize::from(taken.unwrap().is_some());
        let left = usize::from(store.get(&key).await.unwrap().is_some());
        assert!(created >= 1 && created - taken == left, "{created} created, {taken} taken, {left} left");
    }
}
