//! What every request and every answer passes.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, STRICT_TRANSPORT_SECURITY};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::problem;
use crate::app::App;

/// No honest request has a longer target (path and query), in bytes.
const LONGEST_TARGET: usize = 8 * 1024;

/// Refuses what could be read in two ways, and asks browsers to stay with https once the issuer has
/// it. What the Host header says is used for nothing (HD-02, PW-03).
pub async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    let mut response = if request.headers().get_all(HOST).iter().nth(1).is_some() {
        StatusCode::BAD_REQUEST.into_response()
    } else if target.len() > LONGEST_TARGET {
        StatusCode::URI_TOO_LONG.into_response()
    } else {
        next.run(request).await
    };
    if app.settings.issuer().starts_with("https:") {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// A path where nothing is.
pub async fn nothing_here(State(app): State<Arc<App>>) -> Response {
    problem::nothing_here(&app)
}
