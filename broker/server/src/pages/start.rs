//! The pages before a login that somebody else starts than the app: before an app that nobody vouches for, and
//! the choice of a company's apps.

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

/// The choice of apps at a company's start link that names none.
#[derive(Clone, Debug, Template)]
#[template(path = "start_apps.html")]
pub struct StartAppsPage {
    /// The language.
    pub words: Words,
    /// The company's name.
    pub company: String,
    /// Its apps.
    pub apps: Vec<StartApp>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartApp {
    /// Its name, as people read it.
    pub name: String,
    /// The start link that names it.
    pub go: Href,
}

impl IntoResponse for StartAppsPage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::Here, self.words, &self)
    }
}

impl IntoResponse for StartPage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::Here, self.words, &self)
    }
}
