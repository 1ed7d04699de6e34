//! `/federation/{connection}/callback`: the person comes back from the identity provider. Every
//! connection has a callback of its own, so that answers cannot be mixed up (UP-04, UP-05).

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use doorward_service::federation::{CallbackResponse, transaction_of};
use doorward_service::login::{LoginError, Step, TransactionId};
use doorward_service::provider::Params;

use super::step;
use crate::app::App;

pub async fn get(
    State(app): State<Arc<App>>,
    Path(connection): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let outcome = arrive(&app, &connection, &headers, query.unwrap_or_default().as_bytes()).await;
    step::render(&app, &headers, outcome)
}

async fn arrive(app: &App, connection: &str, headers: &HeaderMap, query: &[u8]) -> Result<Step, LoginError> {
    let now = app.now();
    let params = Params::parse(&[query]).map_err(|_| LoginError::NoTransaction)?;
    let state = params.get("state").ok_or(LoginError::NoTransaction)?;
    let id = transaction_of(state).map(TransactionId).ok_or(LoginError::NoTransaction)?;
    let connection = connection.parse().map_err(|_| LoginError::NoTransaction)?;
    let owned = |name: &str| params.get(name).map(str::to_owned);
    let response = CallbackResponse {
        code: owned("code"),
        state: Some(state.to_owned()),
        iss: owned("iss"),
        error: owned("error"),
        error_description: owned("error_description"),
    };
    let older = app.login.session(app.cookies.session(headers), now).await?;
    app.login.arrive(connection, id, app.cookies.transaction(headers, id), &response, older, now).await
}
