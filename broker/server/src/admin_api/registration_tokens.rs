//! `/registration-tokens`: what clients register themselves with (RFC 7591 section 3).

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use doorward_domain::AdminScope;
use doorward_service::management::registration::{NewRegistrationToken, RegistrationTokenView};
use doorward_service::management::views::Page;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Asked, Named, PageQuery, Sent, answer};
use super::openapi::{BadBody, BadQuery, NotFound};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// A new initial access token, and its text, which nobody is told again.
#[derive(Serialize, ToSchema)]
struct RegistrationTokenWithText {
    #[serde(flatten)]
    view: RegistrationTokenView,
    /// What a client sends as the bearer token when it registers.
    token: String,
}

/// The initial access tokens, the oldest first
#[utoipa::path(get, path = "/registration-tokens", tag = "registration tokens", params(PageQuery),
    responses((status = 200, body = Page<RegistrationTokenView>), (status = 400, response = BadQuery)),
    security(("admin" = ["registration-tokens:read"])))]
async fn list(access: Access, query: Asked<PageQuery>) -> Answer {
    let admin = access.to(AdminScope::RegistrationTokensRead)?;
    answer(admin.management.registration_tokens(&query?.0.into()).await?)
}

/// Make an initial access token
#[utoipa::path(post, path = "/registration-tokens", tag = "registration tokens",
    request_body = NewRegistrationToken,
    responses((status = 201, body = RegistrationTokenWithText), (status = 422, response = BadBody)),
    security(("admin" = ["registration-tokens:write"])))]
async fn create(access: Access, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::RegistrationTokensWrite)?;
    let (view, text) = admin.management.create_registration_token(sent.json()?, admin.actor).await?;
    let mut response = answer(RegistrationTokenWithText { view, token: text.expose().to_owned() })?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// Revoke an initial access token; what was registered with it stays
#[utoipa::path(delete, path = "/registration-tokens/{token_id}", tag = "registration tokens",
    params(("token_id" = String, Path)),
    responses((status = 204, description = "It opens nothing any more."), (status = 404, response = NotFound)),
    security(("admin" = ["registration-tokens:write"])))]
async fn revoke(access: Access, id: Named<String>) -> Answer {
    let admin = access.to(AdminScope::RegistrationTokensWrite)?;
    admin.management.revoke_registration_token(&id?.0, admin.actor).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
