//! Proven domains looked at again: a domain that was not renewed is somebody else's one day, and so are the
//! addresses in it.

use doorward_domain::audit::Action;
use doorward_domain::{DomainToken, ProvenDomain, TenantId};
use doorward_net::Texts;
use doorward_store::{Batch, StoreError, StoreExt as _};

use super::ATTEMPTS;
use crate::management::Management;
use crate::management::views::{Ask, TenantView, ViewError};

/// The actor of what the broker does by itself.
const BROKER: &str = "doorward";
/// When name servers were silent for so many domains in a row there is no use in asking on.
const SILENT: usize = 3;

impl Management {
    /// Looks whether the records of proven domains are still there. Only where DNS says that one is gone, and
    /// says so for [`ProvenDomain::GRACE`], its proof lapses; where DNS says nothing, everything stays.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn examine_domains(&self) -> Result<(), ViewError> {
        let (mut ask, mut silent) = (Ask { after: None, limit: Ask::MOST }, 0);
        loop {
            let page = self.tenants(&ask).await?;
            for view in &page.items {
                let tenant = self.store.tenant(view.id, self.clock.now()).await?;
                for proof in tenant.into_iter().flat_map(|tenant| tenant.record.proven) {
                    silent = if self.examine_proof(view, &proof).await? { 0 } else { silent + 1 };
                    if silent == SILENT {
                        return Ok(());
                    }
                }
            }
            ask.after = page.next;
            if ask.after.is_none() {
                return Ok(());
            }
        }
    }

    /// Looks at one; says whether name servers answer at all.
    async fn examine_proof(&self, tenant: &TenantView, proof: &ProvenDomain) -> Result<bool, StoreError> {
        match self.names.texts(&DomainToken::name(&proof.name)).await {
            Ok(texts) => {
                self.note(tenant.id, proof, stands(&texts, &proof.token)).await?;
                Ok(true)
            }
            Err(error) => {
                let (tenant, domain) = (tenant.slug(), &proof.name);
                tracing::warn!(%tenant, %domain, %error, "DNS does not say whether a proof stands");
                Ok(error.concerns_the_name())
            }
        }
    }

    /// Notes what DNS said of a proof, unless it was given up meanwhile.
    async fn note(&self, id: TenantId, proof: &ProvenDomain, stands: bool) -> Result<(), StoreError> {
        let mut attempt = 1;
        loop {
            let now = self.clock.now();
            let Some(read) = self.store.tenant(id, now).await? else { return Ok(()) };
            let mut tenant = read.record.clone();
            let same = |it: &&mut ProvenDomain| it.name == proof.name && it.token == proof.token;
            let Some(known) = tenant.proven.iter_mut().find(same) else { return Ok(()) };
            let (old, seen) = (known.clone(), known.seen(stands, now));
            if seen.missing_since.is_some() {
                let (lapsed, domain) = (seen.lapsed, &seen.name);
                tracing::warn!(tenant = %read.record.slug, %domain, lapsed, "the record of a proof is gone");
            }
            if old == seen {
                return Ok(());
            }
            *known = seen.clone();
            let mut batch = Batch::new().update(&read, &tenant)?;
            if let Some(action) = became(&old, &seen) {
                batch = batch.insert(&self.event(id, BROKER, action, seen.name.as_str()))?;
            }
            match self.store.commit(batch).await {
                Err(StoreError::Conflict(_)) if attempt < ATTEMPTS => attempt += 1,
                committed => return committed.map(drop),
            }
        }
    }
}

fn stands(texts: &Texts, token: &DomainToken) -> bool {
    matches!(texts, Texts::Found(texts) if texts.iter().any(|text| token.is_in(text)))
}

/// What the audit log is told of a change.
const fn became(old: &ProvenDomain, new: &ProvenDomain) -> Option<Action> {
    match (old.lapsed, new.lapsed) {
        (false, true) => Some(Action::DomainLapsed),
        (true, false) => Some(Action::DomainProven),
        _ => None,
    }
}
