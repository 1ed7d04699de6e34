//! The page on which somebody who came from their provider proves that an account or an address is theirs.

use askama::Template;
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::local::{TryProblem, tried};
use super::{Href, PasskeyForm};
use crate::words::{Phrase, Words};

/// Asks for a proof. Posts `tx`, `arrived` and what is asked for to `/sign-in/prove/…`.
#[derive(Clone, Debug, Template)]
#[template(path = "prove.html")]
pub struct ProvePage {
    /// The language.
    pub words: Words,
    /// The app's name.
    pub app: String,
    /// The address that the provider told.
    pub address: String,
    /// The sealed transaction, carried in the hidden field `tx`.
    pub transaction: String,
    /// What the provider said, sealed, carried in the hidden field `arrived`.
    pub arrived: String,
    /// What is asked for.
    pub wanted: Wanted,
    /// The page for other ways.
    pub other: Href,
    /// The form for who has a passkey, where one would do.
    pub passkey: Option<PasskeyForm>,
    /// What is wrong with the last try.
    pub problem: Option<TryProblem>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A proof: a code by mail, the password, or a passkey.
    Proof,
    /// The code that was mailed.
    Code,
    /// The second factor.
    SecondFactor {
        /// Whether the person has an authenticator app; whoever has none has recovery codes.
        authenticator: bool,
    },
}

impl ProvePage {
    fn explanation(&self) -> Phrase {
        let names = [("app", self.app.as_str()), ("address", self.address.as_str())];
        match self.wanted {
            Wanted::Proof => self.words.with_all("prove-explanation", &names),
            Wanted::Code => self.words.with("prove-mailed", "address", &self.address),
            Wanted::SecondFactor { .. } => self.words.with("second-factor-explanation", "app", &self.app),
        }
    }

    /// What is to be typed where no password is.
    fn code_label(&self) -> Phrase {
        match self.wanted {
            Wanted::SecondFactor { authenticator: true } => self.words.say("second-factor-label"),
            Wanted::SecondFactor { authenticator: false } => self.words.say("second-factor-recovery-label"),
            Wanted::Proof | Wanted::Code => self.words.say("prove-code"),
        }
    }

    fn problem_text(&self, problem: &TryProblem) -> Phrase {
        match (problem, self.wanted) {
            (TryProblem::TooSoon(seconds), _) => self.words.with("prove-too-soon", "seconds", seconds),
            (TryProblem::Wrong, Wanted::Proof) => self.words.say("prove-wrong-password"),
            (TryProblem::Wrong, Wanted::Code) => self.words.say("prove-wrong-code"),
            (TryProblem::Wrong, Wanted::SecondFactor { .. }) => self.words.say("second-factor-wrong"),
        }
    }
}

impl IntoResponse for ProvePage {
    fn into_response(self) -> Response {
        let forms = if self.passkey.is_some() { FormTarget::AppWithPasskey } else { FormTarget::App };
        tried(self.problem.as_ref(), forms, self.words, &self)
    }
}
