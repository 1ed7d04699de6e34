//! `/start/{client}`: a link that lets an app begin a login (OIDC Core section 4), such as a tile of a
//! dashboard.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use doorward_domain::ClientId;
use doorward_service::login::LoginError;
use doorward_service::provider::Params;
use doorward_service::provider::initiate::{InitiateError, Initiation, initiate_login};

use super::problem;
use super::redirect::redirect;
use crate::app::App;
use crate::pages::{Href, StartPage};
use crate::words::Words;

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
    // A repeated parameter reads as none.
    let params = Params::parse(&[query.unwrap_or_default().as_bytes()]).unwrap_or_default();
    let initiation =
        Initiation { login_hint: params.get("login_hint"), target_link_uri: params.get("target_link_uri") };
    match initiate_login(&client, app.settings.issuer(), initiation) {
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
