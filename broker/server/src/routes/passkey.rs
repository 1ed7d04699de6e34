//! `/sign-in/passkey` and `/sign-in/second-factor/passkey`: what an authenticator signed, posted by the script
//! of a sign-in page.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::Response;
use doorward_service::identity::local::ShownPasskey;
use doorward_service::login::{Entered, LoginError, WithPasskey};
use doorward_service::provider::Params;

use super::password::render;
use super::sign_in::form;
use crate::app::App;
use crate::listen::Peer;

/// A passkey alone.
pub async fn alone(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = shown(&app, peer.map(|peer| peer.0), &headers, &body, false).await;
    render(&app, &headers, outcome)
}

/// A passkey after a password.
pub async fn after_password(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = shown(&app, peer.map(|peer| peer.0), &headers, &body, true).await;
    render(&app, &headers, outcome)
}

async fn shown(
    app: &App,
    peer: Option<Peer>,
    headers: &HeaderMap,
    body: &[u8],
    after_password: bool,
) -> Result<Entered, LoginError> {
    let now = app.now();
    let (id, params) = form(body)?;
    let with = WithPasskey {
        shown: shown_passkey(&params),
        from: peer.map(|peer| peer.address),
        device: app.cookies.device(headers),
    };
    let older = app.login.session(app.cookies.session(headers), now).await?;
    let cookie = app.cookies.transaction(headers, id);
    match after_password {
        true => app.login.confirm_by_passkey(id, cookie, with, older, now).await,
        false => app.login.passkey(id, cookie, with, older, now).await,
    }
}

/// What the form of a page with a passkey says.
pub(super) fn shown_passkey(params: &Params) -> ShownPasskey<'_> {
    let field = |name: &str| params.get(name).unwrap_or_default();
    ShownPasskey {
        id: field("id"),
        client_data: field("client_data"),
        authenticator_data: field("authenticator_data"),
        signature: field("signature"),
        user_handle: field("user_handle"),
    }
}
