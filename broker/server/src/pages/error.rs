//! The page for everything that went wrong.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::{Href, respond};
use crate::words::{Phrase, Words};

/// Says what happened, who can mend it, what to do next, and what to tell support.
#[derive(Clone, Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The language.
    pub words: Words,
    /// The status of the response.
    pub status: StatusCode,
    /// What happened: a failure of `locales/*/errors.ftl`.
    pub failure: &'static str,
    /// The app's name; empty when no app is known.
    pub app: String,
    /// Where to try once more.
    pub try_again: Option<Href>,
    /// The way back to the app.
    pub back: Option<WayBack>,
    /// What support finds the trace of it by.
    pub reference: String,
    /// When it happened, as people read it.
    pub at: String,
}

/// How an app learns that the person gave up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayBack {
    /// By following a link.
    Link(Href),
    /// By submitting a form.
    Form {
        /// Where the form goes.
        action: Href,
        /// Names and values.
        fields: Vec<(&'static str, String)>,
    },
}

/// Who may be able to do something about a failure.
pub(crate) const WHO: [&str; 4] = ["you", "it-team", "developer", "support"];

impl ErrorPage {
    fn headline(&self) -> Phrase {
        self.words.with(self.failure, "app", &self.app)
    }

    fn explanation(&self) -> Phrase {
        self.words.with(&format!("{}.explanation", self.failure), "app", &self.app)
    }

    /// Who can do something about it, and what.
    fn remedies(&self) -> impl Iterator<Item = (Phrase, Phrase)> {
        WHO.into_iter().filter_map(|who| {
            let what = self.words.find(&format!("{}.{who}", self.failure), &[("app", &self.app)])?;
            Some((self.words.say(&format!("who.{who}")), what))
        })
    }
}

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        let forms = match self.back {
            Some(WayBack::Form { .. }) => FormTarget::App,
            _ => FormTarget::Here,
        };
        respond(self.status, forms, self.words, &self)
    }
}
