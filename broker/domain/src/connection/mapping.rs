//! Which claim fills which field of a profile.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
