//! Requests to a provider.

use doorward_net::{NetError, Refusal, Request};
use http::header::{ACCEPT, CONTENT_TYPE};
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

/// Puts a body of this type into a request.
pub(super) fn set_body(request: &mut Request, content_type: &'static str, body: Vec<u8>) {
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    *request.body_mut() = body;
}

/// The header of RFC 6750 section 2.1, if a header can carry the token.
pub(super) fn bearer(access_token: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {access_token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}
