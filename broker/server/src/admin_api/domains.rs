//! `/tenants/{slug}/domains`: the e-mail domains that lead to a tenant, and their proof by DNS.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use doorward_domain::AdminScope;
use doorward_service::management::domains::{DomainCheck, DomainView, NewDomain};
use doorward_service::management::views::Page;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Named, Sent, answer};
use super::openapi::{BadBody, Conflict, NotFound, TooOften};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new().routes(routes!(list, claim)).routes(routes!(check)).routes(routes!(release))
}

/// The domains of a tenant, and those that it has claimed, by name
#[utoipa::path(get, path = "/tenants/{slug}/domains", tag = "domains", params(("slug" = String, Path)),
    responses((status = 200, body = Page<DomainView>), (status = 404, response = NotFound)),
    security(("admin" = ["domains:read"])))]
async fn list(access: Access, slug: Named<String>) -> Answer {
    let admin = access.to(AdminScope::DomainsRead)?;
    answer(admin.management.domains(&slug?.0).await?)
}

/// Claim a domain, and be told the record that proves it
///
/// A claim is good for two weeks. Whoever claims again is told the same record.
#[utoipa::path(post, path = "/tenants/{slug}/domains", tag = "domains", params(("slug" = String, Path)),
    request_body = NewDomain,
    responses((status = 200, body = DomainView), (status = 404, response = NotFound),
        (status = 409, response = Conflict), (status = 422, response = BadBody)),
    security(("admin" = ["domains:write"])))]
async fn claim(access: Access, slug: Named<String>, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::DomainsWrite)?;
    let new: NewDomain = sent.json()?;
    answer(admin.management.claim_domain(&slug?.0, &new, admin.actor).await?)
}

/// Look in DNS whether the record is there; when it is, the domain is the tenant's from then on
#[utoipa::path(post, path = "/tenants/{slug}/domains/{domain}/check", tag = "domains",
    params(("slug" = String, Path), ("domain" = String, Path)),
    responses((status = 200, body = DomainCheck), (status = 404, response = NotFound),
        (status = 409, response = Conflict), (status = 429, response = TooOften)),
    security(("admin" = ["domains:write"])))]
async fn check(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::DomainsWrite)?;
    let (slug, domain) = place?.0;
    answer(admin.management.check_domain(&slug, &domain, (admin.behalf, admin.actor)).await?)
}

/// Give up a claim, or a domain that was proven; its people are led here no more
#[utoipa::path(delete, path = "/tenants/{slug}/domains/{domain}", tag = "domains",
    params(("slug" = String, Path), ("domain" = String, Path)),
    responses((status = 204), (status = 404, response = NotFound), (status = 409, response = Conflict)),
    security(("admin" = ["domains:write"])))]
async fn release(access: Access, place: Named<(String, String)>) -> Answer {
    let admin = access.to(AdminScope::DomainsWrite)?;
    let (slug, domain) = place?.0;
    admin.management.release_domain(&slug, &domain, admin.actor).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
