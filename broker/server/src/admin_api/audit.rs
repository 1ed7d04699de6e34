//! `/audit` and `/tenants/{slug}/audit`: who did what to whom, and whether the log of it is whole.

use std::sync::Arc;

use doorward_domain::checkpoint::Head;
use doorward_domain::{AdminScope, Timestamp};
use doorward_service::management::audit::{EventView, VerificationView, WhichEvents};
use doorward_service::management::views::Page;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Asked, Named, answer, part};
use super::openapi::{BadQuery, NotFound};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new().routes(routes!(of_tenant)).routes(routes!(of_all)).routes(routes!(verify))
}

/// Which events are asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventQuery {
    /// None that happened before; left out for all.
    #[param(value_type = Option<i64>)]
    since: Option<Timestamp>,
    /// What the page before ended with (`next`); left out for the first page.
    after: Option<String>,
    /// The most to give: 500, or less.
    limit: Option<usize>,
}

impl From<EventQuery> for WhichEvents {
    fn from(query: EventQuery) -> Self {
        Self { since: query.since, part: part(query.after, query.limit) }
    }
}

/// A tenant's audit log, in the order in which it happened
#[utoipa::path(get, path = "/tenants/{slug}/audit", tag = "audit",
    params(("slug" = String, Path), EventQuery),
    responses((status = 200, body = Page<EventView>), (status = 400, response = BadQuery),
        (status = 404, response = NotFound)),
    security(("admin" = ["audit:read"])))]
async fn of_tenant(access: Access, slug: Named<String>, query: Asked<EventQuery>) -> Answer {
    let admin = access.to(AdminScope::AuditRead)?;
    answer(admin.management.audit_events(&slug?.0, &query?.0.into()).await?)
}

/// The audit log of all tenants and of the broker itself, in the order in which it happened
#[utoipa::path(get, path = "/audit", tag = "audit", params(EventQuery),
    responses((status = 200, body = Page<EventView>), (status = 400, response = BadQuery)),
    security(("admin" = ["audit:read"])))]
async fn of_all(access: Access, query: Asked<EventQuery>) -> Answer {
    let admin = access.to(AdminScope::AuditRead)?;
    answer(admin.management.all_audit_events(&query?.0.into()).await?)
}

/// What the audit log is compared with.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct VerificationQuery {
    /// A head of the chain that was kept elsewhere, such as the last that the broker's log tells of: a number, a
    /// colon and a hash.
    #[param(value_type = Option<String>)]
    head: Option<Head>,
    /// The number of the checkpoint to begin with; left out for the first.
    from: Option<u64>,
}

/// Compare the audit log with its signed checkpoints, and name what was changed
#[utoipa::path(get, path = "/audit/verification", tag = "audit", params(VerificationQuery),
    responses((status = 200, body = VerificationView), (status = 400, response = BadQuery)),
    security(("admin" = ["audit:read"])))]
async fn verify(access: Access, query: Asked<VerificationQuery>) -> Answer {
    let admin = access.to(AdminScope::AuditRead)?;
    let VerificationQuery { head, from } = query?.0;
    answer(admin.management.verify_audit(head, from.unwrap_or(1)).await?)
}
