//! `/auth/userinfo`

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::{HaloPsa, refused};
use crate::common::log::Endpoint;
use crate::common::names::Switch;
use crate::common::scope::At;

pub(super) async fn userinfo(
    State(halo): State<HaloPsa>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if let Err(known) = halo.check_tenant(query.as_deref(), Endpoint::Userinfo) {
        return refused(known);
    }
    match halo.userinfo(&headers) {
        Some(claims) => Json(claims).into_response(),
        None => {
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
            (StatusCode::UNAUTHORIZED, challenge).into_response()
        }
    }
}

impl HaloPsa {
    fn userinfo(&self, headers: &HeaderMap) -> Option<Map<String, Value>> {
        let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        let (grant, expires_at) = self.grants().access_tokens.get(token).cloned()?;
        if !scheme.eq_ignore_ascii_case("bearer") || self.now() >= expires_at {
            return None;
        }
        let person = self.person(&grant.username).filter(|person| person.active)?;
        let at = At::default().client(&grant.client_id).person(&person.username);
        let mut claims = self.claims(&grant.scope, &person, &at);
        if let Some(sub) = self.switches().fire(Switch::UserinfoSubMismatch, &at) {
            claims.insert("sub".to_owned(), json!(sub));
        }
        Some(claims)
    }
}
