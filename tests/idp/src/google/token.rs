//! `/token` and `/revoke`.

use std::time::Duration;

use axum::Json;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::error::Refusal;
use super::messages;
use super::model::{App, Grant};
use super::switch::GoogleSwitch;
use super::{Google, lock};
use crate::common::codes::Taken;
use crate::common::credentials::Credentials;
use crate::common::id_token::{Draft, half_hash};
use crate::common::keys::random_handle;
use crate::common::log::Endpoint;
use crate::common::names::Switch;
use crate::common::params::Params;
use crate::common::scope::At;

/// How long tokens live, in seconds.
const LIFETIME: i64 = 3599;

pub(super) async fn token(
    State(google): State<Google>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(&form);
    let at = At::default().endpoint(Endpoint::Token);
    let at = params.get("client_id").map_or(at, |client_id| at.client(client_id));
    if let Some(delay) = google.switches().fire(Switch::Slow, &at).and_then(|ms| ms.parse().ok()) {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    if let Some(error) = google.switches().fire(Switch::TokenError, &at) {
        let body = json!({ "error": error, "error_description": "switched on" });
        return (StatusCode::BAD_REQUEST, Json(body)).into_response();
    }
    match google.tokens(&headers, &params) {
        Ok(tokens) => ([(header::CACHE_CONTROL, "no-cache, no-store")], Json(tokens)).into_response(),
        Err(refusal) => refusal.json(),
    }
}

/// Anybody who has a token may revoke it.
pub(super) async fn revoke(State(google): State<Google>, RawForm(form): RawForm) -> Response {
    let params = Params::parse(&form);
    let token = params.get("token").unwrap_or_default();
    let mut grants = google.grants();
    let known = grants.refresh_tokens.remove(token).is_some() || grants.access_tokens.remove(token).is_some();
    match known {
        true => StatusCode::OK.into_response(),
        false => Refusal::from(messages::REFRESH).json(),
    }
}

impl Google {
    fn tokens(&self, headers: &HeaderMap, params: &Params) -> Result<Value, Refusal> {
        let app = self.asking(headers, params)?;
        match params.get("grant_type") {
            Some("authorization_code") => self.redeem_code(&app, params),
            Some("refresh_token") => self.refresh(&app, params),
            other => Err(Refusal::from(messages::GRANT_TYPE).with("type", other.unwrap_or_default())),
        }
    }

    fn asking(&self, headers: &HeaderMap, params: &Params) -> Result<App, Refusal> {
        let missing = |_| Refusal::from(messages::PARAMETER).with("parameter", "client_id");
        let credentials = Credentials::presented(headers, params).map_err(missing)?;
        let app = self.app(credentials.client_id()).ok_or(messages::CLIENT_MISSING)?;
        match credentials.secret() {
            None => Err(messages::NO_SECRET.into()),
            Some(secret) if secret == app.secret => Ok(app),
            Some(_) => Err(messages::SECRET.into()),
        }
    }

    fn redeem_code(&self, app: &App, params: &Params) -> Result<Value, Refusal> {
        let code = params.get("code").and_then(|code| code.strip_prefix("4/0A")).ok_or(messages::CODE)?;
        let now = self.now();
        let taken = self.grants().codes.take(code, now);
        let grant = match taken {
            Taken::Good(grant) if grant.client_id == app.client_id => grant,
            Taken::Good(_) | Taken::Expired(_) | Taken::Spent => return Err(messages::SPENT.into()),
            Taken::Unknown => return Err(messages::CODE.into()),
        };
        if params.get("redirect_uri") != Some(&grant.redirect_uri) {
            return Err(messages::REDEEMED_ELSEWHERE.into());
        }
        match (&grant.code_challenge, params.get("code_verifier")) {
            (Some(_), None) => return Err(messages::NO_VERIFIER.into()),
            (Some(challenge), Some(verifier)) if !challenge.is_met_by(verifier) => {
                return Err(messages::VERIFIER.into());
            }
            _ => {}
        }
        let mut answer = self.issue(app, &grant)?;
        if grant.refreshable {
            let token = format!("1//{}", random_handle());
            answer["refresh_token"] = json!(token);
            self.grants().refresh_tokens.insert(token, Grant { nonce: None, ..grant });
        }
        Ok(answer)
    }

    /// The refresh token stays the same.
    fn refresh(&self, app: &App, params: &Params) -> Result<Value, Refusal> {
        let token = params.get("refresh_token").unwrap_or_default();
        let known = self.grants().refresh_tokens.get(token).cloned();
        let grant = known.filter(|grant| grant.client_id == app.client_id).ok_or(messages::REFRESH)?;
        let at = At::default().client(&app.client_id).endpoint(Endpoint::Token);
        match self.switches().fires(GoogleSwitch::RefreshRevoked, &at) {
            true => Err(messages::REFRESH.into()),
            false => self.issue(app, &grant),
        }
    }

    fn issue(&self, app: &App, grant: &Grant) -> Result<Value, Refusal> {
        let account = self.account(&grant.sub).ok_or(messages::REFRESH)?;
        let at = At::default().client(&app.client_id).person(&account.email).endpoint(Endpoint::Token);
        let now = self.now();
        let access_token = format!("ya29.{}", random_handle());
        let mut claims = self.person(grant, &account, &at);
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("iss", json!(self.issuer(&at)));
        set("azp", json!(app.client_id));
        set("aud", json!(app.client_id));
        set("at_hash", json!(half_hash(&access_token)));
        set("iat", json!(now));
        set("exp", json!(now + LIFETIME + 1));
        if let Some(nonce) = &grant.nonce {
            set("nonce", json!(nonce));
        }
        if self.switches().fires(Switch::RotateKey, &at) {
            *lock(&self.0.key) += 2;
        }
        let key = self.signing_key().map_err(|_| messages::SPENT)?;
        let draft = Draft { key, claims, secret: Some(&app.secret), now };
        let id_token = draft.sign(self.switches(), &at).map_err(|_| messages::SPENT)?;
        let expires_at = now + LIFETIME;
        self.grants().access_tokens.insert(access_token.clone(), (grant.clone(), expires_at));
        let mut answer = json!({
            "access_token": access_token,
            "expires_in": LIFETIME,
            "scope": grant.scope,
            "token_type": "Bearer",
        });
        if grant.has_scope("openid") && !self.switches().fires(Switch::NoIdToken, &at) {
            answer["id_token"] = json!(id_token);
        }
        Ok(answer)
    }
}
