//! The one way out of doorward: every HTTP exchange with somebody else's server goes through [`Outbound`].
//!
//! Tenants choose the URLs, so each URL is hostile until proven otherwise. [`GuardedClient`] therefore
//!
//! - speaks https on the listed ports only, and only to global unicast addresses ([`EgressPolicy`]),
//! - judges the addresses a name resolves to once, and connects to exactly those,
//! - follows no redirect, uses no proxy, takes no compressed body, and reads no more than [`Limits`] allow,
//! - keeps a dead or slow peer from hurting the others (eight exchanges per peer, a circuit for each).
//!
//! What the owners of domains publish in DNS is asked of the [`NameServers`]. Mail goes by a [`Mailer`].
//!
//! Tests use [`double::ScriptedOutbound`], which keeps the same promises about answers, and
//! [`double::ScriptedRecords`].

mod address;
mod answer;
mod bulkhead;
mod circuit;
mod client;
mod dns;
pub mod double;
mod error;
mod mail;
mod mutex;
mod policy;
mod resolver;

use std::time::Duration;

use futures_util::future::BoxFuture;

pub use client::{BuildError, GuardedClient};
pub use dns::{DnsError, NameServers, TextRecords, Texts};
pub use error::{NetError, Refusal};
pub use mail::{Encryption, Mail, MailError, Mailer, Smtp};
pub use policy::{EgressPolicy, PlainHttp};
pub use resolver::{Resolve, SystemResolver};

/// A request with its whole body.
pub type Request = http::Request<Vec<u8>>;

/// An answer with its whole body, never encoded, and a redirect only for who wants to see it ([`Redirects`]).
pub type Response = http::Response<Vec<u8>>;

/// What the caller expects of one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of (decoded) body that will be read.
    pub max_body: usize,
    /// Time from the call to the last byte of the body, waiting in our own queue included.
    pub total: Duration,
    /// What becomes of a redirect.
    pub redirects: Redirects,
}

/// What becomes of an answer that is a redirect (any 3xx). It is never followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects {
    /// It is [`NetError::Redirected`], whatever it says.
    Refused,
    /// It is an answer, for a caller that wants to know where it leads and no more.
    Seen,
}

impl Limits {
    /// For metadata, token and userinfo answers: 256 KiB in 5 seconds.
    pub const DOCUMENT: Self =
        Self { max_body: 256 * 1024, total: Duration::from_secs(5), redirects: Redirects::Refused };

    /// For key sets: 1 MiB in 5 seconds.
    pub const KEYS: Self = Self { max_body: 1024 * 1024, ..Self::DOCUMENT };

    /// For a page as a browser is shown it, or sent on from: 256 KiB in 5 seconds.
    pub const PAGE: Self = Self { redirects: Redirects::Seen, ..Self::DOCUMENT };
}

/// An HTTP client for servers that are not ours.
pub trait Outbound: Send + Sync + 'static {
    /// Sends `request` and reads the whole answer, whatever its status; a redirect is left unread unless
    /// `limits` say that the caller wants to see it.
    ///
    /// `peer` names the bulkhead and the circuit: the issuer (or host) that the exchange belongs to, so that
    /// one issuer's metadata, keys and token endpoint stand and fall together.
    ///
    /// # Errors
    /// See [`NetError`]; a redirect that is not to be seen is one of them.
    fn send<'a>(
        &'a self,
        peer: &'a str,
        request: Request,
        limits: Limits,
    ) -> BoxFuture<'a, Result<Response, NetError>>;
}
