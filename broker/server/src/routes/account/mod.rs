//! `/account`: how somebody signs in here, for whoever did so in this browser. Each change needs the password
//! once more, and ends whatever came from earlier sign-ins.

pub mod authenticator;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequestParts, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
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

/// Somebody who signed in here, in this browser. Nobody else gets to a handler that asks for one.
pub struct Visitor {
    session: Session,
    account: Account,
    headers: HeaderMap,
    peer: Option<Peer>,
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let (now, headers) = (app.now(), parts.headers.clone());
        let peer = parts.extensions.get::<Peer>().cloned();
        let found = async {
            let Some(session) = app.login.session(app.cookies.session(&headers), now).await? else {
                return Ok(None);
            };
            let account = app.local.account_of(&session.record, now).await?;
            Ok(account.map(|account| (session.record, account)))
        };
        match found.await {
            Ok(Some((session, account))) => Ok(Self { session, account, headers, peer }),
            Ok(None) => Err(problem::not_signed_in(app, &headers)),
            Err(error) => Err(problem::login(app, &headers, None, LoginError::Store(error))),
        }
    }
}

impl Visitor {
    /// What they show to prove again who they are.
    fn again<'a>(&'a self, app: &App, params: &'a Params) -> Again<'a> {
        Again {
            password: params.get("password").unwrap_or_default(),
            code: params.get("code").unwrap_or_default(),
            from: self.peer.as_ref().map(|peer| peer.address),
            device: app.cookies.device(&self.headers),
        }
    }

    fn words(&self) -> Words {
        Words::for_reader(None, &self.headers)
    }

    fn tenant(&self) -> String {
        self.account.tenant.name.clone()
    }
}

/// The page.
pub async fn page(visitor: Visitor) -> Response {
    account(&visitor, None)
}

/// The page on which a passkey is made, for whoever knows the password.
pub async fn offer_passkey(State(app): State<Arc<App>>, visitor: Visitor, body: Bytes) -> Response {
    let params = params(&body);
    let Visitor { session, account, .. } = &visitor;
    match app.local.offer_passkey(account, session, visitor.again(&app, &params), app.now()).await {
        Ok(question) => {
            let (words, question) = (visitor.words(), question.to_string());
            NewPasskeyPage { words, tenant: visitor.tenant(), question }.into_response()
        }
        Err(denied) => not_changed(&app, &visitor, denied.into(), AccountProblem::Passkeys),
    }
}

/// Adds the passkey that was made.
pub async fn add_passkey(State(app): State<Arc<App>>, visitor: Visitor, body: Bytes) -> Response {
    let params = params(&body);
    let new = NewPasskey {
        name: params.get("name").unwrap_or_default(),
        client_data: params.get("client_data").unwrap_or_default(),
        attestation_object: params.get("attestation_object").unwrap_or_default(),
    };
    match app.local.add_passkey(&visitor.account, &visitor.session, &new, app.now()).await {
        Ok(codes) => changed(&app, &visitor, &codes),
        Err(denied) => not_changed(&app, &visitor, denied.into(), AccountProblem::Passkeys),
    }
}

/// Takes a passkey away.
pub async fn remove_passkey(State(app): State<Arc<App>>, visitor: Visitor, body: Bytes) -> Response {
    let params = params(&body);
    let (id, again) = (params.get("id").unwrap_or_default(), visitor.again(&app, &params));
    match app.local.remove_passkey(&visitor.account, id, again, app.now()).await {
        Ok(()) => changed(&app, &visitor, &[]),
        Err(denied) => not_changed(&app, &visitor, denied.into(), AccountProblem::Passkeys),
    }
}

/// Changes the password.
pub async fn change_password(State(app): State<Arc<App>>, visitor: Visitor, body: Bytes) -> Response {
    let params = params(&body);
    let (typed, again) = (params.get("new").unwrap_or_default(), visitor.again(&app, &params));
    match app.local.change_password(&visitor.account, typed, again, app.now()).await {
        Ok(()) => changed(&app, &visitor, &[]),
        Err(error) => not_changed(&app, &visitor, error, AccountProblem::Password),
    }
}

/// Something changed, so nobody is signed in any more; new recovery codes are shown, this once.
fn changed(app: &App, visitor: &Visitor, codes: &[Plain]) -> Response {
    let (words, tenant) = (visitor.words(), visitor.tenant());
    let codes: Vec<_> = codes.iter().map(|code| code.expose().to_owned()).collect();
    let mut response = match codes.is_empty() {
        true => reset::done(&visitor.headers, LocalDone::SignIn, tenant, None),
        false => RecoveryCodesPage { words, tenant, codes }.into_response(),
    };
    app.cookies.clear_session(response.headers_mut());
    response
}

fn not_changed(
    app: &App,
    visitor: &Visitor,
    error: ChangeError,
    form: fn(TryProblem) -> AccountProblem,
) -> Response {
    let problem = match error {
        ChangeError::Weak(weak) => AccountProblem::NewPassword(weakness(weak)),
        ChangeError::Denied(denied) => match LoginError::of_denial(denied) {
            Ok(problem) => form(try_problem(problem)),
            Err(error) => return problem::login(app, &visitor.headers, None, error),
        },
    };
    account(visitor, Some(problem))
}

fn account(visitor: &Visitor, problem: Option<AccountProblem>) -> Response {
    let credentials = &visitor.account.credentials.record;
    let login = credentials.email.as_ref().map(EmailAddress::as_str);
    let login = login.or(credentials.username.as_ref().map(Username::as_str));
    AccountPage {
        words: visitor.words(),
        tenant: visitor.tenant(),
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
