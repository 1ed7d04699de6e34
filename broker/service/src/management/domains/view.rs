//! Domains, to look at.

use std::collections::BTreeSet;

use doorward_domain::{Domain, DomainClaim, DomainToken, Tenant, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A domain of a tenant, or one that it has claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DomainView {
    /// The domain.
    #[schema(value_type = String)]
    pub domain: Domain,
    /// `vouched` (by the operator), `proven`, `missing` (proven, but the record is gone), `lapsed` (gone for
    /// too long) or `claimed`.
    pub state: &'static str,
    /// What that means, and who does what next.
    pub told: String,
    /// Who says that it is the tenant's: `operator`, `dns`, or both. What has lapsed says so no more.
    pub proven_by: Vec<&'static str>,
    /// The record that proves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<TxtRecord>,
    /// When the claim is void, in milliseconds since 1970, as the times below.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub expires_at: Option<Timestamp>,
    /// When the record was seen first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub proven_at: Option<Timestamp>,
    /// Since when the record is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub missing_from: Option<Timestamp>,
    /// When the proof lapses unless the record comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub lapses_at: Option<Timestamp>,
}

/// A TXT record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TxtRecord {
    /// Its name, without a trailing dot.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl TxtRecord {
    /// The record that proves a domain.
    pub fn new(domain: &Domain, token: &DomainToken) -> Self {
        Self { name: DomainToken::name(domain), value: token.value() }
    }
}

/// All domains of a tenant, by name.
pub(super) fn all(tenant: &Tenant, claims: &[DomainClaim]) -> Vec<DomainView> {
    let names: BTreeSet<_> = tenant.all_domains().chain(claims.iter().map(|claim| &claim.name)).collect();
    names.into_iter().map(|name| of(tenant, claims, name)).collect()
}

/// One of them.
pub(super) fn of(tenant: &Tenant, claims: &[DomainClaim], name: &Domain) -> DomainView {
    let (proof, claim) = (tenant.proof_of(name), claims.iter().find(|claim| claim.name == *name));
    let vouched = tenant.domains.contains(name);
    let (state, told) = match proof {
        _ if vouched => ("vouched", "Whoever runs this broker says that it is this company's."),
        Some(proof) if proof.lapsed => (
            "lapsed",
            "The record was gone for a week. People are still led here, but nobody gets to an account by their \
             address any more. Publish it again and check.",
        ),
        Some(proof) if proof.missing_since.is_some() => (
            "missing",
            "The record is gone. Publish it again: after a week nobody gets to an account by their address.",
        ),
        Some(_) => {
            ("proven", "It was proven by DNS. Leave the record where it is: it is looked at every day.")
        }
        None => ("claimed", "Publish the record in the DNS of the domain, and check."),
    };
    let by_dns = proof.is_some_and(|proof| !proof.lapsed);
    let by = [("operator", vouched), ("dns", by_dns)].into_iter().filter(|(_, is)| *is);
    let token = proof.map(|proof| &proof.token).or(claim.map(|claim| &claim.token));
    DomainView {
        domain: name.clone(),
        state,
        told: told.to_owned(),
        proven_by: by.map(|(name, _)| name).collect(),
        record: token.map(|token| TxtRecord::new(name, token)),
        expires_at: claim.map(DomainClaim::expires_at),
        proven_at: proof.map(|proof| proof.proven_at),
        missing_from: proof.and_then(|proof| proof.missing_since),
        lapses_at: proof.and_then(|proof| proof.lapses_at()),
    }
}
