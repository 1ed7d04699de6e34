//! What all kinds of providers share. Nothing here knows a product.

pub(crate) mod answer;
pub(crate) mod assertion;
pub(crate) mod certificate;
pub(crate) mod clock;
pub(crate) mod codes;
pub(crate) mod control;
pub(crate) mod credentials;
mod faults;
pub(crate) mod guid;
pub(crate) mod handle;
pub(crate) mod id_token;
pub(crate) mod keys;
pub(crate) mod known_error;
pub(crate) mod log;
pub(crate) mod names;
pub(crate) mod oauth_error;
pub(crate) mod pages;
pub(crate) mod params;
pub(crate) mod pkce;
pub(crate) mod scope;
pub(crate) mod sessions;
pub(crate) mod switches;
pub(crate) mod time;
pub(crate) mod watch;

use std::sync::{Mutex, MutexGuard, PoisonError};

use clock::{Clock, Now};
use log::Log;
use names::{Fault, Known, Switch};
use switches::Switches;

/// What every emulator has: a clock, switches, a log.
pub(crate) struct Common {
    pub(crate) clock: Clock,
    pub(crate) switches: Switches,
    pub(crate) log: Log,
}

impl Common {
    /// `own` are the kind's own switches.
    pub(crate) fn new(now: Now, own: Vec<Known>) -> Self {
        let known = [Switch::known(), Fault::known(), own].concat();
        Self { clock: Clock::new(now), switches: Switches::new(known), log: Log::default() }
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }
}

/// Locks, also after a panic elsewhere: a failed assertion in one test must not hide another's.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The path of a base URL: empty when its host is all there is.
pub(crate) fn base_path(url: &str) -> &str {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    host.find('/').map_or("", |slash| &host[slash..])
}
