//! The endpoints that clients call: `/par`, `/token`, `/introspect`, `/revoke`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use doorward_service::provider::discovery::path;

use super::call::Call;
use super::json;
use crate::app::App;

/// The pushed authorization request endpoint (RFC 9126).
pub async fn push(State(app): State<Arc<App>>, call: Call) -> Response {
    json::created(match call.form(path::PAR) {
        Ok(request) => app.provider.push(request, app.now()).await,
        Err(error) => Err(error),
    })
}

/// The token endpoint (RFC 6749 section 3.2).
pub async fn token(State(app): State<Arc<App>>, call: Call) -> Response {
    json::answer(match call.form(path::TOKEN) {
        Ok(request) => app.provider.token(request, app.now()).await,
        Err(error) => Err(error),
    })
}

/// The introspection endpoint (RFC 7662).
pub async fn introspect(State(app): State<Arc<App>>, call: Call) -> Response {
    json::statement(match call.form(path::INTROSPECT) {
        Ok(request) => app.provider.introspect(request, app.now()).await,
        Err(error) => Err(error),
    })
}

/// The revocation endpoint (RFC 7009).
pub async fn revoke(State(app): State<Arc<App>>, call: Call) -> Response {
    json::answer(match call.form(path::REVOKE) {
        Ok(request) => app.provider.revoke(request, app.now()).await,
        Err(error) => Err(error),
    })
}
