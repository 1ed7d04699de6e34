//! Runs a workload with many workers at once, and measures the broker meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::app::App;
use crate::measure::{Usage, now};
use crate::workloads::{Worker, Workload};

/// How a workload is run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many workers there are; each does one operation after the other.
    pub workers: usize,
    /// When it is over.
    pub until: Until,
}

/// When a run is over.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// After this time; operations that are under way then are ended.
    Elapsed(Duration),
    /// After so many operations.
    Operations(u64),
}

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How many operations went well.
    pub operations: u64,
    /// How many did not.
    pub errors: u64,
    /// What was wrong with the first of those.
    pub first_error: Option<String>,
    /// What the broker had used before.
    pub before: Usage,
    /// And after.
    pub after: Usage,
    /// How long each operation that went well took, the shortest first.
    pub latencies: Vec<Duration>,
}

/// Runs `workload` against the broker with process identifier `broker`.
///
/// # Errors
/// When the workers cannot even get ready, or the broker's process is gone.
pub async fn run(workload: Workload, plan: Plan, app: &Arc<App>, broker: u32) -> anyhow::Result<Outcome> {
    let mut workers = Vec::new();
    for _ in 0..plan.workers {
        workers.push(Worker::new(workload, app).await?);
    }
    let before = Usage::of(broker)?;
    let limit = Arc::new(Limit::new(plan.until));
    let mut tasks = JoinSet::new();
    for worker in workers {
        tasks.spawn(work(worker, workload, Arc::clone(app), Arc::clone(&limit)));
    }
    let mut outcome = Outcome { before, ..Outcome::default() };
    while let Some(tally) = tasks.join_next().await {
        outcome.add(tally??);
    }
    outcome.after = Usage::of(broker)?;
    outcome.latencies.sort_unstable();
    Ok(outcome)
}

/// When a run that has begun is over.
enum Limit {
    At(Instant),
    Left(AtomicU64),
}

impl Limit {
    fn new(until: Until) -> Self {
        match until {
            Until::Elapsed(time) => Self::At(now() + time),
            Until::Operations(count) => Self::Left(AtomicU64::new(count)),
        }
    }

    /// Whether one more operation may begin.
    fn take(&self) -> bool {
        match self {
            Self::At(end) => now() < *end,
            Self::Left(left) => {
                left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            }
        }
    }
}

/// What one worker did.
#[derive(Default)]
struct Tally {
    latencies: Vec<Duration>,
    errors: u64,
    first_error: Option<String>,
}

async fn work(
    mut worker: Worker,
    workload: Workload,
    app: Arc<App>,
    limit: Arc<Limit>,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    while limit.take() {
        let begun = now();
        match worker.operate().await {
            Ok(()) => tally.latencies.push(begun.elapsed()),
            Err(cause) => {
                tally.errors += 1;
                tally.first_error.get_or_insert_with(|| format!("{cause:#}"));
                // Its session or token may be spoilt.
                worker = Worker::new(workload, &app).await?;
            }
        }
    }
    Ok(tally)
}

impl Outcome {
    fn add(&mut self, tally: Tally) {
        self.operations += tally.latencies.len() as u64;
        self.errors += tally.errors;
        self.first_error = self.first_error.take().or(tally.first_error);
        self.latencies.extend(tally.latencies);
    }

    /// CPU time of the broker for one operation, in microseconds.
    pub fn cpu_per_operation(&self) -> u64 {
        let used = self.after.cpu.saturating_sub(self.before.cpu);
        u64::try_from(used.as_micros()).unwrap_or(u64::MAX) / self.operations.max(1)
    }

    /// Bytes that the broker sent to storage for one operation.
    pub fn written_per_operation(&self) -> u64 {
        self.after.written.saturating_sub(self.before.written) / self.operations.max(1)
    }

    /// The latency that this share of the operations did not exceed.
    pub fn percentile(&self, percent: usize) -> Duration {
        let index = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(index).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_for_one_operation() {
        let usage = |millis, written| Usage { cpu: Duration::from_millis(millis), written, resident: 0 };
        let latencies: Vec<_> = (1..=100).map(Duration::from_millis).collect();
        let outcome = Outcome {
            operations: 100,
            before: usage(10, 4096),
            after: usage(30, 413_696),
            latencies,
            ..Outcome::default()
        };
        assert_eq!((outcome.cpu_per_operation(), outcome.written_per_operation()), (200, 4096));
        assert_eq!(outcome.percentile(50), Duration::from_millis(51));
        assert_eq!(outcome.percentile(99), Duration::from_millis(100));
        assert_eq!(Outcome::default().percentile(99), Duration::ZERO);
    }

    #[test]
    fn a_number_of_operations_is_kept_to() {
        let limit = Limit::new(Until::Operations(2));
        assert_eq!([limit.take(), limit.take(), limit.take(), limit.take()], [true, true, false, false]);
    }
}
