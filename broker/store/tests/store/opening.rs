//! Opening and closing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use doorward_store::sled::{OpenError, SledOptions};
use doorward_store::{SledStore, Store as _, StoreError, Version};
use futures_util::future::{join, join_all};
use tokio::time::timeout;

use crate::triples;

#[test]
fn a_folder_that_is_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = SledStore::open(folder.path(), SledOptions::default()).unwrap();
    let second = SledStore::open(folder.path(), SledOptions::default()).err().unwrap();
    assert!(matches!(&second, OpenError::InUse(path) if path == folder.path()), "{second}");
    drop(first);
    SledStore::open(folder.path(), SledOptions::default()).unwrap();
}

#[tokio::test]
async fn a_closed_store_opens_again_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut last = None;
    for count in 1..=20 {
        let store = SledStore::open(folder.path(), SledOptions::default()).unwrap();
        assert_eq!(triples::read(&store, 1).await, last);
        let version = triples::write(&store, 1, last.map(|(_, version)| version), count, 100).await.unwrap();
        last = Some((count, version));
    }
}

#[test]
fn folders_are_made_for_the_owner_alone() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data").join("state");
    SledStore::open(&folder, SledOptions::default()).unwrap();
    for folder in [&folder, folder.parent().unwrap()] {
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[test]
fn what_is_no_store_or_of_another_format_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "no folder").unwrap();
    let refused = SledStore::open(&file, SledOptions::default()).err().unwrap();
    assert!(matches!(refused, OpenError::Folder(..)), "{refused}");

    let settings = |name| sled::Config::new().path(parent.path().join(name)).segment_size(2 << 20);
    let foreign = settings("foreign").open().unwrap();
    foreign.insert("somebody", "else").unwrap();
    drop(foreign);
    drop(SledStore::open(parent.path().join("newer"), SledOptions::default()).unwrap());
    let newer = settings("newer").open().unwrap();
    newer.open_tree("doorward").unwrap().insert("format", &[2]).unwrap();
    drop(newer);
    for name in ["foreign", "newer"] {
        let refused = SledStore::open(parent.path().join(name), SledOptions::default()).err().unwrap();
        assert!(matches!(refused, OpenError::Format(_)), "{name}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_writes_what_was_asked_and_nobody_waits_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path(), SledOptions::default()).unwrap();
    let now = store.changes(Version::default()).await.unwrap().upto;
    let closing = async {
        let commits = join_all((0..1000).map(|writer| triples::write(&store, writer, None, 1, 100)));
        // The close is asked for after all commits, before any is answered.
        join(commits, store.close()).await.0
    };
    let (commits, waiting) =
        timeout(Duration::from_secs(20), join(closing, store.changes(now))).await.unwrap();
    assert!(commits.iter().all(Result::is_ok));
    assert!(matches!(waiting, Err(StoreError::Unavailable(_))));

    assert!(matches!(triples::write(&store, 1, None, 1, 0).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.changes(Version::default()).await, Err(StoreError::Unavailable(_))));
    store.close().await;
    drop(store);

    let store = SledStore::open(folder.path(), SledOptions::default()).unwrap();
    for writer in 0..1000 {
        assert_eq!(triples::read(&store, writer).await.map(|(count, _)| count), Some(1));
    }
}

#[tokio::test]
async fn dropping_writes_what_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path(), SledOptions::default()).unwrap();
    let commits = join_all((0..100).map(|writer| triples::write(&store, writer, None, 1, 100)));
    // Polled once: everything is asked, nothing answered.
    assert!(timeout(Duration::ZERO, commits).await.is_err());
    drop(store);
    let store = SledStore::open(folder.path(), SledOptions::default()).unwrap();
    for writer in 0..100 {
        assert_eq!(triples::read(&store, writer).await.map(|(count, _)| count), Some(1));
    }
}
