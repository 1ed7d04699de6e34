//! R-02, first oracle: what is acknowledged was preceded by a barrier, and what fails is not
//! acknowledged.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use doorward_barrier::Moment;
use doorward_store::sled::SledOptions;
use doorward_store::{SledStore, Store as _, StoreError, Version};
use futures_util::future::join_all;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::barriers::Watch;
use crate::triples;

fn open() -> (TempDir, SledStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path(), SledOptions::default()).unwrap();
    (folder, store)
}

/// Counts the barriers of one store that have succeeded.
fn count(folder: &TempDir) -> (Watch, Arc<AtomicU64>) {
    let succeeded = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&succeeded);
    let watch = Watch::new(folder.path(), move |moment, _| {
        counter.fetch_add(u64::from(moment == Moment::Succeeded), SeqCst);
        Ok(())
    });
    (watch, succeeded)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_02_every_acknowledgement_follows_a_barrier() {
    let (folder, store) = open();
    let (_watch, barriers) = count(&folder);
    let writers = (0..16).map(|writer| {
        let (store, barriers) = (&store, &barriers);
        async move {
            let mut last = None;
            for count in 1..=100 {
                let before = barriers.load(SeqCst);
                last = Some(triples::write(store, writer, last, count, 100).await.unwrap());
                assert!(barriers.load(SeqCst) > before, "commit {count} of writer {writer}");
            }
        }
    });
    join_all(writers).await;
    let shared = barriers.load(SeqCst);
    assert!(shared < 16 * 100, "{shared} barriers: commits that wait share one");
}

#[tokio::test]
async fn what_writes_nothing_needs_no_barrier() {
    let (folder, store) = open();
    triples::write(&store, 1, None, 1, 0).await.unwrap();
    let (_watch, barriers) = count(&folder);
    assert!(matches!(triples::write(&store, 1, None, 2, 0).await, Err(StoreError::Conflict(_))));
    assert_eq!(triples::read(&store, 1).await.map(|(count, _)| count), Some(1));
    store.changes(Version::default()).await.unwrap();
    assert_eq!(barriers.load(SeqCst), 0);
}

/// Each commit has two barriers side by side. Sled notices when the one that its flush waits for
/// fails, but when the other fails later it would wait for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_disk_stops_the_store_and_nobody_waits_for_ever() {
    for failing in 0..2 {
        let (folder, store) = open();
        let version = triples::write(&store, 1, None, 1, 0).await.unwrap();
        let barriers = AtomicU64::new(0);
        let watch = Watch::new(folder.path(), move |moment, _| {
            if moment == Moment::Begins && barriers.fetch_add(1, SeqCst) == failing {
                thread::sleep(Duration::from_millis(300));
                return Err(io::ErrorKind::Other.into());
            }
            Ok(())
        });
        let write = timeout(Duration::from_secs(20), triples::write(&store, 1, Some(version), 2, 0));
        assert!(matches!(write.await.unwrap(), Err(StoreError::Unavailable(_))), "barrier {failing}");

        let refused = Err(StoreError::Unavailable(String::new()));
        let kind = std::mem::discriminant::<Result<Version, StoreError>>(&refused);
        let again = triples::write(&store, 2, None, 1, 0).await;
        assert_eq!(std::mem::discriminant(&again), kind, "a write after the failure: {again:?}");
        let tenant = doorward_store::Range::all();
        assert!(store.list(&tenant, 1).await.is_err(), "a read after the failure");
        assert!(store.changes(Version(1)).await.is_err(), "changes after the failure");
        drop(store);
        drop(watch);

        let store = SledStore::open(folder.path(), SledOptions::default()).unwrap();
        let (count, _) = triples::read(&store, 1).await.unwrap();
        assert!((1..=2).contains(&count));
        assert_eq!(triples::read(&store, 2).await, None);
    }
}
