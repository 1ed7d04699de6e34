//! A claim looked up in DNS.

use doorward_domain::{Domain, DomainClaim, DomainToken, ProvenDomain};
use doorward_net::Texts;
use futures_util::future::join_all;
use serde::Serialize;
use utoipa::ToSchema;

use super::finding::{Finding, Looked, judge, mistaken_places};
use super::{DomainError, DomainView, alive, named, unknown, view};
use crate::management::Management;
use crate::management::own::Behalf;

/// What was found in DNS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DomainCheck {
    /// `proven`, `no_name`, `no_record`, `other_values`, `other_claim`, `misplaced` or `no_answer`.
    pub outcome: &'static str,
    /// What was found, who can mend it, and how.
    pub told: Vec<String>,
    /// What stands in the record's place: the first values, escaped and cut short.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The name servers that were asked; only the operator is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// The domain as it is now.
    pub domain: DomainView,
}

impl Management {
    /// Looks whether the record of a claim is there; when it is, the domain is the tenant's from now on. Of a
    /// domain that was proven it looks whether the record is there still.
    ///
    /// # Errors
    /// [`DomainError`].
    pub async fn check_domain(
        &self,
        slug: &str,
        domain: &str,
        (behalf, actor): (Behalf, &str),
    ) -> Result<DomainCheck, DomainError> {
        let (tenant, claims) = self.of_domains(slug).await?;
        let (name, now) = (named(domain)?, self.clock.now());
        let open = claims.map(|read| alive(&read.record, now));
        let claim = open.as_ref().and_then(|open| open.of(&name)).map(|claim: &DomainClaim| &claim.token);
        let proof = tenant.record.proof_of(&name).map(|proof: &ProvenDomain| &proof.token);
        let token = proof.or(claim).ok_or_else(|| unknown(domain))?.clone();
        if !self.domain_checks.admit(tenant.record.id, now) {
            return Err(DomainError::TooOften);
        }
        let Finding { outcome, told, values } = self.look(&name, &token).await;
        if outcome == "proven" {
            self.prove(slug, (&name, &token), actor).await?;
        }
        let (tenant, claims) = self.of_domains(slug).await?;
        let claims = claims.map_or_else(Vec::new, |read| alive(&read.record, now).claims);
        let asked = match behalf {
            Behalf::Operator => self.names.servers().iter().map(ToString::to_string).collect(),
            Behalf::Tenant => Vec::new(),
        };
        Ok(DomainCheck { outcome, told, values, asked, domain: view::of(&tenant.record, &claims, &name) })
    }

    /// Looks where the record belongs, and, when DNS says that it is not there, where it was perhaps put.
    async fn look(&self, domain: &Domain, token: &DomainToken) -> Finding {
        let at_name = self.texts_at(DomainToken::name(domain)).await;
        let mistaken = match &at_name.1 {
            Ok(Texts::Found(texts)) if texts.iter().any(|text| token.is_in(text)) => Vec::new(),
            Ok(_) => join_all(mistaken_places(domain).into_iter().map(|place| self.texts_at(place))).await,
            Err(_) => Vec::new(),
        };
        judge(domain, token, &at_name, &mistaken)
    }

    async fn texts_at(&self, name: String) -> Looked {
        let answer = self.names.texts(&name).await;
        (name, answer)
    }
}
