//! From what there is to a document: as `doorward export` writes it, and as differences are told.
//!
//! No secret is ever in it. The way of authentication is spelled out, so that applying an export
//! keeps every secret and changes nothing.

mod client;

use std::collections::BTreeMap;

use doorward_domain::connection::UpstreamAuthentication;
use doorward_domain::{Connection, LoginPolicy, Population, Slug, Tenant, TenantId};

use super::document::{self, ConnectionAuthentication};

pub use client::client;

/// A tenant, without its connections. `slugs` knows the company code of its parent.
pub fn tenant(tenant: &Tenant, slugs: &BTreeMap<TenantId, Slug>) -> document::Tenant {
    document::Tenant {
        slug: tenant.slug.clone(),
        name: tenant.name.clone(),
        parent: tenant.parent().and_then(|parent| slugs.get(&parent).cloned()),
        domains: tenant.domains.clone(),
        enabled: tenant.enabled,
        populations: tenant.populations.iter().map(population).collect(),
        connections: Vec::new(),
    }
}

fn population(population: &Population) -> document::Population {
    let LoginPolicy { local_sign_in, standard_form, sso_button, automatic_redirect } = population.policy;
    document::Population {
        name: population.name.clone(),
        title: population.title.clone(),
        local_sign_in,
        standard_form,
        sso_button,
        automatic_redirect,
    }
}

/// A connection.
pub fn connection(connection: &Connection) -> document::Connection {
    document::Connection {
        name: connection.name.clone(),
        title: Some(connection.title.clone()),
        population: connection.population.clone(),
        environment: connection.environment,
        apps: connection.apps.clone(),
        kind: connection.kind,
        issuer: connection.issuer.clone(),
        client_id: connection.client_id.clone(),
        client_secret: None,
        authentication: Some(authentication(&connection.authentication)),
        scopes: connection.scopes.clone(),
        algorithms: connection.algorithms.clone(),
        linking: connection.linking,
        provisioning: connection.provisioning,
        admission: connection.admission.clone(),
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
