//! Batches: what a commit writes, and what it expects to find.

use doorward_domain::Timestamp;

use crate::{Key, Record, StoreError, Stored, Value, Version};

/// What must be true of a key for the batch to apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// There is no record. An expired one that was not swept yet counts as a record.
    Absent,
    /// There is a record, whatever its version.
    Present,
    /// The record still has this version.
    Version(Version),
    /// Whatever is there, or nothing.
    Any,
}

impl Expect {
    /// Whether the expectation holds of what is there.
    pub fn holds(self, current: Option<Version>) -> bool {
        match self {
            Self::Absent => current.is_none(),
            Self::Present => current.is_some(),
            Self::Version(version) => current == Some(version),
            Self::Any => true,
        }
    }

    /// The same for a whole value.
    pub fn holds_for(self, current: Option<&Value>) -> bool {
        self.holds(current.map(|value| value.version))
    }
}

/// One write of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Writes a record.
    Put {
        /// Where.
        key: Key,
        /// When the record stops to exist.
        expires_at: Option<Timestamp>,
        /// The record, in JSON.
        bytes: Vec<u8>,
        /// What must be there.
        expect: Expect,
    },
    /// Deletes a record; nothing happens when there is none and that is allowed.
    Delete {
        /// Where.
        key: Key,
        /// What must be there.
        expect: Expect,
    },
}

impl Operation {
    /// The key it writes.
    pub fn key(&self) -> &Key {
        match self {
            Self::Put { key, .. } | Self::Delete { key, .. } => key,
        }
    }

    /// What it expects.
    pub fn expect(&self) -> Expect {
        match self {
            Self::Put { expect, .. } | Self::Delete { expect, .. } => *expect,
        }
    }
}

/// The longest record that a store takes, in bytes of JSON. sled keeps what is much longer outside of
/// its log, where no barrier reaches it.
pub const MAX_RECORD_BYTES: usize = 24 * 1024;

/// Most records are shorter.
const USUAL_RECORD_BYTES: usize = 768;

/// Writes that apply together or not at all. A key stands in a batch once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    operations: Vec<Operation>,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a record that must not exist yet.
    ///
    /// # Errors
    /// When the record cannot be written as JSON; so for all that put.
    pub fn insert<R: Record>(self, record: &R) -> Result<Self, StoreError> {
        self.put_expecting(record, Expect::Absent)
    }

    /// Writes a new value over a record that must be as it was read.
    pub fn update<R: Record>(self, read: &Stored<R>, record: &R) -> Result<Self, StoreError> {
        self.put_expecting(record, Expect::Version(read.version))
    }

    /// Writes a record whatever is there.
    pub fn put<R: Record>(self, record: &R) -> Result<Self, StoreError> {
        self.put_expecting(record, Expect::Any)
    }

    /// Deletes a record that must be as it was read.
    #[must_use]
    pub fn delete<R: Record>(self, read: &Stored<R>) -> Self {
        self.push(Operation::Delete { key: read.record.key(), expect: Expect::Version(read.version) })
    }

    /// Deletes what must be at `key`.
    #[must_use]
    pub fn consume(self, key: Key) -> Self {
        self.push(Operation::Delete { key, expect: Expect::Present })
    }

    /// Deletes whatever is at `key`.
    #[must_use]
    pub fn remove(self, key: Key) -> Self {
        self.push(Operation::Delete { key, expect: Expect::Any })
    }

    /// Adds one operation.
    #[must_use]
    pub fn push(mut self, operation: Operation) -> Self {
        self.operations.push(operation);
        self
    }

    /// The operations in order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operations, to be applied.
    pub fn into_operations(self) -> Vec<Operation> {
        self.operations
    }

    /// Refuses records that are too long; every backend asks this first.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] names the first.
    pub fn check_sizes(&self) -> Result<(), StoreError> {
        let too_large = self.operations.iter().find(|operation| match operation {
            Operation::Put { bytes, .. } => bytes.len() > MAX_RECORD_BYTES,
            Operation::Delete { .. } => false,
        });
        too_large.map_or(Ok(()), |operation| Err(StoreError::TooLarge(operation.key().clone())))
    }

    fn put_expecting<R: Record>(self, record: &R, expect: Expect) -> Result<Self, StoreError> {
        let key = record.key();
        let mut bytes = Vec::with_capacity(USUAL_RECORD_BYTES);
        serde_json::to_writer(&mut bytes, record)
            .map_err(|cause| StoreError::Damaged { kind: key.kind(), cause: cause.to_string() })?;
        Ok(self.push(Operation::Put { key, expires_at: record.expires_at(), bytes, expect }))
    }
}
