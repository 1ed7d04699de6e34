//! `/authorize`, by GET and by POST (OpenID Connect Core 1.0 section 3.1.2).

use std::sync::Arc;

use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use crate::authorization_request::AuthorizationRequest;
use crate::keys::random_handle;
use crate::oauth_error::OAuthError;
use crate::params::Params;
use crate::records::{Code, Grant, Session};
use crate::{Endpoint, Issuer, Switch, pages, session};

/// How long a code lives, in seconds.
const CODE_LIFETIME: i64 = 60;

pub(crate) async fn authorize(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    issuer.request_counters().count(Endpoint::Authorize);
    let params = Params::parse(&form);
    let request = match AuthorizationRequest::parse(&issuer, &params) {
        Ok(request) => request,
        Err(refusal) => return refusal.into_response(&issuer),
    };
    if let Some(error) = issuer.switches().fire(Switch::AuthorizeError) {
        return request.return_to.with_error(&issuer, OAuthError::new(&error, "switched on"));
    }
    let session = session::of(&issuer, &headers).filter(|session| request.is_satisfied_by(&issuer, session));
    match session {
        Some(session) => answer_with_code(&issuer, request, session),
        None if request.must_be_silent() => {
            request.return_to.with_error(&issuer, OAuthError::new("login_required", "nobody is signed in"))
        }
        None => pages::sign_in(StatusCode::OK, &issuer, &request, &params, None),
    }
}

/// Sends a fresh code for `session` to the client.
pub(crate) fn answer_with_code(issuer: &Issuer, request: AuthorizationRequest, session: Session) -> Response {
    let code = random_handle();
    let record = Code {
        grant: Grant {
            client_id: request.client_id,
            scope: request.scope,
            nonce: request.nonce,
            session,
            hide_email: false,
        },
        redirect_uri: request.return_to.redirect_uri.clone(),
        code_challenge: request.code_challenge,
        expires_at: issuer.now() + CODE_LIFETIME,
    };
    issuer.records().codes.insert(code.clone(), record);
    request.return_to.with_code(issuer, code)
}
