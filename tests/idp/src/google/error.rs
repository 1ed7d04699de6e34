//! How Google refuses: by a redirect to a page from which no app ever hears, or as JSON.

use axum::Json;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Google;
use crate::common::answer::redirect;
use crate::common::known_error::KnownError;
use crate::common::pages::{self, Message};
use crate::common::params::Params;

/// `/signin/oauth/error`: what the address says, for people.
pub(super) async fn error_page(RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let packed = params.get("authError").and_then(|packed| STANDARD.decode(packed).ok());
    let Some((error, text, number)) = packed.and_then(|packed| unpack(&packed)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let page = Message {
        title: "Sign in with Google",
        heading: "Access blocked: Authorization Error",
        text: &text,
        is_error: true,
        details: vec![("Error", format!("Error {number}: {error}"))],
        link: None,
    };
    pages::page(StatusCode::BAD_REQUEST, &page)
}

/// Fields of text, and the field 4 of a number, as Protocol Buffers write them.
fn pack(fields: &[(u8, &str)], number: u32) -> Vec<u8> {
    let mut packed = Vec::new();
    for (field, text) in fields {
        packed.push((field << 3) | 2);
        varint(&mut packed, text.len());
        packed.extend_from_slice(text.as_bytes());
    }
    packed.push(4 << 3);
    varint(&mut packed, number as usize);
    packed
}

/// What [`pack`] has packed.
fn unpack(mut packed: &[u8]) -> Option<(String, String, usize)> {
    let (error, text) = (text_field(&mut packed)?, text_field(&mut packed)?);
    packed = packed.get(1..)?;
    Some((error, text, read_varint(&mut packed)?))
}

fn text_field(packed: &mut &[u8]) -> Option<String> {
    *packed = packed.get(1..)?;
    let length = read_varint(packed)?;
    let (text, rest) = packed.split_at_checked(length)?;
    *packed = rest;
    String::from_utf8(text.to_vec()).ok()
}

fn varint(packed: &mut Vec<u8>, mut value: usize) {
    while value > 0x7f {
        packed.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    packed.push(value as u8);
}

fn read_varint(packed: &mut &[u8]) -> Option<usize> {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (first, rest) = packed.split_first()?;
        *packed = rest;
        value |= usize::from(first & 0x7f) << shift;
        shift += 7;
        if first & 0x80 == 0 || shift > 28 {
            return Some(value);
        }
    }
}

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

    /// To the page that says `Error 400: redirect_uri_mismatch`.
    pub(super) fn page(&self, google: &Google) -> Response {
        let packed = pack(&[(1, self.known.error), (2, &self.text)], self.known.number);
        let fields = [("authError", STANDARD.encode(packed)), ("flowName", "GeneralOAuthFlow".to_owned())];
        redirect(&format!("{}/signin/oauth/error", google.urls().accounts), &fields)
    }

    pub(super) fn json(&self) -> Response {
        let body = json!({ "error": self.known.error, "error_description": self.text });
        (self.status(), [(header::CACHE_CONTROL, "no-cache, no-store")], Json(body)).into_response()
    }
}
