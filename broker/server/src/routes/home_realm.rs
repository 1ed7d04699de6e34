//! `/home-realm`: where a person belongs, for apps that ask their people themselves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use doorward_service::login::Asking;
use doorward_service::provider::request::Belonging;
use doorward_service::provider::{EndpointError, Params};

use super::call::Call;
use super::json;
use crate::app::App;

pub async fn get(State(app): State<Arc<App>>, call: Call) -> Response {
    answer(&app, &call, call.query.as_deref().unwrap_or_default().as_bytes()).await
}

pub async fn post(State(app): State<Arc<App>>, call: Call) -> Response {
    match call.form("home-realm") {
        Ok(form) => answer(&app, &call, form.body).await,
        Err(error) => json::refuse(&error),
    }
}

async fn answer(app: &App, call: &Call, encoded: &[u8]) -> Response {
    let params = Params::parse(&[encoded]).unwrap_or_default();
    let Some(client) = params.get("client_id") else {
        return json::refuse(&EndpointError::invalid_request("client_id is missing"));
    };
    let owned = |name: &str| params.get(name).map(str::to_owned);
    let belonging =
        Belonging { tenant: owned("tenant"), connection: owned("connection"), domain: owned("domain_hint") };
    let asking = Asking { client, belonging: &belonging, login_hint: params.get("login_hint") };
    let from = call.peer.as_ref().map(|peer| peer.address);
    match app.login.home_realm(&asking, from, app.now()).await {
        Ok(Some(home)) => json::answer(Ok(home)),
        Ok(None) => {
            let wait = [(RETRY_AFTER, HeaderValue::from_static("60"))];
            (StatusCode::TOO_MANY_REQUESTS, wait).into_response()
        }
        Err(error) => json::refuse(&error),
    }
}
