//! `/auth/token`: with the tenant in the query, however much is in the body.

use std::time::Duration;

use axum::Json;
use axum::extract::{RawForm, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::model::{App, AppKind, Grant, Person};
use super::request::check_scope;
use super::switch::HaloPsaSwitch;
use super::{HaloPsa, messages, refused};
use crate::common::codes::Taken;
use crate::common::credentials::Credentials;
use crate::common::id_token::Draft;
use crate::common::keys::random_handle;
use crate::common::known_error::KnownError;
use crate::common::log::Endpoint;
use crate::common::names::Switch;
use crate::common::params::Params;
use crate::common::scope::At;

/// How long tokens live, in seconds.
const LIFETIME: i64 = 3600;

pub(super) async fn token(
    State(halo): State<HaloPsa>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(&form);
    let at = At::default().endpoint(Endpoint::Token);
    let at = params.get("client_id").map_or(at, |client_id| at.client(client_id));
    if let Some(delay) = halo.switches().fire(Switch::Slow, &at).and_then(|ms| ms.parse().ok()) {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    if halo.switches().fires(HaloPsaSwitch::RateLimited, &at) {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    }
    if let Some(error) = halo.switches().fire(Switch::TokenError, &at) {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    }
    let tokens = halo.check_tenant(query.as_deref(), Endpoint::Token);
    match tokens.and_then(|()| halo.tokens(&headers, &params)) {
        Ok(tokens) => ([(header::CACHE_CONTROL, "no-store")], Json(tokens)).into_response(),
        Err(known) => refused(known),
    }
}

impl HaloPsa {
    fn tokens(&self, headers: &HeaderMap, params: &Params) -> Result<Value, KnownError> {
        let credentials = Credentials::presented(headers, params).map_err(|_| messages::CLIENT)?;
        let app = self.app(credentials.client_id()).ok_or(messages::CLIENT)?;
        if app.secret() != credentials.secret() {
            return Err(messages::SECRET);
        }
        match params.get("grant_type") {
            Some("authorization_code") => self.redeem_code(&app, params),
            Some("refresh_token") => self.refresh(&app, params),
            Some("client_credentials") => self.client_credentials(&app, params),
            _ => Err(messages::GRANT_TYPE),
        }
    }

    fn redeem_code(&self, app: &App, params: &Params) -> Result<Value, KnownError> {
        let now = self.now();
        let taken = self.grants().codes.take(params.get("code").unwrap_or_default(), now);
        let grant = match taken {
            Taken::Good(grant) if grant.client_id == app.client_id => grant,
            _ => return Err(messages::CODE),
        };
        let met = match (&grant.code_challenge, params.get("code_verifier")) {
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !met || params.get("redirect_uri") != Some(&grant.redirect_uri) {
            return Err(messages::CODE);
        }
        let mut answer = self.issue(app, &grant)?;
        if grant.has_scope("offline_access") {
            let token = random_handle();
            answer["refresh_token"] = json!(token);
            self.grants().refresh_tokens.insert(token, Grant { nonce: None, ..grant });
        }
        Ok(answer)
    }

    /// Used once; the answer has the next one.
    fn refresh(&self, app: &App, params: &Params) -> Result<Value, KnownError> {
        let at = At::default().client(&app.client_id).endpoint(Endpoint::Token);
        let token = params.get("refresh_token").unwrap_or_default();
        let known = self.grants().refresh_tokens.remove(token);
        let known = known.filter(|grant| grant.client_id == app.client_id);
        let active = |grant: &Grant| self.person(&grant.username).is_some_and(|person| person.active);
        let grant = known.filter(active).ok_or(messages::REFRESH)?;
        if self.switches().fires(HaloPsaSwitch::RefreshRefused, &at) {
            return Err(messages::REFRESH);
        }
        let mut answer = self.issue(app, &grant)?;
        let next = random_handle();
        answer["refresh_token"] = json!(next);
        self.grants().refresh_tokens.insert(next, grant);
        Ok(answer)
    }

    /// With an ID token of the agent, although nobody signed in: it answers no request, and nobody may
    /// take it for a sign-in.
    fn client_credentials(&self, app: &App, params: &Params) -> Result<Value, KnownError> {
        let AppKind::Services { agent, .. } = &app.kind else { return Err(messages::UNAUTHORIZED) };
        let scope = params.owned("scope").unwrap_or_default();
        check_scope(&scope)?;
        let grant = Grant {
            client_id: app.client_id.clone(),
            username: agent.clone(),
            scope,
            nonce: None,
            redirect_uri: String::new(),
            code_challenge: None,
        };
        self.issue(app, &grant)
    }

    fn issue(&self, app: &App, grant: &Grant) -> Result<Value, KnownError> {
        let person = self.person(&grant.username).ok_or(messages::CODE)?;
        let access_token = random_handle();
        let expires_at = self.now() + LIFETIME;
        let mut answer = json!({
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "scope": grant.scope,
        });
        let at = At::default().client(&app.client_id).person(&person.username).endpoint(Endpoint::Token);
        let openid = grant.has_scope("openid") || matches!(app.kind, AppKind::Services { .. });
        if openid && !self.switches().fires(Switch::NoIdToken, &at) {
            answer["id_token"] = json!(self.id_token(app, grant, &person, &at)?);
        }
        self.grants().access_tokens.insert(access_token, (grant.clone(), expires_at));
        Ok(answer)
    }

    fn id_token(&self, app: &App, grant: &Grant, person: &Person, at: &At<'_>) -> Result<String, KnownError> {
        let now = self.now();
        let mut claims = self.claims(&grant.scope, person, at);
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("iss", json!(self.issuer()));
        set("aud", json!(app.client_id));
        set("iat", json!(now));
        set("exp", json!(now + LIFETIME));
        let silent = self.switches().fires(HaloPsaSwitch::UnverifiedNonceNotEchoed, at);
        if let Some(nonce) = grant.nonce.as_ref().filter(|_| !silent) {
            set("nonce", json!(nonce));
        }
        let key = self.key().map_err(|_| messages::SIGNING)?;
        let draft = Draft { key, claims, secret: app.secret(), now };
        draft.sign(self.switches(), at).map_err(|_| messages::SIGNING)
    }
}
