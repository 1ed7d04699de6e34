//! Rate limits: three headers on every answer, and never a `Retry-After`.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::MethodRouter;

use super::Okta;
use super::error::api_error;
use super::place::Door;
use super::switch::OktaSwitch;
use crate::common::log::Endpoint;
use crate::common::scope::At;

/// How many requests a minute an endpoint takes, as far as its headers tell.
const LIMIT: u64 = 600;

pub(super) fn limited(okta: &Okta, endpoint: Endpoint, route: MethodRouter<Door>) -> MethodRouter<Door> {
    route.layer(from_fn_with_state((okta.clone(), endpoint), limit))
}

async fn limit(State((okta, endpoint)): State<(Okta, Endpoint)>, request: Request, next: Next) -> Response {
    let at = At::default().endpoint(endpoint);
    let now = okta.now();
    let reset = okta.switches().fire(OktaSwitch::RateLimited, &at);
    let reset = reset.and_then(|seconds| seconds.parse::<i64>().ok()).map(|seconds| now + seconds);
    let past = okta.switches().fires(OktaSwitch::RateLimitedInThePast, &at).then_some(now - 60);
    if let Some(reset) = reset.or(past) {
        let text = "API call exceeded rate limit due to too many requests.";
        return told(api_error(429, "E0000047", text), 0, reset);
    }
    if okta.switches().fires(OktaSwitch::ReadOnlyMode, &at) {
        return told(api_error(503, "E0000010", "Service is in read only mode"), LIMIT, now + 60);
    }
    let response = next.run(request).await;
    told(response, LIMIT - 1, now - now % 60 + 60)
}

fn told(mut response: Response, remaining: u64, reset: i64) -> Response {
    let headers = [
        ("x-rate-limit-limit", LIMIT.to_string()),
        ("x-rate-limit-remaining", remaining.to_string()),
        ("x-rate-limit-reset", reset.to_string()),
        ("x-okta-request-id", crate::common::keys::random_handle()),
    ];
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
