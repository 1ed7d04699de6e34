//! `/sign-in/password` and `/sign-in/second-factor`: signing in at doorward itself.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use doorward_service::login::{Entered, LoginError, Typed};

use super::sign_in::form;
use super::step;
use crate::app::App;
use crate::listen::Peer;

/// The page, for a login that is under way in this browser.
pub async fn page(State(app): State<Arc<App>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let outcome = match form(query.unwrap_or_default().as_bytes()) {
        Ok((id, _)) => app.login.password_page(id, app.cookies.transaction(&headers, id), app.now()).await,
        Err(error) => Err(error),
    };
    step::render(&app, &headers, outcome)
}

/// Name and password.
pub async fn typed(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = password(&app, peer.map(|peer| peer.0), &headers, &body).await;
    render(&app, &headers, outcome)
}

async fn password(
    app: &App,
    peer: Option<Peer>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Entered, LoginError> {
    let now = app.now();
    let (id, params) = form(body)?;
    let typed = Typed {
        login: params.get("username").unwrap_or_default(),
        password: params.get("password").unwrap_or_default(),
        from: peer.map(|peer| peer.address),
        device: app.cookies.device(headers),
    };
    let older = app.login.session(app.cookies.session(headers), now).await?;
    app.login.password(id, app.cookies.transaction(headers, id), typed, older, now).await
}

/// The code of the second factor.
pub async fn second_factor(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = code(&app, &headers, &body).await;
    render(&app, &headers, outcome)
}

async fn code(app: &App, headers: &HeaderMap, body: &[u8]) -> Result<Entered, LoginError> {
    let now = app.now();
    let (id, params) = form(body)?;
    let typed = (params.get("code").unwrap_or_default(), app.cookies.device(headers));
    let older = app.login.session(app.cookies.session(headers), now).await?;
    app.login.second_factor(id, app.cookies.transaction(headers, id), typed, older, now).await
}

/// Renders what a try came to. A browser that somebody has signed in with is known from then on.
pub fn render(app: &App, headers: &HeaderMap, outcome: Result<Entered, LoginError>) -> Response {
    let (outcome, device) = match outcome {
        Ok(Entered { step, device }) => (Ok(step), device),
        Err(error) => (Err(error), None),
    };
    let mut response = step::render(app, headers, outcome);
    if let Some(device) = device {
        app.cookies.set_device(response.headers_mut(), device.expose());
    }
    response
}
