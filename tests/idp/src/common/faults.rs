//! Failures of transport, on request.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::log::Endpoint;
use super::names::Fault;
use super::scope::At;
use super::switches::Switches;

/// What is answered in place of the handler's answer.
pub(super) async fn instead(
    switches: &Switches,
    endpoint: Endpoint,
    client: Option<&str>,
) -> Option<Response> {
    let at = At { client, endpoint: Some(endpoint), ..At::default() };
    if let Some(delay) = switches.fire(Fault::Delay, &at).and_then(|ms| ms.parse().ok()) {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    if switches.fires(Fault::Hang, &at) {
        std::future::pending::<()>().await;
    }
    let status = switches.fire(Fault::Status, &at).and_then(|status| status.parse().ok());
    if let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) {
        let mut response = status.into_response();
        retry_after(switches, &at, &mut response);
        return Some(response);
    }
    if let Some(location) = switches.fire(Fault::Redirect, &at) {
        return Some((StatusCode::FOUND, [(header::LOCATION, location)]).into_response());
    }
    None
}

/// The handler's answer, spoiled.
pub(super) async fn spoil(
    switches: &Switches,
    endpoint: Endpoint,
    client: Option<&str>,
    mut response: Response,
) -> Response {
    let at = At { client, endpoint: Some(endpoint), ..At::default() };
    retry_after(switches, &at, &mut response);
    if let Some(kind) = switches.fire(Fault::WrongContentType, &at) {
        set(&mut response, header::CONTENT_TYPE, &kind);
    }
    if let Some(encoding) = switches.fire(Fault::Encoded, &at) {
        set(&mut response, header::CONTENT_ENCODING, &encoding);
    }
    if switches.fires(Fault::InvalidJson, &at) {
        *response.body_mut() = Body::from("{\"error\":");
    }
    if switches.fires(Fault::HtmlInsteadOfJson, &at) {
        return (response.status(), Html("<!doctype html><title>Oops</title><p>Oops")).into_response();
    }
    if let Some(kilobytes) = switches.fire(Fault::HugeBody, &at).and_then(|size| size.parse::<usize>().ok()) {
        *response.body_mut() = Body::from(vec![b' '; kilobytes << 10]);
    }
    if switches.fires(Fault::TruncatedBody, &at) { truncated(response).await } else { response }
}

fn retry_after(switches: &Switches, at: &At<'_>, response: &mut Response) {
    if let Some(seconds) = switches.fire(Fault::RetryAfter, at) {
        set(response, header::RETRY_AFTER, &seconds);
    }
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// The first half of the body.
async fn truncated(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, Body::from(whole.slice(..whole.len() / 2)))
}
