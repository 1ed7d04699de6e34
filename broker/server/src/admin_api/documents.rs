//! `/plan`, `/apply`, `/export`, `/backup`: everything at once.

use std::sync::Arc;

use doorward_domain::AdminScope;
use doorward_service::management::backup::BackedUp;
use doorward_service::management::own::OwnError;
use doorward_service::management::plan::Problem as Wrong;
use doorward_service::management::views::Page;
use doorward_service::management::{Document, Plan, PlanError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::exchange::{Answer, Asked, Named, PageQuery, Sent, answer};
use super::openapi::{BadBody, BadQuery, NotFound};
use super::problem::FieldProblem;
use super::{Admin, AdminError};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new()
        .routes(routes!(plan))
        .routes(routes!(apply))
        .routes(routes!(export))
        .routes(routes!(backup))
        .routes(routes!(plan_own))
        .routes(routes!(apply_own))
        .routes(routes!(export_own))
}

/// What applying a document would change
#[utoipa::path(post, path = "/plan", tag = "documents", request_body = Document,
    responses((status = 200, body = Plan), (status = 422, response = BadBody)),
    security(("admin" = ["documents:read"])))]
async fn plan(access: Access, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::DocumentsRead)?;
    let document: Document = sent.json()?;
    let plan = admin.management.plan(&document, admin.actor).await;
    answer(plan.map_err(|error| refused(error, &document))?)
}

/// Make true what a document says, all of it or nothing
#[utoipa::path(post, path = "/apply", tag = "documents", request_body = Document,
    responses((status = 200, body = Plan), (status = 422, response = BadBody)),
    security(("admin" = ["documents:write"])))]
async fn apply(access: Access, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::DocumentsWrite)?;
    let document: Document = sent.json()?;
    let done = admin.management.apply(&document, admin.actor).await;
    answer(done.map_err(|error| refused(error, &document))?)
}

/// Everything that an operator configured, as a document without secrets
#[utoipa::path(get, path = "/export", tag = "documents",
    responses((status = 200, body = Document)),
    security(("admin" = ["documents:read"])))]
async fn export(access: Access) -> Answer {
    answer(access.to(AdminScope::DocumentsRead)?.management.export().await?)
}

/// What applying a document about this tenant alone would change
#[utoipa::path(post, path = "/tenants/{slug}/plan", tag = "documents", params(("slug" = String, Path)),
    request_body = Document,
    responses((status = 200, body = Plan), (status = 404, response = NotFound), (status = 422, response = BadBody)),
    security(("admin" = ["documents:read"])))]
async fn plan_own(access: Access, slug: Named<String>, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::DocumentsRead)?;
    let document: Document = sent.json()?;
    let plan = admin.management.plan_own(&slug?.0, document.clone(), (admin.behalf, admin.actor)).await;
    answer(plan.map_err(|error| refused_own(error, &document))?)
}

/// Make true what a document about this tenant alone says
#[utoipa::path(post, path = "/tenants/{slug}/apply", tag = "documents", params(("slug" = String, Path)),
    request_body = Document,
    responses((status = 200, body = Plan), (status = 404, response = NotFound), (status = 422, response = BadBody)),
    security(("admin" = ["documents:write"])))]
async fn apply_own(access: Access, slug: Named<String>, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::DocumentsWrite)?;
    let document: Document = sent.json()?;
    let done = admin.management.apply_own(&slug?.0, document.clone(), (admin.behalf, admin.actor)).await;
    answer(done.map_err(|error| refused_own(error, &document))?)
}

/// Everything that is configured of this tenant, as a document without secrets
#[utoipa::path(get, path = "/tenants/{slug}/export", tag = "documents", params(("slug" = String, Path)),
    responses((status = 200, body = Document), (status = 404, response = NotFound)),
    security(("admin" = ["documents:read"])))]
async fn export_own(access: Access, slug: Named<String>) -> Answer {
    answer(access.to(AdminScope::DocumentsRead)?.management.export_own(&slug?.0).await?)
}

fn refused_own(error: OwnError, document: &Document) -> AdminError {
    match error {
        OwnError::View(error) => error.into(),
        OwnError::Plan(error) => refused(error, document),
    }
}

/// A part of everything that a backup holds
#[utoipa::path(get, path = "/backup", tag = "documents", params(PageQuery),
    responses((status = 200, body = Page<BackedUp>), (status = 400, response = BadQuery)),
    security(("admin" = ["backups:read"])))]
async fn backup(access: Access, query: Asked<PageQuery>) -> Answer {
    let admin = access.to(AdminScope::BackupsRead)?;
    answer(admin.management.backup(&query?.0.into()).await?)
}

/// What cannot be applied, each problem with its place in the document as it was sent.
fn refused(error: PlanError, document: &Document) -> AdminError {
    let problems = match &error {
        PlanError::Invalid(problems) => problems.iter().map(|wrong| placed(wrong, document)).collect(),
        PlanError::Store(_) => Vec::new(),
    };
    AdminError::Plan(error, problems)
}

fn placed(wrong: &Wrong, document: &Document) -> FieldProblem {
    let clients = document
        .clients
        .iter()
        .enumerate()
        .map(|(at, client)| (format!("client[{}]", client.client_id), format!("/client/{at}")));
    let tenants = document.tenants.iter().enumerate().flat_map(|(at, tenant)| {
        let (name, place) = (format!("tenant[{}]", tenant.slug), format!("/tenant/{at}"));
        let connections = tenant.connections.iter().enumerate().map(|(number, connection)| {
            (format!("{name}.connection[{}]", connection.name), format!("{place}/connection/{number}"))
        });
        // The longer name first: a connection's begins with its tenant's.
        connections.chain([(name.clone(), place.clone())]).collect::<Vec<_>>()
    });
    let place = clients.chain(tenants).find_map(|(name, place)| match wrong.path.strip_prefix(&name)? {
        "" => Some(place),
        rest => rest.strip_prefix('.').map(|field| format!("{place}/{field}")),
    });
    FieldProblem { pointer: place.unwrap_or_default(), detail: wrong.message.clone() }
}
