//! `/clients`: the downstream apps.

use std::sync::Arc;
use std::time::Duration;

use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::IntoResponse as _;
use doorward_domain::{AdminScope, ClientId, Plain};
use doorward_service::management::clients::{ClientFilter, ClientView, Written};
use doorward_service::management::document::Client;
use doorward_service::management::views::Page;
use doorward_service::provider::preview::{Preview, PreviewRequest};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Admin;
use super::access::Access;
use super::exchange::{Answer, Asked, Named, Sent, answer, expected_version, part, versioned};
use super::openapi::{BadBody, BadQuery, Changed, Exists, NoSecret, NoVersion, NotFound};

pub(super) fn routes() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, update, delete))
        .routes(routes!(rotate_secret))
        .routes(routes!(preview))
}

/// Which clients are asked for, and which part of them.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ClientQuery {
    /// Only those whose `client_id` starts like this.
    prefix: Option<String>,
    /// Only those whose name or `client_id` has this in it.
    search: Option<String>,
    /// Only those that serve the tenant with this company code.
    tenant: Option<String>,
    /// Only those that may act, or that may not.
    enabled: Option<bool>,
    /// What the page before ended with (`next`); left out for the first page.
    after: Option<String>,
    /// The most to give: 500, or less. A page may have fewer and go on all the same.
    limit: Option<usize>,
}

/// A client, and the secret that was made for it, which nobody is told again.
#[derive(Serialize, ToSchema)]
struct ClientWithSecret {
    #[serde(flatten)]
    client: ClientView,
    /// The new secret; absent when none was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

impl From<Written> for ClientWithSecret {
    fn from(written: Written) -> Self {
        let client_secret = written.secret.as_ref().map(Plain::expose).map(str::to_owned);
        Self { client: written.view, client_secret }
    }
}

/// All clients, by `client_id`
#[utoipa::path(get, path = "/clients", tag = "clients", params(ClientQuery),
    responses((status = 200, body = Page<ClientView>), (status = 400, response = BadQuery)),
    security(("admin" = ["clients:read"])))]
async fn list(access: Access, query: Asked<ClientQuery>) -> Answer {
    let admin = access.to(AdminScope::ClientsRead)?;
    let ClientQuery { prefix, search, tenant, enabled, after, limit } = query?.0;
    let filter = ClientFilter { prefix, search, tenant, enabled };
    answer(admin.management.clients(&filter, &part(after, limit)).await?)
}

/// Create a client
///
/// Its secret is made here, if its method needs one and none is given.
#[utoipa::path(post, path = "/clients", tag = "clients", request_body = Client,
    responses(
        (status = 201, body = ClientWithSecret, headers(("ETag" = String), ("Location" = String))),
        (status = 409, response = Exists), (status = 422, response = BadBody)),
    security(("admin" = ["clients:write"])))]
async fn create(access: Access, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::ClientsWrite)?;
    let entry: Client = sent.json()?;
    let id = utf8_percent_encode(entry.client_id.as_str(), NON_ALPHANUMERIC).to_string();
    let written = admin.management.create_client(entry, admin.actor).await?;
    let mut response = versioned(written.version, ClientWithSecret::from(written))?;
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(place) = HeaderValue::try_from(format!("/admin/v1/clients/{id}")) {
        response.headers_mut().insert(LOCATION, place);
    }
    Ok(response)
}

/// One client
#[utoipa::path(get, path = "/clients/{client_id}", tag = "clients", params(("client_id" = String, Path)),
    responses((status = 200, body = ClientView, headers(("ETag" = String))), (status = 404, response = NotFound)),
    security(("admin" = ["clients:read"])))]
async fn read(access: Access, id: Named<String>) -> Answer {
    let admin = access.to(AdminScope::ClientsRead)?;
    let found = admin.management.client(&id?.0).await?;
    versioned(found.version, found.view)
}

/// Change a client by a JSON merge patch (RFC 7396)
///
/// A field that becomes `null` becomes what it is when it is left out. A secret is made if the client's method
/// needs one then and there is none.
#[utoipa::path(patch, path = "/clients/{client_id}", tag = "clients",
    params(("client_id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read, or `*`")),
    request_body(content = Object, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, body = ClientWithSecret, headers(("ETag" = String))),
        (status = 404, response = NotFound), (status = 412, response = Changed),
        (status = 422, response = BadBody), (status = 428, response = NoVersion)),
    security(("admin" = ["clients:write"])))]
async fn update(access: Access, id: Named<String>, headers: HeaderMap, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::ClientsWrite)?;
    let (expected, changes) = (expected_version(&headers)?, sent.merge_patch()?);
    let written = admin.management.update_client(&id?.0, &changes, expected, admin.actor).await?;
    versioned(written.version, ClientWithSecret::from(written))
}

/// Delete a client, and with it everything that it was given
#[utoipa::path(delete, path = "/clients/{client_id}", tag = "clients",
    params(("client_id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read, or `*`")),
    responses(
        (status = 204, description = "It is gone. None of its codes and tokens is good any more."),
        (status = 404, response = NotFound), (status = 412, response = Changed),
        (status = 428, response = NoVersion)),
    security(("admin" = ["clients:write"])))]
async fn delete(access: Access, id: Named<String>, headers: HeaderMap) -> Answer {
    let admin = access.to(AdminScope::ClientsWrite)?;
    admin.management.delete_client(&id?.0, expected_version(&headers)?, admin.actor).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// How a secret is replaced.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rotation {
    /// For how many seconds the secret before stays good beside the new one, 90 days at most.
    overlap: u64,
}

/// Give a client a new secret
///
/// The one before it stays good for `overlap` seconds, what was before that ends at once.
#[utoipa::path(post, path = "/clients/{client_id}/secrets", tag = "clients",
    params(("client_id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read, or `*`")),
    request_body = Rotation,
    responses(
        (status = 200, body = ClientWithSecret, headers(("ETag" = String))),
        (status = 404, response = NotFound), (status = 409, response = NoSecret),
        (status = 412, response = Changed), (status = 422, response = BadBody), (status = 428, response = NoVersion)),
    security(("admin" = ["clients:write"])))]
async fn rotate_secret(access: Access, id: Named<String>, headers: HeaderMap, sent: Sent) -> Answer {
    let admin = access.to(AdminScope::ClientsWrite)?;
    let expected = expected_version(&headers)?;
    let overlap = Duration::from_secs(sent.json::<Rotation>()?.overlap);
    let written = admin.management.rotate_secret(&id?.0, overlap, expected, admin.actor).await?;
    versioned(written.version, ClientWithSecret::from(written))
}

/// Whose tokens are asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PreviewQuery {
    /// The company code of the person's tenant.
    tenant: String,
    /// The person's identifier.
    user: String,
    /// The name of the connection they would come through; the first that leads there when left out.
    connection: Option<String>,
    /// What the client would ask for; as much as it may when left out.
    scope: Option<String>,
    /// The one protected resource that it would ask for, besides userinfo.
    resource: Option<String>,
}

/// What a person's tokens at a client would say
///
/// Nothing is signed and nothing is stored. Identifiers and times are what they would be for a sign-in now.
#[utoipa::path(get, path = "/clients/{client_id}/preview", tag = "clients",
    params(("client_id" = String, Path), PreviewQuery),
    responses((status = 200, body = Preview), (status = 400, response = BadQuery), (status = 404, response = NotFound)),
    security(("admin" = ["clients:read", "users:read"])))]
async fn preview(access: Access, id: Named<String>, query: Asked<PreviewQuery>) -> Answer {
    access.to(AdminScope::ClientsRead)?;
    let admin = access.to(AdminScope::UsersRead)?;
    let PreviewQuery { tenant, user, connection, scope, resource } = query?.0;
    let (client, resources) = (ClientId::new(id?.0), resource.into_iter().collect());
    let asked = PreviewRequest { client, tenant, user, connection, scope, resources };
    answer(admin.provider.preview(&asked, admin.now).await?)
}
