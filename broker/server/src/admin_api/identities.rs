//! `/tenants/{slug}/connections/{name}/identities` and `/tenants/{slug}/users/{user_id}/identities`: who people
//! are at providers.

use std::sync::Arc;

use doorward_domain::AdminScope;
use doorward_service::management::identities::{IdentityList, IdentityView, Loaded, WhichIdentity};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Named, Sent, answer};
use super::openapi::{BadBody, NotFound};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new().routes(routes!(load)).routes(routes!(list)).routes(routes!(unlink))
}

/// Load a list that says whose account a subject is; all of it is written, or nothing
#[utoipa::path(post, path = "/tenants/{slug}/connections/{name}/identities", tag = "identities",
    params(("slug" = String, Path), ("name" = String, Path)), request_body = IdentityList,
    responses((status = 200, body = Loaded), (status = 404, response = NotFound),
        (status = 422, response = BadBody)),
    security(("admin" = ["users:write"])))]
async fn load(access: Access, place: Named<(String, String)>, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::UsersWrite)?;
    let (slug, name) = place?.0;
    let list: IdentityList = sent.json()?;
    answer(admin.management.load_identities(&slug, &name, &list, admin.actor).await?)
}

/// A user's identities
#[utoipa::path(get, path = "/tenants/{slug}/users/{user_id}/identities", tag = "identities",
    params(("slug" = String, Path), ("user_id" = String, Path)),
    responses((status = 200, body = Vec<IdentityView>), (status = 404, response = NotFound)),
    security(("admin" = ["users:read"])))]
async fn list(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::UsersRead)?;
    let (slug, name) = place?.0;
    answer(admin.management.identities(&slug, &name).await?)
}

/// Take an identity from a user, who is signed out everywhere
#[utoipa::path(post, path = "/tenants/{slug}/users/{user_id}/identities/unlink", tag = "identities",
    params(("slug" = String, Path), ("user_id" = String, Path)), request_body = WhichIdentity,
    responses((status = 200, body = Vec<IdentityView>), (status = 404, response = NotFound),
        (status = 422, response = BadBody)),
    security(("admin" = ["users:write"])))]
async fn unlink(access: Access, place: Named<(String, String)>, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::UsersWrite)?;
    let (slug, name) = place?.0;
    let which: WhichIdentity = sent.json()?;
    answer(admin.management.unlink(&slug, &name, &which, admin.actor).await?)
}
