//! `/reset`, `/invitation` and `/verify-email`: what reaches a person by e-mail. A link's GET shows a page
//! and nothing else; the POST of that page uses the proof up (PW-04).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use doorward_domain::credential::password::WeakPassword;
use doorward_domain::{ProofPurpose, TenantId};
use doorward_service::identity::local::{ProofError, Shown};
use doorward_service::login::TransactionId;
use doorward_service::provider::Params;

use super::problem;
use crate::app::App;
use crate::listen::Peer;
use crate::pages::{
    ChoosePasswordPage, Href, LocalDone, LocalDonePage, NewPasswordProblem, ResetPage, ShownProof,
    VerifyEmailPage,
};
use crate::words::Words;

/// Who cannot sign in? Or, with a link's token, the page for another password.
pub async fn page(State(app): State<Arc<App>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let params = params(query.unwrap_or_default().as_bytes());
    match params.get("token") {
        Some(token) => link(&app, &headers, ProofPurpose::Reset, token).await,
        None => {
            let transaction = params.get("tx").unwrap_or_default().to_owned();
            ResetPage { words: words(&headers), transaction, login: String::new() }.into_response()
        }
    }
}

/// Sends a mail, if there is such an account, and asks for its code. The answer is the same for everybody.
pub async fn asked(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let params = params(&body);
    let login = params.get("username").unwrap_or_default();
    let company = company(&app, &headers, &params).await;
    app.local.ask_reset(login, company, peer.map(|peer| peer.address), app.now());
    choose(&headers, &params, None, ShownProof::Code(String::new()), login, None)
}

/// Another password.
pub async fn changed(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    password(&app, &headers, &params(&body), ProofPurpose::Reset).await
}

/// The page for the first password.
pub async fn invitation(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = params(query.unwrap_or_default().as_bytes());
    link(&app, &headers, ProofPurpose::Invitation, params.get("token").unwrap_or_default()).await
}

/// The first password.
pub async fn accepted(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    password(&app, &headers, &params(&body), ProofPurpose::Invitation).await
}

/// The page that asks whether the address is the person's.
pub async fn verify_page(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = params(query.unwrap_or_default().as_bytes());
    let token = params.get("token").unwrap_or_default();
    match app.local.proven(ProofPurpose::Verification, Shown::Link(token), app.now()).await {
        Ok(proven) => {
            let email = proven.proof.record.email.to_string();
            VerifyEmailPage { words: words(&headers), email, token: token.to_owned() }.into_response()
        }
        Err(error) => problem::proof(&app, &headers, &error),
    }
}

/// The address is the person's.
pub async fn verified(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let (params, now) = (params(&body), app.now());
    let token = params.get("token").unwrap_or_default();
    let outcome = match app.local.proven(ProofPurpose::Verification, Shown::Link(token), now).await {
        Ok(proven) => app.local.verify_email(&proven, now).await.map(|()| proven.account.tenant.name),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(tenant) => done(&headers, LocalDone::Email, tenant, None),
        Err(error) => problem::proof(&app, &headers, &error),
    }
}

async fn link(app: &App, headers: &HeaderMap, purpose: ProofPurpose, token: &str) -> Response {
    match app.local.proven(purpose, Shown::Link(token), app.now()).await {
        Ok(proven) => {
            let invited_by = (purpose == ProofPurpose::Invitation).then_some(proven.account.tenant.name);
            let login = proven.proof.record.email.to_string();
            choose(headers, &Params::default(), invited_by, ShownProof::Link(token.to_owned()), &login, None)
        }
        Err(error) => problem::proof(app, headers, &error),
    }
}

async fn password(app: &App, headers: &HeaderMap, params: &Params, purpose: ProofPurpose) -> Response {
    let now = app.now();
    let login = params.get("username").unwrap_or_default();
    let code = params.get("code").unwrap_or_default();
    let (shown, proof) = match params.get("token") {
        Some(token) => (Shown::Link(token), ShownProof::Link(token.to_owned())),
        None => {
            (Shown::Code(login, company(app, headers, params).await, code), ShownProof::Code(code.to_owned()))
        }
    };
    let again = |invited_by, login: &str, problem| {
        choose(headers, params, invited_by, proof.clone(), login, Some(problem))
    };
    let proven = match app.local.proven(purpose, shown, now).await {
        Ok(proven) => proven,
        // A wrong code can be corrected; a link cannot.
        Err(ProofError::Gone) if matches!(proof, ShownProof::Code(_)) => {
            return again(None, login, NewPasswordProblem::Code);
        }
        Err(ProofError::TooMany) => return again(None, login, NewPasswordProblem::TooMany),
        Err(error) => return problem::proof(app, headers, &error),
    };
    let tenant = proven.account.tenant.name.clone();
    match app.local.choose_password(&proven, params.get("password").unwrap_or_default(), now).await {
        Ok(()) => done(headers, LocalDone::Password, tenant, go_on(params)),
        Err(ProofError::Weak(weak)) => {
            let invited_by = (purpose == ProofPurpose::Invitation).then_some(tenant);
            let named =
                if matches!(proof, ShownProof::Code(_)) { login } else { proven.proof.record.email.as_str() };
            again(invited_by, named, weakness(weak))
        }
        Err(error) => problem::proof(app, headers, &error),
    }
}

/// What is wrong with a password that is not taken, as the pages tell it.
pub const fn weakness(weak: WeakPassword) -> NewPasswordProblem {
    match weak {
        WeakPassword::Short => NewPasswordProblem::Short,
        WeakPassword::Long => NewPasswordProblem::Long,
        WeakPassword::Common => NewPasswordProblem::Common,
    }
}

fn choose(
    headers: &HeaderMap,
    params: &Params,
    invited_by: Option<String>,
    proof: ShownProof,
    login: &str,
    problem: Option<NewPasswordProblem>,
) -> Response {
    let transaction = params.get("tx").unwrap_or_default().to_owned();
    let (words, login) = (words(headers), login.to_owned());
    ChoosePasswordPage { words, invited_by, transaction, login, proof, problem }.into_response()
}

/// Says that it is done.
pub fn done(headers: &HeaderMap, done: LocalDone, tenant: String, go_on: Option<Href>) -> Response {
    LocalDonePage { words: words(headers), done, tenant, go_on }.into_response()
}

/// Back to the login that is under way, if one is.
fn go_on(params: &Params) -> Option<Href> {
    let id = params.get("tx").and_then(TransactionId::parse)?;
    Some(Href::here(&format!("/sign-in/password?tx={id}")))
}

/// The tenant whose company code was typed in the login that is under way.
async fn company(app: &App, headers: &HeaderMap, params: &Params) -> Option<TenantId> {
    let id = params.get("tx").and_then(TransactionId::parse)?;
    let transaction = app.login.open(id, app.cookies.transaction(headers, id), app.now()).await.ok()?;
    transaction.local.company
}

fn params(encoded: &[u8]) -> Params {
    Params::parse(&[encoded]).unwrap_or_default()
}

fn words(headers: &HeaderMap) -> Words {
    Words::for_reader(None, headers)
}
