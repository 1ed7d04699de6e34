//! The work that crashes interrupt: each writer has three records with one counter, which a batch
//! raises together.

use doorward_domain::TenantId;
use doorward_store::{Batch, Expect, Key, Kind, Operation, Store, StoreError, Version};

const KINDS: [Kind; 3] = [Kind::User, Kind::Session, Kind::Grant];

fn key(kind: Kind, writer: u32) -> Key {
    Key::new(TenantId::from_bytes([7; 16]), kind, &writer.to_be_bytes())
}

/// Writes `count` into the writer's three records, over the version it wrote before.
pub async fn write(
    store: &dyn Store,
    writer: u32,
    before: Option<Version>,
    count: u64,
    padding: usize,
) -> Result<Version, StoreError> {
    let mut bytes = count.to_be_bytes().to_vec();
    bytes.resize(8 + padding, b'.');
    let expect = before.map_or(Expect::Absent, Expect::Version);
    let put =
        |kind| Operation::Put { key: key(kind, writer), expires_at: None, bytes: bytes.clone(), expect };
    store.commit(KINDS.into_iter().map(put).fold(Batch::new(), Batch::push)).await
}

/// The counter and version of the writer's records; they must be whole.
pub async fn read(store: &dyn Store, writer: u32) -> Option<(u64, Version)> {
    let mut found = Vec::new();
    for kind in KINDS {
        let value = store.get(&key(kind, writer)).await.unwrap();
        found.push(
            value.map(|value| (u64::from_be_bytes(*value.bytes.first_chunk().unwrap()), value.version)),
        );
    }
    assert!(found.iter().all(|one| *one == found[0]), "half a batch of writer {writer}: {found:?}");
    found[0]
}
