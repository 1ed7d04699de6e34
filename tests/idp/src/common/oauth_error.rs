//! Errors as JSON endpoints tell them.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use josekit::JoseError;
use serde_json::json;

/// An OAuth error code with a sentence for the developer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OAuthError {
    pub(crate) error: String,
    pub(crate) description: String,
}

impl OAuthError {
    pub(crate) fn new(error: &str, description: &str) -> Self {
        Self { error: error.to_owned(), description: description.to_owned() }
    }
}

impl From<JoseError> for OAuthError {
    fn from(cause: JoseError) -> Self {
        Self::new("server_error", &cause.to_string())
    }
}

impl IntoResponse for OAuthError {
    /// The token endpoint's error answer (RFC 6749 section 5.2).
    fn into_response(self) -> Response {
        let status = match self.error.as_str() {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = Json(json!({ "error": self.error, "error_description": self.description }));
        let mut response = (status, [(header::CACHE_CONTROL, "no-store")], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = header::HeaderValue::from_static("Basic realm=\"token\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
