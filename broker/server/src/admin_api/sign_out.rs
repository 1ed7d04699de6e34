//! Signing people out: single sessions, everything of a user or a tenant, and switching users off.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};

use super::{ACTOR, Admin, Answer, Part, answer};

/// The routes; below `/admin` like all others.
pub(super) fn routes() -> Router<Arc<Admin>> {
    Router::new()
        .route("/tenants/{slug}/sign-out", post(tenant))
        .route("/tenants/{slug}/sessions", get(sessions))
        .route("/tenants/{slug}/sessions/{id}/end", post(session))
        .route("/tenants/{slug}/users/{id}/sessions", get(sessions_of_user))
        .route("/tenants/{slug}/users/{id}/sign-out", post(user))
        .route("/tenants/{slug}/users/{id}/disable", post(disable))
        .route("/tenants/{slug}/users/{id}/enable", post(enable))
}

type Named = Path<(String, String)>;

async fn tenant(State(admin): State<Arc<Admin>>, Path(slug): Path<String>) -> Answer {
    answer(admin.management.sign_out_tenant(&slug, ACTOR).await?)
}

async fn sessions(State(admin): State<Arc<Admin>>, Path(slug): Path<String>, part: Part) -> Answer {
    answer(admin.management.sessions(&slug, None, &part?.0.into()).await?)
}

async fn sessions_of_user(State(admin): State<Arc<Admin>>, Path((slug, id)): Named, part: Part) -> Answer {
    answer(admin.management.sessions(&slug, Some(&id), &part?.0.into()).await?)
}

async fn session(State(admin): State<Arc<Admin>>, Path((slug, id)): Named) -> Answer {
    answer(admin.management.end_session(&slug, &id, ACTOR).await?)
}

async fn user(State(admin): State<Arc<Admin>>, Path((slug, id)): Named) -> Answer {
    answer(admin.management.sign_out_user(&slug, &id, ACTOR).await?)
}

async fn disable(State(admin): State<Arc<Admin>>, Path((slug, id)): Named) -> Answer {
    answer(admin.management.disable_user(&slug, &id, ACTOR).await?)
}

async fn enable(State(admin): State<Arc<Admin>>, Path((slug, id)): Named) -> Answer {
    answer(admin.management.enable_user(&slug, &id, ACTOR).await?)
}
