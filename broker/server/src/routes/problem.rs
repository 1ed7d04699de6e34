//! Renders failures for the person: what happened, who can mend it, what to do next, and a reference
//! that the operator finds the cause by.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use doorward_domain::Timestamp;
use doorward_service::federation::{FederationError, WhoMends};
use doorward_service::identity::NotAdmitted;
use doorward_service::login::{LoginError, WayOn};
use doorward_service::provider::Answer;
use doorward_service::provider::authorize::{AuthorizeError, Untrusted};
use doorward_service::provider::logout::LogoutError;

use super::redirect::answer;
use crate::app::App;
use crate::pages::{ErrorPage, Href, Line, Link, WayBack, reference};

/// A failure in plain words.
struct Words {
    status: StatusCode,
    headline: &'static str,
    explanation: String,
    who: &'static str,
    what: &'static str,
}

impl Words {
    fn new(status: StatusCode, headline: &'static str, explanation: impl Into<String>) -> Self {
        Self {
            status,
            headline,
            explanation: explanation.into(),
            who: "You",
            what: "go back to the app and start again.",
        }
    }

    fn mended_by(mut self, who: &'static str, what: &'static str) -> Self {
        (self.who, self.what) = (who, what);
        self
    }
}

/// A login that does not go on.
pub fn login(app: &App, request: &HeaderMap, error: LoginError) -> Response {
    match error {
        LoginError::Authorize(AuthorizeError::Redirect(back)) => answer(&back.answer),
        error => {
            let words = words_for(&error);
            let way_on = match &error {
                LoginError::Federation { way_on, .. } | LoginError::NotAdmitted { way_on, .. } => {
                    Some(&**way_on)
                }
                _ => None,
            };
            let mut response = page(app, words, way_on, &error);
            // A login that failed on its very first step is not in the browser yet.
            let begun = way_on.map(|way_on| &way_on.transaction);
            if let Some(begun) = begun.filter(|it| app.cookies.transaction(request, it.id).is_none()) {
                app.cookies.set_transaction(request, response.headers_mut(), begun);
            }
            response
        }
    }
}

/// A logout that was not carried out.
pub fn logout(app: &App, error: &LogoutError) -> Response {
    let words = match error {
        LogoutError::Malformed => Words::new(
            StatusCode::BAD_REQUEST,
            "You are still signed in",
            "The app's request to sign you out cannot be read.",
        )
        .mended_by("The app's developer", "send each logout parameter once, as plain text."),
        LogoutError::RedirectUri => Words::new(
            StatusCode::BAD_REQUEST,
            "You are still signed in",
            "The app asked to be returned to an address that is not registered for it.",
        )
        .mended_by("The app's developer", "register the post_logout_redirect_uri, character by character."),
        LogoutError::Store(_) => unavailable(),
    };
    page(app, words, None, error)
}

fn way_back(way_on: &WayOn) -> Option<WayBack> {
    let label = format!("Back to {}", way_on.app);
    Some(match way_on.back.as_ref()? {
        Answer::Redirect(url) => WayBack::Link(Link { label, href: Href::app(url) }),
        Answer::Post { action, fields } => {
            WayBack::Form { label, action: Href::app(action), fields: fields.clone() }
        }
    })
}

/// A path where nothing is.
pub fn nothing_here(app: &App) -> Response {
    let words =
        Words::new(StatusCode::NOT_FOUND, "There is nothing here", "The address may be old, or mistyped.")
            .mended_by("You", "go back to the app and start again there.");
    page(app, words, None, &NothingHere)
}

/// What the operator reads of it.
#[derive(Debug, thiserror::Error)]
#[error("no route for this path")]
struct NothingHere;

fn words_for(error: &LoginError) -> Words {
    let bad = StatusCode::BAD_REQUEST;
    match error {
        LoginError::Authorize(AuthorizeError::Page(untrusted)) => untrusted_words(*untrusted),
        LoginError::NoTransaction => Words::new(
            bad,
            "This sign-in has expired",
            "It took too long, or it was begun in another browser. Nothing has happened to your account.",
        ),
        LoginError::Finished => Words::new(
            bad,
            "This sign-in is finished already",
            "The page was opened twice. If you are not in the app yet, start again there.",
        ),
        LoginError::AppGone => {
            Words::new(bad, "This app cannot be used now", "The app was changed while you were signing in.")
        }
        LoginError::Federation { cause, .. } => federation_words(cause),
        LoginError::NotAdmitted { cause, way_on } => not_admitted(*cause, way_on),
        LoginError::Authorize(_) | LoginError::Store(_) => unavailable(),
    }
}

fn federation_words(cause: &FederationError) -> Words {
    let (who, what) = match cause.who() {
        WhoMends::Person => ("You", "try again."),
        WhoMends::TenantAdmin => (
            "Your IT team",
            "check the connection to your company's sign-in; the reference below says what is wrong.",
        ),
        WhoMends::Operator => ("Support", "look up the reference below; it says what is wrong."),
        WhoMends::Later => ("You", "wait a minute and try again."),
    };
    Words::new(federation_status(cause), "We could not sign you in", cause.sentence()).mended_by(who, what)
}

/// What a provider says wrongly is no fault of this server: a 5xx is for what is ours to mend, or may
/// pass by itself.
fn federation_status(cause: &FederationError) -> StatusCode {
    match (cause, cause.who()) {
        (FederationError::ConnectionNotInUse, _) => StatusCode::FORBIDDEN,
        (FederationError::IdToken(_), _) | (_, WhoMends::Person | WhoMends::TenantAdmin) => {
            StatusCode::BAD_REQUEST
        }
        (_, WhoMends::Operator) => StatusCode::INTERNAL_SERVER_ERROR,
        (_, WhoMends::Later) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn untrusted_words(untrusted: Untrusted) -> Words {
    let headline = "This sign-in link does not work";
    let (explanation, what) = match untrusted {
        Untrusted::Client => {
            ("The app that sent you here is not known to us, or it is switched off.", "check the client_id.")
        }
        Untrusted::RedirectUri => (
            "The app that sent you here asked to be answered at an address that is not registered for it.",
            "register the redirect_uri, character by character.",
        ),
        Untrusted::PushedRequest => (
            "The app's request to sign you in took too long on its way, or it was answered already.",
            "push a new request for every sign-in.",
        ),
        Untrusted::Repeated | Untrusted::Unreadable(_) => (
            "The app that sent you here sent a request that cannot be read.",
            "send each parameter once, as plain text.",
        ),
    };
    Words::new(StatusCode::BAD_REQUEST, headline, explanation).mended_by("The app's developer", what)
}

fn not_admitted(cause: NotAdmitted, way_on: &WayOn) -> Words {
    let forbidden = StatusCode::FORBIDDEN;
    match cause {
        NotAdmitted::Unknown => Words::new(
            forbidden,
            "You do not have an account yet",
            format!(
                "Your company's sign-in worked, but nobody has created an account for you in {}.",
                way_on.app
            ),
        )
        .mended_by(
            "Your IT team",
            "create an account for you, or allow accounts to be created at first sign-in.",
        ),
        NotAdmitted::Disabled | NotAdmitted::Deleted => Words::new(
            forbidden,
            "Your account is switched off",
            "Your company's sign-in worked, but your account here is switched off.",
        )
        .mended_by("Your IT team", "switch your account on again."),
        NotAdmitted::NotThisApp => Words::new(
            forbidden,
            "This app is not open to your company",
            format!(
                "Your company's sign-in worked, but your company does not use {} through us.",
                way_on.app
            ),
        )
        .mended_by("Your IT team", "ask for access to this app."),
        NotAdmitted::SomebodyElse => Words::new(
            forbidden,
            "You signed in as somebody else",
            format!("{} expected another account than the one you signed in with.", way_on.app),
        )
        .mended_by("You", "try again with the account that you use in the app."),
    }
}

fn unavailable() -> Words {
    Words::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "Signing in is not possible right now",
        "Something on our side does not work. It is not your fault, and your account is safe.",
    )
    .mended_by("You", "wait a minute and try again.")
}

fn page(app: &App, words: Words, way_on: Option<&WayOn>, cause: &dyn std::error::Error) -> Response {
    let (reference, status) = (reference(app.entropy.bytes()), words.status);
    if status.is_server_error() {
        tracing::error!(reference, cause = %chain(cause), "a person saw an error page");
    } else {
        tracing::warn!(reference, cause = %chain(cause), "a person saw an error page");
    }
    let mut response = ErrorPage {
        status,
        headline: words.headline.to_owned(),
        explanation: words.explanation,
        who: vec![Line { who: words.who.to_owned(), what: words.what.to_owned() }],
        try_again: way_on.map(|way_on| Href::here(&format!("/sign-in?tx={}", way_on.transaction.id))),
        back: way_on.and_then(way_back),
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

fn readable(now: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(now.as_millis()) {
        Ok(time) => time.strftime("%-d %b %Y %H:%M UTC").to_string(),
        Err(_) => now.to_string(),
    }
}
