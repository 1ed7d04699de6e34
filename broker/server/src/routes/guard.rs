//! What every request passes: only requests for our own host are answered (HD-02, PW-03).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::app::App;

/// Refuses a request with two Host headers, or whose target is longer than an honest one's.
/// The Host header's value is not used for anything.
pub async fn host(State(_app): State<Arc<App>>, request: Request, next: Next) -> Response {
    const LONGEST_TARGET: usize = 8 * 1024;
    if request.headers().get_all(HOST).iter().nth(1).is_some() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > LONGEST_TARGET) {
        return StatusCode::URI_TOO_LONG.into_response();
    }
    next.run(request).await
}
