//! From a plan to the store: everything in one commit, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use doorward_domain::connection::kind::Entra;
use doorward_domain::credential::password;
use doorward_domain::{PasswordHash, Timestamp};
use doorward_store::{StoreError, Version};

use super::Management;
use super::document::{Document, Kind, SecretSource};
use super::existing::Existing;
use super::history::remember;
use super::plan::{Making, NO_PASSWORDS, Plan, PlanError, Problem, plan};
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
        let existing = Existing::named_by(&*self.store, document, self.clock.now()).await?;
        self.plan_over(document, &existing, directories, actor).await
    }

    /// Plans over what was read.
    async fn plan_over(
        &self,
        document: &Document,
        existing: &Existing,
        directories: &Directories,
        actor: &str,
    ) -> Result<Plan, PlanError> {
        let passwords = self.first_passwords(document, existing).await?;
        let making = self.making(actor, self.clock.now());
        plan(document, existing, &Making { directories: Some(directories), passwords: &passwords, ..making })
    }

    /// Plans over what the document was made from.
    pub(super) async fn plan_on(
        &self,
        document: &Document,
        existing: &Existing,
        actor: &str,
    ) -> Result<Plan, PlanError> {
        let directories = self.directories(document).await;
        self.plan_over(document, existing, &directories, actor).await
    }

    /// Carries a plan out, and remembers what becomes of everything that has a history.
    pub(super) async fn carry_out(&self, plan: &Plan, actor: &str) -> Result<Version, StoreError> {
        let told = (actor, self.clock.now());
        let batch = remember(&*self.store, plan.batch.clone(), &plan.became, told).await?;
        let version = self.store.commit(batch).await?;
        self.endings.ended();
        Ok(version)
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
            passwords: &NO_PASSWORDS,
        }
    }

    /// The hashes of those passwords that would be first ones: there is no use in making others.
    async fn first_passwords(
        &self,
        document: &Document,
        existing: &Existing,
    ) -> Result<BTreeMap<String, PasswordHash>, PlanError> {
        let (mut hashes, mut problems) = (BTreeMap::new(), Vec::new());
        for tenant in &document.tenants {
            for user in &tenant.users {
                let (Some(SecretSource::Literal(typed)), Some(login)) = (&user.password, user.login()) else {
                    continue;
                };
                let old = existing.tenants.get(&tenant.slug).and_then(|it| it.users.get(login));
                if old.is_some_and(|old| old.credentials.record.password.is_some()) {
                    continue;
                }
                let path = format!("tenant[{}].user[{login}]", tenant.slug);
                let context = [login, tenant.slug.as_str(), tenant.name.as_str()];
                match password::choose(typed.expose(), &context) {
                    Ok(chosen) => {
                        let hash = self.local.hasher.hash(chosen, &*self.entropy).await;
                        let hash = hash.map_err(|busy| StoreError::Unavailable(busy.to_string()))?;
                        hashes.insert(path, hash);
                    }
                    Err(weak) => {
                        problems
                            .push(Problem { path: format!("{path}.password"), message: weak.to_string() });
                    }
                }
            }
        }
        if problems.is_empty() { Ok(hashes) } else { Err(PlanError::Invalid(problems)) }
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
            match self.carry_out(&plan, actor).await {
                Err(StoreError::Conflict(_)) if attempt < ATTEMPTS => attempt += 1,
                committed => {
                    committed?;
                    self.invite(&plan, actor).await?;
                    return Ok(plan);
                }
            }
        }
    }
}
