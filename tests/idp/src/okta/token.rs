//! `/token`.

use std::time::Duration;

use axum::Json;
use axum::extract::RawForm;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use super::app::App;
use super::error::Refusal;
use super::grants::{AccessToken, Grant, REFRESH_LIFETIME, RefreshToken, TOKEN_LIFETIME};
use super::messages;
use super::place::Place;
use crate::common::keys::random_handle;
use crate::common::log::Endpoint;
use crate::common::names::Switch;
use crate::common::params::Params;

/// What the token endpoint gives, in Okta's order.
#[derive(Serialize)]
pub(super) struct Tokens {
    pub(super) token_type: &'static str,
    pub(super) expires_in: i64,
    pub(super) access_token: String,
    pub(super) scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id_token: Option<String>,
}

pub(super) async fn token(place: Place, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    let params = Params::parse(&form);
    let at = place.at().endpoint(Endpoint::Token);
    let switches = place.okta.switches();
    if let Some(delay) = switches.fire(Switch::Slow, &at).and_then(|ms| ms.parse().ok()) {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    if let Some(error) = switches.fire(Switch::TokenError, &at) {
        let body = json!({ "error": error, "error_description": "switched on" });
        return (StatusCode::BAD_REQUEST, Json(body)).into_response();
    }
    match place.tokens(&headers, &params) {
        Ok(tokens) => ([(header::CACHE_CONTROL, "no-cache, no-store")], Json(tokens)).into_response(),
        Err(refusal) => refusal.json(),
    }
}

impl Place {
    fn tokens(&self, headers: &HeaderMap, params: &Params) -> Result<Tokens, Refusal> {
        let grant_type = params.get("grant_type").ok_or_else(|| Refusal::parameter("grant_type"))?;
        let app = self.asking("token", headers, params)?;
        let known = ["authorization_code", "refresh_token", "client_credentials"];
        if !known.contains(&grant_type) {
            return Err(messages::UNSUPPORTED_GRANT_TYPE.into());
        }
        if grant_type == "client_credentials" {
            return self.client_credentials(&app, params);
        }
        if !app.may_use(grant_type) {
            let types = app.grant_types.join(", ");
            return Err(Refusal::from(messages::GRANT_TYPE).with("types", &types));
        }
        match grant_type {
            "authorization_code" => self.redeem_code(&app, params),
            _ => self.redeem_refresh_token(&app, params),
        }
    }

    /// The tokens of a grant, with a refresh token, if there is to be another one.
    pub(super) fn issue(
        &self,
        app: &App,
        grant: Grant,
        refresh_token: Option<String>,
    ) -> Result<Tokens, Refusal> {
        let access_token = self.access_token(&grant);
        let at = self.at().client(&app.client_id);
        let without = !grant.has_scope("openid") || self.okta.switches().fires(Switch::NoIdToken, &at);
        let id_token = match without {
            true => None,
            false => Some(self.id_token(app, &grant, Some(&access_token), false)?),
        };
        let offline = grant.has_scope("offline_access") && app.may_use("refresh_token");
        let refresh_token = refresh_token.or_else(|| offline.then(random_handle));
        let scope = grant.scopes.join(" ");
        let mut grants = self.okta.grants();
        if let Some(token) = &refresh_token {
            let expires_at = self.okta.now() + REFRESH_LIFETIME;
            grants.refresh_tokens.insert(token.clone(), RefreshToken { grant, expires_at });
            if let Some(access_token) = grants.access_tokens.get_mut(&access_token) {
                access_token.refresh_token.clone_from(&refresh_token);
            }
        }
        let expires_in = TOKEN_LIFETIME;
        Ok(Tokens { token_type: "Bearer", expires_in, access_token, scope, refresh_token, id_token })
    }

    /// A new access token of a person's.
    pub(super) fn access_token(&self, grant: &Grant) -> String {
        let token = random_handle();
        let record = AccessToken {
            client_id: grant.client_id.clone(),
            server: grant.server.clone(),
            scopes: grant.scopes.clone(),
            person: Some(grant.clone()),
            expires_at: self.okta.now() + TOKEN_LIFETIME,
            refresh_token: None,
        };
        self.okta.grants().access_tokens.insert(token.clone(), record);
        token
    }

    /// Whether this is the server that gave the grant.
    pub(super) fn is_place_of(&self, server: Option<&str>) -> bool {
        self.server.as_ref().map(|server| server.id.as_str()) == server
    }
}
