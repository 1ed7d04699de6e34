//! Client metadata on the wire and as an entry of a document (RFC 7591 section 2).

use std::collections::BTreeMap;

use doorward_domain::client::Method;
use doorward_domain::{Algorithm, Client, ClientId, ScopeSet};
use serde_json::{Map, Value, json};
use url::Url;

use super::{Registered, RegistrationError, RegistrationPolicy};
use crate::management::document;
use crate::management::export;

/// What of an entry clients say themselves. Everything else is the operator's to decide; what is unknown
/// is ignored (RFC 7591 section 2).
const THEIRS: &[&str] = &[
    "application_type",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "authorization_signed_response_alg",
    "backchannel_logout_session_required",
    "backchannel_logout_uri",
    "client_uri",
    "contacts",
    "default_acr_values",
    "default_max_age",
    "dpop_bound_access_tokens",
    "frontchannel_logout_session_required",
    "frontchannel_logout_uri",
    "grant_types",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "id_token_signed_response_alg",
    "initiate_login_uri",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
    "introspection_signed_response_alg",
    "jwks",
    "jwks_uri",
    "logo_uri",
    "policy_uri",
    "post_logout_redirect_uris",
    "redirect_uris",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "request_object_signing_alg",
    "request_uris",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "scope",
    "sector_identifier_uri",
    "software_id",
    "software_version",
    "subject_type",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_email",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_uri",
    "tls_client_auth_subject_dn",
    "tls_client_certificate_bound_access_tokens",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "tos_uri",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "userinfo_signed_response_alg",
];

/// The most redirect URIs that one client needs.
const MOST_URIS: usize = 50;

/// The entry that a client's metadata makes, within what the operator allows.
pub(super) fn entry(
    metadata: Value,
    id: &ClientId,
    policy: &RegistrationPolicy,
    algorithms: &[Algorithm],
) -> Result<document::Client, RegistrationError> {
    let Value::Object(mut metadata) = metadata else {
        return Err(wrong("must be a JSON object"));
    };
    metadata.retain(|_, value| !value.is_null());
    if metadata.get("response_types").is_some_and(|types| *types != json!(["code"])) {
        return Err(wrong("response_types: `code` is the only one here"));
    }
    let name = metadata.remove("client_name").unwrap_or_else(|| host_of(&metadata).into());
    metadata.retain(|field, _| THEIRS.contains(&field.as_str()));
    // RS256 is what OIDC Registration section 2 has for whoever does not say.
    let usual = algorithms.iter().find(|it| **it == Algorithm::RS256).or(algorithms.first());
    let defaults = [
        ("token_endpoint_auth_method", json!(Method::ClientSecretBasic)),
        ("id_token_signed_response_alg", json!(usual)),
        ("scope", json!(policy.scope.to_string())),
    ];
    for (field, value) in defaults {
        metadata.entry(field).or_insert(value);
    }
    metadata.insert("client_id".to_owned(), json!(id));
    metadata.insert("name".to_owned(), name);
    metadata.insert("tenants".to_owned(), json!(policy.tenants));
    let mut entry: document::Client =
        serde_path_to_error::deserialize(Value::Object(metadata)).map_err(unreadable)?;
    if entry.redirect_uris.len() > MOST_URIS {
        return Err(RegistrationError::RedirectUri(format!("there may be {MOST_URIS} at most")));
    }
    entry.scope = allowed(&entry.scope, policy)?;
    entry.require_pkce = policy.require_pkce || entry.token_endpoint_auth_method == Some(Method::None);
    entry.token_endpoint_audience = policy.token_endpoint_audience;
    entry.resources.clone_from(&policy.resources);
    Ok(entry)
}

/// A client as it is told what is registered.
pub(super) fn told(client: &Client) -> Registered {
    let entry = export::client(client, &BTreeMap::new());
    let Ok(Value::Object(mut told)) = serde_json::to_value(&entry) else { return Map::new() };
    told.retain(|field, _| field == "client_id" || THEIRS.contains(&field.as_str()));
    told.insert("client_name".to_owned(), client.name.as_str().into());
    told.insert("response_types".to_owned(), json!(["code"]));
    told
}

fn allowed(scope: &ScopeSet, policy: &RegistrationPolicy) -> Result<ScopeSet, RegistrationError> {
    let scope = scope.intersection(&policy.scope);
    if scope.is_empty() { Err(wrong("scope: nothing of it is allowed")) } else { Ok(scope) }
}

fn host_of(metadata: &Map<String, Value>) -> String {
    let first = metadata.get("redirect_uris").and_then(|uris| uris.get(0)).and_then(Value::as_str);
    let host = first.and_then(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "An app without a name".to_owned())
}

fn unreadable(error: serde_path_to_error::Error<serde_json::Error>) -> RegistrationError {
    let path = error.path().to_string();
    let text = format!("{path}: {}", error.into_inner());
    if path.starts_with("redirect_uris") {
        RegistrationError::RedirectUri(text)
    } else {
        RegistrationError::Metadata(text)
    }
}

fn wrong(text: &str) -> RegistrationError {
    RegistrationError::Metadata(text.to_owned())
}
