//! The one thread that writes. Sled's own asynchronous flush deadlocks under concurrent callers and
//! a flush costs more than the writes before it, so all commits that wait are written as one group.

use std::collections::HashMap;
use std::iter;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use ::sled::IVec;
use tokio::sync::oneshot;

use super::versions::Versions;
use super::{Shared, format};
use crate::{Batch, Expect, Key, Operation, StoreError, Value, Version, feed};

/// So many requests share a flush at most.
const GROUP: usize = 512;

/// While several are asking at the same time, a group waits for more of them, in steps of this length:
/// a flush wakes all eight of sled's threads twice, which costs more than a dozen writes. Who asks alone
/// never waits.
const STEP: Duration = Duration::from_millis(1);

/// After so many steps the group is written, even if more keep coming.
const STEPS: usize = 4;

type Answer<T> = Result<T, StoreError>;

/// Where an answer goes. It is dropped unanswered when the store has stopped.
pub(super) type Reply<T> = oneshot::Sender<Answer<T>>;

/// An answer that waits for the flush.
struct Pending<T> {
    reply: Reply<T>,
    answer: Answer<T>,
}

impl<T> Pending<T> {
    /// Sends the answer; whoever has given up waiting is no concern.
    fn send(self) {
        let _ = self.reply.send(self.answer);
    }
}

/// What the writer is asked to do.
pub(super) enum Request {
    Commit(Batch, Reply<Version>),
    Take(Key, Reply<Option<Value>>),
    /// Do what was asked before, then stop.
    Close(Reply<()>),
}

/// The writing end of the store.
pub(super) struct Writer {
    pub shared: Arc<Shared>,
    pub versions: Versions,
    pub requests: mpsc::Receiver<Request>,
}

impl Writer {
    /// Writes until the store is closed or sled fails.
    pub fn run(mut self) {
        let _stop = StopOnDrop(Arc::clone(&self.shared));
        let mut before = 0;
        while let Some(requests) = self.next_group(before) {
            before = requests.len();
            let mut group = Group::new(&self.shared, &mut self.versions);
            let added = requests.into_iter().try_for_each(|request| group.add(request));
            match added.and_then(|()| group.flush()) {
                Ok(()) if group.acknowledge() => {}
                Ok(()) => return,
                Err(error) => {
                    tracing::error!(%error, "sled failed: the store has stopped");
                    // Everybody in the group learns it when the group is dropped.
                    return self.shared.stop(format!("sled failed: {error}"));
                }
            }
        }
    }

    /// Waits for the next requests, `None` when nobody can ask any more. There were `before` in the
    /// group before.
    fn next_group(&self, before: usize) -> Option<Vec<Request>> {
        // A request that is there already came while others were being written.
        let (first, came_meanwhile) = match self.requests.try_recv() {
            Ok(first) => (first, true),
            Err(_) => (self.requests.recv().ok()?, false),
        };
        let mut group: Vec<_> = iter::once(first).chain(self.requests.try_iter()).take(GROUP).collect();
        if came_meanwhile || before > 1 {
            self.gather(&mut group);
        }
        Some(group)
    }

    /// Waits for as long as every step brings more requests.
    fn gather(&self, group: &mut Vec<Request>) {
        for _ in 0..STEPS {
            let before = group.len();
            thread::sleep(STEP);
            group.extend(self.requests.try_iter().take(GROUP - before));
            if group.len() == before || group.len() == GROUP {
                return;
            }
        }
    }
}

/// Stops the store with the writer, also when sled panics.
struct StopOnDrop(Arc<Shared>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        let reason = if thread::panicking() { "sled panicked" } else { "it was closed" };
        self.0.stop(reason.to_owned());
    }
}

/// Requests that are written together, and the answers they get afterwards.
struct Group<'a> {
    shared: &'a Shared,
    versions: &'a mut Versions,
    /// What the group writes; `None` deletes.
    writes: HashMap<Key, Option<IVec>>,
    commits: Vec<Pending<Version>>,
    takes: Vec<Pending<Option<Value>>>,
    configuration: Vec<(Version, Vec<Key>)>,
    closing: Option<Reply<()>>,
}

impl<'a> Group<'a> {
    fn new(shared: &'a Shared, versions: &'a mut Versions) -> Self {
        Self {
            shared,
            versions,
            writes: HashMap::new(),
            commits: Vec::new(),
            takes: Vec::new(),
            configuration: Vec::new(),
            closing: None,
        }
    }

    fn add(&mut self, request: Request) -> ::sled::Result<()> {
        match request {
            Request::Commit(batch, reply) => {
                let answer = self.commit(batch)?;
                self.commits.push(Pending { reply, answer });
            }
            Request::Take(key, reply) => {
                let answer = self.take(key)?;
                self.takes.push(Pending { reply, answer });
            }
            Request::Close(reply) => self.closing = Some(reply),
        }
        Ok(())
    }

    fn commit(&mut self, batch: Batch) -> ::sled::Result<Answer<Version>> {
        for operation in batch.operations() {
            if operation.expect() != Expect::Any
                && !operation
                    .expect()
                    .holds(self.current(operation.key())?.as_deref().and_then(format::version))
            {
                return Ok(Err(StoreError::Conflict(operation.key().clone())));
            }
        }
        self.write(batch.into_operations()).map(Ok)
    }

    fn take(&mut self, key: Key) -> ::sled::Result<Answer<Option<Value>>> {
        let Some(stored) = self.current(&key)? else { return Ok(Ok(None)) };
        let value = format::decode(&key, &stored);
        if value.is_ok() {
            self.write(vec![Operation::Delete { key, expect: Expect::Any }])?;
        }
        Ok(value.map(Some))
    }

    /// What the requests before this one leave at `key`.
    fn current(&self, key: &Key) -> ::sled::Result<Option<IVec>> {
        match self.writes.get(key) {
            Some(written) => Ok(written.clone()),
            None => self.shared.db.get(key.as_bytes()),
        }
    }

    fn write(&mut self, operations: Vec<Operation>) -> ::sled::Result<Version> {
        let version = self.versions.next()?;
        let configuration = feed::configuration(&operations);
        if !configuration.is_empty() {
            self.configuration.push((version, configuration));
        }
        for operation in operations {
            match operation {
                Operation::Put { key, expires_at, bytes, .. } => {
                    self.writes.insert(key, Some(format::encode(version, expires_at, &bytes).into()));
                }
                Operation::Delete { key, .. } => {
                    self.writes.insert(key, None);
                }
            }
        }
        Ok(version)
    }

    /// Returns when the group's writes would survive the loss of power.
    fn flush(&mut self) -> ::sled::Result<()> {
        if self.writes.is_empty() {
            return Ok(());
        }
        let mut batch = ::sled::Batch::default();
        for (key, value) in self.writes.drain() {
            match value {
                Some(value) => batch.insert(key.as_bytes(), value),
                None => batch.remove(key.as_bytes()),
            }
        }
        self.shared.db.apply_batch(batch)?;
        self.shared.db.flush()?;
        Ok(())
    }

    /// Answers everybody, and returns whether more may be asked.
    fn acknowledge(self) -> bool {
        for (version, keys) in self.configuration {
            self.shared.feed.announce(version, keys);
        }
        self.commits.into_iter().for_each(Pending::send);
        self.takes.into_iter().for_each(Pending::send);
        let Some(reply) = self.closing else { return true };
        self.shared.stop("it was closed".to_owned());
        Pending { reply, answer: Ok(()) }.send();
        false
    }
}
