//! `/error?code=`, where anybody may look up what a number means.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::Entra;
use super::aadsts::TABLE;
use crate::common::pages;

#[derive(Deserialize)]
pub(super) struct LookUp {
    code: u32,
}

pub(super) async fn look_up(State(_): State<Entra>, Query(LookUp { code }): Query<LookUp>) -> Response {
    let known = TABLE.iter().find(|row| row.number == code);
    let text = known.map_or("No such code.", |row| row.text);
    pages::message(StatusCode::OK, "Error", &format!("Error code {code}"), text)
}
