//! `/token` (RFC 6749 sections 4.1.3 and 6, RFC 7636 section 4.6).

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::clients::KnownClient;
use super::records::{AccessToken, Code, Grant};
use super::{Issuer, id_token};
use crate::common::codes::Taken;
use crate::common::credentials::{Credentials, Unusable};
use crate::common::keys::random_handle;
use crate::common::names::Switch;
use crate::common::oauth_error::OAuthError;
use crate::common::params::Params;

/// How long an access token lives, in seconds.
const ACCESS_TOKEN_LIFETIME: i64 = 3600;

pub(crate) async fn token(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Result<Response, OAuthError> {
    let params = Params::parse(&form);
    let credentials = Credentials::presented(&headers, &params);
    let at = issuer.at();
    let at = credentials.as_ref().map_or(at, |credentials| at.client(credentials.client_id()));
    if let Some(delay) = issuer.switches().fire(Switch::Slow, &at).and_then(|ms| ms.parse().ok()) {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    if let Some(error) = issuer.switches().fire(Switch::TokenError, &at) {
        return Err(OAuthError::new(&error, "switched on"));
    }
    if let Some(name) = params.repeated() {
        return Err(OAuthError::new("invalid_request", &format!("{name} was given more than once")));
    }
    let client = authenticated(&issuer, &credentials)?;
    let grant = match params.get("grant_type") {
        Some("authorization_code") => redeem_code(&issuer, &client, &params)?,
        Some("refresh_token") => redeem_refresh_token(&issuer, &client, &params)?,
        Some(_) => {
            return Err(OAuthError::new("unsupported_grant_type", "authorization_code or refresh_token"));
        }
        None => return Err(OAuthError::new("invalid_request", "grant_type is missing")),
    };
    issue(&issuer, grant)
}

/// `client_secret_basic`, `client_secret_post` or `none`.
fn authenticated(
    issuer: &Issuer,
    credentials: &Result<Credentials, Unusable>,
) -> Result<KnownClient, OAuthError> {
    let unknown = |description: &str| OAuthError::new("invalid_client", description);
    let credentials = credentials.as_ref().map_err(|unusable| match unusable {
        Unusable::SeveralWays => OAuthError::new("invalid_request", "use one way of client authentication"),
        Unusable::NoClientId => unknown("no client credentials"),
        Unusable::Header => unknown("malformed Basic credentials"),
        Unusable::Assertion => unknown("no client assertions here"),
    })?;
    let client = issuer.client(credentials.client_id()).ok_or_else(|| unknown("no such client"))?;
    match client.accepts_secret(credentials.secret()) {
        true if credentials.method() != "private_key_jwt" => Ok(client),
        _ => Err(unknown("wrong client secret")),
    }
}

/// Takes the code, then asks whether it was this client's to take: it is gone in any case.
fn redeem_code(issuer: &Issuer, client: &KnownClient, params: &Params) -> Result<Grant, OAuthError> {
    let code = params.get("code").ok_or_else(|| OAuthError::new("invalid_request", "code is missing"))?;
    let code = match issuer.records().codes.take(code, issuer.now()) {
        Taken::Good(code) => code,
        Taken::Expired(_) => return Err(refused("the code has expired")),
        Taken::Spent | Taken::Unknown => return Err(refused("no such code")),
    };
    if code.grant.client_id != client.id() {
        return Err(refused("the code belongs to another client"));
    }
    if params.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(refused("redirect_uri differs from the authorization request"));
    }
    check_pkce(&code, params.get("code_verifier"))?;
    let at = issuer.at().client(client.id()).person(&code.grant.session.person);
    let hide_email = issuer.switches().fires(Switch::NoEmail, &at);
    Ok(Grant { hide_email, ..code.grant })
}

fn check_pkce(code: &Code, verifier: Option<&str>) -> Result<(), OAuthError> {
    match (&code.code_challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(refused("code_verifier without a code_challenge before")),
        (Some(_), None) => Err(refused("code_verifier is missing")),
        (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => Ok(()),
        (Some(_), Some(_)) => Err(refused("code_verifier is wrong")),
    }
}

/// Refresh tokens are used once; the answer has the next one. A refreshed ID token has no nonce.
fn redeem_refresh_token(issuer: &Issuer, client: &KnownClient, params: &Params) -> Result<Grant, OAuthError> {
    let token = params
        .get("refresh_token")
        .ok_or_else(|| OAuthError::new("invalid_request", "refresh_token is missing"))?;
    let grant =
        issuer.records().refresh_tokens.remove(token).ok_or_else(|| refused("no such refresh token"))?;
    if grant.client_id != client.id() {
        return Err(refused("the refresh token belongs to another client"));
    }
    Ok(Grant { nonce: None, ..grant })
}

fn issue(issuer: &Issuer, grant: Grant) -> Result<Response, OAuthError> {
    let persona = issuer.persona(&grant.session.person).ok_or_else(|| refused("the person is gone"))?;
    let access_token = random_handle();
    let id_token = id_token::issue(issuer, &grant, persona, &access_token)?;
    let mut answer = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": ACCESS_TOKEN_LIFETIME,
        "scope": grant.scope,
        "id_token": id_token,
    });
    let at = issuer.at().client(&grant.client_id).person(&grant.session.person);
    if issuer.switches().fires(Switch::NoIdToken, &at) {
        answer["id_token"].take();
    }
    let mut records = issuer.records();
    if grant.scope.split(' ').any(|scope| scope == "offline_access") {
        let refresh_token = random_handle();
        answer["refresh_token"] = json!(refresh_token);
        records.refresh_tokens.insert(refresh_token, grant.clone());
    }
    let expires_at = issuer.now() + ACCESS_TOKEN_LIFETIME;
    records.access_tokens.insert(access_token, AccessToken { grant, expires_at });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

fn refused(description: &str) -> OAuthError {
    OAuthError::new("invalid_grant", description)
}
