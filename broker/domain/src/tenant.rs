//! Tenants: the customer organisations.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::session::is_zero;
use crate::{ClientId, LoginPolicy, Population, PopulationName, ProvenDomain, TenantId, Timestamp};

/// A customer organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// Its identifier, which never changes and is never used again.
    pub id: TenantId,
    /// Its company code, unique among tenants.
    pub slug: Slug,
    /// Its name, as people read it.
    pub name: String,
    /// The organisations that it is a part of, the nearest first. It never gets another parent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ancestors: Vec<TenantId>,
    /// The e-mail domains that lead to it because the operator says so.
    pub domains: Vec<Domain>,
    /// Those that lead to it because it has proven them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proven: Vec<ProvenDomain>,
    /// Its populations. A tenant that names none has one, of the default name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub populations: Vec<Population>,
    /// Its populations whose only way in is a connection: those that one of its connections is required for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<PopulationName>,
    /// Whether its people may sign in.
    pub enabled: bool,
    /// The app that its start links lead to when they name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_app: Option<ClientId>,
    /// How often everything of its people was ended: see [`Epoch`](crate::Epoch).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub epoch: u32,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Tenant {
    /// More levels of organisations than anybody has.
    pub const MOST_ANCESTORS: usize = 4;

    /// A tenant of its own with nothing but a name.
    pub const fn new(id: TenantId, slug: Slug, name: String, created_at: Timestamp) -> Self {
        Self {
            id,
            slug,
            name,
            ancestors: Vec::new(),
            domains: Vec::new(),
            proven: Vec::new(),
            populations: Vec::new(),
            required: Vec::new(),
            enabled: true,
            start_app: None,
            epoch: 0,
            created_at,
        }
    }

    /// The organisation that it is directly a part of.
    pub fn parent(&self) -> Option<TenantId> {
        self.ancestors.first().copied()
    }

    /// Whether it is `other` or a part of it.
    pub fn belongs_to(&self, other: TenantId) -> bool {
        self.id == other || self.ancestors.contains(&other)
    }

    /// All e-mail domains that lead to it.
    pub fn all_domains(&self) -> impl Iterator<Item = &Domain> {
        let proven = self.proven.iter().map(|proven| &proven.name);
        self.domains.iter().chain(proven.filter(|name| !self.domains.contains(name)))
    }

    /// Whether an address in `domain` is the tenant's to give, so that one which is verified may lead to an
    /// account. A proof that has lapsed leads people here still, and says no more than that.
    pub fn owns(&self, domain: &Domain) -> bool {
        self.domains.contains(domain)
            || self.proven.iter().any(|proven| proven.name == *domain && !proven.lapsed)
    }

    /// The tenant's proof of a domain.
    pub fn proof_of(&self, domain: &Domain) -> Option<&ProvenDomain> {
        self.proven.iter().find(|proven| proven.name == *domain)
    }

    /// How a population signs in, as far as the tenant says so itself. A connection that is required says
    /// it before all.
    pub fn policy(&self, population: &PopulationName) -> LoginPolicy {
        let named = self.populations.iter().find(|it| it.name == *population);
        let policy = named.map(|it| it.policy).unwrap_or_default();
        match self.required.contains(population) {
            true => policy.with_required_connection(),
            false => policy,
        }
    }
}

/// A text that cannot be what it should be, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Not a company code.
    #[error("a company code has 2 to 63 lower-case letters, digits and hyphens, and starts with a letter")]
    Slug,
    /// Not the name of a population.
    #[error("a population's name has 1 to 63 lower-case letters, digits, hyphens and underscores")]
    Population,
    /// Not a DNS name.
    #[error("an e-mail domain is a DNS name such as example.org")]
    Domain,
}

/// A tenant's company code: short, lower case, usable in a URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    /// Reads what a person typed: case and surrounding blanks do not matter.
    ///
    /// # Errors
    /// [`InvalidName::Slug`] when it could be no company code.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let text = text.trim().to_ascii_lowercase();
        let well_formed = (2..=63).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if well_formed { Ok(Self(text)) } else { Err(InvalidName::Slug) }
    }

    /// The company code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An e-mail domain in its one canonical form: ASCII (A-labels), lower case, no trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

impl Domain {
    /// Canonicalises a domain name; U-labels become A-labels (IDNA, as the URL standard does it).
    ///
    /// # Errors
    /// [`InvalidName::Domain`] for anything but a DNS name of two or more labels.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let text = text.trim();
        match url::Host::parse(text) {
            Ok(url::Host::Domain(name)) if is_dns_name(&name) => Ok(Self(name)),
            _ => Err(InvalidName::Domain),
        }
    }

    /// The domain of an e-mail address with exactly one `@` and something before it (UP-10).
    pub fn of_email(address: &str) -> Option<Self> {
        let (local, domain) = address.trim().split_once('@')?;
        if local.is_empty() || domain.contains('@') {
            return None;
        }
        Self::parse(domain).ok()
    }

    /// Whether anybody can have an address there, so that it says nothing of where somebody belongs.
    pub fn is_public_mail(&self) -> bool {
        PUBLIC_MAIL.lines().any(|line| line == self.0)
    }

    /// The domain.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const PUBLIC_MAIL: &str = include_str!("../../../data/public-mail-domains.txt");

fn is_dns_name(name: &str) -> bool {
    name.len() <= 253
        && name.contains('.')
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

macro_rules! text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

text!(Slug);
text!(Domain);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_code_is_read_as_people_type_it() {
        assert_eq!(Slug::parse(" Acme-2 ").unwrap().as_str(), "acme-2");
        for wrong in ["", "a", "2acme", "acme inc", "acme.com", "ä", &"a".repeat(64)] {
            assert!(Slug::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn up_12_a_domain_has_one_canonical_form() {
        for same in ["Bücher.example", "bücher.example", "xn--bcher-kva.example"] {
            assert_eq!(Domain::parse(same).unwrap().as_str(), "xn--bcher-kva.example");
        }
        for wrong in ["localhost", "1.2.3.4", "exa mple.org", "-a.org", "a..org", "a.org.", ""] {
            assert!(Domain::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_public_mail_domain_is_known() {
        assert!(Domain::parse("GMail.com").unwrap().is_public_mail());
        assert!(!Domain::parse("mail.acme.test").unwrap().is_public_mail());
        for line in PUBLIC_MAIL.lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(Domain::parse(line).unwrap().as_str(), line, "canonical");
        }
    }

    #[test]
    fn up_10_an_address_with_two_signs_has_no_domain() {
        assert_eq!(Domain::of_email("kim@Acme.test").unwrap().as_str(), "acme.test");
        for wrong in ["a@b@acme.test", "@acme.test", "acme.test", "kim@", "\"a@b\"@acme.test"] {
            assert!(Domain::of_email(wrong).is_none(), "{wrong}");
        }
    }
}
