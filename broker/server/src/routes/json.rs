//! What clients get: JSON that no cache keeps, and errors by the table of RFC 6749 section 5.2.

use axum::Json;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use doorward_service::provider::dpop::NONCE;
use doorward_service::provider::{EndpointError, ErrorCode, Statement};
use serde::Serialize;
use serde_json::json;

const NO_STORE: [(HeaderName, &str); 3] =
    [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];

/// A good answer, or the error.
pub fn answer<T: Serialize>(result: Result<T, EndpointError>) -> Response {
    match result {
        Ok(body) => (NO_STORE, Json(body)).into_response(),
        Err(error) => refuse(&error),
    }
}

/// A statement in its form, or the error.
pub fn statement(result: Result<Statement, EndpointError>) -> Response {
    match result {
        Ok(Statement::Plain(claims)) => (NO_STORE, Json(claims)).into_response(),
        Ok(Statement::Jwt { media_type, token }) => {
            (NO_STORE, [(CONTENT_TYPE, media_type)], token).into_response()
        }
        Err(error) => refuse(&error),
    }
}

/// A good answer that says what is there now, or the error.
pub fn created<T: Serialize>(result: Result<T, EndpointError>) -> Response {
    match result {
        Ok(body) => (StatusCode::CREATED, NO_STORE, Json(body)).into_response(),
        Err(error) => refuse(&error),
    }
}

/// An error as the client sees it; the operator gets the cause.
pub fn refuse(error: &EndpointError) -> Response {
    let (code, status) = (error.code(), error.status());
    if status.is_server_error() {
        tracing::error!(%error, "an endpoint failed");
    } else {
        tracing::debug!(%error, "a request was refused");
    }
    let body = Json(json!({"error": code.as_str(), "error_description": error.description()}));
    let mut response = (status, NO_STORE, body).into_response();
    if code == ErrorCode::InvalidClient {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"doorward\""));
    }
    if let Some(wait) = error.retry_after() {
        let seconds = wait.as_millis().div_ceil(1000) as u64;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(nonce) = error.dpop_nonce().and_then(|nonce| HeaderValue::from_str(nonce).ok()) {
        response.headers_mut().insert(NONCE, nonce);
    }
    response
}
