//! The network of a test world: hosts are routers, and a request is a function call.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use doorward_net::{Limits, NetError, Outbound, Redirects, Request, Response};
use futures_util::future::BoxFuture;
use tower::ServiceExt as _;
use url::Url;

/// Hosts by origin.
#[derive(Clone, Default)]
pub struct Network {
    hosts: Arc<Mutex<BTreeMap<String, Router>>>,
}

impl Network {
    /// Puts a host on the network.
    pub fn add(&self, origin: &str, router: Router) {
        self.hosts.lock().unwrap().insert(origin.to_owned(), router);
    }

    /// Puts something between a host and those who ask it.
    pub fn wrap(&self, origin: &str, wrap: impl FnOnce(Router) -> Router) {
        let mut hosts = self.hosts.lock().unwrap();
        let host = hosts.remove(origin).unwrap();
        hosts.insert(origin.to_owned(), wrap(host));
    }

    /// Takes a host off the network.
    pub fn remove(&self, origin: &str) {
        self.hosts.lock().unwrap().remove(origin);
    }

    /// Sends a request to the host of its URL; `None` when there is no such host.
    pub async fn send(&self, mut request: Request) -> Option<Response> {
        let url = Url::parse(&request.uri().to_string()).unwrap();
        let target = url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
        *request.uri_mut() = target.parse().unwrap();
        let host = url[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
        request.headers_mut().entry("host").or_insert(host.parse().unwrap());
        self.call(&url.origin().ascii_serialization(), request).await
    }

    /// Sends a request to a host exactly as it is.
    pub async fn call(&self, origin: &str, request: Request) -> Option<Response> {
        let router = self.hosts.lock().unwrap().get(origin).cloned()?;
        let response = router.oneshot(request.map(Body::from)).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 8 << 20).await.unwrap();
        Some(Response::from_parts(parts, body.to_vec()))
    }
}

impl Outbound for Network {
    fn send<'a>(
        &'a self,
        _: &'a str,
        request: Request,
        limits: Limits,
    ) -> BoxFuture<'a, Result<Response, NetError>> {
        Box::pin(async move {
            let response = Self::send(self, request).await.ok_or(NetError::Unreachable)?;
            match response.status() {
                status if status.is_redirection() && limits.redirects == Redirects::Refused => {
                    Err(NetError::Redirected)
                }
                _ if response.body().len() > limits.max_body => Err(NetError::TooLarge),
                _ => Ok(response),
            }
        })
    }
}
