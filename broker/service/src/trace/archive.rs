//! The traces that outlive the process: of what went wrong, and of every test of a connection.
//!
//! They are written about once a second, all that came together in one commit, so that nobody who signs in
//! waits for them: a process that is killed loses the last second's. Anybody can make a sign-in fail, so
//! there is an end to what is kept, for a store and for each tenant, and whoever has most loses the oldest.
//! What claims say is never written down, not even while an administrator has opened them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use doorward_domain::{Clock, Entropy, KeptTrace, TenantId, Timestamp};
use doorward_store::records::{TraceOf, at};
use doorward_store::{Batch, Key, Kind, Range, Record as _, Store, StoreError, StoreExt as _};
use tokio::sync::Mutex;

use super::fair::Fair;
use super::{Limits, Reference, Trace, Traces};
use crate::keys::{Place, Sealer};

/// The most traces that are kept, and the most of them that one tenant has.
const MOST: (usize, usize) = (10_000, 500);
/// The longest trace that is kept with all its details, in bytes of JSON.
const LONGEST: usize = 12 * 1024;
/// How often what waits is written.
const INTERVAL: Duration = Duration::from_secs(1);

/// The traces in the store.
pub struct Archive {
    store: Arc<dyn Store>,
    sealer: Arc<Sealer>,
    entropy: Arc<dyn Entropy>,
    clock: Arc<dyn Clock>,
    kept_for: Duration,
    /// The most traces that are kept, and the most of them that one tenant has.
    most: (usize, usize),
    /// What there is; nothing until it was looked at, and after a write of which nobody knows whether it
    /// got through.
    shelves: Mutex<Option<Fair<Spot>>>,
}

/// Where a trace lies among its tenant's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    began: Timestamp,
    reference: Reference,
}

impl Archive {
    /// What lies in `store`.
    pub fn new(
        (store, sealer): (Arc<dyn Store>, Arc<Sealer>),
        entropy: Arc<dyn Entropy>,
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Self {
        Self {
            store,
            sealer,
            entropy,
            clock,
            kept_for: limits.kept_for,
            most: MOST,
            shelves: Mutex::default(),
        }
    }

    /// The same with room for so many traces, and so many of one tenant.
    #[cfg(test)]
    pub(super) fn of_most(self, most: (usize, usize)) -> Self {
        Self { most, ..self }
    }

    #[cfg(test)]
    pub(super) const fn most(&self) -> (usize, usize) {
        self.most
    }

    /// Writes what waits in `traces`, for ever.
    pub async fn run(&self, traces: &Traces) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = self.write(traces).await {
                tracing::warn!(%error, "traces could not be written");
            }
        }
    }

    /// Writes what waits in `traces`.
    ///
    /// # Errors
    /// When the store fails; it goes on waiting then.
    pub async fn write(&self, traces: &Traces) -> Result<(), StoreError> {
        let waiting = traces.waiting();
        if waiting.is_empty() {
            return Ok(());
        }
        let mut there = self.shelves.lock().await;
        let mut shelves = match there.take() {
            Some(shelves) => shelves,
            None => self.look().await?,
        };
        let now = self.clock.now();
        shelves.retain(|spot| now < spot.began + self.kept_for);
        let (mut written, mut batch) = (BTreeMap::new(), Batch::new());
        for trace in &waiting {
            let (tenant, spot) = (trace.tenant, Spot::of(trace));
            // Whoever comes back once more with the same answer fails once more under the same reference.
            let is_new = written.insert((tenant, spot), trace).is_none()
                && !shelves.of(tenant).any(|known| *known == spot);
            if let Some(gone) = is_new.then(|| shelves.put(tenant, spot)).flatten() {
                written.remove(&gone);
                batch = gone.1.remove(batch, gone.0);
            }
        }
        for trace in written.into_values() {
            batch = self.add(batch, trace)?;
        }
        self.store.commit(batch).await?;
        *there = Some(shelves);
        traces.written(&waiting);
        Ok(())
    }

    /// The trace with a reference; of several the newest.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find(&self, reference: Reference) -> Result<Option<Arc<Trace>>, StoreError> {
        let (now, text) = (self.clock.now(), reference.to_string());
        let found = self.store.read_range::<TraceOf>(&at::traces_of(&text), 1, now).await?;
        let Some(TraceOf { tenant, began, .. }) = found.into_iter().next().map(|it| it.record) else {
            return Ok(None);
        };
        let kept = self.store.read::<KeptTrace>(&at::trace(tenant, began, &text), now).await?;
        Ok(kept.and_then(|kept| self.open(&kept.record)))
    }

    /// A tenant's traces, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(&self, tenant: TenantId) -> Result<Vec<Arc<Trace>>, StoreError> {
        let range = Range::of(tenant, Kind::Trace);
        let found = self.store.read_range::<KeptTrace>(&range, self.most.1, self.clock.now()).await?;
        Ok(found.iter().filter_map(|kept| self.open(&kept.record)).collect())
    }

    /// Looks at what there is.
    async fn look(&self) -> Result<Fair<Spot>, StoreError> {
        let range = Range::of(TenantId::BROKER, Kind::TraceOf);
        let found = self.store.read_range::<TraceOf>(&range, usize::MAX, self.clock.now()).await?;
        let mut found: Vec<_> = found.into_iter().filter_map(|it| Spot::read(&it.record)).collect();
        found.sort_unstable_by_key(|(_, spot)| *spot);
        let mut shelves = Fair::new(self.most.0, self.most.1);
        for (tenant, spot) in found {
            shelves.put(tenant, spot);
        }
        Ok(shelves)
    }

    fn add(&self, batch: Batch, trace: &Trace) -> Result<Batch, StoreError> {
        let damaged =
            |error: serde_json::Error| StoreError::Damaged { kind: Kind::Trace, cause: error.to_string() };
        let mut facts = serde_json::to_vec(trace).map_err(damaged)?;
        if facts.len() > LONGEST {
            facts = serde_json::to_vec(&trace.in_short()).map_err(damaged)?;
        }
        let (tenant, reference, began) = (trace.tenant, trace.reference.to_string(), trace.began);
        let expires_at = began + self.kept_for;
        let key = at::trace(tenant, began, &reference);
        let facts = self.sealer.seal(&place(&key), &facts, &*self.entropy);
        let of = TraceOf { reference: reference.clone(), began, tenant, expires_at };
        batch.put(&KeptTrace { tenant, reference, began, facts, expires_at })?.put(&of)
    }

    /// Reads what was written; nothing when the master key is gone that sealed it.
    fn open(&self, kept: &KeptTrace) -> Option<Arc<Trace>> {
        let key = kept.key();
        let facts = self.sealer.open(&place(&key), &kept.facts).ok()?;
        serde_json::from_slice(&facts).ok().map(Arc::new)
    }
}

fn place(key: &Key) -> Place<'_> {
    Place { tenant: key.tenant(), kind: Kind::Trace, id: key.id(), field: "facts" }
}

impl Spot {
    const fn of(trace: &Trace) -> Self {
        Self { began: trace.began, reference: trace.reference }
    }

    fn read(of: &TraceOf) -> Option<(TenantId, Self)> {
        Some((of.tenant, Self { began: of.began, reference: Reference::parse(&of.reference)? }))
    }

    fn remove(self, batch: Batch, tenant: TenantId) -> Batch {
        let reference = self.reference.to_string();
        batch.remove(at::trace(tenant, self.began, &reference)).remove(at::trace_of(&reference, self.began))
    }
}
