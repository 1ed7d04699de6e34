//! How far an e-mail address is to be believed. It never identifies anybody, but it may suggest whose
//! account somebody already has, and apps are told whether it was verified.

use doorward_domain::connection::Field;
use doorward_domain::{Connection, Domain, Profile, Tenant};
use serde::{Deserialize, Serialize};

use super::id_token::VerifiedClaims;
use super::kind::{self, Vouch};

/// Why an e-mail address is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailTrust {
    /// It is not, or there is none.
    None,
    /// The provider has verified it.
    Provider,
    /// The provider speaks for it, and its domain is one that the tenant owns.
    TenantDomain,
}

impl EmailTrust {
    /// Whether apps are told that it is verified.
    pub const fn is_verified(self) -> bool {
        matches!(self, Self::Provider | Self::TenantDomain)
    }

    /// How far the address in `profile` is believed, which the connection's provider told with `claims`.
    pub(super) fn of(
        tenant: &Tenant,
        connection: &Connection,
        profile: &Profile,
        claims: &VerifiedClaims,
    ) -> Self {
        let Some(email) = &profile.email else { return Self::None };
        let vouch = kind::of(&connection.kind).vouches(claims, profile.email_verified);
        // What the provider says is about its own claim `email`.
        let is_email = connection.mapping.claim(Field::Email) == Field::Email.standard_claim();
        let of_tenant = Domain::of_email(email).is_some_and(|domain| tenant.owns(&domain));
        match vouch {
            Vouch::No => Self::None,
            Vouch::ForAddress if of_tenant && is_email => Self::TenantDomain,
            Vouch::ForAddress if is_email => Self::Provider,
            Vouch::ForDomainsOfTenant if of_tenant => Self::TenantDomain,
            Vouch::ForAddress | Vouch::ForDomainsOfTenant => Self::None,
        }
    }
}
