//! The page on which people set an authenticator app up, or take it away, and that of their recovery codes.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::TryProblem;
use super::headers::FormTarget;
use super::respond;
use crate::words::Words;

/// Asks for the password and a code. Posts `password`, `code` and `setup` to `/account/authenticator`, or
/// without a setup to `/account/authenticator/remove`.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticator.html")]
pub struct AuthenticatorPage {
    /// The language.
    pub words: Words,
    /// The app to be set up; none where there is one already.
    pub setup: Option<AuthenticatorSetup>,
    /// The company's name.
    pub tenant: String,
    /// What is wrong with the last try.
    pub problem: Option<TryProblem>,
}

/// An authenticator app that is to be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticatorSetup {
    /// The secret, as people type it.
    pub secret: String,
    /// The sealed setup, carried in a hidden field.
    pub sealed: String,
}

/// Shows the recovery codes, this once; none when the app was taken away.
#[derive(Clone, Debug, Template)]
#[template(path = "recovery_codes.html")]
pub struct RecoveryCodesPage {
    /// The language.
    pub words: Words,
    /// The company's name.
    pub tenant: String,
    /// The codes.
    pub codes: Vec<String>,
}

impl IntoResponse for AuthenticatorPage {
    fn into_response(self) -> Response {
        let status = match self.problem {
            Some(TryProblem::TooSoon(_)) => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::OK,
        };
        respond(status, FormTarget::Here, self.words, &self)
    }
}

impl IntoResponse for RecoveryCodesPage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::Here, self.words, &self)
    }
}
