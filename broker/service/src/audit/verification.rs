//! The audit log compared with its checkpoints.

use std::collections::BTreeMap;
use std::time::Duration;

use doorward_domain::checkpoint::{Checkpoint, CheckpointHash, Entry, Head};
use doorward_domain::{EventId, TenantId};
use doorward_store::records::at;
use doorward_store::{Key, StoreError, Value};

use super::auditor::{checkpoints_from, number_of};
use super::{Auditor, Events, Found, genuine, is_within};

/// By so long after it happened an event has been signed, where a broker runs.
const OVERDUE: Duration = Duration::from_secs(5 * 60);
/// So many checkpoints are read at once.
const PAGE: usize = 64;

/// What came of comparing the audit log with its checkpoints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Where the chain ends.
    pub head: Option<Head>,
    /// How many checkpoints there are.
    pub checkpoints: u64,
    /// How many events are as they were signed.
    pub events: u64,
    /// How many happened so lately that they need not be signed yet.
    pub waiting: u64,
    /// What is wrong, in the order of the checkpoints.
    pub findings: Vec<Finding>,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The checkpoint that it is about; what no checkpoint knows stands where it would have been signed.
    pub checkpoint: u64,
    /// The event that it is about.
    pub event: Option<(TenantId, EventId)>,
    /// What is wrong.
    pub flaw: Flaw,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The event says something else than when it was signed.
    Edited,
    /// Another event lies in its place.
    Moved,
    /// The event is gone.
    Deleted,
    /// No checkpoint knows the event.
    Unsigned,
    /// The checkpoint is not signed by this broker, or for another place.
    Forged,
    /// The checkpoints from this one to that one are gone.
    Missing(u64),
    /// The checkpoint follows another one than there is, or is another one than was told.
    Forked,
}

/// The comparison under way.
struct Comparison<'a> {
    auditor: &'a Auditor,
    events: Events<'a>,
    outcome: Verification,
    /// What the next checkpoint follows, where that is known.
    link: Option<Option<CheckpointHash>>,
    /// The number of the next checkpoint.
    next: u64,
    /// Events that the checkpoint of their time does not know: another may, if they came late.
    unknown: BTreeMap<(EventId, TenantId), (u64, Found)>,
}

impl Auditor {
    /// Compares all events with the checkpoints from number `from` on, and these with each other. Of `told`,
    /// which was read elsewhere, each must be in the chain; and so must what this process has signed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn verify(&self, told: Option<Head>, from: u64) -> Result<Verification, StoreError> {
        let told: Vec<_> = told.into_iter().chain(self.head().await).collect();
        let from = from.max(1);
        let before = if from > 1 { self.genuine_at(from - 1).await? } else { None };
        let start = before.as_ref().map_or(EventId::FIRST, Checkpoint::until);
        let mut comparison = Comparison {
            auditor: self,
            events: Events::of_all(&*self.store, start, self.clock.now()).await?,
            outcome: Verification::default(),
            link: if from > 1 { before.map(|before| Some(before.hash())) } else { Some(None) },
            next: from,
            unknown: BTreeMap::new(),
        };
        let mut rest = Some(checkpoints_from(from));
        while let Some(range) = rest {
            let page = self.store.list(&range, PAGE).await?;
            rest = page.last().filter(|_| page.len() == PAGE).map(|(last, _)| range.after(last));
            for (key, value) in &page {
                comparison.checkpoint(key, value, &told).await?;
            }
        }
        comparison.finish(&told, from).await
    }
}

impl Comparison<'_> {
    /// Judges what lies in the place of the next checkpoint, and the events that it signs.
    async fn checkpoint(&mut self, key: &Key, value: &Value, told: &[Head]) -> Result<(), StoreError> {
        let number = number_of(key.id());
        let checkpoint = genuine(&self.auditor.sealer, number, value).filter(|_| key.id().len() == 8);
        let Some(checkpoint) = checkpoint else {
            self.find(number, None, Flaw::Forged);
            // Others may have put it far away from where the chain ends.
            if number == self.next {
                (self.link, self.next) = (None, number.saturating_add(1));
            }
            return Ok(());
        };
        if self.next < number {
            self.find(self.next, None, Flaw::Missing(number - 1));
            self.link = None;
        }
        self.next = number.saturating_add(1);
        let hash = checkpoint.hash();
        let is_another = told.iter().any(|head| head.number == number && head.hash != hash);
        if is_another || self.link.is_some_and(|link| link != checkpoint.previous) {
            self.find(number, None, Flaw::Forked);
        }
        if self.link.is_none() {
            // What only a checkpoint knew that is gone cannot be judged.
            while self.events.peek().is_some_and(|(event, _)| event <= checkpoint.after) {
                self.events.next().await?;
            }
        }
        self.link = Some(Some(hash));
        self.outcome.head = Some(checkpoint.head());
        self.outcome.checkpoints += 1;
        self.compare(&checkpoint).await
    }

    /// Judges the events that a checkpoint signs, and those that lie between them.
    async fn compare(&mut self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        for entry in &checkpoint.entries {
            let place = (entry.event, entry.tenant);
            if entry.event <= checkpoint.after
                && let Some((_, found)) = self.unknown.remove(&place)
            {
                self.judge(checkpoint.number, entry, Some(&found));
                continue;
            }
            while self.events.peek().is_some_and(|next| next < place) {
                if let Some(found) = self.events.next().await? {
                    self.unknown.insert((found.id, found.tenant), (checkpoint.number, found));
                }
            }
            let found = match self.events.peek() {
                Some(next) if next == place => self.events.next().await?,
                _ => self.look_up(entry).await?,
            };
            self.judge(checkpoint.number, entry, found.as_ref());
        }
        Ok(())
    }

    /// An event by itself: one that came late, or whose tenant no company code leads to any more.
    async fn look_up(&self, entry: &Entry) -> Result<Option<Found>, StoreError> {
        let key = at::audit_event(entry.tenant, entry.event);
        let value = self.auditor.store.get(&key).await?;
        Ok(value.map(|value| Found::at(&key, &value)))
    }

    fn judge(&mut self, number: u64, entry: &Entry, found: Option<&Found>) {
        let flaw = match found {
            None => Flaw::Deleted,
            Some(found) if found.hash == entry.hash => {
                self.outcome.events += 1;
                return;
            }
            Some(found) if !found.is_in_place() => Flaw::Moved,
            Some(_) => Flaw::Edited,
        };
        self.find(number, Some((entry.tenant, entry.event)), flaw);
    }

    /// What is left when all checkpoints were judged: what was told and is not there, and what none knows.
    async fn finish(mut self, told: &[Head], from: u64) -> Result<Verification, StoreError> {
        for head in told.iter().filter(|head| head.number < from) {
            let there = self.auditor.genuine_at(head.number).await?;
            if there.is_none_or(|there| there.head() != *head) {
                self.find(head.number, None, Flaw::Forked);
            }
        }
        let last = told.iter().map(|head| head.number).max().unwrap_or(0);
        if last >= self.next {
            self.find(self.next, None, Flaw::Missing(last));
        }
        let now = self.auditor.clock.now();
        while let Some(found) = self.events.next().await? {
            self.unknown.insert((found.id, found.tenant), (self.next, found));
        }
        for ((event, tenant), (number, _)) in std::mem::take(&mut self.unknown) {
            if is_within(event.made_at(), now, OVERDUE) {
                self.outcome.waiting += 1;
            } else {
                self.find(number, Some((tenant, event)), Flaw::Unsigned);
            }
        }
        self.outcome.findings.sort_by_key(|finding| finding.checkpoint);
        Ok(self.outcome)
    }

    fn find(&mut self, checkpoint: u64, event: Option<(TenantId, EventId)>, flaw: Flaw) {
        self.outcome.findings.push(Finding { checkpoint, event, flaw });
    }
}
