//! The admin API: tenants, connections, clients, users and keys as JSON, for the command line and for
//! scripts, under `/admin/v1` and behind a bearer token. [`openapi`] describes it.
//!
//! One file for each noun. Nothing here decides: a handler says which scope it takes ([`access`]), makes one
//! call to [`Management`], and renders; [`problem`] is the table of what goes wrong. A secret comes out in the
//! answer to the request that made it, and never again.

mod access;
mod audit;
mod clients;
mod connection_tests;
mod connections;
mod documents;
mod domains;
mod exchange;
mod identities;
mod keys;
mod openapi;
mod passkeys;
mod problem;
mod registration_tokens;
mod resources;
mod rollout;
mod sign_out;
mod tenants;
mod tokens;
mod traces;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use doorward_domain::{Clock, SecretHash};
use doorward_service::keys::KeyRing;
use doorward_service::management::Management;
use doorward_service::provider::Provider;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use problem::AdminError;

/// Documents are larger than forms.
const LARGEST_BODY: usize = 1024 * 1024;

struct Admin {
    management: Arc<Management>,
    provider: Arc<Provider>,
    keys: Arc<KeyRing>,
    clock: Arc<dyn Clock>,
    /// The hash of the operator's token.
    token: SecretHash,
}

/// The routes of the admin API. `token` is the hash of the operator's token, which opens all of them.
pub fn router(app: &App, token: SecretHash) -> Router {
    let (management, provider) = (Arc::clone(&app.management), Arc::clone(&app.provider));
    let (keys, clock) = (Arc::clone(&app.keys), Arc::clone(&app.clock));
    let admin = Arc::new(Admin { management, provider, keys, clock, token });
    let (routes, _) = operations().split_for_parts();
    let guarded = routes
        .fallback(async || AdminError::NoSuchPath)
        .method_not_allowed_fallback(async || AdminError::NoSuchMethod)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Arc::clone(&admin), access::require));
    api(guarded.into()).with_state(admin).split_for_parts().0
}

/// What is behind the guard: a file for each noun.
fn operations() -> OpenApiRouter<Arc<Admin>> {
    let nouns = OpenApiRouter::new()
        .merge(tenants::routes())
        .merge(domains::routes())
        .merge(connections::routes())
        .merge(connection_tests::routes())
        .merge(rollout::routes())
        .merge(clients::routes())
        .merge(users::routes())
        .merge(identities::routes())
        .merge(passkeys::routes())
        .merge(keys::routes())
        .merge(documents::routes())
        .merge(tokens::routes())
        .merge(registration_tokens::routes())
        .merge(resources::routes())
        .merge(audit::routes())
        .merge(traces::routes())
        .merge(sign_out::routes());
    OpenApiRouter::new().nest("/v1", nouns)
}

/// The whole API, with what nobody needs a token for.
fn api(guarded: OpenApiRouter<Arc<Admin>>) -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::with_openapi(openapi::frame()).routes(routes!(openapi::read)).nest("/admin", guarded)
}

#[cfg(test)]
mod tests;
