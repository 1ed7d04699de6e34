//! `/sign-in/prove/…`: somebody who came from their provider proves that an account or an address is theirs.
//! Every step is a POST of our own page.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::Response;
use doorward_service::login::{LoginError, ProofForm, Step, TransactionId};
use doorward_service::provider::Params;

use super::passkey::shown_passkey;
use super::sign_in::form;
use super::step;
use crate::app::App;
use crate::listen::Peer;

/// A request with one of the page's forms.
struct Asked {
    headers: HeaderMap,
    peer: Option<Peer>,
    id: TransactionId,
    params: Params,
}

impl Asked {
    fn read(headers: &HeaderMap, peer: Option<Extension<Peer>>, body: &[u8]) -> Result<Self, LoginError> {
        let (id, params) = form(body)?;
        Ok(Self { headers: headers.clone(), peer: peer.map(|peer| peer.0), id, params })
    }

    /// The form, with what was typed into its field `name`.
    fn form<'a>(&'a self, app: &App, name: &str) -> ProofForm<'a> {
        ProofForm {
            cookie: app.cookies.transaction(&self.headers, self.id),
            arrived: self.params.get("arrived").unwrap_or_default(),
            typed: self.params.get(name).unwrap_or_default(),
            from: self.peer.as_ref().map(|peer| peer.address),
            device: app.cookies.device(&self.headers),
        }
    }
}

type From = Option<Extension<Peer>>;

/// Wants a code by mail.
pub async fn mail(State(app): State<Arc<App>>, from: From, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = match Asked::read(&headers, from, &body) {
        Ok(asked) => app.login.prove_by_mail(asked.id, asked.form(&app, ""), app.now()).await,
        Err(error) => Err(error),
    };
    step::render(&app, &headers, outcome)
}

/// The code from the mail.
pub async fn code(State(app): State<Arc<App>>, from: From, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = by_code(&app, from, &headers, &body).await;
    step::render(&app, &headers, outcome)
}

async fn by_code(app: &App, from: From, headers: &HeaderMap, body: &[u8]) -> Result<Step, LoginError> {
    let (now, asked) = (app.now(), Asked::read(headers, from, body)?);
    let older = app.login.session(app.cookies.session(headers), now).await?;
    app.login.prove_by_code(asked.id, asked.form(app, "code"), older, now).await
}

/// The password of the account.
pub async fn password(State(app): State<Arc<App>>, from: From, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = by_password(&app, from, &headers, &body).await;
    step::render(&app, &headers, outcome)
}

async fn by_password(app: &App, from: From, headers: &HeaderMap, body: &[u8]) -> Result<Step, LoginError> {
    let (now, asked) = (app.now(), Asked::read(headers, from, body)?);
    let older = app.login.session(app.cookies.session(headers), now).await?;
    app.login.prove_by_password(asked.id, asked.form(app, "password"), older, now).await
}

/// The second factor of the account.
pub async fn second_factor(
    State(app): State<Arc<App>>,
    from: From,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = by_second_factor(&app, from, &headers, &body).await;
    step::render(&app, &headers, outcome)
}

async fn by_second_factor(
    app: &App,
    from: From,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Step, LoginError> {
    let (now, asked) = (app.now(), Asked::read(headers, from, body)?);
    let older = app.login.session(app.cookies.session(headers), now).await?;
    app.login.prove_by_second_factor(asked.id, asked.form(app, "code"), older, now).await
}

/// A passkey of the account.
pub async fn passkey(State(app): State<Arc<App>>, from: From, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = by_passkey(&app, from, &headers, &body, false).await;
    step::render(&app, &headers, outcome)
}

/// A passkey as the second factor of the account.
pub async fn second_passkey(
    State(app): State<Arc<App>>,
    from: From,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = by_passkey(&app, from, &headers, &body, true).await;
    step::render(&app, &headers, outcome)
}

async fn by_passkey(
    app: &App,
    from: From,
    headers: &HeaderMap,
    body: &[u8],
    second: bool,
) -> Result<Step, LoginError> {
    let (now, asked) = (app.now(), Asked::read(headers, from, body)?);
    let older = app.login.session(app.cookies.session(headers), now).await?;
    let with = (asked.form(app, ""), shown_passkey(&asked.params));
    match second {
        true => app.login.prove_by_second_passkey(asked.id, with, older, now).await,
        false => app.login.prove_by_passkey(asked.id, with, older, now).await,
    }
}
