//! From a plan to the store: everything in one commit, or nothing.

use doorward_domain::Timestamp;
use doorward_store::StoreError;

use super::Management;
use super::document::Document;
use super::existing::Existing;
use super::plan::{Making, Plan, PlanError, plan};

/// How often a plan is made anew because somebody else was faster.
const ATTEMPTS: usize = 5;

impl Management {
    /// What applying `document` would do.
    ///
    /// # Errors
    /// [`PlanError`] tells what is wrong with the document, or with the store.
    pub async fn plan(&self, document: &Document, actor: &str) -> Result<Plan, PlanError> {
        let now = self.clock.now();
        let existing = Existing::named_by(&*self.store, document, now).await?;
        plan(document, &existing, &self.making(actor, now))
    }

    /// What goes into new records beside a document.
    pub(super) fn making<'a>(&'a self, actor: &'a str, now: Timestamp) -> Making<'a> {
        Making {
            actor,
            now,
            entropy: &*self.entropy,
            sealer: &self.sealer,
            egress: &self.egress,
            algorithms: &self.algorithms,
            mutual_tls: self.mutual_tls.as_ref(),
            registration: None,
        }
    }

    /// Makes `document` true, as a whole or not at all, and tells what changed. `actor` stands in the
    /// audit events.
    ///
    /// # Errors
    /// [`PlanError`], like [`Management::plan`]; nothing has changed then.
    pub async fn apply(&self, document: &Document, actor: &str) -> Result<Plan, PlanError> {
        let mut attempt = 1;
        loop {
            let plan = self.plan(document, actor).await?;
            if plan.changes.is_empty() {
                return Ok(plan);
            }
            match self.store.commit(plan.batch.clone()).await {
                Err(StoreError::Conflict(_)) if attempt < ATTEMPTS => attempt += 1,
                committed => {
                    committed?;
                    self.endings.ended();
                    return Ok(plan);
                }
            }
        }
    }
}
