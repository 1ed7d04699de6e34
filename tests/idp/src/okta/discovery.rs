//! The discovery documents: fields and order as Okta has them.

use axum::Json;
use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::keys::ForApp;
use super::place::Place;
use super::server::{CUSTOM_SCOPES, ORG_SCOPES};

/// Both documents, for both kinds of servers.
#[derive(Serialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    userinfo_endpoint: Option<String>,
    registration_endpoint: String,
    jwks_uri: String,
    response_types_supported: Vec<&'static str>,
    response_modes_supported: [&'static str; 4],
    grant_types_supported: Vec<&'static str>,
    subject_types_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token_signing_alg_values_supported: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token_encryption_alg_values_supported: Option<[&'static str; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token_encryption_enc_values_supported: Option<[&'static str; 1]>,
    scopes_supported: Vec<String>,
    token_endpoint_auth_methods_supported: [&'static str; 5],
    #[serde(skip_serializing_if = "Option::is_none")]
    claims_supported: Option<[&'static str; 31]>,
    code_challenge_methods_supported: [&'static str; 1],
    introspection_endpoint: String,
    introspection_endpoint_auth_methods_supported: [&'static str; 5],
    revocation_endpoint: String,
    revocation_endpoint_auth_methods_supported: [&'static str; 5],
    end_session_endpoint: String,
    request_parameter_supported: bool,
    request_object_signing_alg_values_supported: [&'static str; 9],
    device_authorization_endpoint: String,
    pushed_authorization_request_endpoint: String,
}

const METHODS: [&str; 5] =
    ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"];
const CLAIMS: [&str; 31] = [
    "iss",
    "ver",
    "sub",
    "aud",
    "iat",
    "exp",
    "jti",
    "auth_time",
    "amr",
    "idp",
    "nonce",
    "name",
    "nickname",
    "preferred_username",
    "given_name",
    "middle_name",
    "family_name",
    "email",
    "email_verified",
    "profile",
    "zoneinfo",
    "locale",
    "address",
    "phone_number",
    "picture",
    "website",
    "gender",
    "birthdate",
    "updated_at",
    "at_hash",
    "c_hash",
];

/// `/.well-known/openid-configuration`
pub(super) async fn openid(place: Place, Query(app): Query<ForApp>) -> Response {
    published(&place, app, true)
}

/// `/.well-known/oauth-authorization-server`
pub(super) async fn oauth(place: Place, Query(app): Query<ForApp>) -> Response {
    published(&place, app, false)
}

fn published(place: &Place, ForApp { client_id }: ForApp, openid: bool) -> Response {
    let of_app = client_id.map(|client_id| format!("?client_id={client_id}")).unwrap_or_default();
    let mut document = metadata(place, openid);
    document.jwks_uri += &of_app;
    ([(header::CACHE_CONTROL, "max-age=86400, must-revalidate")], Json(document)).into_response()
}

fn metadata(place: &Place, openid: bool) -> Metadata {
    let at = |name: &str| place.endpoint(name);
    let custom = place.server.is_some();
    let host = place.url(super::server::IssuerMode::Dynamic);
    Metadata {
        issuer: place.metadata_issuer(),
        authorization_endpoint: at("authorize"),
        token_endpoint: at("token"),
        userinfo_endpoint: openid.then(|| at("userinfo")),
        registration_endpoint: format!("{host}/oauth2/v1/clients"),
        jwks_uri: at("keys"),
        response_types_supported: response_types(openid),
        response_modes_supported: ["query", "fragment", "form_post", "okta_post_message"],
        grant_types_supported: grant_types(openid),
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: openid.then_some(["RS256"]),
        id_token_encryption_alg_values_supported: (openid && custom).then_some([
            "RSA-OAEP-256",
            "RSA-OAEP-384",
            "RSA-OAEP-512",
        ]),
        id_token_encryption_enc_values_supported: (openid && custom).then_some(["A256GCM"]),
        scopes_supported: place.scopes(),
        token_endpoint_auth_methods_supported: METHODS,
        claims_supported: openid.then_some(CLAIMS),
        code_challenge_methods_supported: ["S256"],
        introspection_endpoint: at("introspect"),
        introspection_endpoint_auth_methods_supported: METHODS,
        revocation_endpoint: at("revoke"),
        revocation_endpoint_auth_methods_supported: METHODS,
        end_session_endpoint: at("logout"),
        request_parameter_supported: true,
        request_object_signing_alg_values_supported: [
            "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512",
        ],
        device_authorization_endpoint: at("device/authorize"),
        pushed_authorization_request_endpoint: at("par"),
    }
}

fn response_types(openid: bool) -> Vec<&'static str> {
    let all =
        ["code", "token", "id_token", "code id_token", "code token", "id_token token", "code id_token token"];
    all.into_iter().filter(|kind| !openid || *kind != "token").collect()
}

fn grant_types(openid: bool) -> Vec<&'static str> {
    let all = [
        "authorization_code",
        "implicit",
        "refresh_token",
        "password",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
    ];
    all.into_iter().filter(|kind| !openid || *kind != "client_credentials").collect()
}

impl Place {
    /// The scopes that this server knows.
    pub(super) fn scopes(&self) -> Vec<String> {
        let own = match &self.server {
            None => ORG_SCOPES.as_slice(),
            Some(_) => CUSTOM_SCOPES.as_slice(),
        };
        let added = self.server.iter().flat_map(|server| server.scopes.iter().cloned());
        own.iter().map(|scope| (*scope).to_owned()).chain(added).collect()
    }
}
