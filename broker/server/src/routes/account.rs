//! `/account/authenticator`: people set up an authenticator app, or take it away.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use doorward_service::identity::local::{Account, Again, Denied};
use doorward_service::login::LoginError;
use doorward_service::provider::Params;

use super::problem;
use super::step::try_problem;
use crate::app::App;
use crate::listen::Peer;
use crate::pages::{AuthenticatorPage, AuthenticatorSetup, RecoveryCodesPage};
use crate::words::Words;

/// The page.
pub async fn page(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match account(&app, &headers).await {
        Ok(account) => authenticator(&app, &headers, &account, None),
        Err(error) => problem::login(&app, &headers, None, error),
    }
}

/// Sets the app up.
pub async fn add(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    changed(&app, peer.map(|peer| peer.0), &headers, &body, true).await
}

/// Takes it away.
pub async fn remove(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    changed(&app, peer.map(|peer| peer.0), &headers, &body, false).await
}

async fn changed(app: &App, peer: Option<Peer>, headers: &HeaderMap, body: &[u8], add: bool) -> Response {
    let (params, now) = (Params::parse(&[body]).unwrap_or_default(), app.now());
    let account = match account(app, headers).await {
        Ok(account) => account,
        Err(error) => return problem::login(app, headers, None, error),
    };
    let again = Again {
        password: params.get("password").unwrap_or_default(),
        code: params.get("code").unwrap_or_default(),
        from: peer.map(|peer| peer.address),
    };
    let outcome = match add {
        true => {
            let setup = params.get("setup").unwrap_or_default();
            app.local.confirm_authenticator(&account, setup, again, now).await
        }
        false => app.local.remove_authenticator(&account, again, now).await.map(|()| Vec::new()),
    };
    match outcome {
        Ok(codes) => {
            let codes = codes.iter().map(|code| code.expose().to_owned()).collect();
            let (words, tenant) = (Words::for_reader(None, headers), account.tenant.name);
            let mut response = RecoveryCodesPage { words, tenant, codes }.into_response();
            app.cookies.clear_session(response.headers_mut());
            response
        }
        Err(denied) => authenticator(app, headers, &account, Some(denied)),
    }
}

/// The account of whoever is signed in in this browser.
async fn account(app: &App, headers: &HeaderMap) -> Result<Account, LoginError> {
    let now = app.now();
    let session = app.login.session(app.cookies.session(headers), now).await?;
    let session = session.ok_or(LoginError::NoTransaction)?;
    app.local.account_of(&session.record, now).await?.ok_or(LoginError::NoTransaction)
}

fn authenticator(app: &App, headers: &HeaderMap, account: &Account, denied: Option<Denied>) -> Response {
    let problem = match denied.map(LoginError::of_denial).transpose() {
        Ok(problem) => problem.map(try_problem),
        Err(error) => return problem::login(app, headers, None, error),
    };
    let setup = (!account.credentials.record.has_second_factor()).then(|| {
        let setup = app.local.set_up_authenticator(account, app.now());
        let [secret, sealed] = [setup.secret, setup.sealed].map(|it| it.expose().to_owned());
        AuthenticatorSetup { secret, sealed }
    });
    let (words, tenant) = (Words::for_reader(None, headers), account.tenant.name.clone());
    AuthenticatorPage { words, setup, tenant, problem }.into_response()
}
