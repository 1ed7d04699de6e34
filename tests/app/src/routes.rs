//! The handlers.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::relying_party::{Callback, LoginOptions};
use crate::sign_in_error::SignInError;
use crate::{App, pages};

pub(crate) async fn front(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match app.sessions.tokens(&headers) {
        Some(tokens) => pages::signed_in(app.relying_party.config(), &tokens),
        None => pages::welcome(app.relying_party.config()),
    }
}

pub(crate) async fn login(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(options): Query<LoginOptions>,
) -> Result<Response, SignInError> {
    let (url, state, pending) = app.relying_party.begin(options).await?;
    let cookie = app.sessions.begin(&headers, &state, pending);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&url)).into_response())
}

pub(crate) async fn callback(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(callback): Query<Callback>,
) -> Result<Response, SignInError> {
    let state = callback.state.as_deref().unwrap_or_default();
    let pending = app.sessions.take_pending(&headers, state).ok_or(SignInError::UnknownState)?;
    let tokens = app.relying_party.finish(pending, callback).await?;
    let cookie = app.sessions.sign_in(&headers, tokens);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

pub(crate) async fn refresh(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Redirect, SignInError> {
    if let Some(tokens) = app.sessions.tokens(&headers) {
        let tokens = app.relying_party.refresh(tokens).await?;
        app.sessions.replace_tokens(&headers, tokens);
    }
    Ok(Redirect::to("/"))
}

pub(crate) async fn logout(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Redirect, SignInError> {
    let url = match app.sessions.sign_out(&headers) {
        Some(tokens) => app.relying_party.logout_url(&tokens.id_token).await?,
        None => None,
    };
    Ok(Redirect::to(url.as_deref().unwrap_or("/signed-out")))
}

pub(crate) async fn signed_out(State(app): State<Arc<App>>) -> Response {
    pages::signed_out(app.relying_party.config())
}
