//! From a plan to the store: everything in one commit, or nothing.

use std::collections::BTreeSet;

use doorward_domain::Timestamp;
use doorward_domain::connection::kind::Entra;
use doorward_store::StoreError;

use super::Management;
use super::document::{Document, Kind};
use super::existing::Existing;
use super::plan::{Making, Plan, PlanError, plan};
use crate::federation::directory::{Directories, Directory};

/// How often a plan is made anew because somebody else was faster.
const ATTEMPTS: usize = 5;

impl Management {
    /// What applying `document` would do.
    ///
    /// # Errors
    /// [`PlanError`] tells what is wrong with the document, or with the store.
    pub async fn plan(&self, document: &Document, actor: &str) -> Result<Plan, PlanError> {
        let directories = self.directories(document).await;
        self.plan_with(document, &directories, actor).await
    }

    async fn plan_with(
        &self,
        document: &Document,
        directories: &Directories,
        actor: &str,
    ) -> Result<Plan, PlanError> {
        let now = self.clock.now();
        let existing = Existing::named_by(&*self.store, document, now).await?;
        plan(document, &existing, &Making { directories: Some(directories), ..self.making(actor, now) })
    }

    /// Asks which directories of Entra the domains in a document belong to. That is the one thing about a
    /// plan that is neither in the document nor in the store.
    async fn directories(&self, document: &Document) -> Directories {
        let connections = document.tenants.iter().flat_map(|tenant| &tenant.connections);
        let named = connections.filter(|it| it.kind == Kind::Entra).filter_map(|it| {
            let authority = it.authority.as_deref().unwrap_or(Entra::AUTHORITY).trim_end_matches('/');
            Directory::named(authority, it.directory.as_deref()?)
        });
        let mut found = Directories::new();
        for directory in named.collect::<BTreeSet<_>>() {
            let answer = directory.look_up(&*self.net).await;
            found.insert(directory, answer);
        }
        found
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
            directories: None,
            registration: None,
        }
    }

    /// Makes `document` true, as a whole or not at all, and tells what changed. `actor` stands in the
    /// audit events.
    ///
    /// # Errors
    /// [`PlanError`], like [`Management::plan`]; nothing has changed then.
    pub async fn apply(&self, document: &Document, actor: &str) -> Result<Plan, PlanError> {
        let directories = self.directories(document).await;
        let mut attempt = 1;
        loop {
            let plan = self.plan_with(document, &directories, actor).await?;
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
