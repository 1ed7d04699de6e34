//! Connections: a tenant's links to identity providers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Algorithm, ConnectionId, Sealed, TenantId, Timestamp};

/// A tenant's link to one identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Its identifier, part of its callback URL.
    pub id: ConnectionId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Its short name, unique within the tenant.
    pub name: String,
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
    /// What happens when an unknown person arrives.
    pub provisioning: Provisioning,
    /// How far its introduction has come.
    pub stage: Stage,
    /// When it was created.
    pub created_at: Timestamp,
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
    /// Whether people may sign in through it.
    pub const fn is_usable(&self) -> bool {
        matches!(self.stage, Stage::Live)
    }
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
            Self::Groups => "groups",
        }
    }
}
