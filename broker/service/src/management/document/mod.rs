//! The apply document: tenants, connections and clients as an operator writes them, in TOML or JSON.
//!
//! It says what shall be. What is left out means the most restrictive choice, and an unknown field is
//! refused (architecture rule 10). What the document does not name stays as it is: nothing is deleted.

mod client;
mod source;

use doorward_domain::connection::ConnectionKind;
use doorward_domain::{
    Admission, Algorithm, ClaimMapping, ClientId, Domain, Environment, Linking, PopulationName, Provisioning,
    Slug, Stage, scope,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::management::schema;

pub use client::{ApplicationType, Client, SubjectKind, Tenants};
pub use source::{KeySet, Reference, Resolved, SecretSource, Unreadable};

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
    /// Its populations, where it makes a difference between its people.
    #[serde(default, rename = "population", skip_serializing_if = "Vec::is_empty")]
    pub populations: Vec<Population>,
    /// Its links to identity providers.
    #[serde(default, rename = "connection", skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<Connection>,
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
}

/// A `[[tenant.connection]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Its short name, by which the document knows it within the tenant.
    pub name: String,
    /// What people read on a button; the name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whose way in it is.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(value_type = String)]
    pub population: PopulationName,
    /// Which environment it belongs to: people reach only the apps there.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(schema_with = schema::environment)]
    pub environment: Environment,
    /// The `client_id`s of the apps that may be reached through it; all when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub apps: Vec<ClientId>,
    /// What kind of provider it is.
    #[schema(value_type = String)]
    pub kind: ConnectionKind,
    /// The provider's issuer identifier, to the byte.
    pub issuer: String,
    /// Our `client_id` at the provider.
    pub client_id: String,
    /// Our secret at the provider. Left out, the stored one is kept as long as `authentication` asks for
    /// one and the issuer stays the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, write_only)]
    pub client_secret: Option<SecretSource>,
    /// How we authenticate; left out, `client_secret_basic` with a secret and `none` without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<ConnectionAuthentication>,
    /// What we ask for.
    #[serde(default = "upstream_scopes")]
    pub scopes: Vec<String>,
    /// The signature algorithms we accept.
    #[serde(default = "upstream_algorithms")]
    #[schema(schema_with = schema::algorithms)]
    pub algorithms: Vec<Algorithm>,
    /// How people get to the accounts that they have already.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(schema_with = schema::linking)]
    pub linking: Linking,
    /// What it takes to become a user at the first sign-in, with `just_in_time`.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(value_type = Object)]
    pub admission: Admission,
    /// What happens when an unknown person arrives.
    #[serde(default = "known_only")]
    #[schema(schema_with = schema::provisioning)]
    pub provisioning: Provisioning,
    /// How far its introduction has come.
    #[serde(default = "draft")]
    #[schema(schema_with = schema::stage)]
    pub stage: Stage,
    /// Which claim fills which field of the profile, where it is not the standard one.
    #[serde(default, skip_serializing_if = "is_standard")]
    #[schema(value_type = Object)]
    pub mapping: ClaimMapping,
}

/// How doorward authenticates at a provider's token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionAuthentication {
    /// As a public client.
    None,
    /// With the secret in the Authorization header.
    ClientSecretBasic,
    /// With the secret in the request body.
    ClientSecretPost,
}

impl Document {
    /// Adds what another document says.
    pub fn merge(&mut self, other: Self) {
        self.tenants.extend(other.tenants);
        self.clients.extend(other.clients);
    }
}

fn upstream_scopes() -> Vec<String> {
    [scope::name::OPENID, scope::name::PROFILE, scope::name::EMAIL].map(str::to_owned).to_vec()
}

fn upstream_algorithms() -> Vec<Algorithm> {
    vec![Algorithm::RS256, Algorithm::ES256]
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn is_standard(mapping: &ClaimMapping) -> bool {
    *mapping == ClaimMapping::default()
}

const fn yes() -> bool {
    true
}

const fn known_only() -> Provisioning {
    Provisioning::KnownOnly
}

const fn draft() -> Stage {
    Stage::Draft
}
