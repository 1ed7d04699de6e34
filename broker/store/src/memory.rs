//! The store that forgets: for tests.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;

use crate::feed::{self, Feed};
use crate::{Batch, Changes, Expect, Key, Operation, Range, Store, StoreError, Value, Version};

/// Keeps records in memory, with the semantics of a durable store.
#[derive(Debug)]
pub struct MemoryStore {
    state: Mutex<State>,
    feed: Feed,
}

#[derive(Debug)]
struct State {
    records: BTreeMap<Key, Value>,
    version: Version,
    fail_at: Option<usize>,
}

/// What an empty store counts from; zero means "no version" to [`Store::changes`].
const EMPTY: Version = Version(1);

impl Default for MemoryStore {
    fn default() -> Self {
        let state = State { records: BTreeMap::new(), version: EMPTY, fail_at: None };
        Self { state: Mutex::new(state), feed: Feed::new(EMPTY) }
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the next commit fail when it has written `step` of its records, to see what is left.
    pub fn fail_at(&self, step: usize) {
        self.state().fail_at = Some(step);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn apply(&self, batch: Batch) -> Result<Version, StoreError> {
        batch.check_sizes()?;
        let operations = batch.into_operations();
        let mut state = self.state();
        let broken = operations.iter().find(|it| !it.expect().holds_for(state.records.get(it.key())));
        if let Some(broken) = broken {
            return Err(StoreError::Conflict(broken.key().clone()));
        }
        self.write(&mut state, operations)
    }

    fn remove(&self, key: &Key) -> Result<Option<Value>, StoreError> {
        let mut state = self.state();
        let taken = state.records.get(key).cloned();
        if taken.is_some() {
            self.write(&mut state, vec![Operation::Delete { key: key.clone(), expect: Expect::Any }])?;
        }
        Ok(taken)
    }

    fn write(&self, state: &mut State, operations: Vec<Operation>) -> Result<Version, StoreError> {
        let configuration = feed::configuration(&operations);
        let version = state.write(operations)?;
        self.feed.announce(version, configuration);
        Ok(version)
    }
}

impl State {
    /// Writes everything, or nothing when it fails.
    fn write(&mut self, operations: Vec<Operation>) -> Result<Version, StoreError> {
        let fail_at = self.fail_at.take();
        let version = Version(self.version.0 + 1);
        let mut before = Vec::with_capacity(operations.len());
        for (step, operation) in operations.into_iter().enumerate() {
            if fail_at == Some(step) {
                self.restore(before);
                return Err(StoreError::Unavailable(format!("failed on purpose at step {step}")));
            }
            before.push(match operation {
                Operation::Put { key, expires_at, bytes, .. } => {
                    let old = self.records.insert(key.clone(), Value { version, expires_at, bytes });
                    (key, old)
                }
                Operation::Delete { key, .. } => {
                    let old = self.records.remove(&key);
                    (key, old)
                }
            });
        }
        self.version = version;
        Ok(version)
    }

    fn restore(&mut self, before: Vec<(Key, Option<Value>)>) {
        for (key, old) in before.into_iter().rev() {
            match old {
                Some(value) => self.records.insert(key, value),
                None => self.records.remove(&key),
            };
        }
    }
}

impl Store for MemoryStore {
    fn get<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        Box::pin(async { Ok(self.state().records.get(key).cloned()) })
    }

    fn list<'a>(
        &'a self,
        range: &'a Range,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<(Key, Value)>, StoreError>> {
        Box::pin(async move {
            let state = self.state();
            let from_start =
                state.records.range::<[u8], _>((Bound::Included(range.start.as_slice()), Bound::Unbounded));
            let found = from_start.take_while(|(key, _)| range.contains(key.as_bytes())).take(limit);
            Ok(found.map(|(key, value)| (key.clone(), value.clone())).collect())
        })
    }

    fn take<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        Box::pin(async { self.remove(key) })
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<Version, StoreError>> {
        Box::pin(async { self.apply(batch) })
    }

    fn changes(&self, since: Version) -> BoxFuture<'_, Result<Changes, StoreError>> {
        Box::pin(self.feed.after(since))
    }
}
