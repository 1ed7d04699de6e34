//! The bearer token (RFC 6750 section 2.1): in the Authorization header or nowhere, so that no page of
//! another site can make a browser send it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use doorward_domain::Plain;

use super::{Admin, AdminError};

/// Lets a request with the token through.
pub(super) async fn require(State(admin): State<Arc<Admin>>, request: Request, next: Next) -> Response {
    match bearer(request.headers()) {
        Some(token) if admin.token.matches(&token) => next.run(request).await,
        Some(_) => AdminError::WrongToken.into_response(),
        None => AdminError::NoToken.into_response(),
    }
}

/// The token of the one Authorization header.
fn bearer(headers: &HeaderMap) -> Option<Plain> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| Plain::new(token.trim()))
}
