//! From what there is to a document: as `doorward export` writes it, and as differences are told.
//!
//! No secret is ever in it. The way of authentication is spelled out, so that applying an export
//! keeps every secret and changes nothing.

use std::collections::BTreeMap;

use doorward_domain::connection::UpstreamAuthentication;
use doorward_domain::{Algorithm, Client, ClientAuthentication, Connection, Slug, Tenant, TenantId};

use super::document::{self, ApplicationType, ClientMethod, ConnectionAuthentication, KeySet, Tenants};

/// A tenant, without its connections.
pub fn tenant(tenant: &Tenant) -> document::Tenant {
    document::Tenant {
        slug: tenant.slug.clone(),
        name: tenant.name.clone(),
        domains: tenant.domains.clone(),
        enabled: tenant.enabled,
        connections: Vec::new(),
    }
}

/// A connection.
pub fn connection(connection: &Connection) -> document::Connection {
    document::Connection {
        name: connection.name.clone(),
        title: Some(connection.title.clone()),
        kind: connection.kind,
        issuer: connection.issuer.clone(),
        client_id: connection.client_id.clone(),
        client_secret: None,
        authentication: Some(authentication(&connection.authentication)),
        scopes: connection.scopes.clone(),
        algorithms: connection.algorithms.clone(),
        provisioning: connection.provisioning,
        stage: connection.stage,
        mapping: connection.mapping.clone(),
    }
}

const fn authentication(authentication: &UpstreamAuthentication) -> ConnectionAuthentication {
    match authentication {
        UpstreamAuthentication::None => ConnectionAuthentication::None,
        UpstreamAuthentication::ClientSecretBasic { .. } => ConnectionAuthentication::ClientSecretBasic,
        UpstreamAuthentication::ClientSecretPost { .. } => ConnectionAuthentication::ClientSecretPost,
    }
}

/// A client. `slugs` knows the company codes of the tenants it serves.
pub fn client(client: &Client, slugs: &BTreeMap<TenantId, Slug>) -> document::Client {
    let (method, algorithm, jwks) = method(&client.authentication);
    document::Client {
        client_id: client.id.clone(),
        name: client.name.clone(),
        client_secret: None,
        token_endpoint_auth_method: Some(method),
        token_endpoint_auth_signing_alg: algorithm,
        jwks,
        application_type: if client.native { ApplicationType::Native } else { ApplicationType::Web },
        redirect_uris: client.redirect_uris.clone(),
        post_logout_redirect_uris: client.post_logout_redirect_uris.clone(),
        scope: client.scope.clone(),
        trust: client.trust,
        tenants: if client.tenants.is_empty() {
            Tenants::All
        } else {
            Tenants::These(client.tenants.iter().filter_map(|id| slugs.get(id).cloned()).collect())
        },
        id_token_signed_response_alg: client.id_token_algorithm,
        require_pkce: client.require_pkce,
        enabled: client.enabled,
    }
}

fn method(authentication: &ClientAuthentication) -> (ClientMethod, Option<Algorithm>, Option<KeySet>) {
    match authentication {
        ClientAuthentication::None => (ClientMethod::None, None, None),
        ClientAuthentication::ClientSecretBasic { .. } => (ClientMethod::ClientSecretBasic, None, None),
        ClientAuthentication::ClientSecretPost { .. } => (ClientMethod::ClientSecretPost, None, None),
        ClientAuthentication::PrivateKeyJwt { jwks, algorithm } => {
            (ClientMethod::PrivateKeyJwt, Some(*algorithm), Some(KeySet::Inline(jwks.clone())))
        }
    }
}
