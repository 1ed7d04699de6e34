//! The front page, for people who land here by accident.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::{Href, respond};
use crate::words::Words;

/// Says what this is, and where software finds the rest.
#[derive(Clone, Debug, Template)]
#[template(path = "welcome.html")]
pub struct WelcomePage {
    /// The language.
    pub words: Words,
    /// The issuer, as apps configure it.
    pub issuer: String,
    /// The discovery document.
    pub discovery: Href,
}

impl IntoResponse for WelcomePage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::Here, self.words, &self)
    }
}
