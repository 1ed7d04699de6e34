//! The ways in which HaloPSA's authorization server may be set up. Nobody
//! outside has written down which of them is real, so tests walk over all of them.

use crate::Algorithm;

/// One instance, as it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The name of the tenant on a shared, hosted instance. Every request must name it.
    pub tenant: Option<String>,
    /// Discovery document and keys want the tenant named too.
    pub tenant_for_documents: bool,
    /// The issuer ends with a slash.
    pub trailing_slash: bool,
    /// The issuer names the tenant.
    pub tenant_in_issuer: bool,
    /// What ID tokens are signed with.
    pub algorithm: Algorithm,
    /// Agents and end users are counted each from one, so that two people have one `sub`.
    pub overlapping_subjects: bool,
    /// `email_verified` says this; without it nothing is said.
    pub email_verified: Option<bool>,
    /// There is an end-session endpoint.
    pub end_session: bool,
    /// Refused requests are sent on to a page for errors, which the address names by an `errorId`.
    pub error_page: bool,
}

impl Variant {
    /// A dedicated instance.
    pub const fn dedicated() -> Self {
        Self {
            tenant: None,
            tenant_for_documents: false,
            trailing_slash: false,
            tenant_in_issuer: false,
            algorithm: Algorithm::Rs256,
            overlapping_subjects: false,
            email_verified: None,
            end_session: true,
            error_page: false,
        }
    }

    /// A shared, hosted instance.
    pub fn hosted(tenant: &str) -> Self {
        Self { tenant: Some(tenant.to_owned()), ..Self::dedicated() }
    }

    /// All combinations that differ on the wire: with and without a tenant, a slash, a tenant in the
    /// issuer, a tenant for the documents, an end of sessions.
    pub fn matrix(tenant: &str) -> Vec<Self> {
        let mut all = Vec::new();
        for bits in 0..32_u8 {
            let bit = |n: u8| bits & (1 << n) != 0;
            let variant = Self {
                tenant: bit(0).then(|| tenant.to_owned()),
                tenant_for_documents: bit(1),
                tenant_in_issuer: bit(2),
                trailing_slash: bit(3),
                end_session: bit(4),
                ..Self::dedicated()
            };
            // Without a tenant there is nothing to name.
            if variant.tenant.is_some() || !(variant.tenant_for_documents || variant.tenant_in_issuer) {
                all.push(variant);
            }
        }
        all
    }
}
