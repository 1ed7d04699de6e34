//! Discovery and keys: public, from memory, cacheable.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use doorward_domain::scope;
use doorward_service::management::views::ViewError;
use doorward_service::provider::resource_metadata;

use crate::app::App;

/// The discovery document changes with a new version of doorward at most.
const DISCOVERY_MAX_AGE: Duration = Duration::from_secs(3600);

/// The discovery document.
pub async fn discovery(State(app): State<Arc<App>>) -> Response {
    public_json(app.discovery.clone(), DISCOVERY_MAX_AGE)
}

/// What userinfo is as a protected resource (RFC 9728).
pub async fn userinfo_metadata(State(app): State<Arc<App>>) -> Response {
    let issuer = app.settings.issuer();
    let scopes = [scope::name::OPENID.to_owned()];
    let document = resource_metadata::document(issuer, &resource_metadata::userinfo(issuer), &scopes);
    public_json(Bytes::from(document.to_string()), DISCOVERY_MAX_AGE)
}

/// Our public keys (RFC 7517), for as long as no new one may sign.
pub async fn jwks(State(app): State<Arc<App>>) -> Response {
    public_json(Bytes::copy_from_slice(app.keys.jwks().as_bytes()), app.keys.jwks_max_age())
}

/// The public keys by which a connection authenticates at its provider.
pub async fn client_jwks(
    State(app): State<Arc<App>>,
    Path((tenant, connection)): Path<(String, String)>,
) -> Response {
    let (Ok(tenant), Ok(connection)) = (tenant.parse(), connection.parse()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match app.management.client_jwks(tenant, connection).await {
        Ok(keys) => public_json(keys.to_string().into(), DISCOVERY_MAX_AGE),
        Err(ViewError::Store(_)) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn public_json(body: Bytes, max_age: Duration) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, [(CACHE_CONTROL, format!("public, max-age={}", max_age.as_secs()))], body).into_response()
}
