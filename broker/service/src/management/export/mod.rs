//! From what there is to a document: as `doorward export` writes it, and as differences are told.
//!
//! No secret is ever in it. The way of authentication is spelled out, so that applying an export
//! keeps every secret and changes nothing.

mod client;

use doorward_domain::connection::UpstreamAuthentication;
use doorward_domain::{Connection, Tenant};

use super::document::{self, ConnectionAuthentication};

pub use client::client;

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
