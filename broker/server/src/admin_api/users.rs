//! `/tenants/{slug}/users`: the people of a tenant.

use std::sync::Arc;

use doorward_domain::AdminScope;
use doorward_service::management::views::{Page, UserView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Asked, Named, PageQuery, answer};
use super::openapi::{BadQuery, NotFound};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read))
}

/// A tenant's users, the oldest first
#[utoipa::path(get, path = "/tenants/{slug}/users", tag = "users", params(("slug" = String, Path), PageQuery),
    responses((status = 200, body = Page<UserView>), (status = 400, response = BadQuery),
        (status = 404, response = NotFound)),
    security(("admin" = ["users:read"])))]
async fn list(access: Access, slug: Named<String>, query: Asked<PageQuery>) -> Answer {
    let admin = access.to(AdminScope::UsersRead)?;
    answer(admin.management.users(&slug?.0, &query?.0.into()).await?)
}

/// One user
#[utoipa::path(get, path = "/tenants/{slug}/users/{user_id}", tag = "users",
    params(("slug" = String, Path), ("user_id" = String, Path)),
    responses((status = 200, body = UserView), (status = 404, response = NotFound)),
    security(("admin" = ["users:read"])))]
async fn read(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::UsersRead)?;
    let (slug, id) = place?.0;
    answer(admin.management.user(&slug, &id).await?)
}
