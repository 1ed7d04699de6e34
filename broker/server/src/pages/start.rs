//! The page before an app that nobody vouches for: it wants to begin a login, at an address of its own.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::{Href, respond};
use crate::words::Words;

/// Names the app and its address, and links there.
#[derive(Clone, Debug, Template)]
#[template(path = "start.html")]
pub struct StartPage {
    /// The language.
    pub words: Words,
    /// The app's name, as it calls itself.
    pub app: String,
    /// The host that the link leads to.
    pub host: String,
    /// The link.
    pub go: Href,
}

impl IntoResponse for StartPage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::Here, self.words, &self)
    }
}
