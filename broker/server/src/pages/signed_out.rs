//! The page after a sign-out. It loads what the apps that took part have registered, so that they forget the
//! person in this browser (OpenID Connect Front-Channel Logout section 2), and goes on to the app by itself.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use url::Url;

use super::headers::{self, FormTarget};
use super::{Href, respond};
use crate::words::Words;

/// Says that the person is signed out, and what that does not cover.
#[derive(Clone, Debug, Template)]
#[template(path = "signed_out.html")]
pub struct SignedOutPage {
    /// The language.
    pub words: Words,
    /// The app's name, when an app asked for the sign-out.
    pub app: Option<String>,
    /// What is loaded, unseen.
    pub frames: Vec<Url>,
    /// Where the browser goes afterwards.
    pub next: Option<Href>,
}

impl IntoResponse for SignedOutPage {
    fn into_response(self) -> Response {
        let mut response = respond(StatusCode::OK, FormTarget::Here, self.words, &self);
        headers::allow_frames(response.headers_mut(), &self.frames);
        if let Some(next) = &self.next {
            headers::go_on(response.headers_mut(), next);
        }
        response
    }
}
