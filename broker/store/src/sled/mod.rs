//! The embedded store: sled 0.34, with its faults contained.
//!
//! * Only one thread writes ([`writer`]): it takes all commits that wait, writes them as one batch,
//!   flushes once and acknowledges them together. Sled's own timer is off.
//! * A flush is a barrier because `doorward-barrier` is linked in, which [`open`] proves each time.
//! * After a failure of sled nothing is acknowledged any more and nothing read: what memory and disk
//!   hold may differ. The process has to start anew.
//! * Reads go to sled directly; they take microseconds. They may see what is not acknowledged yet.

mod format;
mod open;
mod versions;
mod writer;

use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, OnceLock, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ::sled::{Db, IVec};
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;
use tokio::time::timeout;

pub use self::open::OpenError;
use self::writer::{Reply, Request, Writer};
use crate::feed::Feed;
use crate::{Batch, Changes, Key, Range, Store, StoreError, Value, Version};

/// How a store is opened.
#[derive(Clone, Copy, Debug)]
pub struct SledOptions {
    /// The size of sled's page cache.
    pub cache_bytes: u64,
}

impl Default for SledOptions {
    fn default() -> Self {
        Self { cache_bytes: 8 * 1024 * 1024 }
    }
}

/// Keeps records in a folder of this machine. One process at a time may have it open.
///
/// A commit whose future is dropped may be written all the same. Dropping the store waits for what
/// it was asked before.
pub struct SledStore {
    shared: Arc<Shared>,
    /// `None` once it is being dropped.
    requests: Option<mpsc::Sender<Request>>,
    writer: Option<JoinHandle<()>>,
}

/// What readers and the writer share.
struct Shared {
    db: Db,
    feed: Feed,
    /// Why the store has stopped, when it has.
    stopped: OnceLock<String>,
}

/// After waiting so long for an answer, a caller looks whether sled has failed.
const PATIENCE: Duration = Duration::from_secs(1);

impl SledStore {
    /// Opens the store in the folder `path`, or creates it. Blocks.
    ///
    /// # Errors
    /// [`OpenError`] says what is in the way.
    pub fn open(path: impl AsRef<Path>, options: SledOptions) -> Result<Self, OpenError> {
        let (db, versions) = open::open(path.as_ref(), &options)?;
        let feed = Feed::new(versions.last());
        let shared = Arc::new(Shared { db, feed, stopped: OnceLock::new() });
        let (requests, receiver) = mpsc::channel();
        let writer = Writer { shared: Arc::clone(&shared), versions, requests: receiver };
        let thread = thread::Builder::new().name("store-writer".to_owned()).spawn(|| writer.run());
        Ok(Self { shared, requests: Some(requests), writer: Some(thread.map_err(OpenError::Writer)?) })
    }

    /// Writes what was asked before, then stops: all later calls answer [`StoreError::Unavailable`].
    pub async fn close(&self) {
        // An error means that it has stopped already.
        let _ = self.ask(Request::Close).await;
    }

    /// Has the writer do something and waits for its answer.
    async fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, StoreError> {
        let (reply, mut answer) = oneshot::channel();
        let requests = self.requests.as_ref().ok_or_else(|| self.shared.unavailable())?;
        requests.send(request(reply)).map_err(|_| self.shared.unavailable())?;
        loop {
            match timeout(PATIENCE, &mut answer).await {
                Ok(answer) => return answer.unwrap_or_else(|_| Err(self.shared.unavailable())),
                Err(_) => self.rouse(),
            }
        }
    }

    /// Sled does not tell a flush that waits when the write it waits for has failed in another
    /// thread. Whoever tries to write finds the failure and wakes the flush, and making a tree is the
    /// one way to try that takes no lock which the flush holds. With a failure there, none is made.
    fn rouse(&self) {
        if self.shared.db.context.global_error().is_err() {
            let _ = self.shared.db.open_tree("rouse");
        }
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(writer) = self.writer.take() {
            // The writer tells of its failures itself.
            let _ = writer.join();
        }
    }
}

impl Shared {
    fn get(&self, key: &Key) -> Result<Option<Value>, StoreError> {
        let stored = self.read(|db| db.get(key.as_bytes()))?;
        stored.map(|stored| format::decode(key, &stored)).transpose()
    }

    /// Looks every record up by itself. Sled's cache counts lookups and makes room after 64 of them in
    /// one of its 256 parts, so a walk, which looks each page up once, would fill memory unnoticed.
    fn list(&self, range: &Range, limit: usize) -> Result<Vec<(Key, Value)>, StoreError> {
        let mut found = Vec::new();
        let mut from = Bound::Included(IVec::from(range.start.as_slice()));
        while found.len() < limit {
            let next = self.read(|db| db.range((from, Bound::Unbounded)).next().transpose())?;
            let Some((bytes, stored)) = next.filter(|(key, _)| range.contains(key)) else { break };
            if let Some(key) = Key::from_bytes(&bytes) {
                let value = format::decode(&key, &stored)?;
                found.push((key, value));
            }
            from = Bound::Excluded(bytes);
        }
        Ok(found)
    }

    fn read<T>(&self, from: impl FnOnce(&Db) -> ::sled::Result<T>) -> Result<T, StoreError> {
        if self.stopped.get().is_some() {
            return Err(self.unavailable());
        }
        from(&self.db).map_err(|cause| StoreError::Unavailable(cause.to_string()))
    }

    /// Lets nothing more through. The first reason stays.
    fn stop(&self, reason: String) {
        // An error means that there is a reason already.
        let _ = self.stopped.set(reason);
        self.feed.close();
    }

    fn unavailable(&self) -> StoreError {
        StoreError::Unavailable(
            self.stopped.get().cloned().unwrap_or_else(|| "its writer has ended".to_owned()),
        )
    }
}

impl Store for SledStore {
    fn get<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        Box::pin(async { self.shared.get(key) })
    }

    fn list<'a>(
        &'a self,
        range: &'a Range,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<(Key, Value)>, StoreError>> {
        Box::pin(async move { self.shared.list(range, limit) })
    }

    fn take<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        Box::pin(self.ask(|reply| Request::Take(key.clone(), reply)))
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<Version, StoreError>> {
        Box::pin(async {
            batch.check_sizes()?;
            self.ask(|reply| Request::Commit(batch, reply)).await
        })
    }

    fn changes(&self, since: Version) -> BoxFuture<'_, Result<Changes, StoreError>> {
        Box::pin(self.shared.feed.after(since))
    }
}
