//! The question before a sign-out that nobody proved they want (OIDC RP-Initiated Logout section 2).

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::respond;
use crate::words::Words;

/// Asks whether to sign out. Posts the fields to `/end-session/confirm`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_out.html")]
pub struct SignOutPage {
    /// The language.
    pub words: Words,
    /// The app's name, when an app asked for the sign-out.
    pub app: Option<String>,
    /// Name and value of each hidden field.
    pub fields: Vec<(String, String)>,
}

impl IntoResponse for SignOutPage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::App, self.words, &self)
    }
}
