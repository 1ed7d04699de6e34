//! The events of many tenants in the order in which they happened: their lists are merged page by page, so
//! that no more than the next few of each are in memory.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use doorward_domain::checkpoint::{Entry, EventHash};
use doorward_domain::{AuditEvent, EventId, Slug, TenantId, Timestamp};
use doorward_store::records::{TenantOf, at};
use doorward_store::{Key, Kind, Range, Store, StoreError, StoreExt as _, Value};
use sha2::{Digest as _, Sha256};

/// So many events of a tenant are read at once.
const PAGE: usize = 32;
/// So many tenants are.
const TENANTS: usize = 500;

/// All tenants with their company codes.
///
/// # Errors
/// When the store fails.
pub async fn tenants(store: &dyn Store, now: Timestamp) -> Result<BTreeMap<TenantId, Slug>, StoreError> {
    let all = Range::of(TenantId::BROKER, Kind::TenantBySlug);
    let (mut rest, mut tenants) = (Some(all.clone()), BTreeMap::new());
    while let Some(range) = rest {
        let (read, last) = store.read_part::<TenantOf<Slug>>(&range, TENANTS, now).await?;
        tenants.extend(read.into_iter().map(|read| (read.record.tenant, read.record.name)));
        rest = last.map(|last| all.after(&last));
    }
    Ok(tenants)
}

/// An event as it lies in the store.
#[derive(Clone, Debug)]
pub struct Found {
    /// The tenant among whose events it lies.
    pub tenant: TenantId,
    /// The identifier that it is found by.
    pub id: EventId,
    /// What it says; nothing when that is no event.
    pub event: Option<AuditEvent>,
    /// The hash of its place and its text.
    pub hash: EventHash,
}

impl Found {
    /// The event at `key`.
    pub(super) fn at(key: &Key, value: &Value) -> Self {
        let event: Option<AuditEvent> = serde_json::from_slice(&value.bytes).ok();
        // A backup keeps what a record says and not its every byte.
        let text = event.as_ref().and_then(|event| serde_json::to_vec(event).ok());
        let Entry { tenant, event: id, hash } = entry(key, text.as_deref().unwrap_or(&value.bytes));
        Self { tenant, id, event, hash }
    }

    /// Whether it says itself that it belongs where it lies.
    pub(super) fn is_in_place(&self) -> bool {
        self.event.as_ref().is_none_or(|event| (event.tenant, event.id) == (self.tenant, self.id))
    }

    pub(super) fn entry(&self) -> Entry {
        Entry { event: self.id, tenant: self.tenant, hash: self.hash }
    }
}

/// What a checkpoint signs of the event with this text at `key`.
pub(super) fn entry(key: &Key, text: &[u8]) -> Entry {
    let digest = Sha256::new()
        .chain_update((key.as_bytes().len() as u64).to_be_bytes())
        .chain_update(key.as_bytes())
        .chain_update(text)
        .finalize();
    let (mut id, mut hash) = ([0; 16], EventHash::default());
    id.iter_mut().zip(key.id()).for_each(|(byte, of_key)| *byte = *of_key);
    hash.iter_mut().zip(digest).for_each(|(byte, of_digest)| *byte = of_digest);
    Entry { event: EventId::from_bytes(id), tenant: key.tenant(), hash }
}

/// The events of some tenants that are left, in order.
pub struct Events<'a> {
    store: &'a dyn Store,
    lists: BTreeMap<TenantId, List>,
    /// The next event of each list.
    next: BinaryHeap<Reverse<(EventId, TenantId)>>,
}

/// What is left of one tenant's events.
struct List {
    page: VecDeque<Found>,
    /// What comes after the page; `None` when that is nothing.
    rest: Option<Range>,
}

impl<'a> Events<'a> {
    /// The events of `tenants` after `start`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn after(
        store: &'a dyn Store,
        tenants: impl IntoIterator<Item = TenantId>,
        start: EventId,
    ) -> Result<Self, StoreError> {
        let mut events = Self { store, lists: BTreeMap::new(), next: BinaryHeap::new() };
        for tenant in tenants {
            let all = Range::of(tenant, Kind::Audit);
            let rest = Some(all.after(&at::audit_event(tenant, start)));
            events.read_on(tenant, List { page: VecDeque::new(), rest }).await?;
        }
        Ok(events)
    }

    /// The same of everything that there is: of all tenants, and of the broker itself.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn of_all(
        store: &'a dyn Store,
        start: EventId,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let tenants = tenants(store, now).await?;
        Self::after(store, std::iter::once(TenantId::BROKER).chain(tenants.into_keys()), start).await
    }

    /// The place of the next event.
    pub fn peek(&self) -> Option<(EventId, TenantId)> {
        self.next.peek().map(|Reverse(place)| *place)
    }

    /// The next event.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next(&mut self) -> Result<Option<Found>, StoreError> {
        let Some(Reverse((_, tenant))) = self.next.pop() else { return Ok(None) };
        let Some(mut list) = self.lists.remove(&tenant) else { return Ok(None) };
        let found = list.page.pop_front();
        self.read_on(tenant, list).await?;
        Ok(found)
    }

    /// Takes a list in again, with a page if there is one.
    async fn read_on(&mut self, tenant: TenantId, mut list: List) -> Result<(), StoreError> {
        if list.page.is_empty()
            && let Some(range) = list.rest.take()
        {
            let found = self.store.list(&range, PAGE).await?;
            list.rest = found.last().filter(|_| found.len() == PAGE).map(|(last, _)| range.after(last));
            list.page.extend(found.iter().map(|(key, value)| Found::at(key, value)));
        }
        if let Some(first) = list.page.front() {
            self.next.push(Reverse((first.id, tenant)));
            self.lists.insert(tenant, list);
        }
        Ok(())
    }
}
