//! `/account`: how somebody signs in here, for whoever did so in this browser. Each change needs the password
//! once more, and ends whatever came from earlier sign-ins.

pub mod authenticator;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use doorward_domain::{Credentials, EmailAddress, Passkey, Plain, Session, Timestamp, Username};
use doorward_service::identity::local::{Account, Again, ChangeError, NewPasskey};
use doorward_service::login::LoginError;
use doorward_service::provider::Params;

use super::reset::weakness;
use super::step::try_problem;
use super::{problem, reset};
use crate::app::App;
use crate::listen::Peer;
use crate::pages::{
    AccountPage, AccountProblem, LocalDone, NewPasskeyPage, PasskeyLine, RecoveryCodesPage, TryProblem,
};
use crate::words::Words;

/// Somebody who signed in here, in this browser.
pub struct Visitor {
    session: Session,
    account: Account,
}

impl Visitor {
    async fn of(app: &App, headers: &HeaderMap) -> Result<Self, Response> {
        let (now, cookie) = (app.now(), app.cookies.session(headers));
        let found = async {
            let Some(session) = app.login.session(cookie, now).await? else { return Ok(None) };
            let account = app.local.account_of(&session.record, now).await?;
            Ok(account.map(|account| Self { session: session.record, account }))
        };
        match found.await {
            Ok(Some(visitor)) => Ok(visitor),
            Ok(None) => Err(problem::not_signed_in(app, headers)),
            Err(error) => Err(problem::login(app, headers, None, LoginError::Store(error))),
        }
    }
}

/// The page.
pub async fn page(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match Visitor::of(&app, &headers).await {
        Ok(visitor) => account(&headers, &visitor.account, None),
        Err(response) => response,
    }
}

/// The page on which a passkey is made, for whoever knows the password.
pub async fn offer_passkey(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (params, now) = (params(&body), app.now());
    let Visitor { session, account } = match Visitor::of(&app, &headers).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let again = again(&app, &headers, &params, peer.map(|peer| peer.0));
    match app.local.offer_passkey(&account, &session, again, now).await {
        Ok(question) => {
            let (words, question) = (Words::for_reader(None, &headers), question.to_string());
            NewPasskeyPage { words, tenant: account.tenant.name, question }.into_response()
        }
        Err(denied) => not_changed(&app, &headers, &account, denied.into(), AccountProblem::Passkeys),
    }
}

/// Adds the passkey that was made.
pub async fn add_passkey(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let (params, now) = (params(&body), app.now());
    let Visitor { session, account } = match Visitor::of(&app, &headers).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let new = NewPasskey {
        name: params.get("name").unwrap_or_default(),
        client_data: params.get("client_data").unwrap_or_default(),
        attestation_object: params.get("attestation_object").unwrap_or_default(),
    };
    match app.local.add_passkey(&account, &session, &new, now).await {
        Ok(codes) => changed(&app, &headers, &account, &codes),
        Err(denied) => not_changed(&app, &headers, &account, denied.into(), AccountProblem::Passkeys),
    }
}

/// Takes a passkey away.
pub async fn remove_passkey(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (params, now) = (params(&body), app.now());
    let account = match Visitor::of(&app, &headers).await {
        Ok(visitor) => visitor.account,
        Err(response) => return response,
    };
    let again = again(&app, &headers, &params, peer.map(|peer| peer.0));
    let id = params.get("id").unwrap_or_default();
    match app.local.remove_passkey(&account, id, again, now).await {
        Ok(()) => changed(&app, &headers, &account, &[]),
        Err(denied) => not_changed(&app, &headers, &account, denied.into(), AccountProblem::Passkeys),
    }
}

/// Changes the password.
pub async fn change_password(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (params, now) = (params(&body), app.now());
    let account = match Visitor::of(&app, &headers).await {
        Ok(visitor) => visitor.account,
        Err(response) => return response,
    };
    let again = again(&app, &headers, &params, peer.map(|peer| peer.0));
    let typed = params.get("new").unwrap_or_default();
    match app.local.change_password(&account, typed, again, now).await {
        Ok(()) => changed(&app, &headers, &account, &[]),
        Err(error) => not_changed(&app, &headers, &account, error, AccountProblem::Password),
    }
}

/// What somebody shows to prove again who they are.
fn again<'a>(app: &App, headers: &'a HeaderMap, params: &'a Params, peer: Option<Peer>) -> Again<'a> {
    Again {
        password: params.get("password").unwrap_or_default(),
        code: params.get("code").unwrap_or_default(),
        from: peer.map(|peer| peer.address),
        device: app.cookies.device(headers),
    }
}

/// Something changed, so nobody is signed in any more; new recovery codes are shown, this once.
fn changed(app: &App, headers: &HeaderMap, account: &Account, codes: &[Plain]) -> Response {
    let (words, tenant) = (Words::for_reader(None, headers), account.tenant.name.clone());
    let codes: Vec<_> = codes.iter().map(|code| code.expose().to_owned()).collect();
    let mut response = match codes.is_empty() {
        true => reset::done(headers, LocalDone::SignIn, tenant, None),
        false => RecoveryCodesPage { words, tenant, codes }.into_response(),
    };
    app.cookies.clear_session(response.headers_mut());
    response
}

fn not_changed(
    app: &App,
    headers: &HeaderMap,
    of: &Account,
    error: ChangeError,
    form: fn(TryProblem) -> AccountProblem,
) -> Response {
    let problem = match error {
        ChangeError::Weak(weak) => AccountProblem::NewPassword(weakness(weak)),
        ChangeError::Denied(denied) => match LoginError::of_denial(denied) {
            Ok(problem) => form(try_problem(problem)),
            Err(error) => return problem::login(app, headers, None, error),
        },
    };
    account(headers, of, Some(problem))
}

fn account(headers: &HeaderMap, account: &Account, problem: Option<AccountProblem>) -> Response {
    let credentials = &account.credentials.record;
    let login = credentials.email.as_ref().map(EmailAddress::as_str);
    let login = login.or(credentials.username.as_ref().map(Username::as_str));
    AccountPage {
        words: Words::for_reader(None, headers),
        tenant: account.tenant.name.clone(),
        login: login.unwrap_or_default().to_owned(),
        passkeys: credentials.passkeys.iter().map(line).collect(),
        may_add: credentials.passkeys.len() < Credentials::MOST_PASSKEYS,
        authenticator: credentials.totp.is_some(),
        problem,
    }
    .into_response()
}

fn line(passkey: &Passkey) -> PasskeyLine {
    PasskeyLine {
        id: passkey.id.clone(),
        name: passkey.name.clone(),
        created: day(passkey.created_at),
        used: passkey.used_at.map(day),
    }
}

/// The day of a time, in a way of writing that is the same in all our languages.
fn day(time: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(time.as_millis())
        .map_or_else(|_| String::new(), |time| time.strftime("%F").to_string())
}

fn params(body: &[u8]) -> Params {
    Params::parse(&[body]).unwrap_or_default()
}
