//! `authinfo`, the discovery document and the keys.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use josekit::JoseError;
use serde_json::json;
use std::sync::Arc;

use super::{HaloPsa, messages, refused};
use crate::common::keys::SigningKey;
use crate::common::log::Endpoint;

/// `/api/authinfo`: where the authorization server is, and what the tenant is called.
pub(super) async fn authinfo(State(halo): State<HaloPsa>) -> Response {
    Json(json!({ "auth_url": halo.auth(), "tenant_id": halo.variant().tenant })).into_response()
}

/// `/auth/.well-known/openid-configuration`
pub(super) async fn metadata(State(halo): State<HaloPsa>, RawQuery(query): RawQuery) -> Response {
    if let Err(known) = halo.check_documents(query.as_deref(), Endpoint::Discovery) {
        return refused(known);
    }
    let at = |name: &str| format!("{}/{name}", halo.auth());
    let mut document = json!({
        "issuer": halo.issuer(),
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "jwks_uri": at(".well-known/jwks"),
        "grant_types_supported": ["authorization_code", "client_credentials", "password", "refresh_token", "implicit"],
        "response_types_supported": ["code", "id_token", "code id_token"],
        "response_modes_supported": ["query", "form_post", "fragment"],
        "scopes_supported": ["openid", "profile", "email", "offline_access", "all"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [halo.variant().algorithm.name()],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
    });
    if halo.variant().end_session {
        document["end_session_endpoint"] = json!(at("logout"));
    }
    Json(document).into_response()
}

/// `/auth/.well-known/jwks`
pub(super) async fn jwks(State(halo): State<HaloPsa>, RawQuery(query): RawQuery) -> Response {
    if let Err(known) = halo.check_documents(query.as_deref(), Endpoint::Jwks) {
        return refused(known);
    }
    match halo.key() {
        Ok(key) => Json(json!({ "keys": [key.public_jwk()] })).into_response(),
        Err(_) => refused(messages::SIGNING),
    }
}

impl HaloPsa {
    fn check_documents(
        &self,
        query: Option<&str>,
        endpoint: Endpoint,
    ) -> Result<(), crate::common::known_error::KnownError> {
        if self.variant().tenant_for_documents { self.check_tenant(query, endpoint) } else { Ok(()) }
    }

    /// The issuer, as this instance spells it.
    pub(super) fn issuer(&self) -> String {
        let variant = self.variant();
        let tenant = variant.tenant.as_ref().filter(|_| variant.tenant_in_issuer);
        let tenant = tenant.map(|tenant| format!("/{tenant}")).unwrap_or_default();
        let slash = if variant.trailing_slash { "/" } else { "" };
        format!("{}{tenant}{slash}", self.auth())
    }

    pub(super) fn key(&self) -> Result<Arc<SigningKey>, JoseError> {
        SigningKey::of_role(self.variant().algorithm, "halo", None)
    }
}
