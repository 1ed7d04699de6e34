//! `/v1/userinfo`

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Google;
use crate::common::names::Switch;
use crate::common::scope::At;

pub(super) async fn userinfo(State(google): State<Google>, headers: HeaderMap) -> Response {
    match google.userinfo(&headers) {
        Some(claims) => Json(claims).into_response(),
        None => {
            let body = json!({ "error": "invalid_request", "error_description": "Invalid Credentials" });
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_request\"")];
            (StatusCode::UNAUTHORIZED, challenge, Json(body)).into_response()
        }
    }
}

impl Google {
    fn userinfo(&self, headers: &HeaderMap) -> Option<Value> {
        let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        let (grant, expires_at) = self.grants().access_tokens.get(token).cloned()?;
        if !scheme.eq_ignore_ascii_case("bearer") || self.now() >= expires_at {
            return None;
        }
        let account = self.account(&grant.sub)?;
        let at = At::default().client(&grant.client_id).person(&account.email);
        let mut claims = self.person(&grant, &account, &at);
        if let Some(sub) = self.switches().fire(Switch::UserinfoSubMismatch, &at) {
            claims.insert("sub".to_owned(), json!(sub));
        }
        Some(Value::Object(claims))
    }
}
