//! The traces that are kept: in memory, within a limit, and each tenant's apart. When there is no more room,
//! whoever has most loses the details of who came in, the oldest first, and then their oldest traces, so that
//! nobody's flood pushes out anybody else's.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use doorward_domain::{TenantId, Timestamp};

use super::{Limits, Outcome, Reference, Trace};

/// The most tenants of whom it is remembered how many traces were lost.
const MOST_COUNTED: usize = 10_000;

/// The traces of all tenants.
pub(super) struct Kept {
    shelves: HashMap<TenantId, Shelf>,
    /// The shelves by their size.
    sizes: BTreeSet<(usize, TenantId)>,
    places: HashMap<Reference, (TenantId, u64)>,
    bytes: usize,
    limits: Limits,
}

/// The traces of one tenant, the oldest first.
#[derive(Default)]
struct Shelf {
    traces: VecDeque<Arc<Trace>>,
    /// The number of the first; each has the next.
    first: u64,
    /// Before this number, those who came in have lost their details.
    slim_before: u64,
    bytes: usize,
    lost: u64,
}

impl Kept {
    /// Room for so much.
    pub fn new(limits: Limits) -> Self {
        Self { shelves: HashMap::new(), sizes: BTreeSet::new(), places: HashMap::new(), bytes: 0, limits }
    }

    /// Keeps a trace, in place of what was known of the same attempt while it was under way. What came to an
    /// end stays, whatever comes back once more. Returns the trace as it is kept.
    pub fn put(&mut self, mut trace: Trace, now: Timestamp) -> Arc<Trace> {
        let (tenant, reference) = (trace.tenant, trace.reference);
        if let Some(before) = self.find(reference).filter(|before| before.attempt == trace.attempt) {
            trace.sent = trace.sent.or_else(|| before.sent.clone());
            if before.tenant == tenant && matches!(before.outcome, Outcome::UnderWay) {
                let trace = Arc::new(trace);
                self.replace(tenant, Arc::clone(&trace));
                return trace;
            }
        }
        let trace = Arc::new(trace);
        let size = trace.size();
        let shelf = self.shelves.entry(tenant).or_default();
        let place = shelf.first + shelf.traces.len() as u64;
        shelf.traces.push_back(Arc::clone(&trace));
        self.places.insert(reference, (tenant, place));
        self.grow(tenant, size);
        while self.oldest(tenant).is_some_and(|oldest| now.since(oldest) > self.limits.kept_for) {
            self.drop_oldest(tenant, false);
        }
        while self.bytes > self.limits.memory {
            let Some((_, largest)) = self.sizes.last().copied() else { break };
            if !self.slim_oldest(largest) {
                self.drop_oldest(largest, true);
            }
        }
        trace
    }

    /// The trace with a reference.
    pub fn find(&self, reference: Reference) -> Option<&Arc<Trace>> {
        let (tenant, place) = self.places.get(&reference)?;
        let shelf = self.shelves.get(tenant)?;
        shelf.traces.get(usize::try_from(place.checked_sub(shelf.first)?).ok()?)
    }

    /// A tenant's traces, the newest first.
    pub fn of(&self, tenant: TenantId) -> impl Iterator<Item = &Arc<Trace>> {
        self.shelves.get(&tenant).into_iter().flat_map(|shelf| shelf.traces.iter().rev())
    }

    /// How many of a tenant's were lost for want of room.
    pub fn lost(&self, tenant: TenantId) -> u64 {
        self.shelves.get(&tenant).map_or(0, |shelf| shelf.lost)
    }

    /// Drops what is too old, and closes what was opened before `opened_before`.
    pub fn sweep(&mut self, opened_before: Timestamp, now: Timestamp) {
        let tenants: Vec<_> = self.shelves.keys().copied().collect();
        for tenant in tenants {
            while self.oldest(tenant).is_some_and(|oldest| now.since(oldest) > self.limits.kept_for) {
                self.drop_oldest(tenant, false);
            }
            for trace in self.shelves.get_mut(&tenant).into_iter().flat_map(|shelf| &mut shelf.traces) {
                if trace.trail.as_ref().is_some_and(|trail| trail.opened) && trace.began < opened_before {
                    Arc::make_mut(trace).close();
                }
            }
        }
        if self.shelves.len() > MOST_COUNTED {
            self.shelves.retain(|_, shelf| !shelf.traces.is_empty());
        }
    }

    fn replace(&mut self, tenant: TenantId, trace: Arc<Trace>) {
        let Some((_, place)) = self.places.get(&trace.reference).copied() else { return };
        let Some(shelf) = self.shelves.get_mut(&tenant) else { return };
        let index = usize::try_from(place.saturating_sub(shelf.first)).unwrap_or(usize::MAX);
        let Some(before) = shelf.traces.get_mut(index) else { return };
        let (smaller, larger) = (before.size(), trace.size());
        *before = trace;
        self.grow(tenant, larger);
        self.shrink(tenant, smaller);
    }

    fn oldest(&self, tenant: TenantId) -> Option<Timestamp> {
        Some(self.shelves.get(&tenant)?.traces.front()?.began)
    }

    /// Drops the details of the oldest sign-in that went well, if any has them but the newest.
    fn slim_oldest(&mut self, tenant: TenantId) -> bool {
        let Some(shelf) = self.shelves.get_mut(&tenant) else { return false };
        let from = usize::try_from(shelf.slim_before.saturating_sub(shelf.first)).unwrap_or(usize::MAX);
        let newest = shelf.traces.len().saturating_sub(1);
        for (place, trace) in (shelf.first..).zip(&mut shelf.traces).take(newest).skip(from) {
            shelf.slim_before = place + 1;
            let came_in = matches!(trace.outcome, Outcome::Entered { .. }) && !trace.is_test;
            if came_in && trace.trail.is_some() {
                let before = trace.size();
                Arc::make_mut(trace).slim();
                let saved = before.saturating_sub(trace.size());
                self.shrink(tenant, saved);
                return true;
            }
        }
        false
    }

    fn drop_oldest(&mut self, tenant: TenantId, for_room: bool) {
        let Some(shelf) = self.shelves.get_mut(&tenant) else { return };
        let Some(trace) = shelf.traces.pop_front() else { return };
        let place = shelf.first;
        shelf.first += 1;
        shelf.lost += u64::from(for_room);
        if self.places.get(&trace.reference) == Some(&(tenant, place)) {
            self.places.remove(&trace.reference);
        }
        self.shrink(tenant, trace.size());
    }

    fn grow(&mut self, tenant: TenantId, by: usize) {
        self.resize(tenant, |bytes| bytes + by);
    }

    fn shrink(&mut self, tenant: TenantId, by: usize) {
        self.resize(tenant, |bytes| bytes.saturating_sub(by));
    }

    fn resize(&mut self, tenant: TenantId, change: impl Fn(usize) -> usize) {
        let Some(shelf) = self.shelves.get_mut(&tenant) else { return };
        self.sizes.remove(&(shelf.bytes, tenant));
        self.bytes -= shelf.bytes;
        shelf.bytes = change(shelf.bytes);
        self.bytes += shelf.bytes;
        if shelf.bytes > 0 {
            self.sizes.insert((shelf.bytes, tenant));
        }
    }
}
