//! The choice between several ways to sign in.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::{Href, respond};
use crate::words::Words;

/// Asks which connection to sign in with. Posts `tx` and `connection` to `/sign-in/connection`.
#[derive(Clone, Debug, Template)]
#[template(path = "choose.html")]
pub struct ChoosePage {
    /// The language.
    pub words: Words,
    /// The app's name, when an app sent the person.
    pub app: Option<String>,
    /// The sealed transaction, carried in the hidden field `tx`.
    pub transaction: String,
    /// The connections that fit.
    pub choices: Vec<Choice>,
    /// The page for a password at doorward itself, where that is a way, too.
    pub with_password: Option<Href>,
}

/// One way to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The connection's id, as it is posted.
    pub value: String,
    /// Its name, as people read it.
    pub title: String,
    /// What it is, such as `Microsoft Entra ID`.
    pub kind: String,
}

impl IntoResponse for ChoosePage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::App, self.words, &self)
    }
}
