//! `/register`: clients that register themselves (RFC 7591) and manage themselves (RFC 7592).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use doorward_service::management::RegistrationError;
use doorward_service::management::registration::Registered;
use serde_json::{Value, json};

use crate::app::App;
use crate::bearer::bearer;

const NO_STORE: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-store")];

/// A client registers itself.
pub async fn register(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = match metadata(&body) {
        Ok(metadata) => app.management.register(metadata, bearer(&headers)).await,
        Err(error) => Err(error),
    };
    answer(StatusCode::CREATED, outcome)
}

/// A client looks at what is registered.
pub async fn read(State(app): State<Arc<App>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    answer(StatusCode::OK, app.management.registered(&id, bearer(&headers)).await)
}

/// A client replaces what is registered.
pub async fn replace(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = match metadata(&body) {
        Ok(metadata) => app.management.reregister(&id, metadata, bearer(&headers)).await,
        Err(error) => Err(error),
    };
    answer(StatusCode::OK, outcome)
}

/// A client takes itself away.
pub async fn remove(State(app): State<Arc<App>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match app.management.deregister(&id, bearer(&headers)).await {
        Ok(()) => (StatusCode::NO_CONTENT, NO_STORE).into_response(),
        Err(error) => refuse(&error),
    }
}

fn metadata(body: &[u8]) -> Result<Value, RegistrationError> {
    serde_json::from_slice(body).map_err(|cause| RegistrationError::Metadata(format!("not JSON: {cause}")))
}

fn answer(status: StatusCode, outcome: Result<Registered, RegistrationError>) -> Response {
    match outcome {
        Ok(told) => (status, NO_STORE, Json(told)).into_response(),
        Err(error) => refuse(&error),
    }
}

/// RFC 7591 section 3.2.2.
fn refuse(error: &RegistrationError) -> Response {
    let (status, code) = match error {
        RegistrationError::Off => (StatusCode::NOT_FOUND, "not_found"),
        RegistrationError::Token => (StatusCode::UNAUTHORIZED, "invalid_token"),
        RegistrationError::RedirectUri(_) => (StatusCode::BAD_REQUEST, "invalid_redirect_uri"),
        RegistrationError::Metadata(_) => (StatusCode::BAD_REQUEST, "invalid_client_metadata"),
        RegistrationError::Full => (StatusCode::TOO_MANY_REQUESTS, "too_many_clients"),
        RegistrationError::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
    };
    let description = match error {
        RegistrationError::Store(cause) => {
            tracing::error!(%cause, "a client could not be registered");
            "the service is not available right now; try again".to_owned()
        }
        error => error.to_string(),
    };
    let body = Json(json!({"error": code, "error_description": description}));
    let mut response = (status, NO_STORE, body).into_response();
    let extra = match error {
        RegistrationError::Token => Some((WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")),
        RegistrationError::Full => Some((RETRY_AFTER, "3600")),
        RegistrationError::Store(_) => Some((RETRY_AFTER, "1")),
        _ => None,
    };
    if let Some((name, value)) = extra {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
