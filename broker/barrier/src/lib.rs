//! Makes sled's flush survive the loss of power.
//!
//! On Linux, sled ends each of its writes with `sync_file_range`. That call writes neither the
//! file's metadata nor the cache of the device, and databases that relied on it did not open again
//! after a power cut. So this crate defines `sync_file_range` for the whole program, which takes
//! precedence over the C library's, and has it call `fdatasync`. It counts the barriers that
//! succeeded, so that whoever relies on them can prove at start that they are reached.
//!
//! Everywhere else sled calls [`std::fs::File::sync_all`] in that place and needs no help.

use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(target_os = "linux")]
mod interposed;
#[cfg(target_os = "linux")]
pub use interposed::{Moment, Observer, observe};

/// Whether sled needs the barrier on this platform, so that [`count`] moves.
pub const INTERPOSED: bool = cfg!(target_os = "linux");

static COUNT: AtomicU64 = AtomicU64::new(0);

/// How many barriers have succeeded since the program started.
pub fn count() -> u64 {
    COUNT.load(Ordering::SeqCst)
}
