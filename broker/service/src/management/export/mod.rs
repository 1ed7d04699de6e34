//! From what there is to a document: as `doorward export` writes it, and as differences are told.
//!
//! No secret is ever in it. The way of authentication is spelled out, so that applying an export
//! keeps every secret and changes nothing.

mod client;
mod connection;

use std::collections::BTreeMap;

use doorward_domain::{Credentials, LoginPolicy, Population, Slug, Tenant, TenantId, User};

use super::document;

pub use client::client;
pub use connection::connection;

/// A tenant, without its connections. `slugs` knows the company code of its parent.
pub fn tenant(tenant: &Tenant, slugs: &BTreeMap<TenantId, Slug>) -> document::Tenant {
    document::Tenant {
        slug: tenant.slug.clone(),
        name: tenant.name.clone(),
        parent: tenant.parent().and_then(|parent| slugs.get(&parent).cloned()),
        domains: tenant.domains.clone(),
        enabled: tenant.enabled,
        start_app: tenant.start_app.clone(),
        populations: tenant.populations.iter().map(population).collect(),
        connections: Vec::new(),
        users: Vec::new(),
    }
}

fn population(population: &Population) -> document::Population {
    let LoginPolicy { local_sign_in, standard_form, sso_button, automatic_redirect, remembered_redirect } =
        population.policy;
    document::Population {
        name: population.name.clone(),
        title: population.title.clone(),
        local_sign_in,
        standard_form,
        sso_button,
        automatic_redirect,
        remembered_redirect,
    }
}

/// A user who signs in at doorward itself; without the password.
pub fn user(user: &User, credentials: &Credentials) -> document::User {
    document::User {
        username: credentials.username.clone(),
        email: credentials.email.clone(),
        name: user.profile.name.clone(),
        population: user.population.clone(),
        owner: user.owner,
        enabled: user.enabled,
        password: None,
        invited: false,
    }
}
