//! `/tenants/{slug}/connections`: a tenant's links to identity providers.

use std::sync::Arc;

use doorward_domain::AdminScope;
use doorward_service::management::views::{ConnectionView, Page};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Named, answer};
use super::openapi::NotFound;

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read))
}

/// A tenant's connections, the oldest first
#[utoipa::path(get, path = "/tenants/{slug}/connections", tag = "connections", params(("slug" = String, Path)),
    responses((status = 200, body = Page<ConnectionView>), (status = 404, response = NotFound)),
    security(("admin" = ["connections:read"])))]
async fn list(access: Access, slug: Named<String>) -> Answer {
    let admin = access.to(AdminScope::ConnectionsRead)?;
    answer(admin.management.connections(&slug?.0).await?)
}

/// One connection, with the redirect URI to register at the provider
#[utoipa::path(get, path = "/tenants/{slug}/connections/{name}", tag = "connections",
    params(("slug" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = ConnectionView), (status = 404, response = NotFound)),
    security(("admin" = ["connections:read"])))]
async fn read(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::ConnectionsRead)?;
    let (slug, name) = place?.0;
    answer(admin.management.connection(&slug, &name).await?)
}
