//! How Graph refuses.

use axum::Json;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::common::{guid, time};

/// A refusal: status, code, message.
pub(super) struct GraphError {
    status: StatusCode,
    code: &'static str,
    message: String,
    retry_after: Option<String>,
}

impl GraphError {
    fn new(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self { status, code, message: message.to_owned(), retry_after: None }
    }

    /// 401: there is no such token any more.
    pub(super) fn token() -> Self {
        let message = "Access token has expired or is not yet valid.";
        Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
    }

    /// 403: a permission is missing.
    pub(super) fn denied() -> Self {
        let message = "Insufficient privileges to complete the operation.";
        Self::new(StatusCode::FORBIDDEN, "Authorization_RequestDenied", message)
    }

    /// 404
    pub(super) fn not_found(id: &str) -> Self {
        let message = format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(StatusCode::NOT_FOUND, "Request_ResourceNotFound", &message)
    }

    /// 400
    pub(super) fn bad_request(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_BadRequest", message)
    }

    /// 429 (2.6)
    pub(super) fn throttled(retry_after: String) -> Self {
        let error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequests",
            "Too many requests. Try again later.",
        );
        Self { retry_after: Some(retry_after), ..error }
    }

    pub(super) fn respond(self, now: i64, headers: &HeaderMap) -> Response {
        let request_id = guid::fresh();
        let client_request_id = client_request_id(headers, &request_id);
        let body = json!({ "error": {
            "code": self.code,
            "message": self.message,
            "innerError": {
                "date": time::iso(now).trim_end_matches(".000Z"),
                "request-id": request_id,
                "client-request-id": client_request_id,
            },
        }});
        let mut response = (self.status, traced(&request_id, &client_request_id), Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = header::HeaderValue::from_static("Bearer realm=\"\", error=\"invalid_token\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after.and_then(|seconds| seconds.parse().ok()) {
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

/// An answer with the headers that every answer has.
pub(super) fn answer(headers: &HeaderMap, body: Value) -> Response {
    let request_id = guid::fresh();
    (traced(&request_id, &client_request_id(headers, &request_id)), Json(body)).into_response()
}

fn client_request_id(headers: &HeaderMap, request_id: &str) -> String {
    let sent = headers.get("client-request-id").and_then(|value| value.to_str().ok());
    sent.unwrap_or(request_id).to_owned()
}

fn traced(request_id: &str, client_request_id: &str) -> [(HeaderName, String); 3] {
    [
        (HeaderName::from_static("request-id"), request_id.to_owned()),
        (HeaderName::from_static("client-request-id"), client_request_id.to_owned()),
        (
            HeaderName::from_static("x-ms-ags-diagnostic"),
            "{\"ServerInfo\":{\"DataCenter\":\"Emulator\"}}".to_owned(),
        ),
    ]
}
