//! The page for everything that went wrong.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::{Href, Link, respond};

/// Says what happened, who can mend it, what to do next, and what to tell support.
#[derive(Clone, Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The status of the response.
    pub status: StatusCode,
    /// What happened, in a few words.
    pub headline: String,
    /// What happened, in a sentence or two.
    pub explanation: String,
    /// Who can do something about it.
    pub who: Vec<Line>,
    /// Where to try once more.
    pub try_again: Option<Href>,
    /// The way back to the app.
    pub back: Option<WayBack>,
    /// What support finds the failure by: see [`super::reference()`].
    pub reference: String,
    /// When it happened, as people read it.
    pub at: String,
}

/// How an app learns that the person gave up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayBack {
    /// By following a link.
    Link(Link),
    /// By submitting a form.
    Form {
        /// What the button says.
        label: String,
        /// Where the form goes.
        action: Href,
        /// Names and values.
        fields: Vec<(&'static str, String)>,
    },
}

/// Somebody who can help, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Such as `You` or `Your IT team`; a colon follows.
    pub who: String,
    /// What they can do, going on from the colon.
    pub what: String,
}

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        let forms = match self.back {
            Some(WayBack::Form { .. }) => FormTarget::App,
            _ => FormTarget::Here,
        };
        respond(self.status, forms, &self)
    }
}
