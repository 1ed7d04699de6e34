//! How Google refuses: on a page from which no app ever hears, or as JSON.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::common::known_error::KnownError;
use crate::common::pages::{self, Message};

/// A refusal: what is known of it, and its text.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    known: KnownError,
    text: String,
}

impl From<KnownError> for Refusal {
    fn from(known: KnownError) -> Self {
        Self { known, text: known.text.to_owned() }
    }
}

impl Refusal {
    /// With this in the place of a placeholder.
    pub(super) fn with(self, placeholder: &str, value: &str) -> Self {
        Self { text: self.text.replace(&format!("{{{placeholder}}}"), value), ..self }
    }

    fn status(&self) -> StatusCode {
        u16::try_from(self.known.number)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::BAD_REQUEST)
    }

    /// `Error 400: redirect_uri_mismatch`
    pub(super) fn page(&self) -> Response {
        let page = Message {
            title: "Sign in with Google",
            heading: "Access blocked: Authorization Error",
            text: &self.text,
            is_error: true,
            details: vec![("Error", format!("Error {}: {}", self.known.number, self.known.error))],
            link: None,
        };
        pages::page(self.status(), &page)
    }

    pub(super) fn json(&self) -> Response {
        let body = json!({ "error": self.known.error, "error_description": self.text });
        (self.status(), [(header::CACHE_CONTROL, "no-cache, no-store")], Json(body)).into_response()
    }
}
