//! `/authorize`, by GET and by POST (OpenID Connect Core 1.0 section 3.1.2).

use std::sync::Arc;

use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::authorization_request::AuthorizationRequest;
use super::records::{Code, Grant};
use super::{GenericSwitch, Issuer};
use crate::common::answer::{Fields, ReturnTo};
use crate::common::names::Switch;
use crate::common::oauth_error::OAuthError;
use crate::common::pages::{self, SignIn};
use crate::common::params::Params;
use crate::common::scope::At;
use crate::common::sessions::Session;

/// How long a code lives, in seconds.
const CODE_LIFETIME: i64 = 60;

pub(crate) async fn authorize(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(&form);
    let request = match AuthorizationRequest::parse(&issuer, &params) {
        Ok(request) => request,
        Err(refusal) => return refusal.into_response(&issuer),
    };
    let at = issuer.at().client(&request.client_id);
    if let Some(error) = issuer.switches().fire(Switch::AuthorizeError, &at) {
        return answer_with_error(&issuer, request.return_to, OAuthError::new(&error, "switched on"));
    }
    let session = issuer.sessions().of(&headers).filter(|session| request.is_satisfied_by(&issuer, session));
    match session {
        Some(session) => answer_with_code(&issuer, request, session),
        None if request.must_be_silent() => {
            let error = OAuthError::new("login_required", "nobody is signed in");
            answer_with_error(&issuer, request.return_to, error)
        }
        None => sign_in_page(StatusCode::OK, &issuer, &request, &params, None),
    }
}

/// The page on which somebody picks a persona or types credentials.
pub(crate) fn sign_in_page(
    status: StatusCode,
    issuer: &Issuer,
    request: &AuthorizationRequest,
    params: &Params,
    problem: Option<&str>,
) -> Response {
    let login_hint = request.login_hint.as_deref().unwrap_or_default();
    let page = SignIn {
        title: issuer.title(),
        app: &request.client_id,
        action: format!("{}/sign-in?{}", issuer.path(), params.encoded()),
        people: issuer.someone(login_hint),
        login_hint,
        problem,
    };
    pages::page(status, &page)
}

/// Sends a fresh code for `session` to the client.
pub(crate) fn answer_with_code(issuer: &Issuer, request: AuthorizationRequest, session: Session) -> Response {
    issuer.sessions().change(&session.sid, |session| {
        if !session.clients.contains(&request.client_id) {
            session.clients.push(request.client_id.clone());
        }
    });
    let at = issuer.at().client(&request.client_id).person(&session.person);
    let mut fields = vec![("code", String::new())];
    answer_fields(issuer, &at, &mut fields);
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
    };
    fields[0].1 = issuer.records().codes.issue(record, issuer.now() + CODE_LIFETIME);
    request.return_to.send(issuer.title(), fields)
}

/// Tells the client of a refusal.
pub(crate) fn answer_with_error(issuer: &Issuer, return_to: ReturnTo, error: OAuthError) -> Response {
    let mut fields = vec![("error", error.error), ("error_description", error.description)];
    answer_fields(issuer, &issuer.at(), &mut fields);
    return_to.send(issuer.title(), fields)
}

/// What every answer has besides: `iss` (RFC 9207), and what this product adds.
fn answer_fields(issuer: &Issuer, at: &At<'_>, fields: &mut Fields) {
    let switches = issuer.switches();
    if let Some(other) = switches.fire(GenericSwitch::IssParameterWrong, at) {
        fields.push(("iss", other));
    } else if issuer.manners().names_itself && !switches.fires(GenericSwitch::IssParameterMissing, at) {
        fields.push(("iss", issuer.url().to_owned()));
    }
    if issuer.manners().session_state {
        fields.push(("session_state", "f3b1a5e0.9c".to_owned()));
    }
    if let Some(surprise) = switches.fire(GenericSwitch::ExtraParameters, at) {
        fields.push(("surprise", surprise));
    }
}
