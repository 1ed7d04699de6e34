//! The pages: askama templates, one stylesheet, no scripts.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value;

use crate::Config;
use crate::jwt;
use crate::relying_party::Tokens;
use crate::sign_in_error::SignInError;

/// No `form-action`: browsers apply it to the redirect that follows a form, and logout goes to the
/// provider.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage<'a> {
    config: &'a Config,
}

#[derive(Template)]
#[template(path = "signed_in.html")]
struct SignedInPage<'a> {
    config: &'a Config,
    claims: Vec<(String, String)>,
    userinfo: String,
    tokens: Vec<ShownToken>,
    can_refresh: bool,
}

/// A token as the page shows it.
struct ShownToken {
    name: &'static str,
    id: &'static str,
    raw: String,
    /// Header and payload, if it is a JWT.
    decoded: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOutPage<'a> {
    config: &'a Config,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    error: &'a str,
    description: String,
}

/// `/ui.css`
pub(crate) async fn stylesheet() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../assets/ui.css")).into_response()
}

/// The front page while nobody is signed in.
pub(crate) fn welcome(config: &Config) -> Response {
    page(StatusCode::OK, &WelcomePage { config })
}

/// The front page of somebody signed in.
pub(crate) fn signed_in(config: &Config, tokens: &Tokens) -> Response {
    let id_token = tokens.id_token.to_string();
    let payload = jwt::decode(&id_token).map_or(Value::Null, |decoded| decoded.payload);
    let claims = payload.as_object().into_iter().flatten();
    let mut shown = vec![
        ShownToken::new("ID token", "id-token", id_token.clone()),
        ShownToken::new("Access token", "access-token", tokens.access_token.secret().clone()),
    ];
    let refresh_token = tokens.refresh_token.as_ref().map(|token| token.secret().clone());
    let can_refresh = refresh_token.is_some();
    shown.extend(refresh_token.map(|raw| ShownToken::new("Refresh token", "refresh-token", raw)));
    let template = SignedInPage {
        config,
        claims: claims.map(|(name, value)| (name.clone(), readable(value))).collect(),
        userinfo: pretty(&tokens.userinfo),
        tokens: shown,
        can_refresh,
    };
    page(StatusCode::OK, &template)
}

/// The page after logout.
pub(crate) fn signed_out(config: &Config) -> Response {
    page(StatusCode::OK, &SignedOutPage { config })
}

impl IntoResponse for SignInError {
    fn into_response(self) -> Response {
        page(StatusCode::BAD_REQUEST, &ErrorPage { error: self.code(), description: self.to_string() })
    }
}

impl ShownToken {
    fn new(name: &'static str, id: &'static str, raw: String) -> Self {
        let decoded = jwt::decode(&raw).map(|jwt| (pretty(&jwt.header), pretty(&jwt.payload)));
        Self { name, id, raw, decoded }
    }
}

/// A string without its quotes, anything else as JSON.
fn readable(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
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
