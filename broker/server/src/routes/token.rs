//! The endpoints that clients call: `/par`, `/token`, `/introspect`, `/revoke`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use doorward_service::provider::EndpointError;
use doorward_service::provider::discovery::path;
use doorward_service::provider::token::ClientRequest;

use super::json;
use crate::app::App;

/// The pushed authorization request endpoint (RFC 9126).
pub async fn push(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    json::created(match form(path::PAR, &headers, &body) {
        Ok(request) => app.provider.push(request, app.now()).await,
        Err(error) => Err(error),
    })
}

/// The token endpoint (RFC 6749 section 3.2).
pub async fn token(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    json::answer(match form(path::TOKEN, &headers, &body) {
        Ok(request) => app.provider.token(request, app.now()).await,
        Err(error) => Err(error),
    })
}

/// The introspection endpoint (RFC 7662).
pub async fn introspect(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    json::statement(match form(path::INTROSPECT, &headers, &body) {
        Ok(request) => app.provider.introspect(request, app.now()).await,
        Err(error) => Err(error),
    })
}

/// The revocation endpoint (RFC 7009).
pub async fn revoke(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    json::answer(match form(path::REVOKE, &headers, &body) {
        Ok(request) => app.provider.revoke(request, app.now()).await,
        Err(error) => Err(error),
    })
}

/// These endpoints take a form in the body and nothing else (TK-01).
pub fn form<'a>(
    path: &'a str,
    headers: &'a HeaderMap,
    body: &'a [u8],
) -> Result<ClientRequest<'a>, EndpointError> {
    let is_form = |value: &HeaderValue| {
        let media_type = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
        media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
    };
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    if !(types.next().is_some_and(is_form) && types.next().is_none()) {
        return Err(EndpointError::invalid_request(
            "send the parameters as application/x-www-form-urlencoded",
        ));
    }
    Ok(ClientRequest { headers, body, path })
}
