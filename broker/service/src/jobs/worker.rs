//! The worker: takes what is due, does it, and writes down what came of it.

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::{Clock, Job, Task};
use doorward_store::{StoreError, Stored};
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::{Jobs, Lanes, Outcome};
use crate::identity::Endings;
use crate::identity::ending::Ended;
use crate::identity::local::Letters;
use crate::provider::Provider;

/// A worker looks for what is due this often, if nobody wakes it.
const INTERVAL: Duration = Duration::from_secs(2);

/// Does the jobs of a broker.
pub struct Worker {
    jobs: Arc<Jobs>,
    provider: Arc<Provider>,
    endings: Arc<Endings>,
    letters: Letters,
    clock: Arc<dyn Clock>,
}

impl Worker {
    /// A worker on `jobs`.
    pub fn new(
        jobs: Arc<Jobs>,
        provider: Arc<Provider>,
        endings: Arc<Endings>,
        letters: Letters,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { jobs, provider, endings, letters, clock }
    }

    /// Works for ever. What takes long holds up nothing else: a job begins as soon as there is room for it.
    pub async fn run(&self) {
        let mut lanes = Lanes::default();
        let mut under_way = FuturesUnordered::new();
        loop {
            match self.jobs.take(&mut lanes, self.clock.now()).await {
                Ok(taken) => under_way.extend(taken.into_iter().map(|job| self.attempt(job))),
                Err(error) => tracing::warn!(%error, "due jobs could not be read"),
            }
            tokio::select! {
                Some(job) = under_way.next() => lanes.leave(&job),
                () = self.jobs.woken() => {}
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    }

    /// Does what is due until nothing is, and returns how many attempts that took.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn catch_up(&self) -> Result<usize, StoreError> {
        let mut lanes = Lanes::default();
        let mut under_way = FuturesUnordered::new();
        let mut attempts = 0;
        loop {
            let taken = self.jobs.take(&mut lanes, self.clock.now()).await?;
            attempts += taken.len();
            under_way.extend(taken.into_iter().map(|job| self.attempt(job)));
            match under_way.next().await {
                Some(job) => lanes.leave(&job),
                None if lanes.seen.is_some() => {}
                None => return Ok(attempts),
            }
        }
    }

    /// One attempt at a job. If it cannot be written down what came of it, it is due again.
    async fn attempt(&self, job: Stored<Job>) -> Job {
        let outcome = self.work(&job.record).await.unwrap_or_else(|error| {
            tracing::warn!(job = %job.record.id, %error, "a job failed");
            Outcome::Failed
        });
        if let Err(error) = self.jobs.settle(&job, outcome, self.clock.now()).await {
            tracing::warn!(job = %job.record.id, %error, "what came of a job could not be written down");
        }
        job.record
    }

    async fn work(&self, job: &Job) -> Result<Outcome, StoreError> {
        let now = self.clock.now();
        match &job.task {
            Task::LogoutToken { client, user, session } => {
                self.provider.tell_of_logout(client, (job.tenant, *user), *session, now).await
            }
            Task::Letter { letter, .. } => Ok(self.letters.send(job, letter, now).await),
            Task::Clear { user, connection, after } => {
                let of = Ended { tenant: job.tenant, user: *user, connection: *connection };
                self.endings.clear(of, after.as_deref(), now).await
            }
        }
    }
}
