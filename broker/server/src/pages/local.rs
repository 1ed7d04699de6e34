//! The pages for signing in at doorward itself: name and password, the second factor, and what helps
//! when they are lost.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::{Href, PasskeyForm, respond};
use crate::words::{Phrase, Words};

/// Asks for name and password. Posts `tx`, `username` and `password` to `/sign-in/password`.
#[derive(Clone, Debug, Template)]
#[template(path = "password.html")]
pub struct PasswordPage {
    /// The language.
    pub words: Words,
    /// The app's name.
    pub app: String,
    /// The sealed transaction, carried in the hidden field `tx`.
    pub transaction: String,
    /// What was typed as the name before.
    pub login: String,
    /// The page for who cannot sign in.
    pub reset: Href,
    /// The page for other ways.
    pub other: Href,
    /// The form for who has a passkey.
    pub passkey: PasskeyForm,
    /// What is wrong with the last try.
    pub problem: Option<TryProblem>,
}

/// Asks for the code of a second factor. Posts `tx` and `code` to `/sign-in/second-factor`.
#[derive(Clone, Debug, Template)]
#[template(path = "second_factor.html")]
pub struct SecondFactorPage {
    /// The language.
    pub words: Words,
    /// The app's name.
    pub app: String,
    /// The sealed transaction, carried in the hidden field `tx`.
    pub transaction: String,
    /// Whether the person has an authenticator app; whoever has none has recovery codes.
    pub authenticator: bool,
    /// The form for a passkey, if the person has one.
    pub passkey: Option<PasskeyForm>,
    /// What is wrong with the last try.
    pub problem: Option<TryProblem>,
}

/// What is wrong with a try; the template has the sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TryProblem {
    /// Something of it is wrong. Never says what.
    Wrong,
    /// There were too many; the next one is good after so many seconds.
    TooSoon(String),
}

/// Asks who cannot sign in. Posts `tx` and `username` to `/reset`.
#[derive(Clone, Debug, Template)]
#[template(path = "reset.html")]
pub struct ResetPage {
    /// The language.
    pub words: Words,
    /// The sealed transaction, if a login is under way.
    pub transaction: String,
    /// What was typed as the name before.
    pub login: String,
}

/// Asks for a new password. Posts the proof and `password` to `/reset/password` or `/invitation`.
#[derive(Clone, Debug, Template)]
#[template(path = "choose_password.html")]
pub struct ChoosePasswordPage {
    /// The language.
    pub words: Words,
    /// Whether it is the person's first password here, and the company that invites them.
    pub invited_by: Option<String>,
    /// The sealed transaction, if a login is under way.
    pub transaction: String,
    /// Whose password it will be, for password managers.
    pub login: String,
    /// What proves that the person may.
    pub proof: ShownProof,
    /// What is wrong with the last try.
    pub problem: Option<NewPasswordProblem>,
}

/// What proves that a person may choose a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShownProof {
    /// The token of a link.
    Link(String),
    /// A code to be typed; what was typed before.
    Code(String),
}

/// Why a new password is not taken; the template has the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPasswordProblem {
    /// Too short.
    Short,
    /// Too long.
    Long,
    /// Too easy to guess.
    Common,
    /// The code is wrong.
    Code,
    /// There were too many wrong codes.
    TooMany,
}

/// Asks to confirm an address. Posts `token` to `/verify-email`.
#[derive(Clone, Debug, Template)]
#[template(path = "verify_email.html")]
pub struct VerifyEmailPage {
    /// The language.
    pub words: Words,
    /// The address.
    pub email: String,
    /// The token of the link.
    pub token: String,
}

/// Says that it is done.
#[derive(Clone, Debug, Template)]
#[template(path = "local_done.html")]
pub struct LocalDonePage {
    /// The language.
    pub words: Words,
    /// What is done.
    pub done: LocalDone,
    /// The company's name.
    pub tenant: String,
    /// Where the person goes on, if a login is under way.
    pub go_on: Option<Href>,
}

/// What is done; the template has the sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalDone {
    /// The person has a new password.
    Password,
    /// The address is the person's.
    Email,
    /// The person signs in in another way from now on.
    SignIn,
}

impl NewPasswordProblem {
    /// The sentence that tells it.
    pub(super) fn sentence(self, words: Words) -> Phrase {
        match self {
            Self::Short => words.say("choose-password-short"),
            Self::Long => words.say("choose-password-long"),
            Self::Common => words.say("choose-password-common"),
            Self::Code => words.say("choose-password-wrong-code"),
            Self::TooMany => words.say("choose-password-too-many"),
        }
    }
}

impl SecondFactorPage {
    fn explanation(&self) -> Phrase {
        match (self.authenticator, &self.passkey) {
            (true, None) => self.words.with("second-factor-explanation", "app", &self.app),
            (true, Some(_)) => self.words.with("second-factor-either", "app", &self.app),
            (false, _) => self.words.with("second-factor-passkey", "app", &self.app),
        }
    }
}

impl PasswordPage {
    fn heading(&self) -> Phrase {
        self.words.with("password", "app", &self.app)
    }
}

impl ChoosePasswordPage {
    fn heading(&self) -> Phrase {
        match &self.invited_by {
            Some(_) => self.words.say("invitation"),
            None => self.words.say("choose-password"),
        }
    }

    fn introduction(&self) -> Phrase {
        match (&self.invited_by, &self.proof) {
            (Some(tenant), _) => self.words.with("invitation-explanation", "tenant", tenant),
            (None, ShownProof::Link(_)) => {
                self.words.with("choose-password-explanation", "login", &self.login)
            }
            (None, ShownProof::Code(_)) => self.words.with("choose-password-mailed", "login", &self.login),
        }
    }

    const fn action(&self) -> &'static str {
        if self.invited_by.is_some() { "/invitation" } else { "/reset/password" }
    }
}

impl LocalDonePage {
    fn heading(&self) -> Phrase {
        match self.done {
            LocalDone::Password => self.words.say("done-password"),
            LocalDone::Email => self.words.say("done-email"),
            LocalDone::SignIn => self.words.say("done-sign-in"),
        }
    }

    fn explanation(&self) -> Phrase {
        match (self.done, &self.go_on) {
            (LocalDone::Password, Some(_)) => self.words.with("done-password-here", "tenant", &self.tenant),
            (LocalDone::Password, None) => {
                self.words.with("done-password-explanation", "tenant", &self.tenant)
            }
            (LocalDone::Email, _) => self.words.with("done-email-explanation", "tenant", &self.tenant),
            (LocalDone::SignIn, _) => self.words.with("done-sign-in-explanation", "tenant", &self.tenant),
        }
    }
}

/// A page that may be shown because somebody tried too often.
pub(super) fn tried(
    problem: Option<&TryProblem>,
    forms: FormTarget,
    words: Words,
    page: &impl Template,
) -> Response {
    let Some(TryProblem::TooSoon(seconds)) = problem else {
        return respond(StatusCode::OK, forms, words, page);
    };
    let mut response = respond(StatusCode::TOO_MANY_REQUESTS, forms, words, page);
    if let Ok(seconds) = HeaderValue::from_str(seconds) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

impl IntoResponse for PasswordPage {
    fn into_response(self) -> Response {
        tried(self.problem.as_ref(), FormTarget::AppWithPasskey, self.words, &self)
    }
}

impl IntoResponse for SecondFactorPage {
    fn into_response(self) -> Response {
        let forms = if self.passkey.is_some() { FormTarget::AppWithPasskey } else { FormTarget::App };
        tried(self.problem.as_ref(), forms, self.words, &self)
    }
}

impl IntoResponse for ResetPage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::Here, self.words, &self)
    }
}

impl IntoResponse for ChoosePasswordPage {
    fn into_response(self) -> Response {
        let status = match self.problem {
            Some(NewPasswordProblem::TooMany) => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::OK,
        };
        respond(status, FormTarget::Here, self.words, &self)
    }
}

impl IntoResponse for VerifyEmailPage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::Here, self.words, &self)
    }
}

impl IntoResponse for LocalDonePage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::Here, self.words, &self)
    }
}
