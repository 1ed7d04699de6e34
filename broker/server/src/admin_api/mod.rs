//! The admin API: tenants, connections, clients, users and keys as JSON, for the command line and for
//! scripts, under `/admin` and behind a bearer token.
//!
//! Nothing here decides: a handler extracts, makes one call to [`Management`], and renders. No secret
//! is ever read out.

mod error;
mod sign_out;
mod token;

use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use doorward_domain::{KeyAlgorithm, SecretHash};
use doorward_service::keys::KeyRing;
use doorward_service::management::views::Ask;
use doorward_service::management::{Document, Management};
use serde::{Deserialize, Serialize};
use serde_json::json;

use error::AdminError;

/// Documents are larger than forms.
const LARGEST_BODY: usize = 1024 * 1024;
/// Who did it, in audit events: whoever has the token.
const ACTOR: &str = "operator";

struct Admin {
    management: Arc<Management>,
    keys: Arc<KeyRing>,
    token: SecretHash,
}

type Answer = Result<Response, AdminError>;

/// The routes of the admin API. `token` is the hash of the bearer token that opens them.
pub fn router(management: Arc<Management>, keys: Arc<KeyRing>, token: SecretHash) -> Router {
    let admin = Arc::new(Admin { management, keys, token });
    let routes = Router::new()
        .route("/tenants", get(tenants))
        .route("/tenants/{slug}", get(tenant))
        .route("/tenants/{slug}/connections", get(connections))
        .route("/tenants/{slug}/connections/{name}", get(connection))
        .route("/tenants/{slug}/users", get(users))
        .route("/tenants/{slug}/users/{id}", get(user))
        .route("/clients", get(clients))
        .route("/clients/{id}", get(client))
        .route("/keys", get(keys_list))
        .route("/keys/rotate", post(keys_rotate))
        .route("/plan", post(plan))
        .route("/apply", post(apply))
        .route("/export", get(export))
        .route("/backup", get(backup))
        .merge(sign_out::routes())
        .fallback(async || AdminError::NoSuchPath)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Arc::clone(&admin), token::require))
        .with_state(admin);
    Router::new().nest("/admin", routes)
}

/// Which part of a list is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    after: Option<String>,
    limit: Option<usize>,
}

impl From<PageQuery> for Ask {
    fn from(query: PageQuery) -> Self {
        Self { after: query.after, limit: query.limit.unwrap_or(Self::MOST) }
    }
}

type Part = Result<Query<PageQuery>, QueryRejection>;

async fn tenants(State(admin): State<Arc<Admin>>, part: Part) -> Answer {
    answer(admin.management.tenants(&part?.0.into()).await?)
}

async fn tenant(State(admin): State<Arc<Admin>>, Path(slug): Path<String>) -> Answer {
    answer(admin.management.tenant(&slug).await?)
}

async fn connections(State(admin): State<Arc<Admin>>, Path(slug): Path<String>) -> Answer {
    answer(admin.management.connections(&slug).await?)
}

async fn connection(State(admin): State<Arc<Admin>>, Path((slug, name)): Path<(String, String)>) -> Answer {
    answer(admin.management.connection(&slug, &name).await?)
}

async fn users(State(admin): State<Arc<Admin>>, Path(slug): Path<String>, part: Part) -> Answer {
    answer(admin.management.users(&slug, &part?.0.into()).await?)
}

async fn user(State(admin): State<Arc<Admin>>, Path((slug, id)): Path<(String, String)>) -> Answer {
    answer(admin.management.user(&slug, &id).await?)
}

async fn clients(State(admin): State<Arc<Admin>>, part: Part) -> Answer {
    answer(admin.management.clients(&part?.0.into()).await?)
}

async fn client(State(admin): State<Arc<Admin>>, Path(id): Path<String>) -> Answer {
    answer(admin.management.client(&id).await?)
}

async fn keys_list(State(admin): State<Arc<Admin>>) -> Answer {
    answer(admin.management.own_keys().await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    algorithm: KeyAlgorithm,
}

async fn keys_rotate(State(admin): State<Arc<Admin>>, body: Result<Json<Rotation>, JsonRejection>) -> Answer {
    let Json(Rotation { algorithm }) = body?;
    let key = admin.keys.rotate(algorithm, ACTOR).await?;
    answer(json!({"id": key, "algorithm": algorithm}))
}

async fn plan(State(admin): State<Arc<Admin>>, body: Result<Json<Document>, JsonRejection>) -> Answer {
    answer(admin.management.plan(&body?.0, ACTOR).await?)
}

async fn apply(State(admin): State<Arc<Admin>>, body: Result<Json<Document>, JsonRejection>) -> Answer {
    answer(admin.management.apply(&body?.0, ACTOR).await?)
}

async fn export(State(admin): State<Arc<Admin>>) -> Answer {
    answer(admin.management.export().await?)
}

async fn backup(State(admin): State<Arc<Admin>>, part: Part) -> Answer {
    answer(admin.management.backup(&part?.0.into()).await?)
}

fn answer(body: impl Serialize) -> Answer {
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

#[cfg(test)]
mod tests;
