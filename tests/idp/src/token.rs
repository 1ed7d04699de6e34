//! `/token` (RFC 6749 sections 4.1.3 and 6, RFC 7636 section 4.6).

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::clients::KnownClient;
use crate::keys::random_handle;
use crate::oauth_error::OAuthError;
use crate::params::Params;
use crate::records::{AccessToken, Code, Grant};
use crate::{Endpoint, Issuer, Switch, client_auth, id_token};

/// How long an access token lives, in seconds.
const ACCESS_TOKEN_LIFETIME: i64 = 3600;

pub(crate) async fn token(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Result<Response, OAuthError> {
    issuer.request_counters().count(Endpoint::Token);
    if let Some(delay) = issuer.switches().fire(Switch::Slow).and_then(|ms| ms.parse().ok()) {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    if let Some(error) = issuer.switches().fire(Switch::TokenError) {
        return Err(OAuthError::new(&error, "switched on"));
    }
    let params = Params::parse(&form);
    if let Some(name) = params.repeated() {
        return Err(OAuthError::new("invalid_request", &format!("{name} was given more than once")));
    }
    let client = client_auth::authenticate(&issuer, &headers, &params)?;
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

/// Takes the code, then asks whether it was this client's to take: it is gone in any case.
fn redeem_code(issuer: &Issuer, client: &KnownClient, params: &Params) -> Result<Grant, OAuthError> {
    let code = params.get("code").ok_or_else(|| OAuthError::new("invalid_request", "code is missing"))?;
    let code = issuer.records().codes.remove(code).ok_or_else(|| refused("no such code"))?;
    if issuer.now() >= code.expires_at {
        return Err(refused("the code has expired"));
    }
    if code.grant.client_id != client.id() {
        return Err(refused("the code belongs to another client"));
    }
    if params.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(refused("redirect_uri differs from the authorization request"));
    }
    check_pkce(&code, params.get("code_verifier"))?;
    let hide_email = issuer.switches().fire(Switch::NoEmail).is_some();
    Ok(Grant { hide_email, ..code.grant })
}

fn check_pkce(code: &Code, verifier: Option<&str>) -> Result<(), OAuthError> {
    match (code.code_challenge.as_deref(), verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(refused("code_verifier without a code_challenge before")),
        (Some(_), None) => Err(refused("code_verifier is missing")),
        (Some(challenge), Some(verifier)) => {
            let computed = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
            if computed == challenge { Ok(()) } else { Err(refused("code_verifier is wrong")) }
        }
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
    let persona = issuer.persona(&grant.session.username).ok_or_else(|| refused("the person is gone"))?;
    let access_token = random_handle();
    let id_token = id_token::issue(issuer, &grant, persona, &access_token)?;
    let mut answer = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": ACCESS_TOKEN_LIFETIME,
        "scope": grant.scope,
        "id_token": id_token,
    });
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
