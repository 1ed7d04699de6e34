//! What makes the checkpoints, beside everything else that the broker does.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use doorward_domain::checkpoint::{Checkpoint, Entry, Head};
use doorward_domain::{Clock, EventId, SecretHash, Timestamp};
use doorward_store::records::at;
use doorward_store::{Batch, Kind, Range, Store, StoreError};
use tokio::sync::Mutex;

use super::{Events, Grown, Watched, genuine, signed};
use crate::keys::Sealer;

/// How often it is looked for new events.
const INTERVAL: Duration = Duration::from_secs(15);
/// An event has been written for certain by so long after it happened, or came late.
const SETTLING: Duration = Duration::from_secs(10);
/// What came so late is still found.
const LOOK_BACK: Duration = Duration::from_secs(120);
/// After so many checkpoints at once others get their turn.
const AT_ONCE: usize = 512;

/// Makes the checkpoints of the audit log, and verifies the log by them.
pub struct Auditor {
    pub(super) store: Arc<dyn Store>,
    pub(super) sealer: Arc<Sealer>,
    pub(super) clock: Arc<dyn Clock>,
    grown: Arc<Grown>,
    /// Where the chain ends, as far as this process knows. It believes itself more than the store.
    chain: Mutex<Option<Chain>>,
}

/// Where the chain ends.
struct Chain {
    head: Option<Head>,
    /// The latest event that was signed.
    until: EventId,
    /// The signed ones that are not before `since`.
    signed: BTreeSet<EventId>,
    since: EventId,
}

impl Chain {
    fn add(&mut self, checkpoint: &Checkpoint) {
        self.head = Some(checkpoint.head());
        self.until = checkpoint.until();
        self.signed.extend(checkpoint.entries.iter().map(|entry| entry.event));
    }
}

impl Auditor {
    /// An auditor that has signed nothing yet. What is written without `store` is signed by whoever writes
    /// it, or by whoever starts next.
    pub fn new(store: Arc<Watched>, sealer: Arc<Sealer>, clock: Arc<dyn Clock>) -> Self {
        let (grown, chain) = (store.grown(), Mutex::default());
        Self { store, sealer, clock, grown, chain }
    }

    /// Makes checkpoints for ever.
    pub async fn run(&self) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = self.advance(self.clock.now() - SETTLING).await {
                tracing::warn!(%error, "the audit log could not be signed");
            }
        }
    }

    /// Signs everything that there is, when nobody is about to write any more.
    pub async fn finish(&self) {
        if let Err(error) = self.advance(self.clock.now()).await {
            tracing::warn!(%error, "the end of the audit log could not be signed");
        }
    }

    /// Signs the events up to `upto`, and returns how many that were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn advance(&self, upto: Timestamp) -> Result<usize, StoreError> {
        let (mut known, mut events, mut number) = (self.chain.lock().await, None, 0);
        for _ in 0..AT_ONCE {
            let chain = self.chain_since(&mut known, upto - LOOK_BACK).await?;
            self.grown.forget(|event| chain.signed.contains(event));
            let entries = match self.grown.is_complete() {
                true => self.grown.first(Checkpoint::MOST, upto),
                false => {
                    let left = match events.take() {
                        Some(left) => left,
                        None => Events::of_all(&*self.store, chain.since, self.clock.now()).await?,
                    };
                    unsigned(events.insert(left), chain, upto).await?
                }
            };
            if entries.is_empty() {
                self.grown.completed();
                break;
            }
            match self.sign(chain, &entries).await? {
                Some(checkpoint) => {
                    let (head, events) = (checkpoint.head(), entries.len());
                    tracing::info!(%head, events, "the audit log has a checkpoint");
                    chain.add(&checkpoint);
                    number += events;
                }
                // Another broker was faster: what became of the chain is read again.
                None => (*known, events) = (None, None),
            }
        }
        Ok(number)
    }

    /// The head of the chain, as this process made or found it last.
    pub(super) async fn head(&self) -> Option<Head> {
        self.chain.lock().await.as_ref().and_then(|chain| chain.head)
    }

    /// Adds a checkpoint to the chain; `None` when another broker was faster.
    async fn sign(&self, chain: &Chain, entries: &[Entry]) -> Result<Option<Checkpoint>, StoreError> {
        let mut number = chain.head.map_or(1, |head| head.number + 1);
        loop {
            let checkpoint = Checkpoint {
                number,
                previous: chain.head.map(|head| head.hash),
                after: chain.until,
                entries: entries.to_vec(),
                made_at: self.clock.now(),
                key: String::new(),
                mac: SecretHash::from_bytes([0; 32]),
            };
            let checkpoint = signed(&self.sealer, checkpoint);
            match self.store.commit(Batch::new().insert(&checkpoint)?).await {
                Ok(_) => return Ok(Some(checkpoint)),
                Err(StoreError::Conflict(_)) if self.genuine_at(number).await?.is_some() => return Ok(None),
                // What nobody signed stays there, to be seen.
                Err(StoreError::Conflict(_)) => number += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// The chain, with what it signed of the events since `time`, or since its end if that is earlier. It is
    /// read when this process does not know so much of it.
    async fn chain_since<'a>(
        &self,
        known: &'a mut Option<Chain>,
        time: Timestamp,
    ) -> Result<&'a mut Chain, StoreError> {
        let start = |until: EventId| until.min(EventId::before(time));
        let chain = match known.take_if(|chain| chain.since <= start(chain.until)) {
            Some(chain) => chain,
            None => self.read_chain(start).await?,
        };
        let chain = known.insert(chain);
        chain.since = start(chain.until);
        chain.signed = chain.signed.split_off(&chain.since);
        Ok(chain)
    }

    /// Reads the chain from its end back to where `start` says that its events begin.
    async fn read_chain(&self, start: impl Fn(EventId) -> EventId) -> Result<Chain, StoreError> {
        let head = self.last_checkpoint().await?;
        let until = head.as_ref().map_or(EventId::FIRST, Checkpoint::until);
        let since = start(until);
        let mut chain =
            Chain { head: head.as_ref().map(Checkpoint::head), until, signed: BTreeSet::new(), since };
        let mut next = head;
        while let Some(checkpoint) = next {
            chain.signed.extend(checkpoint.entries.iter().map(|entry| entry.event));
            next = None;
            let mut number = checkpoint.number;
            while checkpoint.after > since && next.is_none() && number > 1 {
                number -= 1;
                next = self.genuine_at(number).await?;
            }
        }
        Ok(chain)
    }

    /// The last checkpoint that is ours.
    async fn last_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        let mut end = u64::MAX;
        while let Some(number) = self.last_below(end).await? {
            if let Some(checkpoint) = self.genuine_at(number).await? {
                return Ok(Some(checkpoint));
            }
            end = number;
        }
        Ok(None)
    }

    /// The last number below `end` that has a record; the store only reads forwards, so it is halved until it
    /// is found.
    async fn last_below(&self, mut end: u64) -> Result<Option<u64>, StoreError> {
        let mut found = 0;
        while end - found > 1 {
            let middle = found + (end - found) / 2;
            let (start, stop) = (at::checkpoint(middle), at::checkpoint(end));
            let upper = Range { start: start.as_bytes().to_vec(), end: Some(stop.as_bytes().to_vec()) };
            match self.store.list(&upper, 1).await?.first() {
                Some((key, _)) => found = number_of(key.id()).clamp(middle, end - 1),
                None => end = middle,
            }
        }
        Ok(Some(found).filter(|found| *found > 0))
    }

    /// The checkpoint of this number, if it is ours.
    pub(super) async fn genuine_at(&self, number: u64) -> Result<Option<Checkpoint>, StoreError> {
        let Some(value) = self.store.get(&at::checkpoint(number)).await? else { return Ok(None) };
        let checkpoint = genuine(&self.sealer, number, &value);
        if checkpoint.is_none() {
            tracing::error!(number, "a checkpoint of the audit log is not the broker's own");
        }
        Ok(checkpoint)
    }
}

/// The next of those events that no checkpoint has signed, as many as fit into one.
async fn unsigned(events: &mut Events<'_>, chain: &Chain, upto: Timestamp) -> Result<Vec<Entry>, StoreError> {
    let mut entries = Vec::new();
    while entries.len() < Checkpoint::MOST {
        let Some(found) = events.next().await?.filter(|found| found.id.made_at() <= upto) else { break };
        if !chain.signed.contains(&found.id) {
            entries.push(found.entry());
        }
    }
    Ok(entries)
}

/// All checkpoints from this one on.
pub(super) fn checkpoints_from(number: u64) -> Range {
    let all = Range::of(doorward_domain::TenantId::BROKER, Kind::Checkpoint);
    Range { start: at::checkpoint(number).as_bytes().to_vec(), ..all }
}

/// The number that a key of a checkpoint has; others may have left one of another length.
pub(super) fn number_of(id: &[u8]) -> u64 {
    let mut number = [0; 8];
    number.iter_mut().zip(id).for_each(|(byte, of_key)| *byte = *of_key);
    u64::from_be_bytes(number)
}
