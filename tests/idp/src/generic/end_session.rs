//! `/end_session` (OpenID Connect RP-Initiated Logout 1.0).

use std::sync::Arc;

use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value};

use super::Issuer;
use crate::common::answer::redirect;
use crate::common::pages;
use crate::common::params::Params;

pub(crate) async fn end_session(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(&form);
    let hint = match params.get("id_token_hint").map(|token| issuer.key().verify(token)) {
        Some(None) => return refused(&issuer, "id_token_hint is not an ID token of this issuer."),
        Some(Some(claims)) => claims,
        None => Map::new(),
    };
    let aud = hint.get("aud").and_then(Value::as_str);
    let client_id = params.get("client_id").or(aud);
    if aud.is_some() && client_id != aud {
        return refused(&issuer, "client_id and id_token_hint disagree.");
    }
    let uri = params.get("post_logout_redirect_uri");
    let client = client_id.and_then(|client_id| issuer.client(client_id));
    if uri.is_some_and(|uri| !client.is_some_and(|client| client.may_log_out_to(uri))) {
        return refused(&issuer, "post_logout_redirect_uri does not belong to the client.");
    }
    issuer.sessions().end(&headers, hint.get("sid").and_then(Value::as_str));
    match uri {
        Some(uri) => {
            let state = params.owned("state").map(|state| ("state", state));
            redirect(uri, state.as_slice())
        }
        None => {
            pages::message(StatusCode::OK, issuer.title(), "Signed out", "You are signed out of this issuer.")
        }
    }
}

fn refused(issuer: &Issuer, text: &str) -> Response {
    pages::message(StatusCode::BAD_REQUEST, issuer.title(), "This logout cannot be answered", text)
}
