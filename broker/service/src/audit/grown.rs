//! The events that wait to be signed: known from what this process writes, so that none is looked for in the
//! store, and that none is signed otherwise than it was written.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorward_domain::checkpoint::Entry;
use doorward_domain::{EventId, TenantId, Timestamp};
use doorward_store::{Batch, Changes, Key, Kind, Operation, Range, Store, StoreError, Value, Version};
use futures_util::future::BoxFuture;

use super::events;

/// The events that wait, in the order in which they happened.
#[derive(Debug, Default)]
pub struct Grown {
    waiting: Mutex<BTreeMap<(EventId, TenantId), Entry>>,
    /// Whether there are none that nobody here knows of.
    complete: AtomicBool,
}

/// A store that notes what is added to the audit log.
pub struct Watched {
    store: Arc<dyn Store>,
    grown: Arc<Grown>,
}

impl Grown {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<(EventId, TenantId), Entry>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no event waits but those that are known here. It is not so at the start, and when the store
    /// failed in the middle of a commit.
    pub(super) fn is_complete(&self) -> bool {
        self.complete.load(Ordering::Relaxed)
    }

    /// What happened before was looked for in the store.
    pub(super) fn completed(&self) {
        self.complete.store(true, Ordering::Relaxed);
    }

    /// Forgets those that wait no more.
    pub(super) fn forget(&self, signed: impl Fn(&EventId) -> bool) {
        self.lock().retain(|(event, _), _| !signed(event));
    }

    /// The first that happened up to then.
    pub(super) fn first(&self, most: usize, upto: Timestamp) -> Vec<Entry> {
        let waiting = self.lock();
        let settled = waiting.values().take_while(|entry| entry.event.made_at() <= upto);
        settled.take(most).cloned().collect()
    }
}

impl Watched {
    /// Watches what is written to `store`.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, grown: Arc::default() }
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
        let added: Vec<Entry> = batch.operations().iter().filter_map(added).collect();
        if added.is_empty() {
            return self.store.commit(batch);
        }
        Box::pin(async move {
            let committed = self.store.commit(batch).await;
            match &committed {
                Ok(_) => {
                    let added = added.into_iter().map(|entry| ((entry.event, entry.tenant), entry));
                    self.grown.lock().extend(added);
                }
                Err(StoreError::Conflict(_) | StoreError::TooLarge(_)) => {}
                // Nobody knows whether the events are there.
                Err(_) => self.grown.complete.store(false, Ordering::Relaxed),
            }
            committed
        })
    }

    fn changes(&self, since: Version) -> BoxFuture<'_, Result<Changes, StoreError>> {
        self.store.changes(since)
    }
}

/// The event that an operation writes.
fn added(operation: &Operation) -> Option<Entry> {
    match operation {
        Operation::Put { key, bytes, .. } if key.kind() == Kind::Audit => Some(events::entry(key, bytes)),
        _ => None,
    }
}
