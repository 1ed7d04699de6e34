//! The audit log as administrators read it, and whether it is whole.

use std::collections::BTreeMap;

use doorward_domain::audit::Action;
use doorward_domain::checkpoint::Head;
use doorward_domain::{EventId, Slug, TenantId, Timestamp};
use doorward_store::records::at;
use doorward_store::{Key, Kind, Range};
use serde::Serialize;
use utoipa::ToSchema;

use super::Management;
use super::views::{Ask, Page, ViewError};
use crate::audit::{Events, Finding, Flaw, Found, Verification, tenants};

/// An event of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EventView {
    /// Its identifier.
    #[schema(value_type = String)]
    pub id: EventId,
    /// When it happened.
    #[schema(value_type = i64)]
    pub happened_at: Timestamp,
    /// The tenant it concerns; none when it concerns the broker.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub tenant: Option<Slug>,
    /// Who did it: a user's, client's or token's identifier, or `operator`.
    pub actor: String,
    /// What happened, such as `signed_in`; `unreadable` when others wrote it.
    pub action: String,
    /// What it happened to.
    pub target: String,
}

/// What came of verifying the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct VerificationView {
    /// Whether everything is as it was signed.
    pub whole: bool,
    /// Where the chain of checkpoints ends: to be kept elsewhere, and to be compared with later.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub head: Option<Head>,
    /// How many checkpoints there are.
    pub checkpoints: u64,
    /// How many events are as they were signed.
    pub events: u64,
    /// How many happened in the last minutes and need not be signed yet.
    pub waiting: u64,
    /// How much is wrong.
    pub flaws: usize,
    /// What is wrong, the first first; of very much not all.
    pub findings: Vec<FindingView>,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingView {
    /// What: `edited`, `moved`, `deleted`, `unsigned`, `forged`, `missing` or `forked`.
    pub flaw: &'static str,
    /// The checkpoint that it is about.
    pub checkpoint: u64,
    /// The event that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub event: Option<EventId>,
    /// The tenant that the event concerns; none when it concerns the broker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The same in a sentence.
    pub says: String,
}

/// No more findings are told.
const MOST_FINDINGS: usize = 100;

/// From when on events are wanted, and which part of them.
#[derive(Clone, Debug)]
pub struct WhichEvents {
    /// None before it; all when absent.
    pub since: Option<Timestamp>,
    /// Which part.
    pub part: Ask,
}

impl Management {
    /// A tenant's events, in the order in which they happened.
    ///
    /// # Errors
    /// When there is no such tenant.
    pub async fn audit_events(&self, slug: &str, which: &WhichEvents) -> Result<Page<EventView>, ViewError> {
        let tenant = self.find_tenant(slug).await?;
        self.events(&[tenant.id], &BTreeMap::from([(tenant.id, tenant.slug)]), which).await
    }

    /// The events of all tenants and of the broker itself, in the order in which they happened.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn all_audit_events(&self, which: &WhichEvents) -> Result<Page<EventView>, ViewError> {
        let names = tenants(&*self.store, self.clock.now()).await?;
        let all: Vec<_> = std::iter::once(TenantId::BROKER).chain(names.keys().copied()).collect();
        self.events(&all, &names, which).await
    }

    /// Compares the audit log with its checkpoints from number `from` on, and with the head that was kept
    /// elsewhere.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn verify_audit(&self, kept: Option<Head>, from: u64) -> Result<VerificationView, ViewError> {
        let Verification { head, checkpoints, events, waiting, findings } =
            self.auditor.verify(kept, from).await?;
        let names = tenants(&*self.store, self.clock.now()).await?;
        let told = findings.iter().take(MOST_FINDINGS).map(|finding| told(finding, &names));
        Ok(VerificationView {
            whole: findings.is_empty(),
            head,
            checkpoints,
            events,
            waiting,
            flaws: findings.len(),
            findings: told.collect(),
        })
    }

    async fn events(
        &self,
        of: &[TenantId],
        names: &BTreeMap<TenantId, Slug>,
        which: &WhichEvents,
    ) -> Result<Page<EventView>, ViewError> {
        let (list, question) = (list_of(of), format!("{:?}", which.since));
        let start = match self.rest(&list, &question, &which.part)? {
            first if first == list => EventId::before(which.since.unwrap_or_default()),
            rest => event_at(&rest.start).ok_or(ViewError::Cursor)?,
        };
        let mut events = Events::after(&*self.store, of.iter().copied(), start).await?;
        let (mut items, mut next) = (Vec::new(), None);
        while let Some(found) = events.next().await? {
            if items.len() == which.part.limit() - 1 && events.peek().is_some() {
                next = Some(self.cursor(&list, &question, &at::audit_event(TenantId::BROKER, found.id)));
            }
            items.push(view(found, names));
            if items.len() == which.part.limit() {
                break;
            }
        }
        Ok(Page { items, next })
    }
}

/// What a cursor is sealed for: the list of one tenant, or that of all.
fn list_of(tenants: &[TenantId]) -> Range {
    match tenants {
        [one] => Range::of(*one, Kind::Audit),
        _ => Range::of(TenantId::BROKER, Kind::Audit),
    }
}

/// The event whose key these bytes begin with.
fn event_at(start: &[u8]) -> Option<EventId> {
    Some(EventId::from_bytes(*Key::from_bytes(start)?.id().first_chunk()?))
}

fn view(found: Found, names: &BTreeMap<TenantId, Slug>) -> EventView {
    let tenant = names.get(&found.tenant).cloned();
    let (actor, action, target) = match found.event {
        Some(event) => (event.actor, name_of(event.action), event.target),
        None => (String::new(), "unreadable".to_owned(), String::new()),
    };
    EventView { id: found.id, happened_at: found.id.made_at(), tenant, actor, action, target }
}

/// An action as it is stored.
fn name_of(action: Action) -> String {
    serde_json::to_value(action).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

fn told(finding: &Finding, names: &BTreeMap<TenantId, Slug>) -> FindingView {
    let Finding { checkpoint, event, flaw } = *finding;
    let (code, says) = words(flaw);
    let subject = match (event, flaw) {
        (Some((_, event)), _) => event.to_string(),
        (None, Flaw::Missing(last)) if last > checkpoint => format!("checkpoints {checkpoint} to {last}"),
        (None, _) => format!("checkpoint {checkpoint}"),
    };
    let of_tenant = |(id, _): (TenantId, EventId)| names.get(&id).map(ToString::to_string);
    FindingView {
        flaw: code,
        checkpoint,
        event: event.map(|(_, event)| event),
        tenant: event.filter(|(id, _)| *id != TenantId::BROKER).and_then(of_tenant),
        says: format!("{subject} {says}"),
    }
}

/// A flaw as programs and as people read it.
const fn words(flaw: Flaw) -> (&'static str, &'static str) {
    match flaw {
        Flaw::Edited => ("edited", "says something else than when it was signed"),
        Flaw::Moved => ("moved", "is where another event was signed"),
        Flaw::Deleted => ("deleted", "was signed and is gone"),
        Flaw::Unsigned => ("unsigned", "is in no checkpoint: others added it, or no broker has run since"),
        Flaw::Forged => {
            ("forged", "is not signed with a master key of this broker, or was signed for another place")
        }
        Flaw::Missing(_) => ("missing", "cannot be found, though later ones follow or the head was told"),
        Flaw::Forked => ("forked", "does not follow the one before it, or is another one than was told"),
    }
}
