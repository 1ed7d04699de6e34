//! HTTP as a browser and an app speak it: connections kept open, redirects seen, cookies of one site.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use axum::body::{Body, Bytes, to_bytes};
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderName, Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

/// No answer takes longer, however many wait.
const PATIENCE: Duration = Duration::from_secs(30);
const LARGEST_BODY: usize = 1 << 20;

/// An HTTP client that keeps its connections.
#[derive(Clone)]
pub struct Http(Client<HttpConnector, Body>);

/// An answer.
#[derive(Debug)]
pub struct Answer(Response<Bytes>);

impl Default for Http {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self(Client::builder(TokioExecutor::new()).build(connector))
    }
}

impl Http {
    /// Sends a GET.
    ///
    /// # Errors
    /// When no whole answer comes, as for all of these.
    pub async fn get(&self, url: &str, headers: &[(HeaderName, &str)]) -> anyhow::Result<Answer> {
        self.send(Request::get(url), headers, Body::empty()).await
    }

    /// Posts a form.
    ///
    /// # Errors
    /// When no whole answer comes.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(HeaderName, &str)],
        fields: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, headers, form.into()).await
    }

    /// Sends any request.
    ///
    /// # Errors
    /// When no whole answer comes.
    pub async fn send(
        &self,
        mut request: http::request::Builder,
        headers: &[(HeaderName, &str)],
        body: Body,
    ) -> anyhow::Result<Answer> {
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let exchange = async {
            let (head, body) = self.0.request(request.body(body)?).await?.into_parts();
            let body = to_bytes(Body::new(body), LARGEST_BODY).await?;
            anyhow::Ok(Answer(Response::from_parts(head, body)))
        };
        timeout(PATIENCE, exchange).await.context("no answer in time")?
    }
}

impl Answer {
    /// The body of an answer that went well.
    ///
    /// # Errors
    /// When it did not; the message has what came instead.
    pub fn ok(self) -> anyhow::Result<Bytes> {
        match self.0.status() {
            StatusCode::OK => Ok(self.0.into_body()),
            status => bail!("status {status}: {}", self.text()),
        }
    }

    /// The body of an answer that something was made.
    ///
    /// # Errors
    /// When nothing was.
    pub fn created(self) -> anyhow::Result<Bytes> {
        match self.0.status() {
            StatusCode::CREATED => Ok(self.0.into_body()),
            status => bail!("status {status}: {}", self.text()),
        }
    }

    /// Where a redirect leads.
    ///
    /// # Errors
    /// When it is none.
    pub fn location(&self) -> anyhow::Result<&str> {
        ensure!(self.0.status().is_redirection(), "no redirect, status {}: {}", self.0.status(), self.text());
        Ok(self.0.headers().get(LOCATION).context("a redirect to nowhere")?.to_str()?)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(self.0.body()).chars().take(500).collect()
    }
}

/// A browser with the cookies of one site.
#[derive(Clone)]
pub struct Browser {
    http: Http,
    site: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A new browser that keeps the cookies of `site`, an origin, and sends them nowhere else.
    pub fn new(http: &Http, site: &str) -> Self {
        Self { http: http.clone(), site: site.to_owned(), cookies: BTreeMap::new() }
    }

    /// Opens a URL.
    ///
    /// # Errors
    /// When no whole answer comes.
    pub async fn get(&mut self, url: &str) -> anyhow::Result<Answer> {
        let cookies = self.cookies_for(url);
        let answer = self.http.get(url, &cookie_header(&cookies)).await?;
        self.keep(url, &answer)?;
        Ok(answer)
    }

    /// Submits a form of the site itself.
    ///
    /// # Errors
    /// When no whole answer comes.
    pub async fn submit(&mut self, url: &str, fields: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let cookies = self.cookies_for(url);
        let mut headers = cookie_header(&cookies);
        headers.push((HeaderName::from_static("sec-fetch-site"), "same-origin"));
        let answer = self.http.post(url, &headers, fields).await?;
        self.keep(url, &answer)?;
        Ok(answer)
    }

    fn cookies_for(&self, url: &str) -> String {
        if !self.is_at_home(url) {
            return String::new();
        }
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn keep(&mut self, url: &str, answer: &Answer) -> anyhow::Result<()> {
        if !self.is_at_home(url) {
            return Ok(());
        }
        for cookie in answer.0.headers().get_all(SET_COOKIE) {
            let (pair, attributes) = cookie.to_str()?.split_once(';').context("a bare cookie")?;
            let (name, value) = pair.split_once('=').context("a cookie without a value")?;
            match attributes.contains("Max-Age=0;") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        Ok(())
    }

    fn is_at_home(&self, url: &str) -> bool {
        url.strip_prefix(&self.site).is_some_and(|rest| rest.starts_with('/'))
    }
}

fn cookie_header(cookies: &str) -> Vec<(HeaderName, &str)> {
    if cookies.is_empty() { Vec::new() } else { vec![(COOKIE, cookies)] }
}
