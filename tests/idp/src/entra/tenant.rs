//! Tenants, and what may stand in their place in a path.

use crate::common::guid;

/// The tenant of personal accounts.
pub const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// A directory of an organisation.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The directory (tenant) ID.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its verified domains, the initial one first.
    pub domains: Vec<String>,
    /// Where its data lies.
    pub region: &'static str,
    /// People may consent to apps for themselves.
    pub users_may_consent: bool,
    /// Who may not consent can ask an administrator: the admin-consent workflow.
    pub consent_requests: bool,
    /// The authentication contexts that its Conditional Access defines (1.8).
    pub contexts: Vec<String>,
}

impl Tenant {
    /// A tenant with this initial domain.
    pub fn new(name: &str, domain: &str) -> Self {
        Self {
            id: guid::of(&format!("tenant {domain}")),
            name: name.to_owned(),
            domains: vec![domain.to_owned()],
            region: "EU",
            users_may_consent: true,
            consent_requests: false,
            contexts: Vec::new(),
        }
    }

    pub(super) fn consumers() -> Self {
        Self { id: CONSUMERS.to_owned(), region: "WW", ..Self::new("Microsoft accounts", "outlook.example") }
    }

    pub(super) fn owns(&self, domain: &str) -> bool {
        self.domains.iter().any(|own| own.eq_ignore_ascii_case(domain))
    }
}

/// What a path says where a tenant's name can stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Authority {
    /// One tenant, by its GUID.
    Tenant(String),
    /// `common`: whoever comes.
    Common,
    /// `organizations`: whoever comes from an organisation.
    Organizations,
}

impl Authority {
    /// What stands for it in the URLs of its metadata.
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Tenant(id) => id,
            Self::Common => "common",
            Self::Organizations => "organizations",
        }
    }

    pub(crate) fn tenant(&self) -> Option<&str> {
        match self {
            Self::Tenant(id) => Some(id),
            Self::Common | Self::Organizations => None,
        }
    }

    /// Whether somebody of this home tenant may sign in here; a guest only where the tenant is named.
    pub(crate) fn admits_home(&self, tenant: &str) -> bool {
        match self {
            Self::Tenant(id) => id == tenant,
            Self::Common => true,
            Self::Organizations => tenant != CONSUMERS,
        }
    }
}
