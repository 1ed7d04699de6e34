//! Work that is left to do: telling apps of a logout, sending letters, clearing away what was ended.
//!
//! A job is a record, written in the same commit as the change that it belongs to ([`Jobs::add`]). It lies
//! under the time when it is due. A [`Worker`] takes it by making it due later, in one conditional write; any
//! number of workers may run, and what one of them left behind is due again. [`schedule`] decides, without a
//! clock: when it is tried again, when it is given up, and whose turn it is.

pub mod schedule;
mod worker;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use doorward_domain::audit::Action;
use doorward_domain::{AuditEvent, Entropy, EventId, Job, JobId, Task, TenantId, Timestamp};
use doorward_store::records::at;
use doorward_store::{Batch, Record as _, Store, StoreError, StoreExt as _, Stored};
use futures_util::future::join_all;
use tokio::sync::Notify;

pub use schedule::{Lanes, Outcome};
pub use worker::Worker;

use schedule::{LEASE, Step, after};

/// Due jobs are looked at in parts of this many.
const PAGE: usize = 200;
/// So many parts are looked at at one time.
const PAGES: usize = 3;
/// Who gives a job up, in audit events.
const WORKER: &str = "worker";

/// The jobs of a broker.
pub struct Jobs {
    store: Arc<dyn Store>,
    entropy: Arc<dyn Entropy>,
    added: Notify,
}

/// A new job, which is due at once.
pub(crate) fn job(tenant: TenantId, task: Task, entropy: &dyn Entropy, now: Timestamp) -> Job {
    let ends_at = now + task.life();
    Job { id: JobId::new(now, entropy), tenant, task, due_at: now, attempts: 0, ends_at }
}

impl Jobs {
    /// The jobs that lie in `store`.
    pub fn new(store: Arc<dyn Store>, entropy: Arc<dyn Entropy>) -> Self {
        Self { store, entropy, added: Notify::new() }
    }

    /// Adds a job to the change that it belongs to. Once that is written, [`Jobs::wake`].
    ///
    /// # Errors
    /// When the job cannot be written as a record.
    pub fn add(
        &self,
        batch: Batch,
        tenant: TenantId,
        task: Task,
        now: Timestamp,
    ) -> Result<Batch, StoreError> {
        batch.insert(&job(tenant, task, &*self.entropy, now))
    }

    /// Tells the worker in this process that there is something to do.
    pub fn wake(&self) {
        self.added.notify_one();
    }

    async fn woken(&self) {
        self.added.notified().await;
    }

    /// Takes due jobs for which there is room in `lanes`, and counts them there. However many wait, it looks at
    /// some of them and goes on from there the next time.
    async fn take(&self, lanes: &mut Lanes, now: Timestamp) -> Result<Vec<Stored<Job>>, StoreError> {
        let mut chosen = Vec::new();
        let due = at::jobs_due(now);
        for _ in 0..PAGES {
            if !lanes.have_room() {
                break;
            }
            let range = lanes.seen.take().map_or_else(|| due.clone(), |seen| due.after(&seen));
            let page = self.store.read_range::<Job>(&range, PAGE, now).await?;
            lanes.seen = page.last().filter(|_| page.len() == PAGE).map(|last| last.record.key());
            chosen.extend(page.into_iter().filter(|job| lanes.enter(&job.record)));
            if lanes.seen.is_none() {
                break;
            }
        }
        let mut taken = Vec::new();
        for (job, leased) in join_all(chosen.into_iter().map(|job| self.lease(job, now))).await {
            match leased {
                Ok(leased) => taken.push(leased),
                // Another worker was faster.
                Err(StoreError::Conflict(_)) => lanes.leave(&job),
                Err(error) => {
                    lanes.leave(&job);
                    tracing::warn!(%error, "a job could not be taken");
                }
            }
        }
        Ok(taken)
    }

    /// Makes a job this worker's for a while: of any number who try, one succeeds.
    async fn lease(&self, job: Stored<Job>, now: Timestamp) -> (Job, Result<Stored<Job>, StoreError>) {
        let record = Job { due_at: now + LEASE, attempts: job.record.attempts + 1, ..job.record.clone() };
        let moved = match Batch::new().delete(&job).insert(&record) {
            Ok(batch) => self.store.commit(batch).await,
            Err(error) => Err(error),
        };
        (job.record, moved.map(|version| Stored { record, version }))
    }

    /// Writes down what came of a job. If another worker has it by now, that one's word counts.
    async fn settle(&self, job: &Stored<Job>, outcome: Outcome, now: Timestamp) -> Result<(), StoreError> {
        let batch = Batch::new().delete(job);
        let batch = match after(&job.record, outcome, self.entropy.bytes(), now) {
            Step::Done => batch,
            Step::Again(next) => batch.insert(&next)?,
            Step::GiveUp => batch.insert(&self.given_up(&job.record, now))?,
        };
        match self.store.commit(batch).await {
            Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn given_up(&self, job: &Job, now: Timestamp) -> AuditEvent {
        let (tenant, attempts) = (job.tenant, job.attempts);
        tracing::warn!(job = %job.id, %tenant, attempts, "a job was given up");
        let (action, target) = match &job.task {
            Task::LogoutToken { client, .. } => (Action::LogoutNotDelivered, client.to_string()),
            Task::Letter { user, .. } => (Action::LetterNotSent, user.to_string()),
            Task::Clear { user: Some(user), .. } => (Action::LogoutNotDelivered, user.to_string()),
            Task::Clear { connection: Some(connection), .. } => {
                (Action::LogoutNotDelivered, connection.to_string())
            }
            Task::Clear { .. } => (Action::LogoutNotDelivered, tenant.to_string()),
        };
        AuditEvent {
            id: EventId::new(now, &*self.entropy),
            tenant,
            at: now,
            actor: WORKER.to_owned(),
            action,
            target,
        }
    }
}
