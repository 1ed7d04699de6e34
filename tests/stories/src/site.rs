//! Where an identity provider is, and what everybody has: HTTP and the time.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use doorward_test_idp::Now;
use reqwest::{Client, redirect};
use tokio::net::TcpListener;

/// An address on this machine; whoever opens it decides what is there.
pub struct Site {
    /// Its URL, without a slash at the end.
    pub url: String,
    listener: TcpListener,
}

impl Site {
    /// An address that nobody else has.
    ///
    /// # Errors
    /// When there is none.
    pub async fn new() -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        Ok(Self { url: format!("http://localhost:{}", listener.local_addr()?.port()), listener })
    }

    /// Serves this from now on, until the test ends.
    pub fn open(self, router: Router) {
        tokio::spawn(async move { axum::serve(self.listener, router).await });
    }
}

/// HTTP as people and apps speak it; redirects are seen.
#[expect(clippy::disallowed_methods, reason = "this is not the broker, which goes through broker/net")]
pub(crate) fn http_client() -> reqwest::Result<Client> {
    Client::builder().redirect(redirect::Policy::none()).build()
}

/// The time of everybody else.
pub fn now() -> Now {
    Arc::new(unix_seconds)
}

#[expect(clippy::disallowed_methods, reason = "the clock that the emulators are handed")]
fn unix_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
