//! The e-mail domains that lead to a tenant: the operator says which, or the tenant proves one by its DNS.
//!
//! A tenant claims a domain and is told a record to publish. [`check`] looks whether it stands there, says what
//! it found, and makes the domain the tenant's; [`recheck`] looks again every day. A domain has one tenant:
//! who proves another's learns no more than that it is taken.

mod check;
mod finding;
mod limit;
mod recheck;
mod view;

use doorward_domain::audit::Action;
use doorward_domain::{Domain, DomainClaim, DomainClaims, DomainToken, ProvenDomain, Tenant, Timestamp};
use doorward_store::records::{TenantOf, at};
use doorward_store::{Batch, StoreError, StoreExt as _, Stored};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Management;
use super::views::{Page, ViewError};

pub use check::DomainCheck;
pub use limit::DomainChecks;
pub use view::{DomainView, TxtRecord};

/// No tenant has more claims and proofs than this.
const MOST: usize = 50;
/// No name in DNS is longer (RFC 1035 section 2.3.4), and the record stands below the domain.
const LONGEST: usize = 253 - DomainToken::LABEL.len() - 1;
/// How often a change is made anew because somebody else was faster.
const ATTEMPTS: usize = 5;

/// A domain that a tenant wants to prove.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDomain {
    /// The domain.
    pub domain: String,
}

/// Why nothing comes of a domain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DomainError {
    /// There is no such tenant, or it has no such domain.
    #[error(transparent)]
    View(#[from] ViewError),
    /// Nobody can prove that.
    #[error("{0}")]
    Unfit(String),
    /// Too much at a time.
    #[error("there are {MOST} claims and proofs of domains already; release one that is not needed")]
    TooMany,
    /// It leads to another tenant.
    #[error("this domain leads to another company already; ask whoever runs this broker to change that")]
    Taken,
    /// It is the operator's to say.
    #[error("whoever runs this broker says that `{0}` leads here; ask them to take it out of the document")]
    Operators(Domain),
    /// DNS was asked so often just now.
    #[error("DNS was asked for this company several times just now; try again in a minute")]
    TooOften,
    /// It is being changed by somebody else.
    #[error("it has been changed meanwhile; try again")]
    Changed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Management {
    /// The domains of a tenant, and those that it has claimed, by name.
    ///
    /// # Errors
    /// [`ViewError`].
    pub async fn domains(&self, slug: &str) -> Result<Page<DomainView>, ViewError> {
        let (tenant, claims) = self.of_domains(slug).await?;
        let claims = claims.map_or_else(Vec::new, |read| alive(&read.record, self.clock.now()).claims);
        Ok(Page { items: view::all(&tenant.record, &claims), next: None })
    }

    /// Notes that a tenant wants to prove a domain, and tells by which record. Whoever claims again is told
    /// the same.
    ///
    /// # Errors
    /// [`DomainError`]; nothing was noted then.
    pub async fn claim_domain(
        &self,
        slug: &str,
        new: &NewDomain,
        actor: &str,
    ) -> Result<DomainView, DomainError> {
        let name = claimable(&new.domain)?;
        for _ in 0..ATTEMPTS {
            let (Stored { record: tenant, .. }, read) = self.of_domains(slug).await?;
            let none = DomainClaims { tenant: tenant.id, claims: Vec::new() };
            let mut open = read.as_ref().map_or(none, |read| alive(&read.record, self.clock.now()));
            if tenant.proof_of(&name).is_some() || open.of(&name).is_some() {
                return Ok(view::of(&tenant, &open.claims, &name));
            }
            if tenant.proven.len() + open.claims.len() >= MOST {
                return Err(DomainError::TooMany);
            }
            open.claims.push(self.new_claim(name.clone(), actor));
            let batch = match &read {
                Some(read) => Batch::new().update(read, &open)?,
                None => Batch::new().insert(&open)?,
            };
            let event = self.event(tenant.id, actor, Action::DomainClaimed, name.as_str());
            match self.store.commit(batch.insert(&event)?).await {
                Err(StoreError::Conflict(_)) => {}
                committed => {
                    committed?;
                    return Ok(view::of(&tenant, &open.claims, &name));
                }
            }
        }
        Err(DomainError::Changed)
    }

    /// Gives up a claim or a proof of a domain, whose people are led here no more then.
    ///
    /// # Errors
    /// [`DomainError`]; nothing has changed then.
    pub async fn release_domain(&self, slug: &str, domain: &str, actor: &str) -> Result<(), DomainError> {
        for _ in 0..ATTEMPTS {
            let (tenant, claims) = self.of_domains(slug).await?;
            let name = named(domain)?;
            let open =
                claims.as_ref().filter(|read| alive(&read.record, self.clock.now()).of(&name).is_some());
            let mut batch = Batch::new();
            if let Some(read) = open {
                batch = without_claim(batch, read, &name)?;
            }
            if tenant.record.proof_of(&name).is_some() {
                let mut without = tenant.record.clone();
                without.proven.retain(|proven| proven.name != name);
                batch = batch.update(&tenant, &without)?;
                if !without.domains.contains(&name) {
                    batch = batch.consume(at::domain(&name));
                }
            }
            if batch.operations().is_empty() {
                return Err(match tenant.record.domains.contains(&name) {
                    true => DomainError::Operators(name),
                    false => unknown(domain).into(),
                });
            }
            let event = self.event(tenant.record.id, actor, Action::DomainReleased, name.as_str());
            match self.store.commit(batch.insert(&event)?).await {
                Err(StoreError::Conflict(_)) => {}
                committed => return Ok(committed.map(drop)?),
            }
        }
        Err(DomainError::Changed)
    }

    /// Makes a domain the tenant's, whose record with `token` was seen just now, unless it was given up or is
    /// somebody else's. To whom it leads is one conditional write: of two who prove it, one gets it.
    async fn prove(
        &self,
        slug: &str,
        (name, token): (&Domain, &DomainToken),
        actor: &str,
    ) -> Result<(), DomainError> {
        for _ in 0..ATTEMPTS {
            let now = self.clock.now();
            let (tenant, claims) = self.of_domains(slug).await?;
            let mut proven = tenant.record.clone();
            let mut batch = Batch::new();
            if let Some(proof) = proven.proven.iter_mut().find(|it| it.name == *name && it.token == *token) {
                let seen = proof.seen(true, now);
                if *proof == seen {
                    return Ok(());
                }
                *proof = seen;
            } else {
                let open = |read: &&Stored<DomainClaims>| {
                    alive(&read.record, now).of(name).is_some_and(|claim| claim.token == *token)
                };
                let read = claims.as_ref().filter(open).ok_or(DomainError::Changed)?;
                let claim = read.record.of(name).ok_or(DomainError::Changed)?;
                proven.proven.push(ProvenDomain::new(claim, now));
                batch = without_claim(batch, read, name)?;
                match self.store.read::<TenantOf<Domain>>(&at::domain(name), now).await? {
                    None => {
                        let leads = TenantOf { name: name.clone(), tenant: tenant.record.id };
                        batch = batch.insert(&leads)?;
                    }
                    Some(leads) if leads.record.tenant == tenant.record.id => {}
                    Some(_) => return Err(DomainError::Taken),
                }
            }
            let event = self.event(proven.id, actor, Action::DomainProven, name.as_str());
            match self.store.commit(batch.update(&tenant, &proven)?.insert(&event)?).await {
                Err(StoreError::Conflict(_)) => {}
                committed => return Ok(committed.map(drop)?),
            }
        }
        Err(DomainError::Changed)
    }

    fn new_claim(&self, name: Domain, actor: &str) -> DomainClaim {
        let mut bits = [0; 20];
        self.entropy.fill(&mut bits);
        DomainClaim {
            name,
            token: DomainToken::new(bits),
            by: actor.to_owned(),
            claimed_at: self.clock.now(),
        }
    }

    /// A tenant and the record of its claims, as they are to be changed: also one that is void and was not swept
    /// yet, for whoever claims anew writes over it.
    async fn of_domains(
        &self,
        slug: &str,
    ) -> Result<(Stored<Tenant>, Option<Stored<DomainClaims>>), ViewError> {
        let tenant = self.tenant_record(slug).await?;
        let key = at::domain_claims(tenant.record.id);
        let claims = self.store.read::<DomainClaims>(&key, Timestamp::from_millis(0)).await?;
        Ok((tenant, claims))
    }
}

/// The claims that are not void.
fn alive(claims: &DomainClaims, now: Timestamp) -> DomainClaims {
    let mut claims = claims.clone();
    claims.claims.retain(|claim| now < claim.expires_at());
    claims
}

/// Takes a claim away.
fn without_claim(batch: Batch, read: &Stored<DomainClaims>, name: &Domain) -> Result<Batch, StoreError> {
    let mut rest = read.record.clone();
    rest.claims.retain(|claim| claim.name != *name);
    match rest.claims.is_empty() {
        true => Ok(batch.delete(read)),
        false => batch.update(read, &rest),
    }
}

fn unknown(domain: &str) -> ViewError {
    ViewError::Unknown { what: "domain", name: domain.to_owned() }
}

/// The domain in a path.
fn named(domain: &str) -> Result<Domain, ViewError> {
    Domain::parse(domain).map_err(|_| unknown(domain))
}

/// A domain that somebody can have for themselves. A name under which others register theirs, such as
/// `co.uk`, is its registry's to prove, and says nothing of the names below it.
fn claimable(text: &str) -> Result<Domain, DomainError> {
    let unfit = |why: String| DomainError::Unfit(why);
    let name = Domain::parse(text).map_err(|invalid| unfit(invalid.to_string()))?;
    if name.is_public_mail() {
        return Err(unfit(format!("anybody can have an address at `{name}`, so it is no company's own")));
    }
    if name.as_str().len() > LONGEST {
        return Err(unfit("no record can stand below a name that is so long".to_owned()));
    }
    Ok(name)
}
