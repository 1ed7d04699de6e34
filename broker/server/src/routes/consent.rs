//! `/consent`: what the person answered.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use doorward_service::login::{ConsentDecision, LoginError, Step};
use doorward_service::provider::Params;

use super::sign_in::form;
use super::step;
use crate::app::App;

pub async fn answer(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = consented(&app, &headers, &body).await;
    step::render(&app, &headers, outcome)
}

/// What a form says; whatever is not a clear yes is a no.
pub fn decision(params: &Params) -> ConsentDecision {
    match params.get("decision") {
        Some("allow") => ConsentDecision::Allow,
        _ => ConsentDecision::Deny,
    }
}

async fn consented(app: &App, headers: &HeaderMap, body: &[u8]) -> Result<Step, LoginError> {
    let now = app.now();
    let (id, params) = form(body)?;
    let decision = decision(&params);
    let session = app.login.session(app.cookies.session(headers), now).await?;
    app.login.consented(id, app.cookies.transaction(headers, id), session, decision, now).await
}
