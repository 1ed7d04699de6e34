//! `/tenants/{slug}/users`: the people of a tenant.

use std::sync::Arc;

use doorward_domain::AdminScope;
use doorward_service::management::users::{NewUser, UserChange};
use doorward_service::management::views::{Page, UserView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Asked, Named, PageQuery, Sent, answer};
use super::openapi::{BadBody, BadQuery, Conflict, NotFound};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(read)).routes(routes!(change))
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

/// Make a user who signs in at doorward itself
#[utoipa::path(post, path = "/tenants/{slug}/users", tag = "users", params(("slug" = String, Path)),
    request_body = NewUser,
    responses((status = 200, body = UserView), (status = 404, response = NotFound),
        (status = 409, response = Conflict), (status = 422, response = BadBody)),
    security(("admin" = ["users:write"])))]
async fn create(access: Access, slug: Named<String>, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::UsersWrite)?;
    answer(admin.management.create_user(&slug?.0, sent.json()?, admin.actor).await?)
}

/// Do something with a user, who is named by identifier, username or address
#[utoipa::path(post, path = "/tenants/{slug}/users/{user_id}/change", tag = "users",
    params(("slug" = String, Path), ("user_id" = String, Path)), request_body = UserChange,
    responses((status = 200, body = UserView), (status = 404, response = NotFound),
        (status = 409, response = Conflict), (status = 422, response = BadBody)),
    security(("admin" = ["users:write"])))]
async fn change(access: Access, place: Named<(String, String)>, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::UsersWrite)?;
    let (slug, name) = place?.0;
    answer(admin.management.change_user(&slug, &name, sent.json()?, admin.actor).await?)
}
