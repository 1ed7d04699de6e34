//! `/authorize`: the authorization endpoint, by GET and by POST (OIDC Core section 3.1.2.1).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use doorward_domain::Timestamp;
use doorward_service::login::Browser;
use doorward_service::provider::Params;
use doorward_service::provider::discovery::path;

use doorward_store::StoreError;

use super::redirect::with_cookies;
use super::{problem, step};
use crate::app::App;

pub async fn get(State(app): State<Arc<App>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    begin(&app, &headers, &[query.unwrap_or_default().as_bytes()]).await
}

pub async fn post(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let query = query.unwrap_or_default();
    let again = if query.is_empty() { with_cookies(&app, &headers, path::AUTHORIZE, &body) } else { None };
    match again {
        Some(response) => response,
        None => begin(&app, &headers, &[query.as_bytes(), &body]).await,
    }
}

async fn begin(app: &App, headers: &HeaderMap, parts: &[&[u8]]) -> Response {
    let now = app.now();
    let outcome = match browser(app, headers, now).await {
        Ok(browser) => app.login.begin(parts, browser, now).await,
        Err(error) => Err(error.into()),
    };
    let mut response = match outcome {
        Err(error) => {
            let params = Params::parse(parts).unwrap_or_default();
            problem::login(app, headers, params.get("ui_locales"), error)
        }
        outcome => step::render(app, headers, outcome),
    };
    // A start link is good for one way to the app.
    if app.cookies.start(headers).is_some() {
        app.cookies.clear_start(response.headers_mut());
    }
    response
}

/// What a browser brings along.
pub async fn browser<'a>(
    app: &App,
    headers: &'a HeaderMap,
    now: Timestamp,
) -> Result<Browser<'a>, StoreError> {
    let session = app.login.session(app.cookies.session(headers), now).await?;
    Ok(Browser { session, start: app.cookies.start(headers), home: app.cookies.home(headers) })
}
