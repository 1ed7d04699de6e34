//! The retreat: a connection that has just become the only way in, and turns out not to work, is so no more.
//!
//! In its first hour the attempts to sign in through it are counted, in memory and for some minutes. When
//! most of them fail for what only its setup explains, it goes back to be one way among others, in one commit
//! with its history, and the owners are told by mail. Nothing that a browser can bring about by itself counts
//! on either side, so nobody can force a retreat, or hinder one.

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::audit::Action;
use doorward_domain::{
    AuditEvent, Connection, ConnectionId, EventId, Stage, Staged, Tenant, TenantId, Timestamp,
};
use doorward_store::{Batch, StoreError, StoreExt as _, Stored};
use moka::Entry;
use moka::sync::Cache;

use super::guard::owners;
use crate::federation::FederationError;
use crate::identity::local::{Letter, Local, Message};
use crate::management::existing::connections_of;
use crate::management::history::{became, remember};

/// How long a connection is watched after it has become the only way in.
pub const WATCHED: Duration = Duration::from_secs(60 * 60);

/// More connections than become the only way in within an hour.
const MOST_WATCHED: u64 = 10_000;

/// Who stands in the history, and in the audit log.
const ACTOR: &str = "doorward";

/// Watches the connections that have just become the only way in.
pub struct Retreat {
    local: Arc<Local>,
    counts: Cache<(ConnectionId, Timestamp), Count>,
}

/// The attempts of the last minutes, minute by minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    /// The latest of the minutes, since 1970.
    minute: i64,
    /// The latest first.
    minutes: [Minute; Count::MINUTES],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Minute {
    attempts: u32,
    failures: u32,
}

impl Count {
    /// An attempt counts for so long.
    const MINUTES: usize = 10;
    /// Fewer failures than this are bad luck.
    const FEWEST: u32 = 3;

    /// With one more attempt.
    fn with(mut self, failed: bool, now: Timestamp) -> Self {
        let minute = now.as_secs().div_euclid(60);
        let passed = usize::try_from(minute.saturating_sub(self.minute)).unwrap_or(0);
        self.minutes.rotate_right(passed % Self::MINUTES);
        self.minutes.iter_mut().take(passed).for_each(|it| *it = Minute::default());
        self.minute = self.minute.max(minute);
        self.minutes[0].attempts = self.minutes[0].attempts.saturating_add(1);
        self.minutes[0].failures = self.minutes[0].failures.saturating_add(u32::from(failed));
        self
    }

    /// Whether too many of the attempts failed.
    fn is_too_much(&self) -> bool {
        let sum = |part: fn(&Minute) -> u32| self.minutes.iter().map(part).fold(0, u32::saturating_add);
        let (attempts, failures) = (sum(|it| it.attempts), sum(|it| it.failures));
        failures >= Self::FEWEST && failures > attempts / 2
    }
}

impl Retreat {
    /// Watches for a broker whose owners get their letters from `local`.
    pub fn new(local: Arc<Local>) -> Self {
        let counts = Cache::builder().max_capacity(MOST_WATCHED).time_to_idle(WATCHED).build();
        Self { local, counts }
    }

    /// Somebody came through a connection.
    pub fn succeeded(&self, connection: &Connection, now: Timestamp) {
        if let Some(since) = watched_since(connection, now) {
            self.count(connection.id, since, false, now);
        }
    }

    /// Somebody could not come through a connection of the tenant, or of an organisation that it is a part
    /// of. What fails here does not keep the person from learning why they could not.
    pub async fn failed(
        &self,
        (tenant, id): (TenantId, ConnectionId),
        cause: &FederationError,
        now: Timestamp,
    ) {
        if !cause.is_of_setup() {
            return;
        }
        if let Err(error) = self.note_failure(tenant, id, now).await {
            tracing::error!(%error, connection = %id, "a connection that fails could not retreat");
        }
    }

    async fn note_failure(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let store = &*self.local.store;
        let Some(tenant) = store.tenant(tenant, now).await? else { return Ok(()) };
        let Some(stored) = store.connection_of(&tenant.record, id, now).await? else { return Ok(()) };
        let Some(since) = watched_since(&stored.record, now) else { return Ok(()) };
        if !self.count(id, since, true, now).is_too_much() {
            return Ok(());
        }
        match self.retreat(&stored, now).await {
            // Somebody has changed it meanwhile, or it has retreated already.
            Err(StoreError::Conflict(_)) => Ok(()),
            outcome => outcome,
        }
    }

    fn count(&self, id: ConnectionId, since: Timestamp, failed: bool, now: Timestamp) -> Count {
        let entry = self.counts.entry((id, since));
        let entry = entry
            .and_upsert_with(|before| before.map(Entry::into_value).unwrap_or_default().with(failed, now));
        entry.into_value()
    }

    /// The one thing that requests write of which nobody knows whose they are (rule 5).
    async fn retreat(&self, read: &Stored<Connection>, now: Timestamp) -> Result<(), StoreError> {
        let store = &*self.local.store;
        let before = &read.record;
        let Some(tenant) = store.tenant(before.tenant, now).await? else { return Ok(()) };
        let staged = Some(Staged { at: now, by: ACTOR.to_owned() });
        let connection = Connection { stage: Stage::Live, staged, ..before.clone() };
        let others = connections_of(store, before.tenant, now).await?;
        let still = others.iter().map(|it| &it.record).any(|it| {
            it.id != before.id && it.stage == Stage::Required && it.population == before.population
        });
        let mut opened = tenant.record.clone();
        opened.required.retain(|population| still || *population != before.population);
        let event = AuditEvent {
            id: EventId::new(now, &*self.local.entropy),
            tenant: before.tenant,
            at: now,
            actor: ACTOR.to_owned(),
            action: Action::ConnectionRetreated,
            target: before.id.to_string(),
        };
        let why = "most sign-ins through it failed for what only its setup explains".to_owned();
        let became = [became(&connection, None, Some(why))];
        let batch = Batch::new().update(read, &connection)?.update(&tenant, &opened)?.insert(&event)?;
        let batch = remember(store, batch, &became, (ACTOR, now)).await?;
        let batch = self.tell_owners(batch, &opened, &connection, now).await?;
        store.commit(batch).await?;
        self.local.posted();
        tracing::error!(tenant = %before.tenant, connection = %before.id, "a connection is required no more: most sign-ins through it failed");
        Ok(())
    }

    async fn tell_owners(
        &self,
        mut batch: Batch,
        tenant: &Tenant,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<Batch, StoreError> {
        for (user, credentials) in owners(&*self.local.store, tenant.id, now).await? {
            let Some(to) = credentials.email.filter(|_| user.enabled) else { continue };
            let (name, title) = (tenant.name.clone(), connection.title.clone());
            let message = Message::Retreated { tenant: name, connection: title };
            let letter = Letter { to, locale: user.profile.locale, message };
            batch = self.local.post(batch, (tenant.id, user.id), &letter, now)?;
        }
        Ok(batch)
    }
}

/// Since when a connection is watched, if it is now.
fn watched_since(connection: &Connection, now: Timestamp) -> Option<Timestamp> {
    let since = connection.staged.as_ref().filter(|_| connection.stage == Stage::Required)?.at;
    (now < since + WATCHED).then_some(since)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn after(attempts: &[(u64, bool)]) -> Count {
        let at = |minutes: u64| NOW + Duration::from_secs(minutes * 60);
        attempts.iter().fold(Count::default(), |count, (minute, failed)| count.with(*failed, at(*minute)))
    }

    #[test]
    fn three_failures_that_are_most_of_ten_minutes_are_too_much() {
        let (bad, good) = (true, false);
        let table: [(&[(u64, bool)], bool); 8] = [
            (&[(0, bad), (0, bad)], false),
            (&[(0, bad), (0, bad), (0, bad)], true),
            (&[(0, bad), (4, bad), (9, bad)], true),
            (&[(0, bad), (4, bad), (10, bad)], false),
            (&[(0, good), (1, good), (2, good), (3, bad), (3, bad), (3, bad)], false),
            (&[(0, good), (1, good), (3, bad), (3, bad), (3, bad)], true),
            (&[(0, good), (0, good), (0, good), (10, bad), (10, bad), (10, bad)], true),
            (&[(0, bad), (0, bad), (300, bad), (300, bad)], false),
        ];
        for (attempts, too_much) in table {
            assert_eq!(after(attempts).is_too_much(), too_much, "{attempts:?}");
        }
    }
}
