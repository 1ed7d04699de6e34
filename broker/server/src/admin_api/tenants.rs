//! `/tenants`: the customer organisations.

use std::sync::Arc;

use doorward_domain::AdminScope;
use doorward_service::management::views::{Page, TenantView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Asked, Named, PageQuery, answer, versioned};
use super::openapi::{BadQuery, NotFound};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read))
}

/// All tenants, by company code
#[utoipa::path(get, path = "/tenants", tag = "tenants", params(PageQuery),
    responses((status = 200, body = Page<TenantView>), (status = 400, response = BadQuery)),
    security(("admin" = ["tenants:read"])))]
async fn list(access: Access, query: Asked<PageQuery>) -> Answer {
    let admin = access.to(AdminScope::TenantsRead)?;
    answer(admin.management.tenants(&query?.0.into()).await?)
}

/// One tenant
#[utoipa::path(get, path = "/tenants/{slug}", tag = "tenants", params(("slug" = String, Path)),
    responses((status = 200, body = TenantView, headers(("ETag" = String))), (status = 404, response = NotFound)),
    security(("admin" = ["tenants:read"])))]
async fn read(access: Access, slug: Named<String>) -> Answer {
    let admin = access.to(AdminScope::TenantsRead)?;
    let (view, version) = admin.management.tenant(&slug?.0).await?;
    versioned(version, view)
}
