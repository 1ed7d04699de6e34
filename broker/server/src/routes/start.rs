//! Links that begin a login at an app (OIDC Core section 4), for a company's portal, a dashboard's tile or a
//! button: `/start/{client}` for any company, `/s/{company}` for one, and for one of its connections, which
//! the connection's provider may call as well.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use doorward_domain::ClientId;
use doorward_service::login::LoginError;
use doorward_service::login::start::{Place, StartError, StartLink, Started};
use doorward_service::provider::Params;
use doorward_service::provider::initiate::{InitiateError, Initiation, initiate_login};
use url::form_urlencoded;

use super::problem;
use super::redirect::redirect;
use crate::app::App;
use crate::pages::{Href, StartApp, StartAppsPage, StartPage};
use crate::words::Words;

/// What a choice of apps carries on.
const CARRIED: [&str; 3] = ["iss", "login_hint", "target_link_uri"];

pub async fn start(
    State(app): State<Arc<App>>,
    Path(client): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let client = match app.provider.client(&ClientId::new(client), app.now()).await {
        Ok(Some(client)) => client.record,
        Ok(None) => return problem::nothing_here(&app, &headers),
        Err(error) => return problem::login(&app, &headers, None, LoginError::Store(error)),
    };
    let params = parsed(query.unwrap_or_default().as_bytes());
    match initiate_login(&client, app.settings.issuer(), initiation(&params)) {
        // Whoever registered by itself does not make an open redirector of us (RFC 9700 section 4.11.2).
        Ok(url) if client.is_unverified() => StartPage {
            words: Words::for_reader(None, &headers),
            app: client.name,
            host: url.host_str().unwrap_or_default().to_owned(),
            go: Href::app(&url),
        }
        .into_response(),
        Ok(url) => redirect(&url),
        Err(InitiateError::NotOffered) => problem::nothing_here(&app, &headers),
        Err(InitiateError::Unfit) => problem::bad_link(&app, &headers),
    }
}

/// A company's link.
pub async fn company(
    State(app): State<Arc<App>>,
    Path(company): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = parsed(query.unwrap_or_default().as_bytes());
    let path = format!("/s/{}", encoded(&company));
    follow(&app, &headers, Place::Named(&company, None), (&path, &params)).await
}

/// The link of one of its connections.
pub async fn connection(
    State(app): State<Arc<App>>,
    Path((company, connection)): Path<(String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = parsed(query.unwrap_or_default().as_bytes());
    let path = format!("/s/{}/{}", encoded(&company), encoded(&connection));
    follow(&app, &headers, Place::Named(&company, Some(&connection)), (&path, &params)).await
}

/// The link that a connection's provider calls.
pub async fn by_provider(
    State(app): State<Arc<App>>,
    Path(path): Path<(String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    of_provider(&app, &headers, path, &parsed(query.unwrap_or_default().as_bytes())).await
}

/// The same by a form, which some send. An ID token in it is of a sign-in that nobody asked for, and such a
/// one could be anybody's.
pub async fn posted_by_provider(
    State(app): State<Arc<App>>,
    Path(path): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let params = parsed(&body);
    match params.get("id_token") {
        Some(_) => problem::unsolicited(&app, &headers),
        None => of_provider(&app, &headers, path, &params).await,
    }
}

async fn of_provider(
    app: &App,
    headers: &HeaderMap,
    (tenant, connection): (String, String),
    params: &Params,
) -> Response {
    let path = format!("/federation/{}/{}/start", encoded(&tenant), encoded(&connection));
    match (tenant.parse(), connection.parse()) {
        (Ok(tenant), Ok(connection)) => {
            let place = Place::Connection(tenant, connection, params.get("iss"));
            follow(app, headers, place, (&path, params)).await
        }
        _ => problem::nothing_here(app, headers),
    }
}

async fn follow(
    app: &App,
    headers: &HeaderMap,
    place: Place<'_>,
    (path, params): (&str, &Params),
) -> Response {
    let link = StartLink { place, app: params.get("app"), initiation: initiation(params) };
    match app.login.start(&link, app.now()).await {
        Ok(Started::Go { location, note }) => {
            let mut response = redirect(&location);
            app.cookies.set_start(response.headers_mut(), note.expose());
            response
        }
        Ok(Started::Choose { company, apps }) => {
            let words = Words::for_reader(None, headers);
            let link = |(id, name): (ClientId, String)| StartApp { name, go: with_app(path, &id, params) };
            StartAppsPage { words, company, apps: apps.into_iter().map(link).collect() }.into_response()
        }
        Err(StartError::Unknown) => problem::nothing_here(app, headers),
        Err(StartError::Unfit) => problem::bad_link(app, headers),
        Err(StartError::Store(error)) => problem::login(app, headers, None, LoginError::Store(error)),
    }
}

/// The same link with an app.
fn with_app(path: &str, app: &ClientId, params: &Params) -> Href {
    let carried = CARRIED.into_iter().filter_map(|name| Some((name, params.get(name)?)));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("app", app.as_str()).extend_pairs(carried);
    Href::here(&format!("{path}?{}", query.finish()))
}

/// What somebody else says of the login that shall begin. Unknown parameters are none of our business, and a
/// repeated one reads as none.
fn parsed(encoded: &[u8]) -> Params {
    Params::parse(&[encoded]).unwrap_or_default()
}

fn initiation(params: &Params) -> Initiation<'_> {
    Initiation { login_hint: params.get("login_hint"), target_link_uri: params.get("target_link_uri") }
}

fn encoded(segment: &str) -> String {
    form_urlencoded::byte_serialize(segment.as_bytes()).collect()
}
