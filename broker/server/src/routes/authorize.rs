//! `/authorize`: the authorization endpoint, by GET and by POST (OIDC Core section 3.1.2.1).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use doorward_service::provider::Params;
use doorward_service::provider::discovery::path;

use super::redirect::with_cookies;
use super::{problem, step};
use crate::app::App;

pub async fn get(State(app): State<Arc<App>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    begin(&app, &headers, &[query.unwrap_or_default().as_bytes()]).await
}

pub async fn post(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let query = query.unwrap_or_default();
    let again = if query.is_empty() { with_cookies(&app, &headers, path::AUTHORIZE, &body) } else { None };
    match again {
        Some(response) => response,
        None => begin(&app, &headers, &[query.as_bytes(), &body]).await,
    }
}

async fn begin(app: &App, headers: &HeaderMap, parts: &[&[u8]]) -> Response {
    let now = app.now();
    let outcome = match app.login.session(app.cookies.session(headers), now).await {
        Ok(session) => app.login.begin(parts, session, now).await,
        Err(error) => Err(error.into()),
    };
    match outcome {
        Err(error) => {
            let params = Params::parse(parts).unwrap_or_default();
            problem::login(app, headers, params.get("ui_locales"), error)
        }
        outcome => step::render(app, headers, outcome),
    }
}
