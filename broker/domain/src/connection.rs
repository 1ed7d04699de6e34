//! Connections: a tenant's links to identity providers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Admission, Algorithm, Client, ClientId, ConnectionId, Linking, PopulationName, Sealed, TenantId,
    Timestamp, scope,
};

/// A tenant's link to one identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Its identifier, part of its callback URL.
    pub id: ConnectionId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Its short name, unique within the tenant.
    pub name: String,
    /// Whose way in it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub population: PopulationName,
    /// Which of the tenant's environments it belongs to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub environment: Environment,
    /// The apps that may be reached through it; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apps: Vec<ClientId>,
    /// What people read on a button: "Acme staff".
    pub title: String,
    /// What kind of provider it is.
    pub kind: ConnectionKind,
    /// The provider's issuer identifier, compared byte for byte (OIDC Discovery section 4.3).
    pub issuer: String,
    /// Our `client_id` at the provider.
    pub client_id: String,
    /// How we authenticate at the provider's token endpoint.
    pub authentication: UpstreamAuthentication,
    /// What we ask for.
    pub scopes: Vec<String>,
    /// The signature algorithms we accept, all asymmetric.
    pub algorithms: Vec<Algorithm>,
    /// Which claim fills which field of the profile.
    pub mapping: ClaimMapping,
    /// How people get to the accounts that they have already.
    #[serde(default, skip_serializing_if = "is_default")]
    pub linking: Linking,
    /// What happens when an unknown person arrives.
    pub provisioning: Provisioning,
    /// What it takes to become a user then.
    #[serde(default, skip_serializing_if = "is_default")]
    pub admission: Admission,
    /// How far its introduction has come.
    pub stage: Stage,
    /// When it was created.
    pub created_at: Timestamp,
}

/// For what an app, and a connection, is there. People who try something out never meet those at work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// For work.
    #[default]
    Production,
    /// For trying out what comes next.
    Staging,
    /// For building it.
    Development,
}

/// What kind of identity provider a connection leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    /// Any OpenID Connect issuer.
    Oidc,
}

impl ConnectionKind {
    /// The kind's name in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
        }
    }
}

/// How doorward authenticates as a client of the provider (OIDC Core section 9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum UpstreamAuthentication {
    /// A public client.
    None,
    /// The secret in the Authorization header.
    ClientSecretBasic {
        /// The secret.
        secret: Sealed,
    },
    /// The secret in the request body.
    ClientSecretPost {
        /// The secret.
        secret: Sealed,
    },
}

/// What becomes of a person whom the tenant does not know yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provisioning {
    /// A user is created at first sign-in.
    JustInTime,
    /// Only people who are known already may come in.
    KnownOnly,
}

/// How far a connection's introduction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Being set up.
    Draft,
    /// In use.
    Live,
    /// Out of use for now.
    Paused,
}

impl Connection {
    /// The draft of a public client of an OpenID Connect issuer, which lets in nobody new.
    pub fn new(
        (tenant, id): (TenantId, ConnectionId),
        name: String,
        (issuer, client_id): (String, String),
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            tenant,
            title: name.clone(),
            name,
            population: PopulationName::default(),
            environment: Environment::default(),
            apps: Vec::new(),
            kind: ConnectionKind::Oidc,
            issuer,
            client_id,
            authentication: UpstreamAuthentication::None,
            scopes: vec![scope::name::OPENID.to_owned()],
            algorithms: vec![Algorithm::RS256, Algorithm::ES256],
            mapping: ClaimMapping::default(),
            linking: Linking::Never,
            provisioning: Provisioning::KnownOnly,
            admission: Admission::default(),
            stage: Stage::Draft,
            created_at,
        }
    }

    /// Whether people may sign in through it.
    pub const fn is_usable(&self) -> bool {
        matches!(self.stage, Stage::Live)
    }

    /// Whether its tenant has decided about it: it is in use, or out of use on purpose.
    pub const fn is_set_up(&self) -> bool {
        !matches!(self.stage, Stage::Draft)
    }

    /// Whether people of its population may reach `client` through it.
    pub fn leads_to(&self, client: &Client) -> bool {
        self.environment == client.environment
            && (client.populations.is_empty() || client.populations.contains(&self.population))
            && (self.apps.is_empty() || self.apps.contains(&client.id))
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A field of a user's profile that a claim can fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The full name.
    Name,
    /// The given name.
    GivenName,
    /// The family name.
    FamilyName,
    /// What the person is called at the provider.
    PreferredUsername,
    /// The e-mail address.
    Email,
    /// The language tag.
    Locale,
    /// The time zone.
    Zoneinfo,
    /// The URL of a picture.
    Picture,
    /// The telephone number.
    PhoneNumber,
    /// The postal address.
    Address,
    /// The groups.
    Groups,
}

/// Which claim fills which field. A field that is not named keeps its standard claim.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClaimMapping(BTreeMap<Field, String>);

impl ClaimMapping {
    /// A mapping with these exceptions from the standard claims.
    pub fn new(exceptions: BTreeMap<Field, String>) -> Self {
        Self(exceptions)
    }

    /// The claim that fills `field`.
    pub fn claim(&self, field: Field) -> &str {
        self.0.get(&field).map_or_else(|| field.standard_claim(), String::as_str)
    }

    /// The claims that a sign-in should not do without; the userinfo endpoint is asked when the ID
    /// token lacks one.
    pub fn wanted(&self) -> impl Iterator<Item = &str> {
        let always = [Field::Email, Field::Name];
        let named = self.0.keys().copied().filter(move |field| !always.contains(field));
        always.into_iter().chain(named).map(|field| self.claim(field))
    }
}

impl Field {
    /// The claim of OIDC Core section 5.1 that carries it; `groups` is common usage.
    pub const fn standard_claim(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::PreferredUsername => "preferred_username",
            Self::Email => "email",
            Self::Locale => "locale",
            Self::Zoneinfo => "zoneinfo",
            Self::Picture => "picture",
            Self::PhoneNumber => "phone_number",
            Self::Address => "address",
            Self::Groups => "groups",
        }
    }
}
