//! `/federation/{tenant}/{connection}/…`: what a connection's identity provider says of sign-outs, by itself
//! (Back-Channel Logout 1.0 section 2.5) or through the browser (Front-Channel Logout 1.0), and where it sends
//! browsers back to after one that began here.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use doorward_domain::{ConnectionId, TenantId};
use doorward_service::federation::logout::LogoutRefusal;
use doorward_service::provider::{EndpointError, Params};

use super::call::Call;
use super::json;
use super::redirect::redirect;
use crate::app::App;
use crate::pages::SignedOutPage;
use crate::words::Words;

/// The tenant and the connection in a path.
type OfConnection = Path<(String, String)>;

pub async fn back_channel(State(app): State<Arc<App>>, Path(path): OfConnection, call: Call) -> Response {
    let outcome = match call.form("backchannel_logout") {
        Ok(form) => match Params::parse(&[form.body]).unwrap_or_default().get("logout_token") {
            Some(token) => told(app.login.logout_token(parsed(&path), token, app.now()).await),
            None => Err(EndpointError::invalid_request("logout_token is missing")),
        },
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => json::refuse(&error),
    }
}

pub async fn front_channel(
    State(app): State<Arc<App>>,
    Path(path): OfConnection,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(&[query.unwrap_or_default().as_bytes()]).unwrap_or_default();
    let named = (params.get("iss"), params.get("sid"));
    match told(app.login.front_channel_logout(parsed(&path), named, app.now()).await) {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => json::refuse(&error),
    }
}

/// The browser comes back from the provider's own sign-out.
pub async fn signed_out(
    State(app): State<Arc<App>>,
    Path(path): OfConnection,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(&[query.unwrap_or_default().as_bytes()]).unwrap_or_default();
    let (_, connection) = parsed(&path);
    let carried = (app.cookies.leaving(&headers), params.get("state"));
    let mut response = match app.login.back(connection, carried, app.now()) {
        Some(leave_to) => redirect(&leave_to),
        None => {
            let words = Words::for_reader(None, &headers);
            SignedOutPage { words, app: None, frames: Vec::new(), next: None }.into_response()
        }
    };
    app.cookies.clear_leaving(response.headers_mut());
    response
}

/// A connection that nobody has is treated like one that takes no calls.
fn parsed((tenant, connection): &(String, String)) -> (TenantId, ConnectionId) {
    let nobody = (TenantId::BROKER, ConnectionId::from_bytes([0; 16]));
    tenant.parse().ok().zip(connection.parse().ok()).unwrap_or(nobody)
}

/// What the provider learns; the operator gets the cause.
fn told(outcome: Result<(), LogoutRefusal>) -> Result<(), EndpointError> {
    outcome.map_err(|refusal| match refusal {
        LogoutRefusal::Store(error) => EndpointError::Store(error),
        refusal => {
            tracing::info!(%refusal, "a provider's sign-out was refused");
            EndpointError::invalid_request("this is no sign-out that the connection takes")
        }
    })
}
