//! `/userinfo` (OpenID Connect Core 1.0 section 5.3), with the token as a Bearer header.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::records::Grant;
use super::{GenericSwitch, Issuer};
use crate::common::names::Switch;
use crate::common::oauth_error::OAuthError;

pub(crate) async fn userinfo(State(issuer): State<Arc<Issuer>>, headers: HeaderMap) -> Response {
    let Some(grant) = granted(&issuer, &headers) else {
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
        return (StatusCode::UNAUTHORIZED, challenge).into_response();
    };
    let at = issuer.at().client(&grant.client_id).person(&grant.session.person);
    let mut claims = claims(&issuer, &grant);
    if let Some(sub) = issuer.switches().fire(Switch::UserinfoSubMismatch, &at) {
        claims.insert("sub".to_owned(), json!(sub));
    }
    if let Some(text) = issuer.switches().fire(GenericSwitch::EmailVerifiedText, &at) {
        claims.insert("email_verified".to_owned(), json!(text));
    }
    if issuer.switches().fires(GenericSwitch::UserinfoSigned, &at) {
        return match signed(&issuer, &grant, claims) {
            Ok(token) => ([(header::CONTENT_TYPE, "application/jwt")], token).into_response(),
            Err(error) => error.into_response(),
        };
    }
    ([(header::CACHE_CONTROL, "no-store")], Json(claims)).into_response()
}

/// What the token stands for, or nothing if there is no such token any more.
fn granted(issuer: &Issuer, headers: &HeaderMap) -> Option<Grant> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let records = issuer.records();
    let token = records.access_tokens.get(token)?;
    (issuer.now() < token.expires_at).then(|| token.grant.clone())
}

fn claims(issuer: &Issuer, grant: &Grant) -> Map<String, Value> {
    let persona = issuer.persona(&grant.session.person);
    let about = persona.map(|persona| persona.claims_for(&grant.scope, grant.hide_email)).unwrap_or_default();
    issuer.manners().dress(about)
}

/// Section 5.3.2: signed, it says who says it and to whom.
fn signed(issuer: &Issuer, grant: &Grant, mut claims: Map<String, Value>) -> Result<String, OAuthError> {
    claims.insert("iss".to_owned(), json!(issuer.url()));
    claims.insert("aud".to_owned(), json!(grant.client_id));
    Ok(issuer.key().sign("JWT", &claims)?)
}
