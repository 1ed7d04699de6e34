//! `/sign-in`: where the person says where they belong.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use doorward_service::login::{LoginError, TransactionId};
use doorward_service::provider::Params;

use super::step;
use crate::app::App;

/// The page once more, for a login that is under way in this browser.
pub async fn again(State(app): State<Arc<App>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let outcome = match form(query.unwrap_or_default().as_bytes()) {
        Ok((id, _)) => app.login.again(id, app.cookies.transaction(&headers, id), app.now()).await,
        Err(error) => Err(error),
    };
    step::render(&app, &headers, outcome)
}

/// What the person typed: an e-mail address or a company code.
pub async fn typed(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = match form(&body) {
        Ok((id, params)) => {
            let identifier = params.get("username").unwrap_or_default();
            app.login.typed(id, app.cookies.transaction(&headers, id), identifier, app.now()).await
        }
        Err(error) => Err(error),
    };
    step::render(&app, &headers, outcome)
}

/// The connection that the person chose.
pub async fn chosen(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = match form(&body) {
        Ok((id, params)) => {
            let connection = params.get("connection").and_then(|text| text.parse().ok());
            app.login.chosen(id, app.cookies.transaction(&headers, id), connection, app.now()).await
        }
        Err(error) => Err(error),
    };
    step::render(&app, &headers, outcome)
}

/// The person goes on to where the browser belongs.
pub async fn offered(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = match form(&body) {
        Ok((id, _)) => app.login.offered(id, app.cookies.transaction(&headers, id), app.now()).await,
        Err(error) => Err(error),
    };
    step::render(&app, &headers, outcome)
}

/// The person belongs somewhere else than the browser, which forgets it.
pub async fn forgotten(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = match form(&body) {
        Ok((id, _)) => app.login.forgotten(id, app.cookies.transaction(&headers, id), app.now()).await,
        Err(error) => Err(error),
    };
    let mut response = step::render(&app, &headers, outcome);
    app.cookies.clear_home(response.headers_mut());
    response
}

/// The person does not want to sign in.
pub async fn cancelled(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = match form(&body) {
        Ok((id, _)) => app.login.cancelled(id, app.cookies.transaction(&headers, id), app.now()).await,
        Err(error) => Err(error),
    };
    step::render(&app, &headers, outcome)
}

/// The login that a form of ours belongs to, and the form's fields.
pub fn form(encoded: &[u8]) -> Result<(TransactionId, Params), LoginError> {
    let params = Params::parse(&[encoded]).map_err(|_| LoginError::NoTransaction)?;
    let id = params.get("tx").and_then(TransactionId::parse).ok_or(LoginError::NoTransaction)?;
    Ok((id, params))
}
