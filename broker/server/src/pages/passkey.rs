//! What pages have for passkeys: a question that the browser passes on to an authenticator, and a form for
//! what comes of it. The one script of these pages is `passkey.js` of `admin-ui`.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use doorward_domain::Plain;
use doorward_service::login::PasskeyQuestion;

use super::headers::FormTarget;
use super::respond;
use crate::words::Words;

/// The part of a sign-in page. Posts `tx` and what the authenticator signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyForm {
    /// Where the answer goes.
    pub action: &'static str,
    /// What the page carries besides the login, in the hidden field `arrived`.
    pub arrived: Option<String>,
    /// The question, as the JSON of WebAuthn Level 3 section 5.1.10.
    pub question: String,
    /// Whether the last passkey was not honoured. Never says why.
    pub refused: bool,
}

/// Asks for the name of a new passkey, and makes it. Posts `name`, `client_data` and `attestation_object` to
/// `/account/passkey/new`.
#[derive(Clone, Debug, Template)]
#[template(path = "new_passkey.html")]
pub struct NewPasskeyPage {
    /// The language.
    pub words: Words,
    /// The company's name.
    pub tenant: String,
    /// The question, as the JSON of WebAuthn Level 3 section 5.1.8.
    pub question: String,
}

impl PasskeyForm {
    /// The form of the sign-in pages.
    pub fn to_sign_in(asked: &PasskeyQuestion) -> Self {
        Self::new("/sign-in/passkey", asked)
    }

    /// The form of the page for the second factor.
    pub fn to_confirm(asked: &PasskeyQuestion) -> Self {
        Self::new("/sign-in/second-factor/passkey", asked)
    }

    /// The form of the page on which somebody who came from their provider proves something.
    pub fn to_prove(asked: &PasskeyQuestion, arrived: &Plain) -> Self {
        Self { arrived: Some(arrived.expose().to_owned()), ..Self::new("/sign-in/prove/passkey", asked) }
    }

    /// The form of that page where the second factor is due.
    pub fn to_confirm_proof(asked: &PasskeyQuestion, arrived: &Plain) -> Self {
        Self { action: "/sign-in/prove/second-factor/passkey", ..Self::to_prove(asked, arrived) }
    }

    fn new(action: &'static str, asked: &PasskeyQuestion) -> Self {
        Self { action, arrived: None, question: asked.question.to_string(), refused: asked.refused }
    }
}

impl IntoResponse for NewPasskeyPage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::HereWithPasskey, self.words, &self)
    }
}
