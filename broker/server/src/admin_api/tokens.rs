//! `/tokens`: tokens of the admin API itself.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use doorward_domain::AdminScope;
use doorward_service::management::tokens::{NewToken, TokenView};
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

/// A new token, and its text, which nobody is told again.
#[derive(Serialize, ToSchema)]
struct TokenWithText {
    #[serde(flatten)]
    view: TokenView,
    /// What to send as the bearer token.
    token: String,
}

/// The tokens, the oldest first
#[utoipa::path(get, path = "/tokens", tag = "tokens", params(PageQuery),
    responses((status = 200, body = Page<TokenView>), (status = 400, response = BadQuery)),
    security(("admin" = ["tokens:read"])))]
async fn list(access: Access, query: Asked<PageQuery>) -> Answer {
    let admin = access.to(AdminScope::TokensRead)?;
    answer(admin.management.tokens(&query?.0.into()).await?)
}

/// Make a token, which may do nothing that its maker may not do
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, body = TokenWithText), (status = 422, response = BadBody)),
    security(("admin" = ["tokens:write"])))]
async fn create(access: Access, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::TokensWrite)?;
    let (view, text) =
        admin.management.create_token(sent.json::<NewToken>()?, admin.scopes, admin.actor).await?;
    let mut response = answer(TokenWithText { view, token: text.expose().to_owned() })?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// Revoke a token
#[utoipa::path(delete, path = "/tokens/{token_id}", tag = "tokens", params(("token_id" = String, Path)),
    responses((status = 204, description = "It opens nothing any more."), (status = 404, response = NotFound)),
    security(("admin" = ["tokens:write"])))]
async fn revoke(access: Access, id: Named<String>) -> Answer {
    let admin = access.to(AdminScope::TokensWrite)?;
    admin.management.revoke_token(&id?.0, admin.actor).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
