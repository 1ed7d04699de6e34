//! `/device_authorization`, which devices call, and `/device`, where people let them in (RFC 8628).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use doorward_domain::UserCode;
use doorward_service::login::{Guesser, LoginError, Step};
use doorward_service::provider::Params;
use doorward_service::provider::discovery::path;

use super::authorize::browser;
use super::call::Call;
use super::consent::decision;
use super::sign_in::form;
use super::{json, step};
use crate::app::App;
use crate::listen::Peer;
use crate::pages::DeviceCodePage;
use crate::words::Words;

/// The device authorization endpoint (RFC 8628 section 3.1).
pub async fn authorize(State(app): State<Arc<App>>, call: Call) -> Response {
    let address = call.peer.as_ref().map(|peer| peer.address);
    json::answer(match call.form(path::DEVICE_AUTHORIZATION) {
        Ok(request) => app.provider.authorize_device(request, address, app.now()).await,
        Err(error) => Err(error),
    })
}

/// The page that asks for the code, with the one that came with the address. Nothing is looked up: that
/// takes a form of ours (DV-02).
pub async fn page(headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(&[query.unwrap_or_default().as_bytes()]).unwrap_or_default();
    let code = params.get("user_code").and_then(UserCode::parse);
    let words = Words::for_reader(params.get("ui_locales"), &headers);
    let code = code.map(|code| code.to_string()).unwrap_or_default();
    DeviceCodePage { words, code, problem: None }.into_response()
}

/// The code that the person typed.
pub async fn typed(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let now = app.now();
    let params = Params::parse(&[&body]).unwrap_or_default();
    let outcome = match browser(&app, &headers, now).await {
        Ok(browser) => {
            let guesser = Guesser {
                address: peer.map(|peer| peer.address),
                session: browser.session.as_ref().map(|session| session.record.id),
            };
            app.login.device_code(params.get("user_code").unwrap_or_default(), guesser, browser, now).await
        }
        Err(error) => Err(error.into()),
    };
    step::render(&app, &headers, outcome)
}

/// What the person answered.
pub async fn confirm(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = confirmed(&app, &headers, &body).await;
    step::render(&app, &headers, outcome)
}

async fn confirmed(app: &App, headers: &HeaderMap, body: &[u8]) -> Result<Step, LoginError> {
    let now = app.now();
    let (id, params) = form(body)?;
    let decision = decision(&params);
    let session = app.login.session(app.cookies.session(headers), now).await?;
    app.login.device_answered(id, app.cookies.transaction(headers, id), session, decision, now).await
}
