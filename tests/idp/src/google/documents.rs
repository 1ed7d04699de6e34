//! The discovery document and the published keys: no end of a session, no logout.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use josekit::JoseError;
use serde::Serialize;
use serde_json::json;

use super::{Google, lock};
use crate::common::keys::{Algorithm, SigningKey};

/// The document, in Google's order.
#[derive(Serialize)]
struct Metadata<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    device_authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    revocation_endpoint: String,
    jwks_uri: String,
    response_types_supported: [&'static str; 8],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
    scopes_supported: [&'static str; 3],
    token_endpoint_auth_methods_supported: [&'static str; 2],
    claims_supported: [&'static str; 11],
    code_challenge_methods_supported: [&'static str; 2],
    grant_types_supported: [&'static str; 4],
}

/// `/.well-known/openid-configuration`
pub(super) async fn metadata(State(google): State<Google>) -> Response {
    let urls = google.urls();
    let document = Metadata {
        issuer: &urls.accounts,
        authorization_endpoint: format!("{}/o/oauth2/v2/auth", urls.accounts),
        device_authorization_endpoint: format!("{}/device/code", urls.oauth2),
        token_endpoint: format!("{}/token", urls.oauth2),
        userinfo_endpoint: format!("{}/v1/userinfo", urls.openidconnect),
        revocation_endpoint: format!("{}/revoke", urls.oauth2),
        jwks_uri: format!("{}/oauth2/v3/certs", urls.www),
        response_types_supported: [
            "code",
            "token",
            "id_token",
            "code token",
            "code id_token",
            "token id_token",
            "code token id_token",
            "none",
        ],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        scopes_supported: ["openid", "email", "profile"],
        token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
        claims_supported: [
            "aud",
            "email",
            "email_verified",
            "exp",
            "family_name",
            "given_name",
            "iat",
            "iss",
            "name",
            "picture",
            "sub",
        ],
        code_challenge_methods_supported: ["plain", "S256"],
        grant_types_supported: [
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
    };
    ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(document)).into_response()
}

/// `/oauth2/v3/certs`
pub(super) async fn jwks(State(google): State<Google>) -> Response {
    let current = *lock(&google.0.key);
    let keys: Result<Vec<_>, _> = [current, current + 1].into_iter().map(numbered).collect();
    match keys {
        Ok(keys) => {
            let keys: Vec<_> = keys.iter().map(|key| key.public_jwk().clone()).collect();
            ([(header::CACHE_CONTROL, "public, max-age=19800")], Json(json!({ "keys": keys })))
                .into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn numbered(number: u32) -> Result<Arc<SigningKey>, JoseError> {
    SigningKey::of_role(Algorithm::Rs256, &format!("google {number}"), None)
}

impl Google {
    pub(super) fn signing_key(&self) -> Result<Arc<SigningKey>, JoseError> {
        numbered(*lock(&self.0.key))
    }
}
