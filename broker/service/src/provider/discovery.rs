//! The discovery document (OIDC Discovery section 3, RFC 8414 section 2).

use doorward_domain::client::Method;
use doorward_domain::{Algorithm, ContentEncryption, GrantType, KeyManagement, scope};
use serde_json::{Map, Value, json};

use super::claims;
use crate::keys::{KeyRing, MacAlgorithm};
use crate::settings::Settings;

/// The paths of our endpoints. Routes and discovery take them from here alone.
pub mod path {
    /// Authorization endpoint.
    pub const AUTHORIZE: &str = "/authorize";
    /// Pushed authorization request endpoint.
    pub const PAR: &str = "/par";
    /// Token endpoint.
    pub const TOKEN: &str = "/token";
    /// Device authorization endpoint.
    pub const DEVICE_AUTHORIZATION: &str = "/device_authorization";
    /// Where people type the code that their device shows.
    pub const DEVICE: &str = "/device";
    /// Userinfo endpoint.
    pub const USERINFO: &str = "/userinfo";
    /// Key set.
    pub const JWKS: &str = "/jwks.json";
    /// Introspection endpoint.
    pub const INTROSPECT: &str = "/introspect";
    /// Revocation endpoint.
    pub const REVOKE: &str = "/revoke";
    /// Registration endpoint.
    pub const REGISTER: &str = "/register";
    /// Logout endpoint.
    pub const END_SESSION: &str = "/end-session";
    /// Metadata of userinfo as a protected resource (RFC 9728 section 3.1).
    pub const USERINFO_METADATA: &str = "/.well-known/oauth-protected-resource/userinfo";
    /// Discovery document of OpenID Connect.
    pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
    /// Discovery document of OAuth.
    pub const OAUTH_SERVER: &str = "/.well-known/oauth-authorization-server";
}

/// What clients may call with their certificate, by its name in the document (RFC 8705 section 5).
pub const WITH_CERTIFICATE: [(&str, &str); 6] = [
    ("token_endpoint", path::TOKEN),
    ("pushed_authorization_request_endpoint", path::PAR),
    ("device_authorization_endpoint", path::DEVICE_AUTHORIZATION),
    ("userinfo_endpoint", path::USERINFO),
    ("introspection_endpoint", path::INTROSPECT),
    ("revocation_endpoint", path::REVOKE),
];

/// Adds the endpoint where clients register themselves (RFC 7591).
#[must_use]
pub fn with_registration(mut document: Value, settings: &Settings) -> Value {
    document["registration_endpoint"] = settings.url(path::REGISTER).into();
    document
}

/// Adds that a client may be the URL of its own metadata (draft-ietf-oauth-client-id-metadata-document).
#[must_use]
pub fn with_client_documents(mut document: Value) -> Value {
    document["client_id_metadata_document_supported"] = true.into();
    document
}

/// Adds what clients with certificates may do (RFC 8705 sections 2.1.1, 2.2.1, 3.3 and 5).
#[must_use]
pub fn with_certificates(mut document: Value, settings: &Settings) -> Value {
    let Some(mutual_tls) = &settings.mutual_tls else { return document };
    let methods = [Method::TlsClientAuth, Method::SelfSignedTlsClientAuth];
    let offered = methods.into_iter().filter(|method| mutual_tls.takes(*method)).map(Method::as_str);
    for endpoint in ["token", "introspection", "revocation"] {
        let listed = document[format!("{endpoint}_endpoint_auth_methods_supported")].as_array_mut();
        listed.into_iter().for_each(|listed| listed.extend(offered.clone().map(Value::from)));
    }
    document["tls_client_certificate_bound_access_tokens"] = true.into();
    let aliases = WITH_CERTIFICATE
        .iter()
        .filter_map(|(name, path)| Some(((*name).to_owned(), settings.url_with_certificate(path)?.into())));
    let aliases: Map<_, _> = aliases.collect();
    if !aliases.is_empty() {
        document["mtls_endpoint_aliases"] = aliases.into();
    }
    document
}

/// What this provider offers with these keys, speaking these languages. It never changes, so it is made
/// once.
pub fn document(settings: &Settings, keys: &KeyRing, languages: &[&str]) -> Value {
    let algorithms = keys.algorithms();
    let methods = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"];
    let with_public: Vec<_> = methods.into_iter().chain(["none"]).collect();
    let assertions: Vec<_> = Algorithm::ALL.iter().map(|it| it.as_str()).chain(MacAlgorithm::NAMES).collect();
    let document = json!({
        "issuer": settings.issuer(),
        "authorization_endpoint": settings.url(path::AUTHORIZE),
        "pushed_authorization_request_endpoint": settings.url(path::PAR),
        "require_pushed_authorization_requests": false,
        "token_endpoint": settings.url(path::TOKEN),
        "device_authorization_endpoint": settings.url(path::DEVICE_AUTHORIZATION),
        "userinfo_endpoint": settings.url(path::USERINFO),
        "jwks_uri": settings.url(path::JWKS),
        "introspection_endpoint": settings.url(path::INTROSPECT),
        "revocation_endpoint": settings.url(path::REVOKE),
        "end_session_endpoint": settings.url(path::END_SESSION),
        "scopes_supported": scope::name::ALL,
        "claims_supported": claims::SUPPORTED,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post", "query.jwt", "form_post.jwt", "jwt"],
        "authorization_signing_alg_values_supported": algorithms,
        "grant_types_supported": GrantType::ALL.map(GrantType::as_str),
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": algorithms,
        "userinfo_signing_alg_values_supported": algorithms,
        "introspection_signing_alg_values_supported": algorithms,
        "token_endpoint_auth_methods_supported": with_public,
        "token_endpoint_auth_signing_alg_values_supported": assertions,
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": assertions,
        "revocation_endpoint_auth_methods_supported": with_public,
        "revocation_endpoint_auth_signing_alg_values_supported": assertions,
        "prompt_values_supported": ["none", "login", "consent", "select_account", "create"],
        "display_values_supported": ["page", "popup", "touch", "wap"],
        "ui_locales_supported": languages,
        "dpop_signing_alg_values_supported": Algorithm::ALL,
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "require_signed_request_object": false,
        "request_object_signing_alg_values_supported": Algorithm::ALL,
    });
    with_logout(with_encryption(document, keys))
}

/// Adds how apps learn of a logout (Back-Channel Logout section 2.1, Front-Channel Logout section 3).
fn with_logout(mut document: Value) -> Value {
    for channel in ["backchannel", "frontchannel"] {
        for member in ["supported", "session_supported"] {
            document[format!("{channel}_logout_{member}")] = true.into();
        }
    }
    document
}

/// Adds how answers can be encrypted, each in the same ways, and request objects.
fn with_encryption(mut document: Value, keys: &KeyRing) -> Value {
    for what in ["id_token", "userinfo", "introspection", "authorization"] {
        document[format!("{what}_encryption_alg_values_supported")] = json!(KeyManagement::ALL);
        document[format!("{what}_encryption_enc_values_supported")] = json!(ContentEncryption::ALL);
    }
    document["request_object_encryption_alg_values_supported"] = json!(keys.encryption());
    document["request_object_encryption_enc_values_supported"] = json!(ContentEncryption::ALL);
    document
}
