//! `/consent`: what the person answered.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use doorward_service::login::{ConsentDecision, LoginError, Step};

use super::sign_in::form;
use super::step;
use crate::app::App;

pub async fn answer(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = consented(&app, &headers, &body).await;
    step::render(&app, &headers, outcome)
}

async fn consented(app: &App, headers: &HeaderMap, body: &[u8]) -> Result<Step, LoginError> {
    let now = app.now();
    let (id, params) = form(body)?;
    // Whatever is not a clear yes is a no.
    let decision = match params.get("decision") {
        Some("allow") => ConsentDecision::Allow,
        _ => ConsentDecision::Deny,
    };
    let session = app.login.session(app.cookies.session(headers), now).await?;
    app.login.consented(id, app.cookies.transaction(headers, id), session, decision, now).await
}
