//! `/resources/{resource}`: what the author of a protected resource has to publish (RFC 9728).

use std::sync::Arc;

use doorward_domain::AdminScope;
use doorward_service::management::ResourceView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Named, answer};
use super::openapi::NotFound;

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new().routes(routes!(read))
}

/// What a protected resource publishes, so that clients find their way here
#[utoipa::path(get, path = "/resources/{resource}", tag = "resources", params(("resource" = String, Path)),
    responses((status = 200, body = ResourceView), (status = 404, response = NotFound)),
    security(("admin" = ["clients:read"])))]
async fn read(access: Access, resource: Named<String>) -> Answer {
    let admin = access.to(AdminScope::ClientsRead)?;
    answer(admin.management.resource(&resource?.0).await?)
}
