//! The admin API as the command line reaches it: over HTTP, or in this process.

use std::future::ready;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, IF_MATCH};
use axum::http::{HeaderValue, Method, Request, StatusCode};
use doorward_domain::Plain;
use doorward_net::{EgressPolicy, GuardedClient, Limits, Outbound as _, Resolve};
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::ServiceExt as _;
use url::{Position, Url};

use crate::config::Config;
use crate::serve::Broker;

/// Lists and exports may be long.
const LIMITS: Limits =
    Limits { max_body: 64 * 1024 * 1024, total: Duration::from_secs(30), ..Limits::DOCUMENT };
/// A broker on this machine that does not accept a connection within this is not there.
const KNOCK: Duration = Duration::from_millis(500);

/// The admin API.
pub struct Api {
    base: Url,
    token: Plain,
    transport: Transport,
}

enum Transport {
    /// The broker that runs at the base URL, and the name by which it is to be called there.
    Http(GuardedClient, Option<HeaderValue>),
    /// A broker in this process, which nobody else is served by.
    Local(Router, Box<Broker>),
}

impl Api {
    /// Reaches the broker at `url`; without one, the broker that listens where `config` says, or
    /// else opens the store that `config` names.
    pub async fn connect(config: &Config, url: Option<&Url>) -> anyhow::Result<Self> {
        if url.is_some() || somebody_listens(config).await {
            let (base, transport) = reach(config, url)?;
            return Ok(Self { base, token: config.admin_token()?, transport });
        }
        let broker = Broker::open(config).await?;
        let (base, transport) =
            (Url::parse(&config.issuer)?, Transport::Local(broker.admin(), broker.into()));
        Ok(Self { base, token: config.admin_token()?, transport })
    }

    /// Closes the store, if this process opened it.
    pub async fn close(self) {
        if let Transport::Local(_, broker) = self.transport {
            broker.close().await;
        }
    }

    /// What is at a path below `/admin/v1`.
    pub async fn get(&self, path: &[&str]) -> anyhow::Result<Value> {
        self.ask(Method::GET, self.url(path)?, Vec::new()).await
    }

    /// The answer to a question at a path below `/admin/v1`.
    pub async fn ask_for(&self, path: &[&str], question: &[(&str, String)]) -> anyhow::Result<Value> {
        let mut url = self.url(path)?;
        url.query_pairs_mut().extend_pairs(question);
        self.ask(Method::GET, url, Vec::new()).await
    }

    /// All parts of the list at a path below `/admin/v1`.
    pub async fn list(&self, path: &[&str]) -> anyhow::Result<Vec<Value>> {
        self.search(path, &[]).await
    }

    /// All parts of the list at a path below `/admin/v1` that this question leaves.
    pub async fn search(&self, path: &[&str], question: &[(&str, String)]) -> anyhow::Result<Vec<Value>> {
        self.search_most(path, question, None).await
    }

    /// The same, of which the first `most` are enough.
    pub async fn search_most(
        &self,
        path: &[&str],
        question: &[(&str, String)],
        most: Option<usize>,
    ) -> anyhow::Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut url = self.url(path)?;
        if !question.is_empty() {
            url.query_pairs_mut().extend_pairs(question);
        }
        loop {
            let mut page = self.ask(Method::GET, url.clone(), Vec::new()).await?;
            if let Value::Array(part) = page["items"].take() {
                items.extend(part);
            }
            if let Some(most) = most.filter(|most| items.len() >= *most) {
                items.truncate(most);
                return Ok(items);
            }
            match page["next"].as_str() {
                Some(next) => url.query_pairs_mut().clear().extend_pairs(question).append_pair("after", next),
                None => return Ok(items),
            };
        }
    }

    /// The answer to a body that is sent to a path below `/admin/v1`.
    pub async fn post(&self, path: &[&str], body: &Value) -> anyhow::Result<Value> {
        self.ask(Method::POST, self.url(path)?, serde_json::to_vec(body)?).await
    }

    /// The same with all its parts, where the answer is a list: the first answer, with the `items` of all.
    pub async fn post_list(&self, path: &[&str], body: &Value) -> anyhow::Result<Value> {
        let (mut url, body) = (self.url(path)?, serde_json::to_vec(body)?);
        let mut first = self.ask(Method::POST, url.clone(), body.clone()).await?;
        while let Some(next) = first["next"].as_str() {
            url.query_pairs_mut().clear().append_pair("after", next);
            let mut page = self.ask(Method::POST, url.clone(), body.clone()).await?;
            if let (Value::Array(items), Value::Array(part)) = (&mut first["items"], page["items"].take()) {
                items.extend(part);
            }
            first["next"] = page["next"].take();
        }
        Ok(first)
    }

    /// The answer to changes that are sent to a path below `/admin/v1` (RFC 7396).
    pub async fn patch(&self, path: &[&str], changes: &Value) -> anyhow::Result<Value> {
        self.ask(Method::PATCH, self.url(path)?, serde_json::to_vec(changes)?).await
    }

    /// Deletes what is at a path below `/admin/v1`.
    pub async fn delete(&self, path: &[&str]) -> anyhow::Result<()> {
        self.ask(Method::DELETE, self.url(path)?, Vec::new()).await.map(|_| ())
    }

    fn url(&self, path: &[&str]) -> anyhow::Result<Url> {
        let mut url = self.base.clone();
        match url.path_segments_mut() {
            Ok(mut segments) => segments.pop_if_empty().extend(["admin", "v1"]).extend(path),
            Err(()) => bail!("{} is no URL of a broker", self.base),
        };
        Ok(url)
    }

    async fn ask(&self, method: Method, url: Url, body: Vec<u8>) -> anyhow::Result<Value> {
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", self.token.expose()))
            .context("the admin token has characters that no header can carry")?;
        bearer.set_sensitive(true);
        let patch = method == Method::PATCH;
        let media_type = if patch { "application/merge-patch+json" } else { "application/json" };
        let request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(AUTHORIZATION, bearer)
            .header(CONTENT_TYPE, media_type)
            // Who types a change means what there is now.
            .header(IF_MATCH, "*")
            .body(body)?;
        let (status, body) = self.transport.send(&self.base, request).await?;
        if status == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        if status.is_success() {
            return serde_json::from_slice(&body)
                .with_context(|| format!("what answers at {} is no doorward", self.base));
        }
        Err(refused(status, &body, &self.base))
    }
}

impl Transport {
    async fn send(&self, base: &Url, mut request: Request<Vec<u8>>) -> anyhow::Result<(StatusCode, Vec<u8>)> {
        match self {
            Self::Http(client, name) => {
                request.headers_mut().extend(name.clone().map(|name| (HOST, name)));
                let answer = client.send(base.as_str(), request, LIMITS).await;
                let answer = answer.with_context(|| format!("no answer from {base}"))?;
                Ok((answer.status(), answer.into_body()))
            }
            Self::Local(router, _) => {
                let answer = router.clone().oneshot(request.map(Body::from)).await?;
                let status = answer.status();
                Ok((status, to_bytes(answer.into_body(), LIMITS.max_body).await?.to_vec()))
            }
        }
    }
}

/// An error of the admin API as a sentence.
fn refused(status: StatusCode, body: &[u8], base: &Url) -> anyhow::Error {
    let told = serde_json::from_slice::<Value>(body).unwrap_or_default();
    match told["detail"].as_str() {
        Some(_) if status == StatusCode::UNAUTHORIZED => {
            anyhow::anyhow!("{base} does not know the admin token of this configuration")
        }
        Some(description) => anyhow::anyhow!("{description}"),
        None => anyhow::anyhow!("what answers at {base} is no doorward: {status}"),
    }
}

/// Asks whether the broker is alive.
pub async fn health(config: &Config, url: Option<&Url>) -> anyhow::Result<()> {
    let (base, transport) = reach(config, url)?;
    let request = Request::get(base.join("/healthz")?.as_str()).body(Vec::new())?;
    let (status, _) = transport.send(&base, request).await?;
    if !status.is_success() {
        bail!("{base} answers {status}");
    }
    Ok(())
}

/// How to reach the broker at `url`; without one, the broker of this machine by the name of its issuer.
fn reach(config: &Config, url: Option<&Url>) -> anyhow::Result<(Url, Transport)> {
    if let Some(url) = url {
        return Ok((url.clone(), Transport::Http(client(config, url)?, None)));
    }
    let (issuer, here) = (Url::parse(&config.issuer)?, here(config.listen));
    let name = HeaderValue::from_str(&issuer[Position::BeforeHost..Position::AfterPort])?;
    let Some(tls) = &config.tls else {
        let base = Url::parse(&format!("http://{here}"))?;
        let client = client(config, &base)?;
        return Ok((base, Transport::Http(client, Some(name))));
    };
    let mut base = issuer;
    let _ = base.set_port(Some(here.port()));
    let mut policy = policy(config, &base)?;
    // Perhaps no authority vouches for it; its own files say that it is the one.
    policy.extra_roots.push(std::fs::read_to_string(&tls.certificate)?);
    let client = GuardedClient::with_resolver(policy, Arc::new(Here(here.ip())))?;
    Ok((base, Transport::Http(client, Some(name))))
}

/// Every name leads to this address.
struct Here(IpAddr);

impl Resolve for Here {
    fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, std::io::Result<Vec<IpAddr>>> {
        Box::pin(ready(Ok(vec![self.0])))
    }
}

/// A client for the one broker at `base`.
pub fn client(config: &Config, base: &Url) -> anyhow::Result<GuardedClient> {
    Ok(GuardedClient::new(policy(config, base)?)?)
}

/// Over https wherever the operator says that the broker is, without TLS on this machine only, because
/// the token goes with every request.
fn policy(config: &Config, base: &Url) -> anyhow::Result<EgressPolicy> {
    Ok(EgressPolicy {
        ports: base.port_or_known_default().into_iter().collect(),
        allowed_networks: vec!["0.0.0.0/0".parse()?, "::/0".parse()?],
        extra_roots: config.egress.extra_roots_pem.clone(),
        ..EgressPolicy::loopback_for_development()
    })
}

/// Whether somebody listens there.
pub async fn somebody_listens(config: &Config) -> bool {
    matches!(timeout(KNOCK, TcpStream::connect(here(config.listen))).await, Ok(Ok(_)))
}

/// A broker that listens on every address listens on loopback too.
fn here(listen: SocketAddr) -> SocketAddr {
    match listen.ip() {
        ip if ip.is_unspecified() => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), listen.port()),
        _ => listen,
    }
}
