//! Whose audit log has grown since it was signed: known from what this process writes, so that it is not looked
//! for among all tenants.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorward_domain::{Clock, TenantId, Timestamp};
use doorward_store::{Batch, Changes, Key, Kind, Operation, Range, Store, StoreError, Value, Version};
use futures_util::future::BoxFuture;

/// The tenants whose events wait to be signed, and when the last of each was written.
#[derive(Debug, Default)]
pub struct Grown(Mutex<HashMap<TenantId, Timestamp>>);

/// A store that notes whose audit log grows.
pub struct Watched {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    grown: Arc<Grown>,
}

impl Grown {
    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tenants.
    pub(super) fn tenants(&self) -> Vec<TenantId> {
        self.lock().keys().copied().collect()
    }

    /// Everything that happened up to then is signed.
    pub(super) fn signed(&self, upto: Timestamp) {
        self.lock().retain(|_, written_at| *written_at > upto);
    }
}

impl Watched {
    /// Watches what is written to `store`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, grown: Arc::default() }
    }

    /// What it notes.
    pub fn grown(&self) -> Arc<Grown> {
        Arc::clone(&self.grown)
    }
}

impl Store for Watched {
    fn get<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        self.store.get(key)
    }

    fn list<'a>(
        &'a self,
        range: &'a Range,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<(Key, Value)>, StoreError>> {
        self.store.list(range, limit)
    }

    fn take<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        self.store.take(key)
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<Version, StoreError>> {
        let keys = batch.operations().iter().map(Operation::key);
        let tenants: Vec<_> = keys.filter(|key| key.kind() == Kind::Audit).map(Key::tenant).collect();
        if tenants.is_empty() {
            return self.store.commit(batch);
        }
        Box::pin(async move {
            let committed = self.store.commit(batch).await;
            // Where it failed otherwise, nobody knows whether the events are there.
            if !matches!(committed, Err(StoreError::Conflict(_) | StoreError::TooLarge(_))) {
                let now = self.clock.now();
                self.grown.lock().extend(tenants.into_iter().map(|tenant| (tenant, now)));
            }
            committed
        })
    }

    fn changes(&self, since: Version) -> BoxFuture<'_, Result<Changes, StoreError>> {
        self.store.changes(since)
    }
}
