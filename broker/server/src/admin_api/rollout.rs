//! The way of a connection from draft to required, and the history of tenants and connections.

use std::sync::Arc;

use axum::http::HeaderMap;
use doorward_domain::AdminScope;
use doorward_service::management::history::ChangeView;
use doorward_service::management::rollout::{Moved, Revert, Reverted, StageChange};
use doorward_service::management::views::Page;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Asked, Named, PageQuery, Sent, answer, expected_version, versioned};
use super::openapi::{BadBody, BadQuery, Changed, NoVersion, NotFound, NotReady};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new()
        .routes(routes!(stage))
        .routes(routes!(history))
        .routes(routes!(revert))
        .routes(routes!(tenant_history))
        .routes(routes!(revert_tenant))
}

/// Move a connection to another stage, or tell what that lacks
///
/// `required` takes an owner who has signed in through the connection within a day, and two owners with another
/// way in. All that lacks is told at once; a dry run tells it in `lacking`.
#[utoipa::path(post, path = "/tenants/{slug}/connections/{name}/stage", tag = "connections",
    params(("slug" = String, Path), ("name" = String, Path),
        ("If-Match" = String, Header, description = "the ETag that was read, or `*`")),
    request_body = StageChange,
    responses(
        (status = 200, body = Moved, headers(("ETag" = String))), (status = 404, response = NotFound),
        (status = 409, response = NotReady), (status = 412, response = Changed),
        (status = 422, response = BadBody), (status = 428, response = NoVersion)),
    security(("admin" = ["connections:write"])))]
async fn stage(access: Access, place: Named<(String, String)>, headers: HeaderMap, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::ConnectionsWrite)?;
    let (expected, change) = (expected_version(&headers)?, sent.json::<StageChange>()?);
    let (slug, name) = place?.0;
    let moved = admin.management.move_connection((&slug, &name), &change, expected, admin.actor).await?;
    versioned(moved.1, moved.0)
}

/// What became of a connection, the latest change first
#[utoipa::path(get, path = "/tenants/{slug}/connections/{name}/history", tag = "connections",
    params(("slug" = String, Path), ("name" = String, Path), PageQuery),
    responses((status = 200, body = Page<ChangeView>), (status = 400, response = BadQuery),
        (status = 404, response = NotFound)),
    security(("admin" = ["connections:read"])))]
async fn history(access: Access, place: Named<(String, String)>, query: Asked<PageQuery>) -> Answer {
    let admin = access.to(AdminScope::ConnectionsRead)?;
    let (slug, name) = place?.0;
    answer(admin.management.history(&slug, Some(&name), &query?.0.into()).await?)
}

/// Make a connection what it was before a change
///
/// It goes the way of every change, with the same guard. The secret stays, unless the connection leads to
/// another place then: a new one is given with the request, for no history has it.
#[utoipa::path(post, path = "/tenants/{slug}/connections/{name}/history/{number}/revert", tag = "connections",
    params(("slug" = String, Path), ("name" = String, Path), ("number" = u32, Path),
        ("If-Match" = String, Header, description = "the ETag that was read, or `*`")),
    request_body = Revert,
    responses(
        (status = 200, body = Moved, headers(("ETag" = String))), (status = 404, response = NotFound),
        (status = 409, response = NotReady), (status = 412, response = Changed),
        (status = 422, response = BadBody), (status = 428, response = NoVersion)),
    security(("admin" = ["connections:write"])))]
async fn revert(
    access: Access,
    place: Named<(String, String, u32)>,
    headers: HeaderMap,
    sent: Sent,
) -> Answer {
    let admin = access.to(AdminScope::ConnectionsWrite)?;
    let (expected, revert) = (expected_version(&headers)?, sent.json::<Revert>()?);
    let (slug, name, number) = place?.0;
    let place = (slug.as_str(), name.as_str());
    let done = admin.management.revert_connection(place, number, &revert, expected, admin.actor).await?;
    versioned(done.1, done.0)
}

/// What became of a tenant, its domains and its populations, the latest change first
#[utoipa::path(get, path = "/tenants/{slug}/history", tag = "tenants", params(("slug" = String, Path), PageQuery),
    responses((status = 200, body = Page<ChangeView>), (status = 400, response = BadQuery),
        (status = 404, response = NotFound)),
    security(("admin" = ["tenants:read"])))]
async fn tenant_history(access: Access, slug: Named<String>, query: Asked<PageQuery>) -> Answer {
    let admin = access.to(AdminScope::TenantsRead)?;
    answer(admin.management.history(&slug?.0, None, &query?.0.into()).await?)
}

/// How a tenant's change is undone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TenantRevert {
    /// Whether nothing is done but to tell what would come of it.
    #[serde(default)]
    dry_run: bool,
}

/// Make a tenant what it was before a change
///
/// Its connections and its users stay as they are.
#[utoipa::path(post, path = "/tenants/{slug}/history/{number}/revert", tag = "tenants",
    params(("slug" = String, Path), ("number" = u32, Path),
        ("If-Match" = String, Header, description = "the ETag that was read, or `*`")),
    request_body = TenantRevert,
    responses(
        (status = 200, body = Reverted), (status = 404, response = NotFound), (status = 409, response = NotReady),
        (status = 412, response = Changed), (status = 422, response = BadBody), (status = 428, response = NoVersion)),
    security(("admin" = ["documents:write"])))]
async fn revert_tenant(
    access: Access,
    place: Named<(String, u32)>,
    headers: HeaderMap,
    sent: Sent,
) -> Answer {
    let admin = access.to(AdminScope::DocumentsWrite)?;
    let (expected, TenantRevert { dry_run }) = (expected_version(&headers)?, sent.json()?);
    let (slug, number) = place?.0;
    answer(
        admin
            .management
            .revert_tenant(&slug, (number, dry_run), expected, (admin.behalf, admin.actor))
            .await?,
    )
}
