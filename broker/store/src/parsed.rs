//! Records that are read all the time and seldom change, parsed once for each of their versions.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use doorward_domain::Timestamp;

use crate::typed::{alive, decode};
use crate::{Key, Record, Store, StoreError, Stored};

/// The records of one kind as they were parsed last. The store is asked every time, and its version
/// decides: a record that has changed is never answered from memory.
#[derive(Debug)]
pub struct Parsed<R> {
    records: RwLock<HashMap<Key, Arc<Stored<R>>>>,
    most: usize,
}

impl<R: Record + Clone> Parsed<R> {
    /// Keeps at most `most` records.
    pub fn new(most: usize) -> Self {
        Self { records: RwLock::default(), most }
    }

    /// Reads the record at `key` as [`StoreExt::read`](crate::StoreExt::read) does.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read<S>(&self, store: &S, key: &Key, now: Timestamp) -> Result<Option<Stored<R>>, StoreError>
    where
        S: Store + ?Sized,
    {
        let Some(value) = store.get(key).await?.filter(|value| alive(value, now)) else { return Ok(None) };
        let known = self.records.read().unwrap_or_else(PoisonError::into_inner).get(key).map(Arc::clone);
        if let Some(known) = known.filter(|known| known.version == value.version) {
            return Ok(Some(Stored::clone(&known)));
        }
        let read = decode::<R>(value)?;
        self.keep(key, read.clone());
        Ok(Some(read))
    }

    fn keep(&self, key: &Key, read: Stored<R>) {
        let mut records = self.records.write().unwrap_or_else(PoisonError::into_inner);
        if records.len() >= self.most {
            // Rare enough to begin anew.
            records.clear();
        }
        records.insert(key.clone(), Arc::new(read));
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::{Slug, TenantId};

    use super::*;
    use crate::records::{TenantOf, at};
    use crate::{Batch, MemoryStore};

    fn index(name: &str, tenant: u8) -> TenantOf<Slug> {
        TenantOf { name: Slug::parse(name).unwrap(), tenant: TenantId::from_bytes([tenant; 16]) }
    }

    #[tokio::test]
    async fn what_is_read_is_what_the_store_has_now() {
        let (store, now) = (MemoryStore::default(), Timestamp::from_secs(1));
        let parsed = Parsed::<TenantOf<Slug>>::new(1);
        let key = at::slug(&index("acme", 1).name);
        for tenant in [1, 2] {
            store.commit(Batch::new().put(&index("acme", tenant)).unwrap()).await.unwrap();
            for _ in 0..2 {
                let read = parsed.read(&store, &key, now).await.unwrap().unwrap();
                assert_eq!(read.record, index("acme", tenant));
            }
        }
        store.commit(Batch::new().remove(key.clone())).await.unwrap();
        assert_eq!(parsed.read(&store, &key, now).await.unwrap(), None);
    }

    #[tokio::test]
    async fn no_more_are_kept_than_was_said() {
        let (store, now) = (MemoryStore::default(), Timestamp::from_secs(1));
        let parsed = Parsed::<TenantOf<Slug>>::new(2);
        for (tenant, name) in (1..).zip(["acme", "benji", "northwind", "acme"]) {
            store.commit(Batch::new().put(&index(name, tenant)).unwrap()).await.unwrap();
            let read = parsed.read(&store, &at::slug(&index(name, tenant).name), now).await.unwrap();
            assert_eq!(read.map(|read| read.record), Some(index(name, tenant)));
            assert!(parsed.records.read().unwrap().len() <= 2);
        }
    }
}
