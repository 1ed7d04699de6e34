//! Signing people out: single sessions, everything of a user, of a connection's people, of a tenant.

use std::sync::Arc;

use doorward_domain::AdminScope;
use doorward_service::management::sign_out::SessionView;
use doorward_service::management::views::{ConnectionView, Page, TenantView, UserView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Asked, Named, PageQuery, answer, versioned};
use super::openapi::{BadQuery, NotFound};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new()
        .routes(routes!(tenant))
        .routes(routes!(connection))
        .routes(routes!(sessions))
        .routes(routes!(session))
        .routes(routes!(sessions_of_user))
        .routes(routes!(user))
}

/// End all sessions and grants of a tenant's people
#[utoipa::path(post, path = "/tenants/{slug}/sign-out", tag = "sessions", params(("slug" = String, Path)),
    responses((status = 200, body = TenantView), (status = 404, response = NotFound)),
    security(("admin" = ["users:write"])))]
async fn tenant(access: Access, slug: Named<String>) -> Answer {
    let admin = access.to(AdminScope::UsersWrite)?;
    answer(admin.management.sign_out_tenant(&slug?.0, admin.actor).await?)
}

/// End all sessions and grants of those who came through a connection
#[utoipa::path(post, path = "/tenants/{slug}/connections/{name}/sign-out", tag = "sessions",
    params(("slug" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = ConnectionView, headers(("ETag" = String))), (status = 404, response = NotFound)),
    security(("admin" = ["users:write"])))]
async fn connection(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::UsersWrite)?;
    let (slug, name) = place?.0;
    let (view, version) = admin.management.sign_out_connection(&slug, &name, admin.actor).await?;
    versioned(version, view)
}

/// The sessions of a tenant's people, the oldest first
#[utoipa::path(get, path = "/tenants/{slug}/sessions", tag = "sessions",
    params(("slug" = String, Path), PageQuery),
    responses((status = 200, body = Page<SessionView>), (status = 400, response = BadQuery),
        (status = 404, response = NotFound)),
    security(("admin" = ["users:read"])))]
async fn sessions(access: Access, slug: Named<String>, query: Asked<PageQuery>) -> Answer {
    let admin = access.to(AdminScope::UsersRead)?;
    answer(admin.management.sessions(&slug?.0, None, &query?.0.into()).await?)
}

/// End a session and all that came from it
#[utoipa::path(post, path = "/tenants/{slug}/sessions/{session_id}/end", tag = "sessions",
    params(("slug" = String, Path), ("session_id" = String, Path)),
    responses((status = 200, body = SessionView), (status = 404, response = NotFound)),
    security(("admin" = ["users:write"])))]
async fn session(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::UsersWrite)?;
    let (slug, id) = place?.0;
    answer(admin.management.end_session(&slug, &id, admin.actor).await?)
}

/// The sessions of a user, the oldest first
#[utoipa::path(get, path = "/tenants/{slug}/users/{user_id}/sessions", tag = "sessions",
    params(("slug" = String, Path), ("user_id" = String, Path), PageQuery),
    responses((status = 200, body = Page<SessionView>), (status = 400, response = BadQuery),
        (status = 404, response = NotFound)),
    security(("admin" = ["users:read"])))]
async fn sessions_of_user(access: Access, place: Named<(String, String)>, query: Asked<PageQuery>) -> Answer {
    let admin = access.to(AdminScope::UsersRead)?;
    let (slug, id) = place?.0;
    answer(admin.management.sessions(&slug, Some(&id), &query?.0.into()).await?)
}

/// End all sessions and grants of a user
#[utoipa::path(post, path = "/tenants/{slug}/users/{user_id}/sign-out", tag = "sessions",
    params(("slug" = String, Path), ("user_id" = String, Path)),
    responses((status = 200, body = UserView), (status = 404, response = NotFound)),
    security(("admin" = ["users:write"])))]
async fn user(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::UsersWrite)?;
    let (slug, id) = place?.0;
    answer(admin.management.sign_out_user(&slug, &id, admin.actor).await?)
}
