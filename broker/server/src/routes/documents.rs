//! Discovery and keys: public, from memory, cacheable.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};

use crate::app::App;

/// The discovery document.
pub async fn discovery(State(app): State<Arc<App>>) -> Response {
    public_json(app.discovery.as_bytes().to_vec())
}

/// The public signing keys (RFC 7517).
pub async fn jwks(State(app): State<Arc<App>>) -> Response {
    public_json(app.keys.jwks().as_bytes().to_vec())
}

fn public_json(body: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "public, max-age=3600"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, body).into_response()
}
