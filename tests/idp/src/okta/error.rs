//! How Okta refuses: on a page, at the app's redirect URI, as JSON.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::messages;
use crate::common::answer::ReturnTo;
use crate::common::keys::random_handle;
use crate::common::known_error::KnownError;
use crate::common::pages;

/// A refusal: an error code and a text.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) error: &'static str,
    text: String,
}

impl From<KnownError> for Refusal {
    fn from(known: KnownError) -> Self {
        Self { error: known.error, text: known.text.to_owned() }
    }
}

impl Refusal {
    /// With this in the place of a placeholder.
    pub(super) fn with(self, placeholder: &str, value: &str) -> Self {
        Self { text: self.text.replace(&format!("{{{placeholder}}}"), value), ..self }
    }

    /// A parameter is missing or means nothing.
    pub(super) fn parameter(name: &str) -> Self {
        Self::from(messages::PARAMETER).with("parameter", name)
    }

    /// A page of Okta's: the app hears nothing.
    pub(super) fn page(&self) -> Response {
        let text = format!("Your request resulted in an error. {}", self.text);
        pages::message(StatusCode::BAD_REQUEST, "Okta", "400", &text)
    }

    pub(super) fn returned(self, return_to: ReturnTo) -> Response {
        return_to.send("Okta", vec![("error", self.error.to_owned()), ("error_description", self.text)])
    }

    pub(super) fn json(&self) -> Response {
        let status = match self.error {
            "invalid_client" | "invalid_token" => StatusCode::UNAUTHORIZED,
            "insufficient_scope" => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = json!({ "error": self.error, "error_description": self.text });
        (status, [(header::CACHE_CONTROL, "no-cache, no-store")], Json(body)).into_response()
    }
}

/// An error of Okta's own APIs (3.8).
pub(super) fn api_error(status: u16, code: &str, summary: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        "errorId": format!("oae{}", &random_handle()[..17]),
        "errorCauses": [],
    });
    (status, Json(body)).into_response()
}
