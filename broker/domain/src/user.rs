//! Users, and the identities that belong to them.

use serde::{Deserialize, Serialize};

use crate::session::is_zero;
use crate::{ConnectionId, PopulationName, Standing, TenantId, Timestamp, Told, UserId};

/// A person of one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The identifier; apps see it as `sub`.
    pub id: UserId,
    /// Whose user it is.
    pub tenant: TenantId,
    /// Which of the tenant's populations it belongs to.
    #[serde(default, skip_serializing_if = "PopulationName::is_default")]
    pub population: PopulationName,
    /// What is known of the person.
    pub profile: Profile,
    /// Whether mail to the address in the profile has reached the person, so that it is verified whatever a
    /// provider says of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub address_proven: bool,
    /// What the person is, and where, by the rules of the connection that they came through last.
    #[serde(default, skip_serializing_if = "Standing::is_none")]
    pub standing: Standing,
    /// Whether the person may act.
    pub enabled: bool,
    /// Whether the person owns the tenant's account: an owner may always sign in at doorward itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub owner: bool,
    /// Whether the person has [`Credentials`](crate::Credentials) at doorward itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub local: bool,
    /// How often everything of theirs was ended: see [`Epoch`](crate::Epoch).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub epoch: u32,
    /// When the user was created.
    pub created_at: Timestamp,
    /// When the profile last changed.
    pub updated_at: Timestamp,
}

impl User {
    /// A user of whom nothing is known, and who may act.
    pub fn new(id: UserId, tenant: TenantId, now: Timestamp) -> Self {
        Self {
            id,
            tenant,
            population: PopulationName::default(),
            profile: Profile::default(),
            address_proven: false,
            standing: Standing::default(),
            enabled: true,
            owner: false,
            local: false,
            epoch: 0,
            created_at: now,
            updated_at: now,
        }
    }
}

/// What a tenant's provider says of a person. None of it identifies anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// The family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// What the person is called at the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the provider said, as JSON `true`, that it verified the address, or we did.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub email_verified: bool,
    /// The language tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
    /// The URL of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Whether the provider said, as JSON `true`, that it verified the number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub phone_number_verified: bool,
    /// The postal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Box<Address>>,
    /// The groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// A postal address (OIDC Core section 5.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// All of it, as it would stand on a letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// Street and number, perhaps on several lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// The town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// The state or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// The country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// Who somebody is at a provider: issuer and subject (OIDC Core section 5.7).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// The verified `iss`.
    pub issuer: String,
    /// The verified `sub`.
    pub subject: String,
}

/// A subject, reached through one connection of one tenant, and the user it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Whose identity it is.
    pub tenant: TenantId,
    /// The connection it came through.
    pub connection: ConnectionId,
    /// Who it is at the provider.
    pub subject: Subject,
    /// The user it belongs to.
    pub user: UserId,
    /// When it was linked.
    pub linked_at: Timestamp,
    /// What the provider told when they last signed in; nothing when they never have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
}
