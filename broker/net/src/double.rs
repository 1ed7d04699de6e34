//! The test doubles: answers from a script, and a record of what was asked.

use std::{
    collections::HashMap,
    future::ready,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::BoxFuture;
use http::{HeaderValue, StatusCode, Uri, header::CONTENT_TYPE};

use crate::{
    DnsError, Limits, NetError, Outbound, Request, Response, TextRecords, Texts, answer, mutex::lock,
};

type Handler = Arc<dyn Fn(&Request) -> Result<Response, NetError> + Send + Sync>;

/// An [`Outbound`] that answers from a script, by URL without its query; any other URL is unreachable.
///
/// It can be told more while it is in use, and it judges its answers (redirects, encodings, sizes, time) as the
/// real client does. It knows no addresses, bulkheads or circuits.
#[derive(Default)]
pub struct ScriptedOutbound {
    script: Mutex<HashMap<String, Handler>>,
    exchanges: Mutex<Vec<Exchange>>,
    latency: Mutex<Duration>,
}

/// One exchange that was asked for.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The bulkhead that the caller named.
    pub peer: String,
    /// The request as the caller made it.
    pub request: Request,
}

impl ScriptedOutbound {
    /// One that answers nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers `url` with what `handler` returns, from now on.
    pub fn on<F>(&self, url: &str, handler: F)
    where
        F: Fn(&Request) -> Result<Response, NetError> + Send + Sync + 'static,
    {
        lock(&self.script).insert(without_query(url).to_owned(), Arc::new(handler));
    }

    /// Answers `url` with 200 and a JSON body, from now on.
    pub fn json(&self, url: &str, body: impl Into<Vec<u8>>) {
        let mut response = Response::new(body.into());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.respond(url, response);
    }

    /// Answers `url` with an empty body and this status, from now on.
    pub fn status(&self, url: &str, status: StatusCode) {
        let mut response = Response::default();
        *response.status_mut() = status;
        self.respond(url, response);
    }

    /// Answers `url` with this response, from now on.
    pub fn respond(&self, url: &str, response: Response) {
        self.on(url, move |_| Ok(response.clone()));
    }

    /// Fails at `url`, from now on.
    pub fn fail(&self, url: &str, error: NetError) {
        self.on(url, move |_| Err(error));
    }

    /// Lets every exchange take this long by tokio's clock, from now on.
    pub fn set_latency(&self, latency: Duration) {
        *lock(&self.latency) = latency;
    }

    /// Every exchange so far, in order.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.exchanges).clone()
    }

    /// Every request so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.exchanges).iter().map(|exchange| exchange.request.clone()).collect()
    }

    /// How often `url` was asked, whatever the query.
    #[must_use]
    pub fn count(&self, url: &str) -> usize {
        let wanted = without_query(url);
        lock(&self.exchanges).iter().filter(|exchange| key(exchange.request.uri()) == wanted).count()
    }

    async fn perform(&self, request: &Request, limits: Limits) -> Result<Response, NetError> {
        let latency = *lock(&self.latency);
        tokio::time::timeout(limits.total, tokio::time::sleep(latency))
            .await
            .map_err(|_| NetError::TimedOut)?;
        let handler = lock(&self.script).get(&key(request.uri())).cloned().ok_or(NetError::Unreachable)?;
        let response = handler(request)?;
        answer::check_head(response.status(), response.headers(), limits)?;
        if response.body().len() > limits.max_body { Err(NetError::TooLarge) } else { Ok(response) }
    }
}

impl Outbound for ScriptedOutbound {
    fn send<'a>(
        &'a self,
        peer: &'a str,
        request: Request,
        limits: Limits,
    ) -> BoxFuture<'a, Result<Response, NetError>> {
        Box::pin(async move {
            let exchange = Exchange { peer: peer.to_owned(), request: request.clone() };
            lock(&self.exchanges).push(exchange);
            self.perform(&request, limits).await
        })
    }
}

fn key(uri: &Uri) -> String {
    without_query(&uri.to_string()).to_owned()
}

fn without_query(url: &str) -> &str {
    url.split_once('?').map_or(url, |(before, _)| before)
}

/// The records of a DNS that is written by tests. Of a name that it was told nothing of it says that there is
/// none.
#[derive(Default)]
pub struct ScriptedRecords {
    answers: Mutex<HashMap<String, Result<Texts, DnsError>>>,
    asked: Mutex<Vec<String>>,
}

impl ScriptedRecords {
    /// Puts a text beside those that stand at `name`.
    pub fn publish(&self, name: &str, text: &str) {
        let mut answers = lock(&self.answers);
        match answers.get_mut(name) {
            Some(Ok(Texts::Found(texts))) => texts.push(text.to_owned()),
            _ => drop(answers.insert(name.to_owned(), Ok(Texts::Found(vec![text.to_owned()])))),
        }
    }

    /// Answers `name` like this, from now on.
    pub fn answer(&self, name: &str, answer: Result<Texts, DnsError>) {
        lock(&self.answers).insert(name.to_owned(), answer);
    }

    /// Takes away all that stands at `name`.
    pub fn withdraw(&self, name: &str) {
        lock(&self.answers).remove(name);
    }

    /// Every name that was asked for, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        lock(&self.asked).clone()
    }
}

impl TextRecords for ScriptedRecords {
    fn texts<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Texts, DnsError>> {
        lock(&self.asked).push(name.to_owned());
        let answer = lock(&self.answers).get(name).cloned();
        Box::pin(ready(answer.unwrap_or(Ok(Texts::NoName))))
    }

    fn servers(&self) -> Vec<SocketAddr> {
        vec![SocketAddr::from(([192, 0, 2, 53], 53))]
    }
}
