//! `/oidc/userinfo`: less than an ID token tells, and never `oid` or `tid`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use super::error::{GraphError, answer};
use crate::common::names::Switch;
use crate::common::scope::At;
use crate::entra::Entra;
use crate::entra::claims::subject;
use crate::entra::grants::Bearer;

pub(super) async fn userinfo(State(entra): State<Entra>, headers: HeaderMap) -> Response {
    let grant = entra.bearer(&headers, &[]).and_then(|bearer| match bearer {
        Bearer::Person(grant) if grant.has_scope("openid") => Ok(grant),
        Bearer::Person(_) | Bearer::App { .. } => Err(GraphError::denied()),
    });
    let grant = match grant {
        Ok(grant) => grant,
        Err(error) => return error.respond(entra.now(), &headers),
    };
    let Some(user) = entra.directory().user(&grant.tenant, &grant.oid).cloned() else {
        return GraphError::token().respond(entra.now(), &headers);
    };
    let at = At::issuer(&grant.tenant).client(&grant.client_id).person(user.typed());
    let mut claims =
        json!({ "sub": subject(&grant), "picture": format!("{}/v1.0/me/photo/$value", entra.graph_url()) });
    if grant.has_scope("profile") {
        claims["name"] = json!(user.display_name);
        claims["family_name"] = json!(user.surname);
        claims["given_name"] = json!(user.given_name);
    }
    if grant.has_scope("email")
        && let Some(mail) = &user.mail
        && !entra.switches().fires(Switch::NoEmail, &at)
    {
        claims["email"] = json!(mail);
    }
    if let Some(sub) = entra.switches().fire(Switch::UserinfoSubMismatch, &at) {
        claims["sub"] = json!(sub);
    }
    answer(&headers, claims)
}
