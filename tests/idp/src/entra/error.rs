//! How Entra refuses: on a page of its own, at the app's redirect URI, as JSON.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Entra;
use super::aadsts::row;
use super::switch::EntraSwitch;
use crate::common::answer::{Fields, ReturnTo};
use crate::common::pages::{self, Message};
use crate::common::scope::At;
use crate::common::{guid, time};

/// A refusal with everything that Entra says of it.
#[derive(Clone, Debug)]
pub(crate) struct Refusal(Box<Told>);

#[derive(Clone, Debug)]
struct Told {
    number: u32,
    error: &'static str,
    /// The text without the trace.
    text: String,
    suberror: Option<&'static str>,
    /// To be sent back as the `claims` parameter.
    claims: Option<String>,
    /// What goes with the error at the app: `error_subcode`.
    subcode: Option<&'static str>,
    trace_id: String,
    correlation_id: String,
    timestamp: String,
    line_breaks: bool,
    login_url: String,
}

/// The body of a refusal (1.9.1), in Microsoft's order.
#[derive(Serialize)]
struct Body<'a> {
    error: &'a str,
    error_description: String,
    error_codes: [u32; 1],
    timestamp: &'a str,
    trace_id: &'a str,
    correlation_id: &'a str,
    error_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    suberror: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<&'a str>,
}

impl Entra {
    /// The refusal with this number; `words` are what its placeholders stand for.
    pub(crate) fn refusal(&self, number: u32, words: &[(&str, &str)]) -> Refusal {
        let row = row(number);
        let text = words
            .iter()
            .fold(row.text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value));
        Refusal(Box::new(Told {
            number: row.number,
            error: row.error,
            text,
            suberror: None,
            claims: None,
            subcode: None,
            trace_id: guid::fresh(),
            correlation_id: guid::fresh(),
            timestamp: time::with_blank(self.now()),
            line_breaks: self.switches().fires(EntraSwitch::ErrorLineBreaks, &At::default()),
            login_url: self.login_url().to_owned(),
        }))
    }
}

impl Refusal {
    /// With another OAuth error code than usual: it depends on where the refusal comes to light.
    pub(crate) fn with_error(mut self, error: &'static str) -> Self {
        self.0.error = error;
        self
    }

    pub(crate) fn with_suberror(mut self, suberror: &'static str) -> Self {
        self.0.suberror = Some(suberror);
        self
    }

    pub(crate) fn with_subcode(mut self, subcode: &'static str) -> Self {
        self.0.subcode = Some(subcode);
        self
    }

    pub(crate) fn with_claims(mut self, claims: String) -> Self {
        self.0.claims = Some(claims);
        self
    }

    /// The OAuth error code.
    pub(crate) fn error(&self) -> &'static str {
        self.0.error
    }

    /// `error_description`.
    fn description(&self) -> String {
        let Told { number, text, trace_id, correlation_id, timestamp, .. } = &*self.0;
        let between = if self.0.line_breaks { "\r\n" } else { " " };
        let parts = [
            format!("AADSTS{number}: {text}"),
            format!("Trace ID: {trace_id}"),
            format!("Correlation ID: {correlation_id}"),
            format!("Timestamp: {timestamp}"),
        ];
        parts.join(between)
    }

    /// Place M (1.9.2): a page of Microsoft's, whose status says nothing of an error. The browser stays there,
    /// and the app hears nothing.
    pub(crate) fn page(&self) -> Response {
        let text = format!("AADSTS{}: {}", self.0.number, self.0.text);
        let page = Message {
            title: "Sign in to your account",
            heading: "Sorry, but we’re having trouble signing you in.",
            text: &text,
            is_error: true,
            details: vec![
                ("Request Id", self.0.trace_id.clone()),
                ("Correlation Id", self.0.correlation_id.clone()),
                ("Timestamp", self.0.timestamp.clone()),
            ],
            link: None,
        };
        pages::page(StatusCode::OK, &page)
    }

    /// Place C (1.9.2): the app's redirect URI.
    pub(crate) fn returned(&self, return_to: ReturnTo) -> Response {
        let mut fields: Fields =
            vec![("error", self.0.error.to_owned()), ("error_description", self.description())];
        fields.extend(self.0.subcode.map(|subcode| ("error_subcode", subcode.to_owned())));
        return_to.send("Working…", fields)
    }

    /// Place T (1.9.2): JSON.
    pub(crate) fn json(&self) -> Response {
        let status = match self.0.error {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = Body {
            error: self.0.error,
            error_description: self.description(),
            error_codes: [self.0.number],
            timestamp: &self.0.timestamp,
            trace_id: &self.0.trace_id,
            correlation_id: &self.0.correlation_id,
            error_uri: format!("{}/error?code={}", self.0.login_url, self.0.number),
            suberror: self.0.suberror,
            claims: self.0.claims.as_deref(),
        };
        let headers = [(header::CACHE_CONTROL, "no-store, no-cache"), (header::PRAGMA, "no-cache")];
        (status, headers, Json(body)).into_response()
    }
}
