//! The feed of configuration changes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use super::{Backend, delete, key, put};
use crate::{Batch, Changes, Expect, Kind, Version};

/// Whoever waits hears of configuration, and of nothing else.
pub async fn changes_are_told_to_those_who_wait(backend: &dyn Backend) {
    let store = backend.open().await;
    let start = store.changes(Version::default()).await.unwrap();
    assert_eq!(start.keys, Some(Vec::new()));
    assert!(start.upto > Version::default(), "asking from there would not wait");

    let waiting = {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.changes(start.upto).await })
    };
    store.commit(Batch::new().push(put(&key(Kind::Grant, 1), Expect::Any, b"{}"))).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!waiting.is_finished(), "a grant is no configuration");

    let connection = key(Kind::Connection, 1);
    let refused = Batch::new().push(put(&connection, Expect::Version(Version(1)), b"{}"));
    store.commit(refused).await.unwrap_err();
    let both = Batch::new().push(put(&key(Kind::User, 1), Expect::Any, b"{}")).push(put(
        &connection,
        Expect::Any,
        b"{}",
    ));
    let version = store.commit(both).await.unwrap();
    let told = timeout(Duration::from_secs(10), waiting).await.unwrap().unwrap();
    assert_eq!(told, Ok(Changes { upto: version, keys: Some(vec![connection]) }));
}

/// Whoever was away hears of all that changed meanwhile, or that it was too much.
pub async fn whoever_missed_changes_catches_up(backend: &dyn Backend) {
    let store = backend.open().await;
    let start = store.changes(Version::default()).await.unwrap().upto;
    let [tenant, client] = [key(Kind::Tenant, 1), key(Kind::Client, 2)];
    store.commit(Batch::new().push(put(&tenant, Expect::Any, b"{}"))).await.unwrap();
    let middle = store.commit(Batch::new().push(put(&client, Expect::Any, b"{}"))).await.unwrap();
    let last = store.commit(Batch::new().push(delete(&tenant, Expect::Any))).await.unwrap();
    let keys = |keys| Ok(Changes { upto: last, keys: Some(keys) });
    assert_eq!(store.changes(start).await, keys(vec![tenant.clone(), client]));
    assert_eq!(store.changes(middle).await, keys(vec![tenant.clone()]));

    let many: Vec<_> = (0..2000).map(|id| key(Kind::Connection, id)).collect();
    let commits = many.iter().map(|key| store.commit(Batch::new().push(put(key, Expect::Any, b"{}"))));
    join_all(commits).await.into_iter().for_each(|committed| assert!(committed.is_ok()));
    let told = store.changes(last).await.unwrap();
    assert!(told.keys.is_none_or(|keys| many.iter().all(|key| keys.contains(key))));
    let again = timeout(Duration::from_millis(50), store.changes(told.upto)).await;
    assert!(again.is_err(), "there is nothing new: {again:?}");
}
