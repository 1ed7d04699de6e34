//! What must hold for every input, however hostile, of the parsers and verifiers that strangers reach.
//!
//! Each module has a function `check` that panics when its property does not hold for an input, and says
//! otherwise whether the input was accepted. `targets/` hands these functions to libFuzzer, which `run`
//! builds and starts; `tests/corpus.rs` hands them the inputs in `corpus/`, with every other test.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "this crate is test code")]

pub mod broker;
pub mod client_assertion;
pub mod dpop_proof;
pub mod jwe;
pub mod jwks;
pub mod jws;
pub mod jwt;
pub mod params;
pub mod passkey;
pub mod redirect_uri;
pub mod request_object;

/// What came of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is what was asked for.
    Accepted,
    /// It is not.
    Refused,
}

impl Verdict {
    /// Of a decision.
    pub const fn of(accepted: bool) -> Self {
        if accepted { Self::Accepted } else { Self::Refused }
    }
}
