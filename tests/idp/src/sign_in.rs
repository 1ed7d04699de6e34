//! `/sign-in`, where the sign-in page posts to. Its query repeats the authorization request.

use std::sync::Arc;

use axum::extract::{RawForm, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::authorization_request::AuthorizationRequest;
use crate::authorize::answer_with_code;
use crate::oauth_error::OAuthError;
use crate::params::Params;
use crate::{Endpoint, Issuer, Persona, pages, session};

pub(crate) async fn sign_in(
    State(issuer): State<Arc<Issuer>>,
    RawQuery(query): RawQuery,
    RawForm(form): RawForm,
) -> Response {
    issuer.request_counters().count(Endpoint::SignIn);
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let request = match AuthorizationRequest::parse(&issuer, &params) {
        Ok(request) => request,
        Err(refusal) => return refusal.into_response(&issuer),
    };
    let form = Params::parse(&form);
    if form.get("cancel").is_some() {
        return request
            .return_to
            .with_error(&issuer, OAuthError::new("access_denied", "the person cancelled"));
    }
    let Some(persona) = chosen(&issuer, &form) else {
        let problem = Some("Username or password is wrong.");
        return pages::sign_in(StatusCode::FORBIDDEN, &issuer, &request, &params, problem);
    };
    let (session, id) = session::start(&issuer, &persona.username);
    let mut response = answer_with_code(&issuer, request, session);
    session::set_cookie(&issuer, &mut response, &id);
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
