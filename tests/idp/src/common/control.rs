//! The control plane over HTTP, for tests in another process: clock, switches, requests. It is no
//! part of any provider, and a broker must not be able to reach it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Common;
use super::clock::Move;
use super::log::{Endpoint, Recorded};
use super::scope::Scope;
use super::switches::{Mode, SwitchReport};

/// The control plane of one emulator.
pub(crate) fn router(common: Arc<Common>) -> Router {
    Router::new()
        .route("/clock", get(read_clock).post(move_clock))
        .route("/switches", get(list_switches).post(set_switch))
        .route("/silent", get(list_silent))
        .route("/requests", get(list_requests))
        .route("/log", get(read_log))
        .with_state(common)
}

/// What a switch is to do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    switch: String,
    mode: Mode,
    value: Option<String>,
    #[serde(default)]
    scope: Scope,
    #[serde(default)]
    after: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Since {
    #[serde(default)]
    since: u64,
}

async fn read_clock(State(common): State<Arc<Common>>) -> Json<Value> {
    Json(json!({ "now": common.now() }))
}

async fn move_clock(State(common): State<Arc<Common>>, Json(by): Json<Move>) -> Json<Value> {
    common.clock.shift(by);
    Json(json!({ "now": common.now() }))
}

pub(crate) async fn list_switches(State(common): State<Arc<Common>>) -> Json<Vec<SwitchReport>> {
    Json(common.switches.report())
}

pub(crate) async fn set_switch(
    State(common): State<Arc<Common>>,
    Json(order): Json<Order>,
) -> Result<StatusCode, (StatusCode, String)> {
    let arm = common.switches.named(&order.switch).ok_or_else(|| {
        (StatusCode::UNPROCESSABLE_ENTITY, format!("there is no switch `{}` here", order.switch))
    })?;
    let arm = arm.remotely(order.scope).after(order.after);
    let arm = match order.value {
        Some(value) => arm.value(value),
        None => arm,
    };
    let armed = common.switches.replace(arm, order.mode);
    armed.map_err(|cause| (StatusCode::BAD_REQUEST, cause.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn list_silent(State(common): State<Arc<Common>>) -> Json<Vec<&'static str>> {
    Json(common.switches.silent())
}

pub(crate) async fn list_requests(State(common): State<Arc<Common>>) -> Json<BTreeMap<Endpoint, u64>> {
    Json(common.log.counts())
}

async fn read_log(
    State(common): State<Arc<Common>>,
    Query(Since { since }): Query<Since>,
) -> Json<Vec<Recorded>> {
    Json(common.log.since(since))
}
