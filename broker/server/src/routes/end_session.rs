//! `/end-session`: RP-initiated logout, with a question where nobody proved that it was meant.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use doorward_service::provider::Params;
use doorward_service::provider::discovery::path;
use doorward_service::provider::logout::LogoutError;

use super::problem;
use super::redirect::{redirect, with_cookies};
use crate::app::App;
use crate::pages::{Href, SignOutPage, SignedOutPage};
use crate::words::Words;

/// The parameters that the question carries on to its answer.
const CARRIED: [&str; 5] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"];

pub async fn get(State(app): State<Arc<App>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    respond(&app, &headers, query.unwrap_or_default().as_bytes(), false).await
}

pub async fn post(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    match with_cookies(&app, &headers, path::END_SESSION, &body) {
        Some(response) => response,
        None => respond(&app, &headers, &body, false).await,
    }
}

/// The person's answer to the question.
pub async fn confirm(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    respond(&app, &headers, &body, true).await
}

async fn respond(app: &App, headers: &HeaderMap, encoded: &[u8], confirmed: bool) -> Response {
    let params = Params::parse(&[encoded]).unwrap_or_default();
    let words = Words::for_reader(params.get("ui_locales"), headers);
    match end(app, headers, encoded, words, confirmed).await {
        Ok(response) => response,
        Err(error) => problem::logout(app, words, &error),
    }
}

async fn end(
    app: &App,
    headers: &HeaderMap,
    encoded: &[u8],
    words: Words,
    confirmed: bool,
) -> Result<Response, LogoutError> {
    let now = app.now();
    let session = app.login.session(app.cookies.session(headers), now).await?.map(|it| it.record);
    let request = app.provider.logout_request(&[encoded], session.as_ref(), now).await?;
    if request.confirm && !confirmed {
        return Ok(SignOutPage { words, app: request.app, fields: carried(encoded) }.into_response());
    }
    let (told, onward) = match &session {
        Some(session) => {
            let told = app.endings.end(session, &session.user.to_string(), now).await?;
            (told, app.login.onward(session, request.leave_to.as_ref(), now).await?)
        }
        None => (Vec::new(), None),
    };
    let frames = app.provider.front_channel(&told, now).await?;
    let leave_to = onward.as_ref().map(|onward| &onward.location).or(request.leave_to.as_ref());
    let mut response = match leave_to {
        Some(url) if frames.is_empty() => redirect(url),
        leave_to => {
            let next = leave_to.map(Href::app);
            SignedOutPage { words, app: request.app, frames, next }.into_response()
        }
    };
    if session.is_some() {
        app.cookies.clear_session(response.headers_mut());
    }
    if let Some(onward) = &onward {
        app.cookies.set_leaving(response.headers_mut(), onward.note.expose());
    }
    Ok(response)
}

fn carried(encoded: &[u8]) -> Vec<(String, String)> {
    let params = Params::parse(&[encoded]).unwrap_or_default();
    CARRIED.into_iter().filter_map(|name| Some((name.to_owned(), params.get(name)?.to_owned()))).collect()
}
