//! A store that others get to act between any two calls of, and that fails on demand.

use std::sync::atomic::{AtomicBool, Ordering};

use doorward_store::{Batch, Changes, Key, MemoryStore, Range, Store, StoreError, Value, Version};
use futures_util::future::BoxFuture;

#[derive(Default)]
pub(super) struct TestStore {
    inner: MemoryStore,
    pub(super) broken: AtomicBool,
}

impl TestStore {
    async fn turn(&self) -> Result<(), StoreError> {
        tokio::task::yield_now().await;
        if self.broken.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("broken by the test".to_owned()));
        }
        Ok(())
    }
}

impl Store for TestStore {
    fn get<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        Box::pin(async move {
            self.turn().await?;
            self.inner.get(key).await
        })
    }

    fn list<'a>(
        &'a self,
        range: &'a Range,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<(Key, Value)>, StoreError>> {
        Box::pin(async move {
            self.turn().await?;
            self.inner.list(range, limit).await
        })
    }

    fn take<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        Box::pin(async move {
            self.turn().await?;
            self.inner.take(key).await
        })
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<Version, StoreError>> {
        Box::pin(async move {
            self.turn().await?;
            self.inner.commit(batch).await
        })
    }

    fn changes(&self, since: Version) -> BoxFuture<'_, Result<Changes, StoreError>> {
        Box::pin(async move {
            self.turn().await?;
            self.inner.changes(since).await
        })
    }
}
