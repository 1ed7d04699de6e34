//! `/account/authenticator`: people set up an authenticator app, or take it away.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use doorward_service::identity::local::{Account, Denied};
use doorward_service::login::LoginError;
use doorward_service::provider::Params;

use super::{Visitor, again, changed};
use crate::app::App;
use crate::listen::Peer;
use crate::pages::{AuthenticatorPage, AuthenticatorSetup, QrCode};
use crate::routes::problem;
use crate::routes::step::try_problem;
use crate::words::Words;

/// The page.
pub async fn page(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match Visitor::of(&app, &headers).await {
        Ok(visitor) => authenticator(&app, &headers, &visitor.account, None),
        Err(response) => response,
    }
}

/// Sets the app up.
pub async fn add(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(&app, peer.map(|peer| peer.0), &headers, &body, true).await
}

/// Takes it away.
pub async fn remove(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(&app, peer.map(|peer| peer.0), &headers, &body, false).await
}

async fn change(app: &App, peer: Option<Peer>, headers: &HeaderMap, body: &[u8], add: bool) -> Response {
    let (params, now) = (Params::parse(&[body]).unwrap_or_default(), app.now());
    let account = match Visitor::of(app, headers).await {
        Ok(visitor) => visitor.account,
        Err(response) => return response,
    };
    let again = again(app, headers, &params, peer);
    let outcome = match add {
        true => {
            let setup = params.get("setup").unwrap_or_default();
            app.local.confirm_authenticator(&account, setup, again, now).await
        }
        false => app.local.remove_authenticator(&account, again, now).await.map(|()| Vec::new()),
    };
    match outcome {
        Ok(codes) => changed(app, headers, &account, &codes),
        Err(denied) => authenticator(app, headers, &account, Some(denied)),
    }
}

fn authenticator(app: &App, headers: &HeaderMap, account: &Account, denied: Option<Denied>) -> Response {
    let problem = match denied.map(LoginError::of_denial).transpose() {
        Ok(problem) => problem.map(try_problem),
        Err(error) => return problem::login(app, headers, None, error),
    };
    let setup = account.credentials.record.totp.is_none().then(|| {
        let setup = app.local.set_up_authenticator(account, app.now());
        let code = QrCode::new(setup.uri.expose());
        let [secret, sealed] = [setup.secret, setup.sealed].map(|it| it.expose().to_owned());
        AuthenticatorSetup { secret, code, sealed }
    });
    let (words, tenant) = (Words::for_reader(None, headers), account.tenant.name.clone());
    AuthenticatorPage { words, setup, tenant, problem }.into_response()
}
