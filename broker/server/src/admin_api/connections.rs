//! `/tenants/{slug}/connections`: a tenant's links to identity providers.

use std::sync::Arc;

use doorward_domain::AdminScope;
use doorward_service::management::credentials::{ConnectionCheck, Expiry};
use doorward_service::management::mapping_preview::{MappingChange, MappingPreview};
use doorward_service::management::views::{ConnectionView, Page};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Asked, Named, PageQuery, Sent, answer, versioned};
use super::openapi::{BadBody, BadQuery, NotFound};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read))
        .routes(routes!(check))
        .routes(routes!(rotate_key))
        .routes(routes!(preview_mapping))
        .routes(routes!(expiries))
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
    responses((status = 200, body = ConnectionView, headers(("ETag" = String))), (status = 404, response = NotFound)),
    security(("admin" = ["connections:read"])))]
async fn read(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::ConnectionsRead)?;
    let (slug, name) = place?.0;
    let (view, version) = admin.management.connection(&slug, &name).await?;
    versioned(version, view)
}

/// Look at what can be known before anybody signs in: what the provider publishes, whether it knows our
/// credentials and, as a guess, our redirect URI
#[utoipa::path(post, path = "/tenants/{slug}/connections/{name}/check", tag = "connections",
    params(("slug" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = ConnectionCheck), (status = 404, response = NotFound)),
    security(("admin" = ["connections:write"])))]
async fn check(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::ConnectionsWrite)?;
    let (slug, name) = place?.0;
    answer(admin.management.check_connection(&slug, &name).await?)
}

/// Make a new key pair for a connection that authenticates with one; the old one stays beside it
#[utoipa::path(post, path = "/tenants/{slug}/connections/{name}/keys", tag = "connections",
    params(("slug" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = ConnectionView, headers(("ETag" = String))), (status = 404, response = NotFound)),
    security(("admin" = ["connections:write"])))]
async fn rotate_key(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::ConnectionsWrite)?;
    let (slug, name) = place?.0;
    admin.management.rotate_connection_key(&slug, &name, admin.actor).await?;
    let (view, version) = admin.management.connection(&slug, &name).await?;
    versioned(version, view)
}

/// Who would gain and who would lose by another mapping, of all who have signed in; nothing is written
#[utoipa::path(post, path = "/tenants/{slug}/connections/{name}/mapping/preview", tag = "connections",
    params(("slug" = String, Path), ("name" = String, Path), PageQuery), request_body = MappingChange,
    responses((status = 200, body = MappingPreview), (status = 400, response = BadQuery),
        (status = 404, response = NotFound), (status = 422, response = BadBody)),
    security(("admin" = ["users:read"])))]
async fn preview_mapping(
    access: Access,
    place: Named<(String, String)>,
    query: Asked<PageQuery>,
    sent: Sent,
) -> Answer {
    let admin = access.to(AdminScope::UsersRead)?;
    let (slug, name) = place?.0;
    let change: MappingChange = sent.json()?;
    answer(admin.management.preview_mapping(&slug, &name, &change, &query?.0.into()).await?)
}

/// Which credentials run out when, and which proofs of domains lapse, of all tenants
#[utoipa::path(get, path = "/connections/expiries", tag = "connections",
    responses((status = 200, body = Page<Expiry>)),
    security(("admin" = ["connections:read"])))]
async fn expiries(access: Access) -> Answer {
    let admin = access.to(AdminScope::ConnectionsRead)?;
    answer(admin.management.expiries().await?)
}
