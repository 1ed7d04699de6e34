//! `/{tenant}/oauth2/v2.0/token`.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, RawForm, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Entra;
use super::error::Refusal;
use super::grants::{ACCESS_LIFETIME, AccessToken, Bearer, Grant, RefreshToken};
use super::switch::EntraSwitch;
use super::tenant::Authority;
use crate::common::keys::random_handle;
use crate::common::log::Endpoint;
use crate::common::names::Switch;
use crate::common::params::Params;
use crate::common::scope::At;

/// What the token endpoint gives, in Microsoft's order.
#[derive(Serialize)]
pub(super) struct Tokens {
    pub(super) token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<String>,
    pub(super) expires_in: i64,
    pub(super) ext_expires_in: i64,
    pub(super) access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id_token: Option<String>,
}

/// AADSTS900561: somebody opened the endpoint in a browser.
pub(super) async fn by_get(State(entra): State<Entra>) -> Response {
    entra.refusal(900561, &[]).page()
}

pub(super) async fn token(
    State(entra): State<Entra>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(&form);
    let at = At::issuer(&tenant).endpoint(Endpoint::Token);
    let at = params.get("client_id").map_or(at, |client_id| at.client(client_id));
    if let Some(delay) = entra.switches().fire(Switch::Slow, &at).and_then(|ms| ms.parse().ok()) {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    if let Some(error) = entra.switches().fire(Switch::TokenError, &at) {
        let body = serde_json::json!({ "error": error, "error_description": "switched on" });
        return (axum::http::StatusCode::BAD_REQUEST, Json(body)).into_response();
    }
    match entra.tokens(&tenant, &headers, &params) {
        Ok(tokens) => ([(header::CACHE_CONTROL, "no-store, no-cache")], Json(tokens)).into_response(),
        Err(refusal) => refusal.json(),
    }
}

impl Entra {
    fn tokens(&self, tenant: &str, headers: &HeaderMap, params: &Params) -> Result<Tokens, Refusal> {
        // A body of another type reads as one without parameters.
        let grant_type = params.get("grant_type");
        let grant_type = grant_type.ok_or_else(|| self.refusal(900144, &[("parameter", "grant_type")]))?;
        let authority = self.authority(tenant, Endpoint::Token)?;
        if self.switches().fires(EntraSwitch::TransientError, &At::issuer(tenant)) {
            return Err(self.refusal(90033, &[]));
        }
        match grant_type {
            "authorization_code" => self.redeem_code(&authority, headers, params),
            "refresh_token" => self.redeem_refresh_token(&authority, headers, params),
            "client_credentials" => self.client_credentials(&authority, headers, params),
            other => Err(self.refusal(70003, &[("grant", other)])),
        }
    }

    /// The tokens of a grant. The access token is Graph's, and opaque to everybody else.
    pub(super) fn issue(&self, grant: Grant) -> Result<Tokens, Refusal> {
        let at = At::issuer(&grant.tenant).client(&grant.client_id);
        let without = !grant.has_scope("openid") || self.switches().fires(Switch::NoIdToken, &at);
        let id_token = if without { None } else { Some(self.id_token(&grant, None)?) };
        let offline = grant.has_scope("offline_access");
        let refresh_token = offline.then(|| format!("0.A{}", random_handle()));
        let scope = granted_scope(&grant.scope);
        let access_token = self.graph_token(Bearer::Person(grant.clone()))?;
        if let Some(token) = &refresh_token {
            let used_at = self.now();
            self.grants().refresh_tokens.insert(token.clone(), RefreshToken { grant, used_at });
        }
        Ok(Tokens {
            token_type: "Bearer",
            scope: Some(scope),
            expires_in: ACCESS_LIFETIME,
            ext_expires_in: ACCESS_LIFETIME,
            access_token,
            refresh_token,
            id_token,
        })
    }

    /// A token for Graph: it looks like a JWT, but no published key verifies it, for Graph hashes the
    /// `nonce` in its header before it checks (1.7).
    pub(super) fn graph_token(&self, bearer: Bearer) -> Result<String, Refusal> {
        let failed = || self.refusal(90033, &[]);
        let key = self.keys().signing().map_err(|_| failed())?;
        let mut header = key.header("JWT");
        header.insert("nonce".to_owned(), serde_json::json!(random_handle()));
        let claims = self.graph_claims(&bearer);
        let signed = crate::common::keys::signing_input(&header, &claims);
        let signature =
            key.signature(format!("{signed} as Graph sees it").as_bytes()).map_err(|_| failed())?;
        let token = crate::common::keys::compact(&signed, &signature);
        let expires_at = self.now() + ACCESS_LIFETIME;
        self.grants().access_tokens.insert(token.clone(), AccessToken { bearer, expires_at });
        Ok(token)
    }

    /// Whether the path is that of the grant: AADSTS700005 otherwise.
    pub(super) fn is_place_of(&self, grant: &Grant, authority: &Authority) -> bool {
        let at = At::issuer(&grant.tenant).client(&grant.client_id).endpoint(Endpoint::Token);
        let wrong = self.switches().fires(EntraSwitch::RedeemWrongTenant, &at);
        !wrong && (authority.path() == grant.authority || authority.tenant() == Some(grant.tenant.as_str()))
    }
}

/// `offline_access` is not among what is told, and `User.Read` is, asked for or not.
fn granted_scope(asked: &str) -> String {
    let mut scopes: Vec<&str> = asked.split_ascii_whitespace().filter(|it| *it != "offline_access").collect();
    if !scopes.iter().any(|scope| scope.contains('.')) {
        scopes.push("User.Read");
    }
    scopes.join(" ")
}
