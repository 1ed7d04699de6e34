//! The right master key, or no start.

use doorward_store::{MemoryStore, Range, Store as _};

use super::{Dice, NOW, master_key, sealer};
use crate::keys::{MasterKeyError, Sealer, check_master_key};

async fn check(store: &MemoryStore, sealer: &Sealer) -> Result<(), MasterKeyError> {
    check_master_key(store, sealer, &Dice::new(1), NOW).await
}

async fn everything(store: &MemoryStore) -> Vec<(doorward_store::Key, doorward_store::Value)> {
    store.list(&Range::all(), 100).await.unwrap()
}

#[tokio::test]
async fn the_first_start_leaves_a_proof_that_every_later_start_checks() {
    let store = MemoryStore::new();
    check(&store, &sealer()).await.unwrap();
    let written = everything(&store).await;
    assert_eq!(written.len(), 1);
    check(&store, &sealer()).await.unwrap();
    assert_eq!(everything(&store).await, written);
}

#[tokio::test]
async fn sr_03_a_wrong_master_key_refuses_to_start_and_writes_nothing() {
    let store = MemoryStore::new();
    check(&store, &sealer()).await.unwrap();
    let written = everything(&store).await;

    let wrong = Sealer::new(master_key("main", 2), Vec::new());
    assert_eq!(check(&store, &wrong).await, Err(MasterKeyError::Wrong("main".to_owned())));
    let missing = Sealer::new(master_key("new", 2), Vec::new());
    assert_eq!(check(&store, &missing).await, Err(MasterKeyError::Missing("main".to_owned())));
    let wrong_older = Sealer::new(master_key("new", 2), vec![master_key("main", 3)]);
    assert_eq!(check(&store, &wrong_older).await, Err(MasterKeyError::Wrong("main".to_owned())));
    assert_eq!(everything(&store).await, written);
}

#[tokio::test]
async fn a_new_active_key_is_proven_beside_the_older_one() {
    let store = MemoryStore::new();
    check(&store, &sealer()).await.unwrap();
    let rotated = Sealer::new(master_key("new", 2), vec![master_key("main", 1)]);
    check(&store, &rotated).await.unwrap();
    assert_eq!(everything(&store).await.len(), 2);
    assert_eq!(check(&store, &sealer()).await, Err(MasterKeyError::Missing("new".to_owned())));
}
