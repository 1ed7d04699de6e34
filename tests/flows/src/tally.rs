//! A store that counts what it is asked, and can stop answering, or refuse to write what is of one kind.

use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use doorward_store::{Batch, Changes, Key, Kind, MemoryStore, Range, Store, StoreError, Value, Version};
use futures_util::future::BoxFuture;

/// A memory store that counts.
#[derive(Default)]
pub struct Tally {
    store: MemoryStore,
    reads: AtomicUsize,
    stalled: AtomicBool,
    refused: Mutex<Option<Kind>>,
}

impl Tally {
    /// A store that has counted nothing.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// How often somebody has read.
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }

    /// Answers nobody any more.
    pub fn stall(&self) {
        self.stalled.store(true, Ordering::Relaxed);
    }

    /// Writes nothing in which there is a record of this kind.
    pub fn refuse(&self, kind: Kind) {
        *self.refused.lock().unwrap() = Some(kind);
    }

    /// Writes everything again.
    pub fn accept(&self) {
        *self.refused.lock().unwrap() = None;
    }

    async fn answer<T>(&self, operation: impl Future<Output = T>) -> T {
        match self.stalled.load(Ordering::Relaxed) {
            true => pending().await,
            false => operation.await,
        }
    }
}

impl Store for Tally {
    fn get<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Box::pin(self.answer(self.store.get(key)))
    }

    fn list<'a>(
        &'a self,
        range: &'a Range,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<(Key, Value)>, StoreError>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Box::pin(self.answer(self.store.list(range, limit)))
    }

    fn take<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        Box::pin(self.answer(self.store.take(key)))
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<Version, StoreError>> {
        let refused = *self.refused.lock().unwrap();
        let refused = batch.operations().iter().any(|it| Some(it.key().kind()) == refused);
        Box::pin(async move {
            match refused {
                true => Err(StoreError::Unavailable("the test says so".to_owned())),
                false => self.answer(self.store.commit(batch)).await,
            }
        })
    }

    fn changes(&self, since: Version) -> BoxFuture<'_, Result<Changes, StoreError>> {
        self.store.changes(since)
    }
}
