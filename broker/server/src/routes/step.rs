//! Renders the steps of a login: a page, or a redirect with its cookies.

use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use doorward_domain::{Client, User};
use doorward_service::login::{
    self as login, CodeProblem, ConsentDecision, ConsentQuestion, DeviceQuestion, Heading, LoginError,
    NewSession, PasswordQuestion, Problem, ProofQuestion, SecondFactorQuestion, SignIn, Step,
    TransactionCookie, TransactionId,
};
use url::Url;

use super::problem;
use super::redirect::{answer, redirect};
use crate::app::App;
use crate::pages::{
    Choice, ChoosePage, ConsentPage, Destination, DeviceAnsweredPage, DeviceCodePage, DeviceCodeProblem,
    DevicePage, Href, PasskeyForm, PasswordPage, Picture, ProvePage, ScopeLine, SecondFactorPage, SignInPage,
    SignInProblem, Standing, TryProblem, Wanted,
};
use crate::words::Words;

/// Renders what a login came to.
pub fn render(app: &App, request: &HeaderMap, outcome: Result<Step, LoginError>) -> Response {
    match outcome {
        Ok(step) => step_response(app, request, step),
        Err(error) => problem::login(app, request, None, error),
    }
}

fn step_response(app: &App, request: &HeaderMap, step: Step) -> Response {
    match step {
        Step::SignIn(page) => {
            let login = page.heading.transaction.clone();
            with_login(app, request, &login, sign_in_page(request, page))
        }
        Step::Choose(page) => choose(app, request, page),
        Step::Password(question) => password(app, request, question),
        Step::SecondFactor(question) => second_factor(app, request, question),
        Step::Prove(question) => prove(app, request, *question),
        Step::Leave { transaction, location } => with_login(app, request, &transaction, redirect(&location)),
        Step::Consent(question) => consent(app, request, *question),
        Step::DeviceCode(page) => DeviceCodePage {
            words: Words::for_reader(None, request),
            code: page.typed,
            problem: page.problem.map(|problem| match problem {
                CodeProblem::Unknown => DeviceCodeProblem::Unknown,
                CodeProblem::TooMany => DeviceCodeProblem::TooMany,
            }),
        }
        .into_response(),
        Step::Device(question) => device(app, request, *question),
        Step::DeviceAnswered { decision, app: name, done } => {
            let allowed = decision == ConsentDecision::Allow;
            let mut response =
                DeviceAnsweredPage { words: Words::for_reader(None, request), app: name, allowed }
                    .into_response();
            app.cookies.clear_transaction(response.headers_mut(), done);
            response
        }
        Step::Return(way) => signed_in(app, answer(request, &way.answer), way.session.as_ref(), way.done),
    }
}

fn sign_in_page(request: &HeaderMap, page: SignIn) -> SignInPage {
    SignInPage {
        words: words(request, &page.heading),
        transaction: page.heading.transaction.id.to_string(),
        with_password: password_href(&page.heading.transaction),
        app: Some(page.heading.app),
        passkey: PasskeyForm::to_sign_in(&page.passkey),
        may_cancel: page.may_cancel,
        problem: page.problem.map(|problem| match problem {
            Problem::UnknownCompany if page.identifier.trim().is_empty() => SignInProblem::Empty,
            Problem::UnknownCompany => SignInProblem::Unknown,
            Problem::NoConnection => SignInProblem::NotReady,
            Problem::AppNotForCompany => SignInProblem::NotThisApp,
        }),
        identifier: page.identifier,
        offer: page.offer.map(|offer| offer.title),
    }
}

fn choose(app: &App, request: &HeaderMap, page: login::Choose) -> Response {
    let login = &page.heading.transaction;
    let choice = |(value, title)| Choice { value, title, kind: String::new() };
    let shown = ChoosePage {
        words: words(request, &page.heading),
        app: Some(page.heading.app),
        transaction: login.id.to_string(),
        choices: page.choices.into_iter().map(choice).collect(),
        with_password: page.password.then(|| password_href(login)),
    };
    with_login(app, request, login, shown)
}

/// The page for a password, in a login that is under way.
fn password_href(transaction: &TransactionCookie) -> Href {
    Href::here(&format!("/sign-in/password?tx={}", transaction.id))
}

/// Back to the sign-in page, in a login that is under way.
fn sign_in_href(transaction: &TransactionCookie) -> Href {
    Href::here(&format!("/sign-in?tx={}", transaction.id))
}

fn password(app: &App, request: &HeaderMap, question: PasswordQuestion) -> Response {
    let login = &question.heading.transaction;
    let page = PasswordPage {
        words: words(request, &question.heading),
        app: question.heading.app,
        transaction: login.id.to_string(),
        login: question.login,
        reset: Href::here(&format!("/reset?tx={}", login.id)),
        other: sign_in_href(login),
        passkey: PasskeyForm::to_sign_in(&question.passkey),
        problem: question.problem.map(try_problem),
    };
    with_login(app, request, login, page)
}

fn second_factor(app: &App, request: &HeaderMap, question: SecondFactorQuestion) -> Response {
    let login = &question.heading.transaction;
    let page = SecondFactorPage {
        words: words(request, &question.heading),
        app: question.heading.app,
        transaction: login.id.to_string(),
        authenticator: question.authenticator,
        passkey: question.passkey.as_ref().map(PasskeyForm::to_confirm),
        problem: question.problem.map(try_problem),
    };
    with_login(app, request, login, page)
}

fn prove(app: &App, request: &HeaderMap, question: ProofQuestion) -> Response {
    let login = &question.heading.transaction;
    let page = ProvePage {
        words: words(request, &question.heading),
        app: question.heading.app,
        address: question.address,
        transaction: login.id.to_string(),
        passkey: question.passkey.as_ref().map(|it| match question.wanted {
            login::Wanted::SecondFactor { .. } => PasskeyForm::to_confirm_proof(it, &question.arrived),
            login::Wanted::Proof | login::Wanted::Code => PasskeyForm::to_prove(it, &question.arrived),
        }),
        arrived: question.arrived.expose().to_owned(),
        wanted: match question.wanted {
            login::Wanted::Proof => Wanted::Proof,
            login::Wanted::Code => Wanted::Code,
            login::Wanted::SecondFactor { authenticator } => Wanted::SecondFactor { authenticator },
        },
        other: sign_in_href(login),
        problem: question.problem.map(try_problem),
    };
    with_login(app, request, login, page)
}

/// What is wrong with a try, as the pages tell it.
pub fn try_problem(problem: login::TryProblem) -> TryProblem {
    match problem {
        login::TryProblem::Wrong => TryProblem::Wrong,
        // A second that has begun counts.
        login::TryProblem::TooSoon(wait) => TryProblem::TooSoon((wait.as_secs() + 1).to_string()),
    }
}

fn consent(app: &App, request: &HeaderMap, question: ConsentQuestion) -> Response {
    let link =
        |uri: &Option<String>| uri.as_deref().and_then(|uri| Url::parse(uri).ok()).map(|it| Href::app(&it));
    let presentation = &question.client.presentation;
    let resources = question.resources.into_iter().map(ScopeLine::Resource);
    let page = ConsentPage {
        words: Words::for_reader(question.ui_locales.as_deref(), request),
        logo: question.logo.map(|logo| Picture::new(logo.media_type, &logo.bytes)),
        standing: standing(&question.client),
        policy: link(&presentation.policy_uri),
        terms: link(&presentation.tos_uri),
        app: question.client.name,
        destination: Destination::from(question.redirect_uri.as_str()),
        tenant: question.tenant.name,
        person: called(&question.user),
        scopes: question.scope.iter().map(|it| ScopeLine::from(it.as_str())).chain(resources).collect(),
        transaction: question.transaction.id.to_string(),
    };
    let response = with_login(app, request, &question.transaction, page);
    signed_in(app, response, question.session.as_ref(), question.done)
}

fn device(app: &App, request: &HeaderMap, question: DeviceQuestion) -> Response {
    let page = DevicePage {
        words: Words::for_reader(None, request),
        app: question.client.name,
        code: question.user_code.to_string(),
        asked_from: question.asked_from,
        tenant: question.tenant.name,
        person: called(&question.user),
        scopes: question.scope.iter().map(|value| ScopeLine::from(value.as_str())).collect(),
        transaction: question.transaction.id.to_string(),
    };
    let response = with_login(app, request, &question.transaction, page);
    signed_in(app, response, question.session.as_ref(), question.done)
}

/// Whether anybody vouches for an app.
fn standing(client: &Client) -> Standing {
    let url = client.document.and_then(|_| Url::parse(client.id.as_str()).ok());
    match url.as_ref().and_then(Url::host_str) {
        Some(host) => Standing::PublishedAt(host.to_owned()),
        None if client.is_unverified() => Standing::Unverified,
        None => Standing::Verified,
    }
}

/// What people know this user by; empty when nothing is known.
fn called(user: &User) -> String {
    let profile = &user.profile;
    let name = profile.email.as_ref().or(profile.name.as_ref()).or(profile.preferred_username.as_ref());
    name.cloned().unwrap_or_default()
}

/// The words of a page, in the languages of its reader.
fn words(request: &HeaderMap, heading: &Heading) -> Words {
    Words::for_reader(heading.ui_locales.as_deref(), request)
}

/// A page of a login under way, and the cookie that carries the login.
fn with_login(
    app: &App,
    request: &HeaderMap,
    transaction: &TransactionCookie,
    page: impl axum::response::IntoResponse,
) -> Response {
    let mut response = page.into_response();
    app.cookies.set_transaction(request, response.headers_mut(), transaction);
    response
}

/// The cookies of a session that has just begun, in place of that of the login it came from.
fn signed_in(
    app: &App,
    mut response: Response,
    session: Option<&NewSession>,
    done: Option<TransactionId>,
) -> Response {
    if let Some(NewSession { cookie, home }) = session {
        app.cookies.set_session(response.headers_mut(), cookie.expose());
        app.cookies.set_home(response.headers_mut(), home.expose());
    }
    if let Some(done) = done {
        app.cookies.clear_transaction(response.headers_mut(), done);
    }
    response
}
