//! `/sign-in`, where the sign-in page posts to. Its query repeats the authorization request.

use std::sync::Arc;

use axum::extract::{RawForm, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::authorization_request::AuthorizationRequest;
use super::authorize::{answer_with_code, answer_with_error, sign_in_page};
use super::{Issuer, Persona};
use crate::common::oauth_error::OAuthError;
use crate::common::params::Params;

pub(crate) async fn sign_in(
    State(issuer): State<Arc<Issuer>>,
    RawQuery(query): RawQuery,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let request = match AuthorizationRequest::parse(&issuer, &params) {
        Ok(request) => request,
        Err(refusal) => return refusal.into_response(&issuer),
    };
    let form = Params::parse(&form);
    if form.get("cancel").is_some() {
        let error = OAuthError::new("access_denied", "the person cancelled");
        return answer_with_error(&issuer, request.return_to, error);
    }
    let Some(persona) = chosen(&issuer, &form) else {
        let problem = Some("Username or password is wrong.");
        return sign_in_page(StatusCode::FORBIDDEN, &issuer, &request, &params, problem);
    };
    let (session, id) = issuer.sessions().start(&persona.username, &["pwd"], issuer.now());
    let mut response = answer_with_code(&issuer, request, session);
    issuer.sessions().set_cookie(&mut response, &id);
    response
}

/// By a click on a persona, or by username and password.
fn chosen<'a>(issuer: &'a Issuer, form: &Params) -> Option<&'a Persona> {
    match form.get("persona") {
        Some(username) => issuer.persona(username),
        None => issuer
            .persona(form.get("username")?)
            .filter(|persona| form.get("password") == Some(persona.password.as_str())),
    }
}
