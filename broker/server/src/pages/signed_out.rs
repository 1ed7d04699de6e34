//! The page after a sign-out.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::respond;
use crate::words::Words;

/// Says that the person is signed out, and what that does not cover.
#[derive(Clone, Debug, Template)]
#[template(path = "signed_out.html")]
pub struct SignedOutPage {
    /// The language.
    pub words: Words,
    /// The app's name, when an app asked for the sign-out.
    pub app: Option<String>,
}

impl IntoResponse for SignedOutPage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::Here, self.words, &self)
    }
}
