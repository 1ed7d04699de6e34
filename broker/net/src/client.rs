//! The real client, over reqwest and rustls.

use std::{error::Error, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, header::ACCEPT_ENCODING};
use reqwest::{Certificate, redirect};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::{
    EgressPolicy, Limits, NetError, Outbound, Refusal, Request, Resolve, Response, SystemResolver, answer,
    bulkhead::{Bulkheads, PER_PEER, Pass},
    circuit::now,
    resolver::VettedResolver,
};

/// How long a connection is kept for the next exchange.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// The client that goes out to the network, within an [`EgressPolicy`].
pub struct GuardedClient {
    http: reqwest::Client,
    policy: Arc<EgressPolicy>,
    bulkheads: Bulkheads,
}

/// Why no client could be made; each is for the operator to mend.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// An entry of [`EgressPolicy::extra_roots`] holds no PEM certificate.
    #[error("an extra root is no PEM certificate")]
    ExtraRoot,
    /// TLS could not be set up: the machine has no root certificates, or an extra root is not a sound one.
    #[error("TLS needs sound root certificates (package ca-certificates, or SSL_CERT_FILE)")]
    Tls(#[source] reqwest::Error),
}

impl GuardedClient {
    /// A client that resolves names as the operating system does.
    ///
    /// Reads the machine's root certificates, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub fn new(policy: EgressPolicy) -> Result<Self, BuildError> {
        Self::with_resolver(policy, Arc::new(SystemResolver::default()))
    }

    /// A client that asks `resolver` for addresses, and still judges every answer.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub fn with_resolver(policy: EgressPolicy, resolver: Arc<dyn Resolve>) -> Result<Self, BuildError> {
        let policy = Arc::new(policy);
        let http = http_client(&policy, VettedResolver { inner: resolver, policy: Arc::clone(&policy) })?;
        Ok(Self { http, policy, bulkheads: Bulkheads::new() })
    }

    async fn exchange(&self, peer: &str, request: Request, limits: Limits) -> Result<Response, Failure> {
        let deadline = now() + limits.total;
        let request = self.prepare(request)?;
        let pass = self.bulkheads.enter(peer, deadline).await?;
        let outcome = timeout_at(deadline, self.perform(request, limits)).await;
        let outcome = outcome.unwrap_or_else(|_| Err(NetError::TimedOut.into()));
        settle(pass, outcome.as_ref().map_err(|failure| failure.error));
        outcome
    }

    /// Judges the URL in the very form in which it will be used, so that no second parser can differ.
    fn prepare(&self, request: Request) -> Result<reqwest::Request, NetError> {
        let (head, body) = request.into_parts();
        let url = Url::parse(&head.uri.to_string()).map_err(|_| Refusal::Url)?;
        self.policy.check(&url)?;
        let mut request = reqwest::Request::new(head.method, url);
        *request.headers_mut() = head.headers;
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if !body.is_empty() {
            *request.body_mut() = Some(body.into());
        }
        Ok(request)
    }

    async fn perform(&self, request: reqwest::Request, limits: Limits) -> Result<Response, Failure> {
        let mut incoming = self.http.execute(request).await.map_err(classify)?;
        answer::check_head(incoming.status(), incoming.headers(), limits)?;
        let announced = answer::announced_length(incoming.headers()).unwrap_or(0);
        let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
        while let Some(chunk) = incoming.chunk().await.map_err(classify)? {
            if chunk.len() > limits.max_body - body.len() {
                return Err(NetError::TooLarge.into());
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body);
        *response.status_mut() = incoming.status();
        *response.headers_mut() = std::mem::take(incoming.headers_mut());
        Ok(response)
    }
}

impl Outbound for GuardedClient {
    fn send<'a>(
        &'a self,
        peer: &'a str,
        request: Request,
        limits: Limits,
    ) -> BoxFuture<'a, Result<Response, NetError>> {
        Box::pin(async move {
            let started = now();
            let method = request.method().clone();
            let host = request.uri().host().unwrap_or_default().to_owned();
            let outcome = self.exchange(peer, request, limits).await;
            report(peer, &method, &host, started, &outcome);
            outcome.map_err(|failure| failure.error)
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one outbound client")]
fn http_client(policy: &EgressPolicy, resolver: VettedResolver) -> Result<reqwest::Client, BuildError> {
    let mut roots = Vec::new();
    for pem in &policy.extra_roots {
        let certificates = Certificate::from_pem_bundle(pem.as_bytes()).unwrap_or_default();
        if certificates.is_empty() {
            return Err(BuildError::ExtraRoot);
        }
        roots.extend(certificates);
    }
    // Compression, HTTP/2 and proxies are off even if another crate switches reqwest's features on.
    reqwest::Client::builder()
        .user_agent("doorward")
        .dns_resolver(resolver)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .http1_only()
        .connect_timeout(policy.connect)
        .pool_idle_timeout(KEEP_ALIVE)
        .pool_max_idle_per_host(PER_PEER)
        .tls_certs_merge(roots)
        .build()
        .map_err(BuildError::Tls)
}

/// Tells the circuit what the outcome says about the peer.
fn settle(pass: Pass, outcome: Result<&Response, NetError>) {
    match outcome {
        Ok(response) if response.status().is_server_error() => pass.failed(),
        Err(NetError::Unreachable | NetError::TimedOut) => pass.failed(),
        Ok(_) | Err(NetError::TooLarge | NetError::Redirected | NetError::Encoded) => pass.succeeded(),
        // Our own refusals say nothing about the peer.
        Err(NetError::Refused(_) | NetError::Busy | NetError::CircuitOpen { .. }) => drop(pass),
    }
}

/// An exchange that gave no answer, with what the operator's log may know about it.
struct Failure {
    error: NetError,
    cause: Option<String>,
}

impl<E: Into<NetError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { error: error.into(), cause: None }
    }
}

/// Files reqwest's error under the fixed set, or finds our own refusal beneath it.
fn classify(error: reqwest::Error) -> Failure {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(ours) = cause.downcast_ref::<NetError>() {
            return Failure::from(*ours);
        }
        causes.push(cause.to_string());
        next = cause.source();
    }
    let kind = if error.is_timeout() { NetError::TimedOut } else { NetError::Unreachable };
    Failure { error: kind, cause: Some(causes.join(": ")) }
}

/// One line per exchange: with whom and how it went, never what was said.
fn report(peer: &str, method: &Method, host: &str, started: Instant, outcome: &Result<Response, Failure>) {
    let elapsed_ms = now().duration_since(started).as_millis();
    match outcome {
        Ok(response) => {
            let (status, bytes) = (response.status().as_u16(), response.body().len());
            tracing::debug!(peer, %method, host, elapsed_ms, status, bytes, "outbound exchange");
        }
        Err(Failure { error, cause }) => {
            tracing::warn!(peer, %method, host, elapsed_ms, %error, cause, "outbound exchange failed");
        }
    }
}
