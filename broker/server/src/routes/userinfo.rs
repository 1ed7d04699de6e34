//! `/userinfo`, by GET and by POST, with the token in the Authorization header or in a form
//! (OIDC Core section 5.3.1, RFC 6750 section 2).

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use doorward_service::provider::discovery::path;
use doorward_service::provider::{EndpointError, Params, ResourceRequest};

use super::call::Call;
use super::{challenge, json};
use crate::app::App;

pub async fn get(State(app): State<Arc<App>>, call: Call) -> Response {
    userinfo(&app, &Method::GET, &call, &[]).await
}

pub async fn post(State(app): State<Arc<App>>, call: Call) -> Response {
    userinfo(&app, &Method::POST, &call, &call.body).await
}

async fn userinfo(app: &App, method: &Method, call: &Call, body: &[u8]) -> Response {
    let (dpop, token) = match presented(&call.headers, call.query.as_deref(), body) {
        Ok(Some(presented)) => presented,
        Ok(None) => return challenge::without_error(&app.settings),
        Err(error) => return json::refuse(&error),
    };
    let (headers, certificate) = (&call.headers, call.certificate());
    let request = ResourceRequest { method, path: path::USERINFO, headers, certificate, dpop, token: &token };
    match app.provider.userinfo(request, app.now()).await {
        Ok(statement) => json::statement(Ok(statement)),
        Err(error) => challenge::refuse(&app.settings, &error),
    }
}

/// The one token of a request, and whether its scheme is `DPoP` (RFC 9449 section 7.1). In the query it is
/// refused: queries end up in logs.
fn presented(
    headers: &HeaderMap,
    query: Option<&str>,
    body: &[u8],
) -> Result<Option<(bool, String)>, EndpointError> {
    const ONE_WAY: EndpointError =
        EndpointError::invalid_request("send the access token once, in the header or a form");
    let in_query = Params::parse(&[query.unwrap_or_default().as_bytes()]).map_err(|_| ONE_WAY)?;
    let in_body = Params::parse(&[body]).map_err(|_| ONE_WAY)?;
    if in_query.get("access_token").is_some() || in_body.any_repeated() {
        return Err(ONE_WAY);
    }
    let mut authorization = headers.get_all(AUTHORIZATION).iter();
    let header = authorization.next().map(|value| value.to_str().unwrap_or_default());
    if authorization.next().is_some() {
        return Err(ONE_WAY);
    }
    let in_header = header
        .and_then(|text| text.split_once(' '))
        .map(|(scheme, token)| (scheme.eq_ignore_ascii_case("dpop"), scheme, token))
        .filter(|(dpop, scheme, _)| *dpop || scheme.eq_ignore_ascii_case("bearer"));
    match (in_header, in_body.get("access_token")) {
        (Some(_), Some(_)) => Err(ONE_WAY),
        (Some((dpop, _, token)), None) => Ok(Some((dpop, token.trim().to_owned()))),
        (None, token) => Ok(token.map(|token| (false, token.to_owned()))),
    }
}
