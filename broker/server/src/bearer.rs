//! The bearer token of a request (RFC 6750 section 2.1): in the Authorization header or nowhere, so that no
//! page of another site can make a browser send it.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

/// The token of the one Authorization header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim())
}
