//! `/federation/{connection}/callback`: the person comes back from the identity provider. Every
//! connection has a callback of its own, so that answers cannot be mixed up (UP-04, UP-05).
//!
//! An answer that is posted comes from another site and so without our cookies; it goes on as a GET of the
//! same callback that carries it sealed.

use std::sync::Arc;

use axum::extract::{Path, RawForm, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use doorward_domain::{ConnectionId, Timestamp};
use doorward_service::federation::{CallbackResponse, transaction_of};
use doorward_service::login::{LoginError, Step, TransactionId};
use doorward_service::management::connection_test::TestId;
use doorward_service::provider::Params;
use url::Url;

use super::redirect::redirect;
use super::{connection_test, problem, step};
use crate::app::App;

/// The parameter of a posted answer in the URL.
const SEALED: &str = "answer";
/// No code is so long that this does not do; a longer URL would be refused.
const LONGEST_URL: usize = 7 * 1024;

pub async fn get(
    State(app): State<Arc<App>>,
    Path(connection): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    if app.cookies.has_test(&headers)
        && let Some(response) = tested(&app, &connection, &headers, query.as_bytes()).await
    {
        return response;
    }
    let outcome = arrive(&app, &connection, &headers, query.as_bytes()).await;
    step::render(&app, &headers, outcome)
}

pub async fn post(
    State(app): State<Arc<App>>,
    Path(connection): Path<String>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    match sealed(&app, &connection, &form) {
        Some(location) => redirect(&location),
        None if is_unsolicited(&form) => problem::unsolicited(&app, &headers),
        None => step::render(&app, &headers, Err(LoginError::NoTransaction)),
    }
}

/// Whether a provider posts an ID token that nobody asked for, as dashboards do that know a shorter way.
fn is_unsolicited(form: &[u8]) -> bool {
    Params::parse(&[form]).is_ok_and(|params| params.get("id_token").is_some())
}

/// Somebody comes back who tests the connection; nobody does if the browser does not know the test.
async fn tested(app: &App, connection: &str, headers: &HeaderMap, query: &[u8]) -> Option<Response> {
    let connection = connection.parse().ok()?;
    let response = response(app, connection, query, app.now())?;
    let id = transaction_of(response.state.as_deref()?).map(TestId)?;
    connection_test::callback(app, connection, headers, (id, &response)).await
}

async fn arrive(app: &App, connection: &str, headers: &HeaderMap, query: &[u8]) -> Result<Step, LoginError> {
    let now = app.now();
    let connection = connection.parse().map_err(|_| LoginError::NoTransaction)?;
    let response = response(app, connection, query, now).ok_or(LoginError::NoTransaction)?;
    let state = response.state.as_deref().ok_or(LoginError::NoTransaction)?;
    let id = transaction_of(state).map(TransactionId).ok_or(LoginError::NoTransaction)?;
    let older = app.login.session(app.cookies.session(headers), now).await?;
    app.login.arrive(connection, id, app.cookies.transaction(headers, id), &response, older, now).await
}

/// What the provider says, in the query itself or sealed in it.
fn response(app: &App, connection: ConnectionId, query: &[u8], now: Timestamp) -> Option<CallbackResponse> {
    let params = Params::parse(&[query]).ok()?;
    match params.get(SEALED) {
        Some(sealed) => app.login.open_answer(connection, sealed, now),
        None => Some(said(&params)),
    }
}

fn said(params: &Params) -> CallbackResponse {
    let owned = |name: &str| params.get(name).map(str::to_owned);
    CallbackResponse {
        code: owned("code"),
        state: owned("state"),
        iss: owned("iss"),
        error: owned("error"),
        error_description: owned("error_description"),
    }
}

/// Where the browser goes on with a posted answer. One without a `state` of ours is nobody's.
fn sealed(app: &App, connection: &str, form: &[u8]) -> Option<Url> {
    let connection: ConnectionId = connection.parse().ok()?;
    let response = said(&Params::parse(&[form]).ok()?);
    transaction_of(response.state.as_deref()?)?;
    let sealed = app.login.seal_answer(connection, response, app.now())?;
    let mut url = Url::parse(&app.management.callback_url(connection)).ok()?;
    url.query_pairs_mut().append_pair(SEALED, &sealed);
    Some(url).filter(|url| url.as_str().len() <= LONGEST_URL)
}
