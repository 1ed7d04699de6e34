//! A store in which something else happens at the worst moment: races without chance.

use std::sync::{Arc, Mutex};

use doorward_store::{Batch, Changes, Key, MemoryStore, Range, Store, StoreError, Value, Version};
use futures_util::future::BoxFuture;

/// A moment within an operation that is not one with the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Somebody is about to commit what was decided on records read before.
    BeforeCommit,
    /// Somebody is about to go on with a list.
    AfterList,
}

/// A memory store that does something else in between, once.
#[derive(Default)]
pub struct Meddler {
    store: MemoryStore,
    plan: Mutex<Option<(Moment, BoxFuture<'static, ()>)>>,
}

impl Meddler {
    /// A store that behaves until it is told otherwise.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Does `this` when the next such moment comes; what `this` does itself is left in peace.
    pub fn meddle(&self, moment: Moment, this: impl Future<Output = ()> + Send + 'static) {
        *self.plan.lock().unwrap() = Some((moment, Box::pin(this)));
    }

    /// Whether the moment has come.
    pub fn has_meddled(&self) -> bool {
        self.plan.lock().unwrap().is_none()
    }

    async fn at(&self, moment: Moment) {
        let due = self.plan.lock().unwrap().take_if(|(planned, _)| *planned == moment);
        if let Some((_, this)) = due {
            this.await;
        }
    }
}

impl Store for Meddler {
    fn get<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        self.store.get(key)
    }

    fn list<'a>(
        &'a self,
        range: &'a Range,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<(Key, Value)>, StoreError>> {
        Box::pin(async move {
            let listed = self.store.list(range, limit).await;
            self.at(Moment::AfterList).await;
            listed
        })
    }

    fn take<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        self.store.take(key)
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<Version, StoreError>> {
        Box::pin(async move {
            self.at(Moment::BeforeCommit).await;
            self.store.commit(batch).await
        })
    }

    fn changes(&self, since: Version) -> BoxFuture<'_, Result<Changes, StoreError>> {
        self.store.changes(since)
    }
}
