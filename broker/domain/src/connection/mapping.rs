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
pub struct ClaimMapping(BTreeMap<Field, Source>);

/// Where a field comes from. A document may name the claim alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "SourceText", into = "SourceText")]
pub struct Source {
    /// The claim; the field's standard one when there is none.
    pub claim: Option<String>,
    /// Whether nobody comes in without it.
    pub required: bool,
    /// What fills the field where there is no claim.
    pub default: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected the name of a claim, or a table with `claim`, `required` and `default`"
)]
enum SourceText {
    Claim(String),
    Source(SourceTable),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceTable {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claim: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<String>,
}

impl From<SourceText> for Source {
    fn from(text: SourceText) -> Self {
        match text {
            SourceText::Claim(claim) => Self { claim: Some(claim), ..Self::default() },
            SourceText::Source(SourceTable { claim, required, default }) => Self { claim, required, default },
        }
    }
}

impl From<Source> for SourceText {
    fn from(source: Source) -> Self {
        match source {
            Source { claim: Some(claim), required: false, default: None } => Self::Claim(claim),
            Source { claim, required, default } => Self::Source(SourceTable { claim, required, default }),
        }
    }
}

impl From<&str> for Source {
    fn from(claim: &str) -> Self {
        Self { claim: Some(claim.to_owned()), ..Self::default() }
    }
}

impl ClaimMapping {
    /// A mapping with these exceptions from the standard claims.
    pub const fn new(exceptions: BTreeMap<Field, Source>) -> Self {
        Self(exceptions)
    }

    /// The fields that it says something of.
    pub fn exceptions(&self) -> impl Iterator<Item = (Field, &Source)> {
        self.0.iter().map(|(field, source)| (*field, source))
    }

    /// The claim that fills `field`.
    pub fn claim(&self, field: Field) -> &str {
        let named = self.0.get(&field).and_then(|source| source.claim.as_deref());
        named.unwrap_or_else(|| field.standard_claim())
    }

    /// What fills `field` where there is no claim.
    pub fn default_of(&self, field: Field) -> Option<&str> {
        self.0.get(&field)?.default.as_deref().filter(|_| field.takes_default())
    }

    /// The fields that nobody comes in without.
    pub fn required(&self) -> impl Iterator<Item = Field> {
        self.0.iter().filter(|(_, source)| source.required).map(|(field, _)| *field)
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
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Name,
        Self::GivenName,
        Self::FamilyName,
        Self::PreferredUsername,
        Self::Email,
        Self::Locale,
        Self::Zoneinfo,
        Self::Picture,
        Self::PhoneNumber,
        Self::Address,
        Self::Groups,
    ];

    /// Its name in documents.
    pub const fn as_str(self) -> &'static str {
        // The fields of a profile have the names of the claims that carry them.
        self.standard_claim()
    }

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

    /// Whether something can stand there for everybody who has nothing of their own: not by what a person
    /// is reached.
    pub const fn takes_default(self) -> bool {
        !matches!(self, Self::Email | Self::PhoneNumber | Self::Address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_named_by_its_claim_or_told_in_a_table() {
        let json = serde_json::json!({
            "name": { "required": true },
            "email": "upn",
            "locale": { "claim": "lang", "default": "en" },
        });
        let mapping: ClaimMapping = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&mapping).unwrap(), json);
        assert_eq!((mapping.claim(Field::Name), mapping.claim(Field::Email)), ("name", "upn"));
        assert_eq!(mapping.default_of(Field::Locale), Some("en"));
        assert_eq!(mapping.required().collect::<Vec<_>>(), [Field::Name]);
        for wrong in [serde_json::json!({"name": {"claims": "upn"}}), serde_json::json!({"name": 7})] {
            assert!(serde_json::from_value::<ClaimMapping>(wrong).is_err());
        }
    }

    #[test]
    fn an_address_is_nobodys_by_default() {
        let everywhere = Source { default: Some("kim@acme.test".to_owned()), ..Source::default() };
        let all = Field::ALL.map(|field| (field, everywhere.clone()));
        let mapping = ClaimMapping::new(all.into_iter().collect());
        let without = Field::ALL.into_iter().filter(|field| mapping.default_of(*field).is_none());
        assert_eq!(without.collect::<Vec<_>>(), [Field::Email, Field::PhoneNumber, Field::Address]);
    }
}
