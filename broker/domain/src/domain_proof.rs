//! The proof that an e-mail domain is a tenant's own: a text in DNS that nobody but the domain's owner can put
//! there.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Domain, TenantId, Timestamp};

/// A text that proves a domain. It is drawn for one claim, so it is good for this tenant and this domain at this
/// broker alone, and where it stands somebody has put it since then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainToken(String);

impl DomainToken {
    /// What the value of every such record begins with.
    pub const PREFIX: &str = "doorward-verification=";
    /// The name under a domain at which the record stands: an underscored name (RFC 8552), which no host has.
    pub const LABEL: &str = "_doorward-challenge";

    /// A token of these bits.
    pub fn new(bits: [u8; 20]) -> Self {
        Self(bits.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The value of the record.
    pub fn value(&self) -> String {
        format!("{}{}", Self::PREFIX, self.0)
    }

    /// Whether a text is the record's value. Blanks and quotation marks around it come from forms in which
    /// people write records.
    pub fn is_in(&self, text: &str) -> bool {
        text.trim_matches([' ', '\t', '"']) == self.value()
    }

    /// The name of the record.
    pub fn name(domain: &Domain) -> String {
        format!("{}.{domain}", Self::LABEL)
    }
}

/// That a tenant wants to prove a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainClaim {
    /// The domain.
    pub name: Domain,
    /// What is to be published.
    pub token: DomainToken,
    /// Who asked for it.
    pub by: String,
    /// When.
    pub claimed_at: Timestamp,
}

impl DomainClaim {
    /// How long there is to publish the record.
    pub const LASTS: Duration = Duration::from_secs(14 * 24 * 60 * 60);

    /// When it is void.
    pub fn expires_at(&self) -> Timestamp {
        self.claimed_at + Self::LASTS
    }
}

/// The claims of a tenant. They are one record, so that their number has a bound however many come at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainClaims {
    /// The tenant.
    pub tenant: TenantId,
    /// Its claims, the oldest first.
    pub claims: Vec<DomainClaim>,
}

impl DomainClaims {
    /// When the last of them is void.
    pub fn expires_at(&self) -> Timestamp {
        self.claims.last().map_or(Timestamp::from_millis(0), DomainClaim::expires_at)
    }

    /// The claim of a domain.
    pub fn of(&self, domain: &Domain) -> Option<&DomainClaim> {
        self.claims.iter().find(|claim| claim.name == *domain)
    }
}

/// A domain that a tenant has proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvenDomain {
    /// The domain.
    pub name: Domain,
    /// What stands in its DNS.
    pub token: DomainToken,
    /// When it was seen there first.
    pub proven_at: Timestamp,
    /// Since when DNS says that it stands there no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<Timestamp>,
    /// Whether it was missing for so long that the domain may be somebody else's by now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lapsed: bool,
}

impl ProvenDomain {
    /// A record may be missing for this long: whoever tidied up too much has time to put it back.
    pub const GRACE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// The domain of a claim whose record was seen.
    pub fn new(claim: &DomainClaim, now: Timestamp) -> Self {
        let (name, token) = (claim.name.clone(), claim.token.clone());
        Self { name, token, proven_at: now, missing_since: None, lapsed: false }
    }

    /// What it is after DNS has said whether the record stands there.
    #[must_use]
    pub fn seen(&self, stands: bool, now: Timestamp) -> Self {
        let missing_since = if stands { None } else { Some(self.missing_since.unwrap_or(now)) };
        let lapsed = missing_since.is_some_and(|since| self.lapsed || now.since(since) >= Self::GRACE);
        Self { missing_since, lapsed, ..self.clone() }
    }

    /// When it lapses unless the record comes back.
    pub fn lapses_at(&self) -> Option<Timestamp> {
        self.missing_since.map(|since| since + Self::GRACE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn now() -> Timestamp {
        Timestamp::from_secs(1_800_000_000)
    }

    fn claim() -> DomainClaim {
        let (name, token) = (Domain::parse("acme.test").unwrap(), DomainToken::new([7; 20]));
        DomainClaim { name, token, by: "operator".to_owned(), claimed_at: now() }
    }

    #[test]
    fn a_record_has_a_name_of_its_own_and_a_value() {
        let claim = claim();
        assert_eq!(DomainToken::name(&claim.name), "_doorward-challenge.acme.test");
        assert_eq!(claim.token.value(), format!("doorward-verification={}", "07".repeat(20)));
    }

    #[test]
    fn a_value_is_compared_as_a_whole() {
        let (token, value) = (claim().token, claim().token.value());
        assert!(token.is_in(&value) && token.is_in(&format!(" \"{value}\" ")));
        let other = DomainToken::new([8; 20]).value();
        for wrong in ["", &value[..value.len() - 1], &format!("{value}0"), &value.to_uppercase(), &other] {
            assert!(!token.is_in(wrong), "{wrong}");
        }
        assert!(!token.is_in(&format!("{value} {value}")) && !token.is_in(&format!("v=spf1 {value}")));
    }

    #[test]
    fn a_proof_lapses_when_its_record_is_missing_for_long() {
        let proven = ProvenDomain::new(&claim(), now());
        let missing = proven.seen(false, now() + DAY);
        assert_eq!((missing.missing_since, missing.lapsed), (Some(now() + DAY), false));
        assert_eq!(missing.lapses_at(), Some(now() + 8 * DAY));
        let nearly = missing.seen(false, now() + 8 * DAY - Duration::from_millis(1));
        assert!(!nearly.lapsed && nearly.missing_since == missing.missing_since);
        let lapsed = nearly.seen(false, now() + 8 * DAY);
        assert!(lapsed.lapsed && lapsed.seen(false, now() + DAY).lapsed, "whatever the clock says");
        assert_eq!(missing.seen(true, now() + 2 * DAY), proven, "back in time");
        assert_eq!(lapsed.seen(true, now() + 9 * DAY), proven, "back at last");
    }
}
