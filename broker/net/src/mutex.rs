//! Locking a mutex that nobody panics under.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks; the data behind our short critical sections is sound even if a test panicked there.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
