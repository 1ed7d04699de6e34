//! The test IdP seen from outside: a browser and a Relying Party speak to its router.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod flow;
mod logout;
mod refusals;
mod sessions;
mod switches;
mod world;
