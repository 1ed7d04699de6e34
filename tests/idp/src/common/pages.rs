//! The pages: askama templates, one stylesheet, no scripts.

use askama::Template;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// No `form-action`: browsers apply it to the redirect that follows a form, and that goes to the client.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

/// The same, for the page that tells apps by frames that somebody signs out.
const WITH_FRAMES: &str = "default-src 'none'; style-src 'self'; img-src data:; frame-src *; base-uri 'none'; frame-ancestors 'none'";

/// Somebody to pick at the sign-in page.
pub(crate) struct Someone {
    pub(crate) username: String,
    pub(crate) name: String,
    pub(crate) note: String,
    pub(crate) suggested: bool,
}

/// The page on which somebody is picked or credentials are typed.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignIn<'a> {
    pub(crate) title: &'a str,
    /// What the app is called.
    pub(crate) app: &'a str,
    pub(crate) action: String,
    pub(crate) people: Vec<Someone>,
    pub(crate) login_hint: &'a str,
    pub(crate) problem: Option<&'a str>,
}

/// A page that asks for a decision: consent, a second factor, an account.
#[derive(Template)]
#[template(path = "question.html")]
pub(crate) struct Question<'a> {
    pub(crate) title: &'a str,
    pub(crate) heading: &'a str,
    pub(crate) text: &'a str,
    pub(crate) items: Vec<String>,
    pub(crate) action: String,
    /// A field to fill in: name and label.
    pub(crate) field: Option<(&'a str, &'a str)>,
    /// Buttons: name, value and label. The first one is meant to be pressed.
    pub(crate) buttons: &'a [(&'a str, &'a str, &'a str)],
}

/// A page that says something.
#[derive(Template)]
#[template(path = "message.html")]
pub(crate) struct Message<'a> {
    pub(crate) title: &'a str,
    pub(crate) heading: &'a str,
    pub(crate) text: &'a str,
    pub(crate) is_error: bool,
    /// Labels with what they say.
    pub(crate) details: Vec<(&'a str, String)>,
    /// A way on: where to, and what it is called.
    pub(crate) link: Option<(String, &'a str)>,
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'a> {
    title: &'a str,
    redirect_uri: &'a str,
    fields: &'a [(&'a str, String)],
}

/// A page that tells apps by frames that somebody signs out.
#[derive(Template)]
#[template(path = "frames.html")]
pub(crate) struct Frames<'a> {
    pub(crate) title: &'a str,
    pub(crate) frames: Vec<String>,
    pub(crate) link: Option<String>,
}

/// `/ui.css`
pub(crate) async fn stylesheet() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../../assets/ui.css")).into_response()
}

/// An authorization response that the browser posts.
pub(crate) fn form_post(title: &str, redirect_uri: &str, fields: &[(&str, String)]) -> Response {
    page(StatusCode::OK, &FormPost { title, redirect_uri, fields })
}

/// A heading and a sentence.
pub(crate) fn message(status: StatusCode, title: &str, heading: &str, text: &str) -> Response {
    let is_error = !status.is_success();
    page(status, &Message { title, heading, text, is_error, details: Vec::new(), link: None })
}

/// Frames of the apps.
pub(crate) fn frames(page: &Frames<'_>) -> Response {
    with_policy(StatusCode::OK, WITH_FRAMES, page)
}

/// A page.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    with_policy(status, CONTENT_SECURITY_POLICY, template)
}

fn with_policy(status: StatusCode, policy: &'static str, template: &impl Template) -> Response {
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    match template.render() {
        Ok(html) => (status, headers, Html(html)).into_response(),
        Err(cause) => (StatusCode::INTERNAL_SERVER_ERROR, cause.to_string()).into_response(),
    }
}
