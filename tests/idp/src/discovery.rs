//! The discovery document and the published key.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::{Endpoint, Issuer};

/// OpenID Connect Discovery 1.0 section 3.
pub(crate) async fn metadata(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    issuer.request_counters().count(Endpoint::Discovery);
    let at = |path: &str| format!("{}/{path}", issuer.url());
    Json(json!({
        "issuer": issuer.url(),
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "jwks_uri": at("jwks"),
        "end_session_endpoint": at("end_session"),
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [issuer.algorithm().name()],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_response_iss_parameter_supported": true,
        "request_uri_parameter_supported": false,
    }))
}

/// RFC 7517 section 5.
pub(crate) async fn jwks(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    issuer.request_counters().count(Endpoint::Jwks);
    Json(json!({ "keys": [issuer.key().public_jwk()] }))
}
