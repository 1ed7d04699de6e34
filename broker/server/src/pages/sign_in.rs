//! The sign-in page: who are you, or which company are you from?

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::{Href, PasskeyForm, respond};
use crate::words::{Phrase, Words};

/// Asks for a work e-mail address or a company code. Posts `tx`, `username` and a `password` that is
/// there for password managers only, to `/sign-in`. What is offered posts `tx` alone.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// The language.
    pub words: Words,
    /// The app's name, when an app sent the person.
    pub app: Option<String>,
    /// The sealed transaction, carried in the hidden field `tx`.
    pub transaction: String,
    /// What was typed before.
    pub identifier: String,
    /// Where the browser belongs, offered before anything is asked.
    pub offer: Option<String>,
    /// The page for a password at doorward itself.
    pub with_password: Href,
    /// The form for who has a passkey.
    pub passkey: PasskeyForm,
    /// Whether there is a way back to the app.
    pub may_cancel: bool,
    /// What was wrong with it.
    pub problem: Option<SignInProblem>,
}

/// Why the sign-in page is shown again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInProblem {
    /// Nothing was typed.
    Empty,
    /// It leads to no company. Never says which part was unknown.
    Unknown,
    /// The company has no connection that can be used yet.
    NotReady,
    /// The company's people may not use this app.
    NotThisApp,
}

impl SignInPage {
    fn heading(&self) -> Phrase {
        match &self.app {
            Some(app) => self.words.with("sign-in-app", "app", app),
            None => self.words.say("sign-in"),
        }
    }
}

impl IntoResponse for SignInPage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::AppWithPasskey, self.words, &self)
    }
}
