//! Requests to a provider.

use doorward_net::{NetError, Refusal, Request};
use http::header::ACCEPT;
use http::{HeaderValue, Method};
use url::Url;

/// A request for JSON, without a body yet.
pub(super) fn json(method: Method, url: &Url) -> Result<Request, NetError> {
    let mut request = Request::new(Vec::new());
    *request.method_mut() = method;
    *request.uri_mut() = url.as_str().parse().map_err(|_| Refusal::Url)?;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    Ok(request)
}
