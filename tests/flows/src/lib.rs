//! Whole flows through a broker, in process: a [`World`] has a broker on the memory store, a test
//! IdP and a clock that stands still; a [`Browser`] walks through it as a person would; an [`Relying`]
//! party is the app; [`oracle`] checks every answer on the way. Nothing opens a socket but [`NameServer`].

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "this crate is test code")]

pub mod app;
pub mod authenticator;
pub mod browser;
pub mod local;
pub mod mailbag;
pub mod meddler;
pub mod name_server;
pub mod oracle;
mod stored;
pub mod tally;
pub mod transport;
pub mod upstreams;
pub mod world;

pub use app::Relying;
pub use authenticator::Authenticator;
pub use browser::{Browser, Page};
pub use name_server::NameServer;
pub use world::{Setup, World};
