//! `/userinfo`: all that a thin ID token leaves out.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::error::Refusal;
use super::messages;
use super::place::Place;
use crate::common::names::Switch;

pub(super) async fn userinfo(place: Place, headers: HeaderMap) -> Response {
    match place.userinfo(&headers) {
        Ok(claims) => Json(claims).into_response(),
        Err(refusal) => {
            let status = if refusal.error == "invalid_token" {
                StatusCode::UNAUTHORIZED
            } else {
                StatusCode::FORBIDDEN
            };
            let challenge = format!(
                "Bearer authorization_uri=\"{}\", realm=\"{}\", scope=\"openid\", error=\"{}\"",
                place.endpoint("authorize"),
                place.metadata_issuer(),
                refusal.error
            );
            (status, [(header::WWW_AUTHENTICATE, challenge)], refusal.json()).into_response()
        }
    }
}

impl Place {
    fn userinfo(&self, headers: &HeaderMap) -> Result<Map<String, Value>, Refusal> {
        let invalid = || Refusal::from(messages::INVALID_TOKEN);
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) = value.and_then(|value| value.split_once(' ')).ok_or_else(invalid)?;
        let known = self.okta.grants().access_tokens.get(token).cloned();
        let here = |known: &super::grants::AccessToken| {
            scheme.eq_ignore_ascii_case("bearer")
                && self.okta.now() < known.expires_at
                && self.is_place_of(known.server.as_deref())
        };
        let grant = known.filter(here).and_then(|known| known.person).ok_or_else(invalid)?;
        if !grant.has_scope("openid") {
            return Err(messages::INSUFFICIENT_SCOPE.into());
        }
        let app = self.okta.app(&grant.client_id).ok_or_else(invalid)?;
        let user = self.okta.user(&grant.user).ok_or_else(invalid)?;
        let mut claims = self.person(&app, &grant, &user)?;
        let at = self.at().client(&app.client_id).person(&user.login);
        let other = self.okta.switches().fire(Switch::UserinfoSubMismatch, &at);
        claims.insert("sub".to_owned(), json!(other.unwrap_or(user.id)));
        Ok(claims)
    }
}
