//! Where records live: the [`Store`] trait of five functions, its backends, and typed access on top.
//!
//! * [`key`] says what a key looks like, [`batch`] what a write expects and does.
//! * [`records`] is the table of everything that is kept: kind, key, expiry.
//! * [`typed`] reads and writes domain types through any store; [`parsed`] spares it the parsing.
//! * [`memory`] and [`sled`] are the backends; [`contract`] is the suite that both pass.
//! * [`sweep`] deletes what has expired.

pub mod batch;
pub mod contract;
mod feed;
pub mod key;
pub mod memory;
pub mod parsed;
pub mod records;
pub mod sled;
pub mod sweep;
pub mod typed;

pub use self::sled::SledStore;
pub use batch::{Batch, Expect, MAX_RECORD_BYTES, Operation};
pub use key::{Key, Kind, Range};
pub use memory::MemoryStore;
pub use parsed::Parsed;
pub use records::Record;
pub use typed::{StoreExt, Stored};

use doorward_domain::Timestamp;
use futures_util::future::BoxFuture;

/// A record's version: the number of the commit that wrote it. Versions only grow, also across a
/// restart and after a deletion, so a version never means two values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

/// A value as it lies in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The commit that wrote it.
    pub version: Version,
    /// When it stops to exist; the caller compares it with its own clock.
    pub expires_at: Option<Timestamp>,
    /// The record, in JSON.
    pub bytes: Vec<u8>,
}

/// What changed, for those who keep copies of configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Ask from here next time.
    pub upto: Version,
    /// The configuration records that changed; `None` when there were too many to tell: read all anew.
    pub keys: Option<Vec<Key>>,
}

/// The store could not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// An expectation of the batch did not hold; nothing was written. Decide again on fresh records.
    #[error("a record was changed by somebody else")]
    Conflict(Key),
    /// A record is longer than [`MAX_RECORD_BYTES`]; nothing was written.
    #[error("the record {0:?} is too large to be stored")]
    TooLarge(Key),
    /// The store has failed or is stopping; whether a write got through is unknown.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// A stored record cannot be read.
    #[error("a stored {kind:?} record is damaged: {cause}")]
    Damaged {
        /// What kind of record.
        kind: Kind,
        /// What is wrong with it.
        cause: String,
    },
}

/// A place for records. All of doorward's state goes through these five functions.
///
/// Reads see every write that was acknowledged. A write is acknowledged when it would survive the
/// loss of power.
pub trait Store: Send + Sync + 'static {
    /// Reads one record, expired or not.
    fn get<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>>;

    /// Reads the records of a range in key order, at most `limit`. Commits may come in between.
    fn list<'a>(
        &'a self,
        range: &'a Range,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<(Key, Value)>, StoreError>>;

    /// Deletes a record and returns it: of any number of concurrent callers, one gets it.
    fn take<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>>;

    /// Applies a batch as a whole or not at all, and returns after it is durable. All expectations
    /// are compared with what is there before the batch.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] names the first key whose expectation did not hold.
    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<Version, StoreError>>;

    /// Waits until configuration has changed after `since`, then tells what.
    /// [`Version`]`(0)` answers at once with the present version and no keys.
    fn changes(&self, since: Version) -> BoxFuture<'_, Result<Changes, StoreError>>;
}
