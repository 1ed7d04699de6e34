//! A Relying Party as any provider sees it: what it asks for and redeems, and the time that it lives in.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use doorward_test_idp::Now;

use crate::browser::{CHALLENGE, VERIFIER};

/// When every test begins, in Unix seconds.
pub const START: i64 = 1_700_000_000;

/// The time, which passes when a test says so.
#[derive(Clone)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }

    /// The same as an emulator reads it.
    pub fn shown(&self) -> Now {
        let time = self.clone();
        Arc::new(move || time.0.load(Ordering::SeqCst))
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// A usual authorization request.
pub fn authorization<'a>(client_id: &'a str, callback: &'a str) -> [(&'a str, &'a str); 8] {
    [
        ("client_id", client_id),
        ("redirect_uri", callback),
        ("response_type", "code"),
        ("scope", "openid profile email"),
        ("state", "s & t"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

/// A usual token request.
pub fn redemption<'a>(code: &'a str, callback: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", callback),
        ("code_verifier", VERIFIER),
    ]
}
