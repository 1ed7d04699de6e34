//! `/userinfo`, by GET and by POST, with the token in the Authorization header or in a form
//! (OIDC Core section 5.3.1, RFC 6750 section 2).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use doorward_service::provider::{EndpointError, Params};

use super::json;
use crate::app::App;

pub async fn get(State(app): State<Arc<App>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    userinfo(&app, &headers, query.as_deref(), &[]).await
}

pub async fn post(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    userinfo(&app, &headers, query.as_deref(), &body).await
}

async fn userinfo(app: &App, headers: &HeaderMap, query: Option<&str>, body: &[u8]) -> Response {
    match bearer(headers, query, body) {
        Ok(Some(token)) => json::answer(app.provider.userinfo(&token, app.now()).await),
        Ok(None) => {
            // RFC 6750 section 3.1: a request without credentials learns no error code.
            let challenge = HeaderValue::from_static("Bearer realm=\"doorward\"");
            (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, challenge)]).into_response()
        }
        Err(error) => json::refuse(&error),
    }
}

/// The one token of a request. In the query it is refused: queries end up in logs.
fn bearer(headers: &HeaderMap, query: Option<&str>, body: &[u8]) -> Result<Option<String>, EndpointError> {
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
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match (in_header, in_body.get("access_token")) {
        (Some(_), Some(_)) => Err(ONE_WAY),
        (Some((_, token)), None) => Ok(Some(token.trim().to_owned())),
        (None, token) => Ok(token.map(str::to_owned)),
    }
}
