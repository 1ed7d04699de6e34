//! `/keys`: our own key pairs.

use std::sync::Arc;

use doorward_domain::{AdminScope, KeyAlgorithm, KeyId};
use doorward_service::management::views::{KeyView, Page};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Sent, answer};
use super::openapi::{BadBody, NotReady};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(rotate))
}

/// Our key pairs, the oldest first
#[utoipa::path(get, path = "/keys", tag = "keys",
    responses((status = 200, body = Page<KeyView>)),
    security(("admin" = ["keys:read"])))]
async fn list(access: Access) -> Answer {
    answer(access.to(AdminScope::KeysRead)?.management.own_keys().await?)
}

/// Which key is replaced.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyRotation {
    /// What it is for.
    #[schema(value_type = String)]
    algorithm: KeyAlgorithm,
}

/// The key that comes next.
#[derive(Serialize, ToSchema)]
struct Successor {
    /// Its `kid`.
    #[schema(value_type = String)]
    id: KeyId,
    /// What it will be for.
    #[schema(value_type = String)]
    algorithm: KeyAlgorithm,
}

/// Publish the successor of a key, which comes into use once everybody can know it
#[utoipa::path(post, path = "/keys/rotate", tag = "keys", request_body = KeyRotation,
    responses((status = 200, body = Successor), (status = 409, response = NotReady),
        (status = 422, response = BadBody)),
    security(("admin" = ["keys:write"])))]
async fn rotate(access: Access, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::KeysWrite)?;
    let KeyRotation { algorithm } = sent.json()?;
    let id = admin.keys.rotate(algorithm, admin.actor).await?;
    answer(Successor { id, algorithm })
}
