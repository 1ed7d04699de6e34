//! `/tenants/{slug}/users/{user_id}/passkeys`: what people sign in with here, without what is in it.

use std::sync::Arc;

use doorward_domain::AdminScope;
use doorward_service::management::passkeys::{PasskeyView, WhichPasskey};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Named, Sent, answer};
use super::openapi::{BadBody, NotFound};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(remove))
}

/// A user's passkeys
#[utoipa::path(get, path = "/tenants/{slug}/users/{user_id}/passkeys", tag = "users",
    params(("slug" = String, Path), ("user_id" = String, Path)),
    responses((status = 200, body = Vec<PasskeyView>), (status = 404, response = NotFound)),
    security(("admin" = ["users:read"])))]
async fn list(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::UsersRead)?;
    let (slug, name) = place?.0;
    answer(admin.management.passkeys(&slug, &name).await?)
}

/// Take a passkey from a user, who is signed out everywhere and told by mail
#[utoipa::path(post, path = "/tenants/{slug}/users/{user_id}/passkeys/remove", tag = "users",
    params(("slug" = String, Path), ("user_id" = String, Path)), request_body = WhichPasskey,
    responses((status = 200, body = Vec<PasskeyView>), (status = 404, response = NotFound),
        (status = 422, response = BadBody)),
    security(("admin" = ["users:write"])))]
async fn remove(access: Access, place: Named<(String, String)>, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::UsersWrite)?;
    let (slug, name) = place?.0;
    let which: WhichPasskey = sent.json()?;
    answer(admin.management.remove_passkey(&slug, &name, &which, admin.actor).await?)
}
