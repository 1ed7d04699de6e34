//! The apply document: tenants, connections and clients as an operator writes them, in TOML or JSON.
//!
//! It says what shall be. What is left out means the most restrictive choice, and an unknown field is
//! refused (architecture rule 10). What the document does not name stays as it is: nothing is deleted.

mod client;
mod connection;
mod date;
mod source;
mod user;

use doorward_domain::{ClientId, Domain, PopulationName, Slug};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use client::{ApplicationType, Client, SubjectKind, Tenants};
pub use connection::{Connection, ConnectionAuthentication, HostedDomains, Kind};
pub use date::Date;
pub use source::{KeySet, Reference, Resolved, SecretSource, Unreadable};
pub use user::User;

/// What an operator wants there to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The tenants, with their connections.
    #[serde(default, rename = "tenant", skip_serializing_if = "Vec::is_empty")]
    pub tenants: Vec<Tenant>,
    /// The downstream apps.
    #[serde(default, rename = "client", skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<Client>,
}

/// A `[[tenant]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Its company code, by which the document knows it.
    #[schema(value_type = String)]
    pub slug: Slug,
    /// Its name, as people read it.
    pub name: String,
    /// The company code of the organisation that it is a part of; it is set once and for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub parent: Option<Slug>,
    /// All e-mail domains that lead to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub domains: Vec<Domain>,
    /// Whether its people may sign in.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The `client_id` of the app that its start links lead to when they name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub start_app: Option<ClientId>,
    /// Its populations, where it makes a difference between its people.
    #[serde(default, rename = "population", skip_serializing_if = "Vec::is_empty")]
    pub populations: Vec<Population>,
    /// Its links to identity providers.
    #[serde(default, rename = "connection", skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<Connection>,
    /// Those of its people who sign in at doorward itself.
    #[serde(default, rename = "user", skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<User>,
}

/// A `[[tenant.population]]`: what it leaves out is as with the tenant's parent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// Its name, by which connections and clients know it.
    #[schema(value_type = String)]
    pub name: PopulationName,
    /// What people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether its people may have a password at doorward.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_sign_in: Option<bool>,
    /// Whether the sign-in page shows the form for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_form: Option<bool>,
    /// Whether the sign-in page shows a button for each connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso_button: Option<bool>,
    /// Whether a single connection is gone to at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic_redirect: Option<bool>,
    /// Whether a browser that somebody has signed in with goes there again without a question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remembered_redirect: Option<bool>,
}

impl Tenant {
    /// An entry that leaves out everything that can be left out.
    pub const fn new(slug: Slug, name: String) -> Self {
        Self {
            slug,
            name,
            parent: None,
            domains: Vec::new(),
            start_app: None,
            enabled: true,
            populations: Vec::new(),
            connections: Vec::new(),
            users: Vec::new(),
        }
    }
}

impl Document {
    /// Adds what another document says.
    pub fn merge(&mut self, other: Self) {
        self.tenants.extend(other.tenants);
        self.clients.extend(other.clients);
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

const fn yes() -> bool {
    true
}
