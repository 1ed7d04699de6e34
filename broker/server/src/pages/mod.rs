//! What people see: one file per page, its form in `templates/`, its words in `locales/`, its look in
//! `admin-ui`.
//!
//! A page is a struct of plain strings. It is escaped where it is rendered, works without
//! JavaScript, and answers with the headers of [`headers`].

mod account;
mod choose;
mod connection_test;
mod consent;
mod device;
mod error;
mod form_post;
pub mod headers;
mod href;
mod local;
mod passkey;
mod picture;
mod prove;
mod qr_code;
mod sign_in;
mod sign_out;
mod signed_out;
mod start;
mod welcome;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

pub use account::{
    AccountPage, AccountProblem, AuthenticatorPage, AuthenticatorSetup, PasskeyLine, RecoveryCodesPage,
};
pub use choose::{Choice, ChoosePage};
pub use connection_test::{
    ConnectionTestPage, FieldBecame, ShownResult, ShownStep, ShownVerdict, StepState, Who,
};
pub use consent::{ConsentPage, Destination, ScopeLine, Standing};
pub use device::{DeviceAnsweredPage, DeviceCodePage, DeviceCodeProblem, DevicePage};
#[cfg(test)]
pub(crate) use error::WHO;
pub use error::{ErrorPage, WayBack};
pub use form_post::FormPostPage;
pub use href::Href;
pub use local::{
    ChoosePasswordPage, LocalDone, LocalDonePage, NewPasswordProblem, PasswordPage, ResetPage,
    SecondFactorPage, ShownProof, TryProblem, VerifyEmailPage,
};
pub use passkey::{NewPasskeyPage, PasskeyForm};
pub use picture::Picture;
pub use prove::{ProvePage, Wanted};
pub use qr_code::QrCode;
pub use sign_in::{SignInPage, SignInProblem};
pub use sign_out::SignOutPage;
pub use signed_out::SignedOutPage;
pub use start::{StartApp, StartAppsPage, StartPage};
pub use welcome::WelcomePage;

use headers::FormTarget;

use crate::words::Words;

/// Renders `page` with the headers that every page has.
fn respond(status: StatusCode, forms: FormTarget, words: Words, page: &impl Template) -> Response {
    let mut response = match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    headers::set(response.headers_mut(), forms, words);
    response
}

#[cfg(test)]
mod tests;
