//! Lists.

use doorward_domain::TenantId;

use super::{Backend, key, put};
use crate::{Batch, Expect, Key, Kind, Range};

/// Records come in the order of their keys' bytes, and pages join without gap or overlap.
pub async fn lists_are_in_key_order_and_page(backend: &dyn Backend) {
    let store = backend.open().await;
    // Steps of 97 through 101 numbers: every order but the right one.
    let scattered: Vec<Key> = (0..101_u32).map(|n| key(Kind::User, n * 97 % 101)).collect();
    for keys in scattered.chunks(10) {
        let batch = keys.iter().fold(Batch::new(), |batch, key| batch.push(put(key, Expect::Absent, b"{}")));
        store.commit(batch).await.unwrap();
    }
    let mut expected = scattered;
    expected.sort();

    let whole = Range::of(expected[0].tenant(), Kind::User);
    for page in [1, 7, 101, 1000] {
        let mut seen: Vec<Key> = Vec::new();
        loop {
            let rest = seen.last().map_or_else(|| whole.clone(), |last| whole.after(last));
            let found = store.list(&rest, page).await.unwrap();
            assert!(found.len() <= page);
            if found.is_empty() {
                break;
            }
            seen.extend(found.into_iter().map(|(key, _)| key));
        }
        assert_eq!(seen, expected, "in pages of {page}");
    }
    assert_eq!(store.list(&whole, 0).await, Ok(Vec::new()));
}

/// No list shows another tenant's records, or another kind's.
pub async fn lists_keep_to_their_range(backend: &dyn Backend) {
    let store = backend.open().await;
    let tenants = [0x00, 0x01, 0xfe, 0xff].map(|byte| TenantId::from_bytes([byte; 16]));
    let kinds = [Kind::Tenant, Kind::User, Kind::Identity, Kind::Audit];
    let ids: [&[u8]; 4] = [&[], &[0], &[0xff; 16], &[0xff; 40]];
    let keys = || tenants.iter().flat_map(|tenant| kinds.iter().map(|kind| (*tenant, *kind)));
    let mut all = Vec::new();
    for (tenant, kind) in keys() {
        all.extend(ids.map(|id| Key::new(tenant, kind, id)));
    }
    let batch = all.iter().fold(Batch::new(), |batch, key| batch.push(put(key, Expect::Absent, b"{}")));
    store.commit(batch).await.unwrap();

    for (tenant, kind) in keys() {
        let found = store.list(&Range::of(tenant, kind), 100).await.unwrap();
        let found: Vec<Key> = found.into_iter().map(|(key, _)| key).collect();
        assert_eq!(found, ids.map(|id| Key::new(tenant, kind, id)));
        let prefix = Range::starting_with(Key::new(tenant, kind, &[0xff; 16]));
        assert_eq!(store.list(&prefix, 100).await.unwrap().len(), 2);
    }
    let found = store.list(&Range::all(), 1000).await.unwrap();
    assert_eq!(found.into_iter().map(|(key, _)| key).collect::<Vec<_>>(), all);
}
