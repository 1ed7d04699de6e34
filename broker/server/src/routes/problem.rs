//! Renders failures for the person: what happened, who can mend it, what to do next, and a reference
//! that the operator finds the cause by. [`failure`] is the table of them.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use doorward_domain::Timestamp;
use doorward_service::identity::local::ProofError;
use doorward_service::login::{LoginError, WayOn};
use doorward_service::management::connection_test::TestError;
use doorward_service::provider::Answer;
use doorward_service::provider::authorize::AuthorizeError;
use doorward_service::provider::initiate::InitiateError;
use doorward_service::provider::logout::LogoutError;
use doorward_service::trace::Reference;

use super::failure::{self, Failure};
use super::redirect::answer;
use crate::app::App;
use crate::pages::{ErrorPage, Href, WayBack};
use crate::words::Words;

/// A login that does not go on. `ui_locales` are the languages of the request, where it was not begun.
pub fn login(app: &App, request: &HeaderMap, ui_locales: Option<&str>, error: LoginError) -> Response {
    let way_on = match &error {
        LoginError::Authorize(AuthorizeError::Redirect(back)) => return answer(request, &back.answer),
        LoginError::Federation { way_on, .. } | LoginError::NotAdmitted { way_on, .. } => Some(&**way_on),
        _ => None,
    };
    let ui_locales = way_on.and_then(|way_on| way_on.heading.ui_locales.as_deref()).or(ui_locales);
    let words = Words::for_reader(ui_locales, request);
    let reference = app.login.reference(&error, app.now());
    let mut response = page(app, words, failure::of_login(&error), (reference, way_on), &error);
    // A login that failed on its very first step is not in the browser yet.
    let begun = way_on.map(|way_on| &way_on.heading.transaction);
    if let Some(begun) = begun.filter(|it| app.cookies.transaction(request, it.id).is_none()) {
        app.cookies.set_transaction(request, response.headers_mut(), begun);
    }
    response
}

/// A proof that came by e-mail and is not honoured.
pub fn proof(app: &App, request: &HeaderMap, error: &ProofError) -> Response {
    page(app, Words::for_reader(None, request), failure::of_proof(error), untraced(app), error)
}

/// A logout that was not carried out.
pub fn logout(app: &App, words: Words, error: &LogoutError) -> Response {
    page(app, words, failure::of_logout(error), untraced(app), error)
}

fn way_back(answer: &Answer) -> WayBack {
    match answer {
        Answer::Redirect(url) => WayBack::Link(Href::app(url)),
        Answer::Post { action, fields, .. } => {
            WayBack::Form { action: Href::app(action), fields: fields.clone() }
        }
    }
}

/// A test of a connection that does not go on.
pub fn test(app: &App, request: &HeaderMap, error: &TestError) -> Response {
    page(app, Words::for_reader(None, request), failure::of_test(error), untraced(app), error)
}

/// A path where nothing is.
pub fn nothing_here(app: &App, request: &HeaderMap) -> Response {
    page(app, Words::for_reader(None, request), failure::NOTHING_HERE, untraced(app), &NothingHere)
}

/// A page for whoever is signed in here, where nobody is.
pub fn not_signed_in(app: &App, request: &HeaderMap) -> Response {
    page(app, Words::for_reader(None, request), failure::NOT_SIGNED_IN, untraced(app), &NotSignedIn)
}

/// A link that was to lead somewhere else than to its app.
pub fn bad_link(app: &App, request: &HeaderMap) -> Response {
    page(app, Words::for_reader(None, request), failure::BAD_LINK, untraced(app), &InitiateError::Unfit)
}

/// A sign-in that a provider sent, and nobody had asked it for.
pub fn unsolicited(app: &App, request: &HeaderMap) -> Response {
    page(app, Words::for_reader(None, request), failure::UNSOLICITED, untraced(app), &Unsolicited)
}

/// What the operator reads of it.
#[derive(Debug, thiserror::Error)]
#[error("an ID token that nobody asked for was posted")]
struct Unsolicited;

/// What the operator reads of it.
#[derive(Debug, thiserror::Error)]
#[error("no route for this path")]
struct NothingHere;

/// What the operator reads of it.
#[derive(Debug, thiserror::Error)]
#[error("nobody has signed in here in this browser")]
struct NotSignedIn;

/// What is no sign-in has a reference for the log alone.
fn untraced<'a>(app: &App) -> (Reference, Option<&'a WayOn>) {
    (Reference::new(app.entropy.bytes()), None)
}

fn page(
    app: &App,
    words: Words,
    Failure { status, name }: Failure,
    (reference, way_on): (Reference, Option<&WayOn>),
    cause: &dyn std::error::Error,
) -> Response {
    let reference = reference.to_string();
    if status.is_server_error() {
        tracing::error!(reference, cause = %chain(cause), "a person saw an error page");
    } else {
        tracing::warn!(reference, cause = %chain(cause), "a person saw an error page");
    }
    let mut response = ErrorPage {
        words,
        status,
        failure: name,
        app: way_on.map(|way_on| way_on.heading.app.clone()).unwrap_or_default(),
        try_again: way_on.map(|way_on| Href::here(&format!("/sign-in?tx={}", way_on.heading.transaction.id))),
        back: way_on.and_then(|way_on| way_on.back.as_ref()).map(way_back),
        reference,
        at: readable(app.now()),
    }
    .into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

/// An error with everything that caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        // An error that only passes another one on says the same.
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

/// A way of writing the time that is the same in all our languages.
fn readable(now: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(now.as_millis()) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => now.to_string(),
    }
}
