//! The suite that every backend passes, with concurrent callers.
//!
//! A backend's tests implement [`Backend`] and run every check on a backend of its own. A check
//! panics when the backend breaks the contract. [`contract_tests!`](crate::contract_tests) writes
//! the test functions.

#![expect(clippy::unwrap_used, reason = "a test suite")]

mod changes;
mod expectations;
mod expiry;
mod failures;
mod order;
mod races;

use std::sync::Arc;

use doorward_domain::{TenantId, Timestamp};
use futures_util::future::BoxFuture;

pub use self::changes::{changes_are_told_to_those_who_wait, whoever_missed_changes_catches_up};
pub use self::expectations::{
    a_conflict_names_its_key_and_writes_nothing, expectations_hold_or_conflict, only_records_of_bounded_size,
    values_come_back_as_they_were, versions_never_repeat,
};
pub use self::expiry::{a_renewed_record_is_not_swept, expired_records_are_unseen_then_swept};
pub use self::failures::a_failure_at_any_step_leaves_before_or_after;
pub use self::order::{lists_are_in_key_order_and_page, lists_keep_to_their_range};
pub use self::races::{
    one_of_many_redeemers_commits, one_of_many_redeemers_takes, parallel_updates_all_count,
    what_one_batch_wrote_the_next_expects,
};
use crate::{Expect, Key, Kind, Operation, Store};

/// What the suite needs of a backend. It starts empty.
pub trait Backend: Send + Sync {
    /// Opens the store, with everything that was acknowledged before. Every store that was opened
    /// earlier has been dropped.
    fn open(&self) -> BoxFuture<'_, Arc<dyn Store>>;

    /// Makes one step of the next commit fail, counted from zero. A step that a commit does not have
    /// does nothing.
    fn fail_at(&self, step: usize);

    /// Undoes [`Backend::fail_at`].
    fn heal(&self);
}

/// One test function for each check of the suite, on a new backend made by the expression.
#[macro_export]
macro_rules! contract_tests {
    ($backend:expr) => {
        $crate::contract_tests! { $backend;
            a_conflict_names_its_key_and_writes_nothing
            a_failure_at_any_step_leaves_before_or_after
            a_renewed_record_is_not_swept
            changes_are_told_to_those_who_wait
            expectations_hold_or_conflict
            expired_records_are_unseen_then_swept
            lists_are_in_key_order_and_page
            lists_keep_to_their_range
            one_of_many_redeemers_commits
            one_of_many_redeemers_takes
            only_records_of_bounded_size
            parallel_updates_all_count
            values_come_back_as_they_were
            versions_never_repeat
            what_one_batch_wrote_the_next_expects
            whoever_missed_changes_catches_up
        }
    };
    ($backend:expr; $($check:ident)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $check() {
            $crate::contract::$check(&$backend).await;
        })*
    };
}

const NOW: Timestamp = Timestamp::from_secs(1_000_000);

fn key(kind: Kind, id: u32) -> Key {
    Key::new(TenantId::from_bytes([7; 16]), kind, &id.to_be_bytes())
}

fn put(key: &Key, expect: Expect, bytes: &[u8]) -> Operation {
    Operation::Put { key: key.clone(), expires_at: None, bytes: bytes.to_vec(), expect }
}

fn delete(key: &Key, expect: Expect) -> Operation {
    Operation::Delete { key: key.clone(), expect }
}
