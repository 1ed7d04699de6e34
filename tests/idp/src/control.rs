//! Switches and counters over HTTP, for tests in another process.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::{Endpoint, Issuer, Setting, SwitchReport};

pub(crate) async fn list_switches(State(issuer): State<Arc<Issuer>>) -> Json<Vec<SwitchReport>> {
    Json(issuer.switches().report())
}

pub(crate) async fn set_switch(
    State(issuer): State<Arc<Issuer>>,
    Json(setting): Json<Setting>,
) -> Result<StatusCode, (StatusCode, String)> {
    issuer.switches().set(setting).map_err(|cause| (StatusCode::BAD_REQUEST, cause.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn list_requests(State(issuer): State<Arc<Issuer>>) -> Json<BTreeMap<Endpoint, u64>> {
    Json(issuer.request_counters().all())
}
