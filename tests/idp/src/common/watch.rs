//! What happens to every request before its handler: it is kept in the log, and a fault may befall it.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;

use super::log::Endpoint;
use super::params::Params;
use super::{Common, credentials, faults};

/// The most that a request may say.
const LARGEST_BODY: usize = 1 << 20;

/// The same route, watched.
pub(crate) fn watched<S>(common: &Arc<Common>, endpoint: Endpoint, route: MethodRouter<S>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    route.layer(from_fn_with_state((common.clone(), endpoint), watch))
}

async fn watch(
    State((common, endpoint)): State<(Arc<Common>, Endpoint)>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    common.log.keep(endpoint, common.now(), &parts, &body);
    let client = client_id(&parts, &body);
    if let Some(response) = faults::instead(&common.switches, endpoint, client.as_deref()).await {
        return response;
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    faults::spoil(&common.switches, endpoint, client.as_deref(), response).await
}

/// The app that asks, as far as the request says so itself.
fn client_id(parts: &Parts, body: &[u8]) -> Option<String> {
    let named = |encoded: &[u8]| Params::parse(encoded).owned("client_id");
    let basic = || {
        let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        credentials::basic(value).map(|(client_id, _)| client_id)
    };
    named(parts.uri.query().unwrap_or_default().as_bytes()).or_else(|| named(body)).or_else(basic)
}
