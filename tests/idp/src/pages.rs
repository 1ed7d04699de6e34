//! The pages: askama templates, one stylesheet, no scripts.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::authorization_request::AuthorizationRequest;
use crate::params::Params;
use crate::{Issuer, Persona, TestIdp};

/// No `form-action`: browsers apply it to the redirect that follows a form, and that goes to the client.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    issuers: Vec<&'a Issuer>,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    issuer: &'a Issuer,
    client_id: &'a str,
    action: String,
    login_hint: &'a str,
    problem: Option<&'a str>,
}

impl SignInPage<'_> {
    fn is_suggested(&self, persona: &Persona) -> bool {
        persona.answers_to(self.login_hint)
    }
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPostPage<'a> {
    issuer: &'a Issuer,
    redirect_uri: &'a str,
    fields: &'a [(&'static str, String)],
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    issuer: &'a Issuer,
    heading: &'a str,
    text: &'a str,
    is_error: bool,
}

/// `/`: who can be asked here, and who can sign in.
pub(crate) async fn home(State(idp): State<TestIdp>) -> Response {
    page(StatusCode::OK, &HomePage { issuers: idp.issuers().collect() })
}

/// `/ui.css`
pub(crate) async fn stylesheet() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../assets/ui.css")).into_response()
}

/// The page on which somebody picks a persona or types credentials.
pub(crate) fn sign_in(
    status: StatusCode,
    issuer: &Issuer,
    request: &AuthorizationRequest,
    params: &Params,
    problem: Option<&str>,
) -> Response {
    let action = format!("/{}/sign-in?{}", issuer.name(), params.encoded());
    let login_hint = request.login_hint.as_deref().unwrap_or_default();
    page(status, &SignInPage { issuer, client_id: &request.client_id, action, login_hint, problem })
}

/// An authorization response that the browser posts.
pub(crate) fn form_post(issuer: &Issuer, redirect_uri: &str, fields: &[(&'static str, String)]) -> Response {
    page(StatusCode::OK, &FormPostPage { issuer, redirect_uri, fields })
}

/// A heading and a sentence.
pub(crate) fn message(status: StatusCode, issuer: &Issuer, heading: &str, text: &str) -> Response {
    page(status, &MessagePage { issuer, heading, text, is_error: !status.is_success() })
}

fn page(status: StatusCode, template: &impl Template) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    match template.render() {
        Ok(html) => (status, headers, Html(html)).into_response(),
        Err(cause) => (StatusCode::INTERNAL_SERVER_ERROR, cause.to_string()).into_response(),
    }
}
