//! Tenants' providers are asked once a day whether they know us, so that nobody learns it by not getting in.
//!
//! A part is some tenants. Parts are apart, so that the connections of a hundred thousand tenants are spread
//! over the day; and how far it is stands in the store, so that a restart begins nothing anew and no two
//! workers do one part.

use std::time::Duration;

use doorward_domain::{Connection, Examination, Slug, TenantId, Timestamp};
use doorward_store::records::{TenantOf, at};
use doorward_store::{Batch, Kind, Range, StoreError, StoreExt as _, Stored};
use futures_util::{StreamExt as _, stream};

use super::Management;
use super::credentials::SOON;
use super::existing::connections_of;
use super::views::ViewError;

/// How long it is from a broker's first start to the first round.
const FIRST: Duration = Duration::from_secs(10 * 60);
/// From the beginning of a round to that of the next.
const ROUND: Duration = Duration::from_secs(24 * 60 * 60);
/// From the end of a part to the next.
const BETWEEN: Duration = Duration::from_secs(15);
/// The tenants of a part.
const TENANTS: usize = 20;
/// So many providers are asked at a time.
const AT_ONCE: usize = 8;
/// A part belongs to whoever does it for this long, which is longer than any takes.
const LEASE: Duration = Duration::from_secs(30 * 60);

impl Management {
    /// Goes on with it for ever.
    pub async fn keep_examining(&self) {
        loop {
            if let Err(error) = self.examine_due().await {
                tracing::warn!(%error, "connections could not be examined");
            }
            tokio::time::sleep(BETWEEN).await;
        }
    }

    /// Looks at the next part if it is due, and returns whether it was. The operator's log is told of every
    /// connection in use whose provider does not know us, and of what runs out soon. After the last part come
    /// the proofs of domains.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn examine_due(&self) -> Result<bool, ViewError> {
        let now = self.clock.now();
        let Some(part) = self.lease_part(now).await? else { return Ok(false) };
        let last = self.examine_part(part.record.after.as_ref()).await?;
        if last.is_none() {
            self.examine_domains().await?;
        }
        let now = self.clock.now();
        let next = match last {
            Some(last) => Examination { due_at: now + BETWEEN, after: Some(last), ..part.record },
            None => {
                let due_at = (part.record.began + ROUND).max(now + BETWEEN);
                Examination { due_at, after: None, ..part.record }
            }
        };
        match self.store.commit(Batch::new().update(&part, &next)?).await {
            // It took too long, and is somebody else's by now.
            Ok(_) | Err(StoreError::Conflict(_)) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the part that is due this worker's for a while: of any number who try, one succeeds.
    async fn lease_part(&self, now: Timestamp) -> Result<Option<Stored<Examination>>, StoreError> {
        let Some(stored) = self.store.read::<Examination>(&at::examination(), now).await? else {
            let first = Examination { began: now, due_at: now + FIRST, after: None };
            return match self.store.commit(Batch::new().insert(&first)?).await {
                Ok(_) | Err(StoreError::Conflict(_)) => Ok(None),
                Err(error) => Err(error),
            };
        };
        if now < stored.record.due_at {
            return Ok(None);
        }
        let began = if stored.record.after.is_none() { now } else { stored.record.began };
        let record = Examination { began, due_at: now + LEASE, after: stored.record.after.clone() };
        match self.store.commit(Batch::new().update(&stored, &record)?).await {
            Ok(version) => Ok(Some(Stored { record, version })),
            Err(StoreError::Conflict(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Looks at the connections of the tenants after one, and returns the last of them if there are more.
    async fn examine_part(&self, after: Option<&Slug>) -> Result<Option<Slug>, StoreError> {
        let now = self.clock.now();
        let all = Range::of(TenantId::BROKER, Kind::TenantBySlug);
        let range = after.map_or_else(|| all.clone(), |last| all.after(&at::slug(last)));
        let (tenants, more) = self.store.read_part::<TenantOf<Slug>>(&range, TENANTS, now).await?;
        let mut connections = Vec::new();
        for TenantOf { name, tenant } in tenants.iter().map(|it| &it.record) {
            let of_tenant = connections_of(&*self.store, *tenant, now).await?;
            connections.extend(of_tenant.into_iter().map(|read| (name, read.record)));
        }
        stream::iter(&connections)
            .for_each_concurrent(AT_ONCE, |(tenant, connection)| self.look_at(tenant, connection, now))
            .await;
        Ok(tenants.last().filter(|_| more.is_some()).map(|last| last.record.name.clone()))
    }

    async fn look_at(&self, tenant: &Slug, connection: &Connection, now: Timestamp) {
        if let Some(days_left) = super::credentials::days_left(tenant, connection, now)
            && days_left <= SOON
        {
            let connection = &connection.name;
            tracing::warn!(%tenant, connection, days_left, "a credential at a provider runs out");
        }
        if connection.is_usable() {
            self.examine(tenant, connection).await;
        }
    }
}
