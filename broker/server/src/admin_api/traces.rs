//! `/traces` and `/tenants/{slug}/traces`: what became of every attempt to sign in.

use std::sync::Arc;

use doorward_domain::AdminScope;
use doorward_service::management::traces::{
    Explained, OpenedTraces, Pasted, TraceList, TraceView, WhichTraces,
};
use doorward_service::trace::OutcomeKind;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Asked, Named, Sent, answer};
use super::openapi::{BadBody, BadQuery, NotFound};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read))
        .routes(routes!(open))
        .routes(routes!(explain))
        .routes(routes!(of_nobody))
        .routes(routes!(any))
}

/// Which sign-ins are asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TraceQuery {
    /// Only those through the connection of this name.
    connection: Option<String>,
    /// Only those that came to this.
    #[param(inline)]
    outcome: Option<OutcomeName>,
    /// The most to give: 500, or less.
    limit: Option<usize>,
}

/// What a sign-in came to.
#[derive(Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum OutcomeName {
    Entered,
    Failed,
    UnderWay,
    NeverCameBack,
}

impl From<TraceQuery> for WhichTraces {
    fn from(query: TraceQuery) -> Self {
        let outcome = query.outcome.map(|outcome| match outcome {
            OutcomeName::Entered => OutcomeKind::Entered,
            OutcomeName::Failed => OutcomeKind::Failed,
            OutcomeName::UnderWay => OutcomeKind::UnderWay,
            OutcomeName::NeverCameBack => OutcomeKind::NeverCameBack,
        });
        Self { connection: query.connection, outcome, limit: query.limit }
    }
}

/// A tenant's sign-ins, the newest first
#[utoipa::path(get, path = "/tenants/{slug}/traces", tag = "traces",
    params(("slug" = String, Path), TraceQuery),
    responses((status = 200, body = TraceList), (status = 400, response = BadQuery),
        (status = 404, response = NotFound)),
    security(("admin" = ["traces:read"])))]
async fn list(access: Access, slug: Named<String>, query: Asked<TraceQuery>) -> Answer {
    let admin = access.to(AdminScope::TracesRead)?;
    answer(admin.management.traces(&slug?.0, &query?.0.into()).await?)
}

/// One sign-in of a tenant's people, by the reference on their error page
#[utoipa::path(get, path = "/tenants/{slug}/traces/{reference}", tag = "traces",
    params(("slug" = String, Path), ("reference" = String, Path)),
    responses((status = 200, body = TraceView), (status = 404, response = NotFound)),
    security(("admin" = ["traces:read"])))]
async fn read(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::TracesRead)?;
    let (slug, reference) = place?.0;
    answer(admin.management.trace(&slug, &reference).await?)
}

/// Keep the claims of new sign-ins through a connection in clear, for a quarter of an hour
#[utoipa::path(post, path = "/tenants/{slug}/connections/{name}/traces/open", tag = "traces",
    params(("slug" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = OpenedTraces), (status = 404, response = NotFound)),
    security(("admin" = ["traces:open"])))]
async fn open(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::TracesOpen)?;
    let (slug, name) = place?.0;
    answer(admin.management.open_traces(&slug, &name, admin.actor).await?)
}

/// What a code or a message means that somebody saw on a page of the provider's
#[utoipa::path(post, path = "/tenants/{slug}/connections/{name}/explain", tag = "traces",
    params(("slug" = String, Path), ("name" = String, Path)), request_body = Pasted,
    responses((status = 200, body = Explained), (status = 404, response = NotFound),
        (status = 422, response = BadBody)),
    security(("admin" = ["traces:read"])))]
async fn explain(access: Access, place: Named<(String, String)>, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::TracesRead)?;
    let (slug, name) = place?.0;
    let pasted: Pasted = sent.json()?;
    answer(admin.management.explain(&slug, &name, &pasted).await?)
}

/// Sign-ins that led to no tenant, the newest first
#[utoipa::path(get, path = "/traces", tag = "traces", params(TraceQuery),
    responses((status = 200, body = TraceList), (status = 400, response = BadQuery)),
    security(("admin" = ["traces:read"])))]
async fn of_nobody(access: Access, query: Asked<TraceQuery>) -> Answer {
    let admin = access.to(AdminScope::TracesRead)?;
    answer(admin.management.traces_of_nobody(&query?.0.into()).await?)
}

/// One sign-in, whoever it was, by the reference on their error page
#[utoipa::path(get, path = "/traces/{reference}", tag = "traces", params(("reference" = String, Path)),
    responses((status = 200, body = TraceView), (status = 404, response = NotFound)),
    security(("admin" = ["traces:read"])))]
async fn any(access: Access, reference: Named<String>) -> Answer {
    let admin = access.to(AdminScope::TracesRead)?;
    answer(admin.management.any_trace(&reference?.0).await?)
}
