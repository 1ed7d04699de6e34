//! `/userinfo` (OpenID Connect Core 1.0 section 5.3), with the token as a Bearer header.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::{Endpoint, Issuer, Switch};

pub(crate) async fn userinfo(State(issuer): State<Arc<Issuer>>, headers: HeaderMap) -> Response {
    issuer.request_counters().count(Endpoint::Userinfo);
    match claims(&issuer, &headers) {
        Some(claims) => ([(header::CACHE_CONTROL, "no-store")], Json(claims)).into_response(),
        None => {
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
            (StatusCode::UNAUTHORIZED, challenge).into_response()
        }
    }
}

/// What the token may tell, or nothing if there is no such token any more.
fn claims(issuer: &Issuer, headers: &HeaderMap) -> Option<Map<String, Value>> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let grant = {
        let records = issuer.records();
        let token = records.access_tokens.get(token)?;
        (issuer.now() < token.expires_at).then(|| token.grant.clone())?
    };
    let persona = issuer.persona(&grant.session.username)?;
    let mut claims = persona.claims_for(&grant.scope, grant.hide_email);
    if let Some(sub) = issuer.switches().fire(Switch::UserinfoSubMismatch) {
        claims.insert("sub".to_owned(), json!(sub));
    }
    Some(claims)
}
