//! The pages on which people decide how they sign in here: passkeys, the authenticator app, the password, and
//! their recovery codes.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::{NewPasswordProblem, QrCode, TryProblem, respond};
use crate::words::{Phrase, Words};

/// Shows how somebody signs in. Posts `password` to `/account/passkey` and, with the `id` of a passkey, to
/// `/account/passkey/remove`; `password` and `new` to `/account/password`.
#[derive(Clone, Debug, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// The language.
    pub words: Words,
    /// The company's name.
    pub tenant: String,
    /// What the person types as their name, for password managers.
    pub login: String,
    /// The person's passkeys.
    pub passkeys: Vec<PasskeyLine>,
    /// Whether there may be more.
    pub may_add: bool,
    /// Whether there is an authenticator app.
    pub authenticator: bool,
    /// What is wrong with the last try.
    pub problem: Option<AccountProblem>,
}

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyLine {
    /// Its identifier.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// The day it was added.
    pub created: String,
    /// The day it was last used.
    pub used: Option<String>,
}

/// Why nothing was changed; the template has the sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountProblem {
    /// The password that stands for a change of passkeys.
    Passkeys(TryProblem),
    /// The password that stands for another one.
    Password(TryProblem),
    /// The new password is not taken.
    NewPassword(NewPasswordProblem),
}

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
    /// The same, as the app scans it.
    pub code: Option<QrCode>,
    /// The sealed setup, carried in a hidden field.
    pub sealed: String,
}

/// Shows the recovery codes, this once.
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

impl AccountPage {
    fn heading(&self) -> Phrase {
        self.words.with("account", "tenant", &self.tenant)
    }

    fn passkeys_problem(&self) -> Option<Phrase> {
        match &self.problem {
            Some(AccountProblem::Passkeys(problem)) => Some(self.denied(problem)),
            _ => None,
        }
    }

    fn password_problem(&self) -> Option<Phrase> {
        match &self.problem {
            Some(AccountProblem::Password(problem)) => Some(self.denied(problem)),
            _ => None,
        }
    }

    fn new_password_problem(&self) -> Option<Phrase> {
        match &self.problem {
            Some(AccountProblem::NewPassword(problem)) => Some(problem.sentence(self.words)),
            _ => None,
        }
    }

    fn denied(&self, problem: &TryProblem) -> Phrase {
        match problem {
            TryProblem::Wrong => self.words.say("account-wrong"),
            TryProblem::TooSoon(seconds) => self.words.with("local-too-soon", "seconds", seconds),
        }
    }
}

impl PasskeyLine {
    fn told(&self, words: Words) -> Phrase {
        match &self.used {
            Some(used) => {
                words.with_all("account-passkey-used", &[("created", &self.created), ("used", used)])
            }
            None => words.with("account-passkey-unused", "created", &self.created),
        }
    }
}

impl IntoResponse for AccountPage {
    fn into_response(self) -> Response {
        let status = match self.problem {
            Some(
                AccountProblem::Passkeys(TryProblem::TooSoon(_))
                | AccountProblem::Password(TryProblem::TooSoon(_)),
            ) => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::OK,
        };
        respond(status, FormTarget::Here, self.words, &self)
    }
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
