//! `/introspect` and `/revoke`: a refresh token takes its access token with it, and
//! an access token leaves its refresh token.

use axum::Json;
use axum::extract::RawForm;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::place::Place;
use crate::common::params::Params;

pub(super) async fn introspect(place: Place, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    let params = Params::parse(&form);
    let app = match place.asking("introspect", &headers, &params) {
        Ok(app) => app,
        Err(refusal) => return refusal.json(),
    };
    let token = params.get("token").unwrap_or_default();
    let now = place.okta.now();
    let grants = place.okta.grants();
    let access = grants.access_tokens.get(token).filter(|known| now < known.expires_at);
    let refresh = grants.refresh_tokens.get(token).filter(|known| now < known.expires_at);
    let own = |client_id: &str| client_id == app.client_id;
    let body = match (access, refresh) {
        (Some(known), _) if own(&known.client_id) => json!({
            "active": true,
            "token_type": "Bearer",
            "scope": known.scopes.join(" "),
            "client_id": known.client_id,
            "exp": known.expires_at,
            "sub": known.person.as_ref().map(|grant| grant.user.clone()),
        }),
        (None, Some(known)) if own(&known.grant.client_id) => json!({
            "active": true,
            "scope": known.grant.scopes.join(" "),
            "client_id": known.grant.client_id,
            "exp": known.expires_at,
            "sub": known.grant.user,
        }),
        _ => json!({ "active": false }),
    };
    Json(body).into_response()
}

pub(super) async fn revoke(place: Place, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    let params = Params::parse(&form);
    let app = match place.asking("revoke", &headers, &params) {
        Ok(app) => app,
        Err(refusal) => return refusal.json(),
    };
    let token = params.get("token").unwrap_or_default();
    let mut grants = place.okta.grants();
    if grants.refresh_tokens.get(token).is_some_and(|known| known.grant.client_id == app.client_id) {
        grants.refresh_tokens.remove(token);
        grants.access_tokens.retain(|_, known| known.refresh_token.as_deref() != Some(token));
    }
    if grants.access_tokens.get(token).is_some_and(|known| known.client_id == app.client_id) {
        grants.access_tokens.remove(token);
    }
    StatusCode::OK.into_response()
}
