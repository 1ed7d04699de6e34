//! The page that posts an answer to an app (OAuth 2.0 Form Post Response Mode).

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::{Href, respond};
use crate::words::Words;

/// Submits itself, and has a button for browsers that run no script.
#[derive(Clone, Debug, Template)]
#[template(path = "form_post.html")]
pub struct FormPostPage {
    /// The language.
    pub words: Words,
    /// Where the form goes.
    pub action: Href,
    /// Names and values.
    pub fields: Vec<(&'static str, String)>,
}

impl IntoResponse for FormPostPage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::AppAtOnce, self.words, &self)
    }
}
