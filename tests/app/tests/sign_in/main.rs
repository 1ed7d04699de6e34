//! The sample app with the test IdP as its provider, over real sockets and with a browser's manners.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod going_well;
mod refused;
mod world;
