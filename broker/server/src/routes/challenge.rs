//! How a protected resource of ours says what it wants (RFC 6750 section 3, RFC 9449 section 7.1).

use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use doorward_domain::Algorithm;
use doorward_service::provider::discovery::path;
use doorward_service::provider::{EndpointError, ErrorCode};
use doorward_service::settings::Settings;

use super::json;

/// To a request without credentials, which learns no error code.
pub fn without_error(settings: &Settings) -> Response {
    let bearer = format!("Bearer realm=\"doorward\", {}", metadata(settings));
    challenged(StatusCode::UNAUTHORIZED.into_response(), &[bearer, dpop("")])
}

/// To a request whose token, or proof, is not good.
pub fn refuse(settings: &Settings, error: &EndpointError) -> Response {
    let (code, mut response) = (error.code(), json::refuse(error));
    let said = format!("error=\"{code}\", ");
    let challenges = match code {
        ErrorCode::InvalidToken => {
            vec![format!("Bearer realm=\"doorward\", error=\"{code}\", {}", metadata(settings)), dpop(&said)]
        }
        ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce => vec![dpop(&said)],
        _ => return response,
    };
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    challenged(response, &challenges)
}

/// Where to find out who gives tokens for userinfo (RFC 9728 section 5.1).
fn metadata(settings: &Settings) -> String {
    format!("resource_metadata=\"{}\"", settings.url(path::USERINFO_METADATA))
}

fn dpop(said: &str) -> String {
    let algorithms = Algorithm::ALL.map(Algorithm::as_str).join(" ");
    format!("DPoP realm=\"doorward\", {said}algs=\"{algorithms}\"")
}

fn challenged(mut response: Response, challenges: &[String]) -> Response {
    for value in challenges.iter().filter_map(|text| HeaderValue::from_str(text).ok()) {
        response.headers_mut().append(WWW_AUTHENTICATE, value);
    }
    response
}
