//! Who may use the admin API: whoever has its bearer token.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use doorward_domain::Plain;

use super::{Admin, AdminError};
use crate::bearer::bearer;

/// Lets a request with the token through.
pub(super) async fn require(State(admin): State<Arc<Admin>>, request: Request, next: Next) -> Response {
    match bearer(request.headers()).map(Plain::new) {
        Some(token) if admin.token.matches(&token) => next.run(request).await,
        Some(_) => AdminError::WrongToken.into_response(),
        None => AdminError::NoToken.into_response(),
    }
}
