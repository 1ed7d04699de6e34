//! `/account/authenticator`: people set up an authenticator app, or take it away.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use doorward_service::identity::local::Denied;
use doorward_service::login::LoginError;

use super::{Visitor, changed, params};
use crate::app::App;
use crate::pages::{AuthenticatorPage, AuthenticatorSetup, QrCode};
use crate::routes::problem;
use crate::routes::step::try_problem;

/// The page.
pub async fn page(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    authenticator(&app, &visitor, None)
}

/// Sets the app up.
pub async fn add(State(app): State<Arc<App>>, visitor: Visitor, body: Bytes) -> Response {
    let params = params(&body);
    let (setup, again) = (params.get("setup").unwrap_or_default(), visitor.again(&app, &params));
    match app.local.confirm_authenticator(&visitor.account, setup, again, app.now()).await {
        Ok(codes) => changed(&app, &visitor, &codes),
        Err(denied) => authenticator(&app, &visitor, Some(denied)),
    }
}

/// Takes it away.
pub async fn remove(State(app): State<Arc<App>>, visitor: Visitor, body: Bytes) -> Response {
    let params = params(&body);
    match app.local.remove_authenticator(&visitor.account, visitor.again(&app, &params), app.now()).await {
        Ok(()) => changed(&app, &visitor, &[]),
        Err(denied) => authenticator(&app, &visitor, Some(denied)),
    }
}

fn authenticator(app: &App, visitor: &Visitor, denied: Option<Denied>) -> Response {
    let problem = match denied.map(LoginError::of_denial).transpose() {
        Ok(problem) => problem.map(try_problem),
        Err(error) => return problem::login(app, &visitor.headers, None, error),
    };
    let setup = visitor.account.credentials.record.totp.is_none().then(|| {
        let setup = app.local.set_up_authenticator(&visitor.account, app.now());
        let code = QrCode::new(setup.uri.expose());
        let [secret, sealed] = [setup.secret, setup.sealed].map(|it| it.expose().to_owned());
        AuthenticatorSetup { secret, code, sealed }
    });
    AuthenticatorPage { words: visitor.words(), setup, tenant: visitor.tenant(), problem }.into_response()
}
