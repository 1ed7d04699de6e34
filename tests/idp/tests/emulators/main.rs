//! The emulators seen from outside: a browser and a Relying Party speak to their routers.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod browser;
mod control;
mod entra;
mod generic;
mod google;
mod halopsa;
mod okta;
mod party;
