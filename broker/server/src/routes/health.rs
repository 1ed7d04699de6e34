//! `/healthz` and `/readyz`: is the process alive, can it serve?

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use doorward_store::Range;

use crate::app::App;

/// The process answers.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// The store answers too.
pub async fn ready(State(app): State<Arc<App>>) -> Response {
    match app.store.list(&Range::all(), 1).await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response()
        }
    }
}
