//! The discovery documents: fields and order as Microsoft has them, absences
//! included.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::Entra;
use super::error::Refusal;
use super::switch::EntraSwitch;
use super::tenant::Authority;
use crate::common::guid;
use crate::common::log::Endpoint;
use crate::common::scope::At;

/// The document of the v2.0 endpoint.
#[derive(Serialize)]
struct Metadata {
    token_endpoint: String,
    token_endpoint_auth_methods_supported: [&'static str; 3],
    jwks_uri: String,
    response_modes_supported: [&'static str; 3],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
    response_types_supported: [&'static str; 4],
    scopes_supported: [&'static str; 4],
    issuer: String,
    request_uri_parameter_supported: bool,
    userinfo_endpoint: String,
    authorization_endpoint: String,
    device_authorization_endpoint: String,
    http_logout_supported: bool,
    frontchannel_logout_supported: bool,
    end_session_endpoint: String,
    claims_supported: [&'static str; 19],
    kerberos_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_client_certificate_bound_access_tokens: Option<bool>,
    tenant_region_scope: Option<&'static str>,
    cloud_instance_name: &'static str,
    cloud_graph_host_name: &'static str,
    msgraph_host: &'static str,
    rbac_url: &'static str,
}

/// The document of the v1.0 endpoint, which people paste by mistake.
#[derive(Serialize)]
struct MetadataV1 {
    authorization_endpoint: String,
    token_endpoint: String,
    token_endpoint_auth_methods_supported: [&'static str; 3],
    jwks_uri: String,
    response_modes_supported: [&'static str; 3],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
    http_logout_supported: bool,
    frontchannel_logout_supported: bool,
    end_session_endpoint: String,
    response_types_supported: [&'static str; 5],
    scopes_supported: [&'static str; 1],
    issuer: String,
    microsoft_multi_refresh_token: bool,
    check_session_iframe: String,
    tenant_region_scope: Option<&'static str>,
}

const CLIENT_AUTHENTICATION: [&str; 3] = ["client_secret_post", "private_key_jwt", "client_secret_basic"];
const RESPONSE_MODES: [&str; 3] = ["query", "fragment", "form_post"];
const CLAIMS: [&str; 19] = [
    "sub",
    "iss",
    "cloud_instance_name",
    "cloud_instance_host_name",
    "cloud_graph_host_name",
    "msgraph_host",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "nonce",
    "preferred_username",
    "name",
    "tid",
    "ver",
    "at_hash",
    "c_hash",
    "email",
];

#[derive(Deserialize)]
pub(super) struct ForApp {
    /// The app whose own keys are meant (1.3).
    pub(super) appid: Option<String>,
}

/// `/{tenant}/v2.0/.well-known/openid-configuration`
pub(super) async fn v2(
    State(entra): State<Entra>,
    Path(tenant): Path<String>,
    Query(ForApp { appid }): Query<ForApp>,
) -> Response {
    let authority = match entra.authority(&tenant, Endpoint::Discovery) {
        Ok(authority) => authority,
        Err(refusal) => return refusal.with_error("invalid_tenant").json(),
    };
    let at = |path: &str| format!("{}/{}/{path}", entra.login_url(), authority.path());
    let of_app = appid.map(|appid| format!("?appid={appid}")).unwrap_or_default();
    let mtls = entra.switches().fires(EntraSwitch::UnverifiedMtlsMetadata, &At::default());
    let document = Metadata {
        token_endpoint: at("oauth2/v2.0/token"),
        token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
        jwks_uri: at("discovery/v2.0/keys") + &of_app,
        response_modes_supported: RESPONSE_MODES,
        subject_types_supported: ["pairwise"],
        id_token_signing_alg_values_supported: ["RS256"],
        response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
        scopes_supported: ["openid", "profile", "email", "offline_access"],
        issuer: entra.metadata_issuer(&authority),
        request_uri_parameter_supported: false,
        userinfo_endpoint: format!("{}/oidc/userinfo", entra.graph_url()),
        authorization_endpoint: at("oauth2/v2.0/authorize"),
        device_authorization_endpoint: at("oauth2/v2.0/devicecode"),
        http_logout_supported: true,
        frontchannel_logout_supported: true,
        end_session_endpoint: at("oauth2/v2.0/logout"),
        claims_supported: CLAIMS,
        kerberos_endpoint: at("kerberos"),
        tls_client_certificate_bound_access_tokens: mtls.then_some(true),
        tenant_region_scope: entra.region(&authority),
        cloud_instance_name: "microsoftonline.com",
        cloud_graph_host_name: "graph.windows.net",
        msgraph_host: "graph.microsoft.com",
        rbac_url: "https://pas.windows.net",
    };
    published(document)
}

/// `/{tenant}/.well-known/openid-configuration`
pub(super) async fn v1(State(entra): State<Entra>, Path(tenant): Path<String>) -> Response {
    let authority = match entra.authority(&tenant, Endpoint::Discovery) {
        Ok(authority) => authority,
        Err(refusal) => return refusal.with_error("invalid_tenant").json(),
    };
    let at = |path: &str| format!("{}/{}/{path}", entra.login_url(), authority.path());
    published(MetadataV1 {
        authorization_endpoint: at("oauth2/authorize"),
        token_endpoint: at("oauth2/token"),
        token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
        jwks_uri: format!("{}/common/discovery/keys", entra.login_url()),
        response_modes_supported: RESPONSE_MODES,
        subject_types_supported: ["pairwise"],
        id_token_signing_alg_values_supported: ["RS256"],
        http_logout_supported: true,
        frontchannel_logout_supported: true,
        end_session_endpoint: at("oauth2/logout"),
        response_types_supported: ["code", "id_token", "code id_token", "token id_token", "token"],
        scopes_supported: ["openid"],
        issuer: format!("https://sts.windows.net/{}/", authority.tenant().unwrap_or("{tenantid}")),
        microsoft_multi_refresh_token: true,
        check_session_iframe: at("oauth2/checksession"),
        tenant_region_scope: entra.region(&authority),
    })
}

impl Entra {
    /// The tenant, or tenants, that a path names: AADSTS90002 when there is none such.
    pub(super) fn authority(&self, segment: &str, endpoint: Endpoint) -> Result<Authority, Refusal> {
        let at = At::issuer(segment).endpoint(endpoint);
        let known = match self.switches().fires(EntraSwitch::TenantMissing, &at) {
            true => None,
            false => self.directory().authority(segment),
        };
        known.ok_or_else(|| self.refusal(90002, &[("tenant", segment)]))
    }

    fn region(&self, authority: &Authority) -> Option<&'static str> {
        authority.tenant().and_then(|id| self.directory().tenant(id).map(|tenant| tenant.region))
    }
}

/// With the headers that Microsoft sends.
pub(super) fn published(document: impl Serialize) -> Response {
    let headers = [
        (header::CACHE_CONTROL, "max-age=86400, private"),
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, OPTIONS"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-ms-ests-server"), "2.1.0 - EMULATOR"),
    ];
    let request_id = [(HeaderName::from_static("x-ms-request-id"), guid::fresh())];
    // Headers after the body's own: the type of the body is theirs to say.
    let mut response = Json(document).into_response();
    for (name, value) in headers {
        response.headers_mut().insert(name, axum::http::HeaderValue::from_static(value));
    }
    (request_id, response).into_response()
}
