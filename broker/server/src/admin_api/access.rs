//! Who may use the admin API, and for what: the operator, whose token lies in a file, for everything, and
//! whoever has a token that was made, within its scopes and its tenant (RFC 6750).

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use doorward_domain::{AdminScope, AdminScopes, Plain, TenantId, Timestamp};
use doorward_service::keys::KeyRing;
use doorward_service::management::Management;
use doorward_service::management::own::Behalf;
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
    /// The tenant that the token is for, if it is for one alone.
    tenant: Option<TenantId>,
}

/// What lies under here is about one tenant.
const OF_A_TENANT: &str = "/admin/v1/tenants/{slug}";

/// Lets a request with a good token through, to where the token is for.
pub(super) async fn require(State(admin): State<Arc<Admin>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match admit(&admin, &mut parts).await {
        Ok(caller) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(error) => error.into_response(),
    }
}

/// Who asks. A token for one tenant opens what lies under that tenant, or under a part of it, and nothing
/// else: that is decided by the route, so that no operation has to think of it (AD-01).
async fn admit(admin: &Admin, parts: &mut Parts) -> Result<Caller, AdminError> {
    let caller = caller(admin, &parts.headers).await?;
    if let Some(tenant) = caller.tenant {
        let slug = slug_in(parts).await.ok_or(AdminError::OtherTenant)?;
        if !admin.management.administers(tenant, &slug).await? {
            return Err(AdminError::OtherTenant);
        }
    }
    Ok(caller)
}

/// The company code in the path of a route that is about one tenant.
async fn slug_in(parts: &mut Parts) -> Option<String> {
    let route = parts.extensions.get::<MatchedPath>()?.as_str().strip_prefix(OF_A_TENANT)?;
    if !route.is_empty() && !route.starts_with('/') {
        return None;
    }
    let params = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    params.iter().find(|(name, _)| *name == "slug").map(|(_, slug)| slug.to_owned())
}

async fn caller(admin: &Admin, headers: &HeaderMap) -> Result<Caller, AdminError> {
    let token = bearer(headers).map(Plain::new).ok_or(AdminError::NoToken)?;
    if admin.token.matches(&token) {
        return Ok(Caller { name: OPERATOR.to_owned(), scopes: AdminScopes::everything(), tenant: None });
    }
    let found = admin.management.token(&token).await?.ok_or(AdminError::WrongToken)?;
    Ok(Caller { name: found.id.to_string(), scopes: found.scopes, tenant: found.tenant })
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
    /// On whose behalf.
    pub behalf: Behalf,
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
            behalf: if self.caller.tenant.is_some() { Behalf::Tenant } else { Behalf::Operator },
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
