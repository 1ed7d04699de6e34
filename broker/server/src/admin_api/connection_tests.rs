//! `/tenants/{slug}/connections/{name}/test` and `…/tests`: the whole way of a sign-in, tried.

use std::sync::Arc;

use doorward_domain::AdminScope;
use doorward_service::management::connection_test::TestView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Named, answer};
use super::openapi::NotFound;

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new().routes(routes!(begin)).routes(routes!(read))
}

/// Make a link by which somebody tries the whole way of a sign-in; nothing is created, nobody is signed in
#[utoipa::path(post, path = "/tenants/{slug}/connections/{name}/test", tag = "connections",
    params(("slug" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = TestView), (status = 404, response = NotFound)),
    security(("admin" = ["connections:write"])))]
async fn begin(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::ConnectionsWrite)?;
    let (slug, name) = place?.0;
    answer(admin.management.begin_test(&slug, &name, admin.actor).await?)
}

/// How far a test is, and what it came to
#[utoipa::path(get, path = "/tenants/{slug}/connections/{name}/tests/{id}", tag = "connections",
    params(("slug" = String, Path), ("name" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = TestView), (status = 404, response = NotFound)),
    security(("admin" = ["connections:write"])))]
async fn read(access: Access, place: Named<(String, String, String)>) -> Answer {
    let admin = access.to(AdminScope::ConnectionsWrite)?;
    let (slug, name, id) = place?.0;
    answer(admin.management.test(&slug, &name, &id).await?)
}
