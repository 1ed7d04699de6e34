//! Who may use the admin API, and for what: the operator, whose token lies in a file, for everything, and
//! whoever has a token that was made, within its scopes (RFC 6750).

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use doorward_domain::{AdminScope, AdminScopes, Plain, Timestamp};
use doorward_service::keys::KeyRing;
use doorward_service::management::Management;
use doorward_service::provider::Provider;

use super::{Admin, AdminError};
use crate::bearer::bearer;

/// The operator, in audit events.
const OPERATOR: &str = "operator";

/// Who asks.
#[derive(Clone)]
struct Caller {
    name: String,
    scopes: AdminScopes,
}

/// Lets a request with a good token through.
pub(super) async fn require(State(admin): State<Arc<Admin>>, mut request: Request, next: Next) -> Response {
    match caller(&admin, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

async fn caller(admin: &Admin, headers: &HeaderMap) -> Result<Caller, AdminError> {
    let token = bearer(headers).map(Plain::new).ok_or(AdminError::NoToken)?;
    if admin.token.matches(&token) {
        return Ok(Caller { name: OPERATOR.to_owned(), scopes: AdminScopes::everything() });
    }
    let found = admin.management.token(&token).await?.ok_or(AdminError::WrongToken)?;
    Ok(Caller { name: found.id.to_string(), scopes: found.scopes })
}

/// The broker's management behind its guard: a handler gets at it by saying what its operation takes.
pub(super) struct Access {
    admin: Arc<Admin>,
    caller: Caller,
}

/// What an operation works with, once it may.
pub(super) struct Admitted<'a> {
    /// Tenants, connections, clients and users.
    pub management: &'a Management,
    /// The OpenID Provider.
    pub provider: &'a Provider,
    /// The signing keys.
    pub keys: &'a KeyRing,
    /// The present.
    pub now: Timestamp,
    /// Who asks, for audit events.
    pub actor: &'a str,
    /// What they may do.
    pub scopes: &'a AdminScopes,
}

impl Access {
    /// What an operation that takes `scope` works with.
    pub fn to(&self, scope: AdminScope) -> Result<Admitted<'_>, AdminError> {
        if !self.caller.scopes.allow(scope) {
            return Err(AdminError::Scope(scope));
        }
        Ok(Admitted {
            management: &self.admin.management,
            provider: &self.admin.provider,
            keys: &self.admin.keys,
            now: self.admin.clock.now(),
            actor: &self.caller.name,
            scopes: &self.caller.scopes,
        })
    }
}

impl FromRequestParts<Arc<Admin>> for Access {
    type Rejection = AdminError;

    async fn from_request_parts(parts: &mut Parts, admin: &Arc<Admin>) -> Result<Self, AdminError> {
        let caller = parts.extensions.get::<Caller>().cloned().ok_or(AdminError::NoToken)?;
        Ok(Self { admin: Arc::clone(admin), caller })
    }
}
