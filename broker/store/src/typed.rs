//! Typed access: domain types in and out of any [`Store`].

use std::future::Future;

use doorward_domain::{
    Connection, ConnectionId, Domain, PopulationName, SettledPolicy, Slug, Tenant, TenantId, Timestamp,
};

use crate::records::{TenantOf, at};
use crate::{Key, Range, Record, Store, StoreError, Value, Version};

/// A record as it was read, with the version that an update of it expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored<R> {
    /// The record.
    pub record: R,
    /// Its version.
    pub version: Version,
}

/// Reads domain types. What has expired at `now` does not exist.
pub trait StoreExt: Store {
    /// Reads the record at `key`.
    fn read<R: Record>(
        &self,
        key: &Key,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Stored<R>>, StoreError>> + Send {
        async move { self.get(key).await?.filter(|value| alive(value, now)).map(decode).transpose() }
    }

    /// Takes the record at `key`: of any number of concurrent callers, one gets it.
    fn take_record<R: Record>(
        &self,
        key: &Key,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<R>, StoreError>> + Send {
        async move {
            let taken = self.take(key).await?.filter(|value| alive(value, now)).map(decode).transpose()?;
            Ok(taken.map(|stored| stored.record))
        }
    }

    /// Reads the records of a range, at most `limit`, in key order.
    fn read_range<R: Record>(
        &self,
        range: &Range,
        limit: usize,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Stored<R>>, StoreError>> + Send {
        async move {
            let found = self.list(range, limit).await?;
            found.into_iter().filter(|(_, value)| alive(value, now)).map(|(_, value)| decode(value)).collect()
        }
    }

    /// Reads the records among the first `limit` of a range, in key order, and where the rest of the range
    /// begins, if there is more of it.
    fn read_part<R: Record>(
        &self,
        range: &Range,
        limit: usize,
        now: Timestamp,
    ) -> impl Future<Output = Result<(Vec<Stored<R>>, Option<Key>), StoreError>> + Send {
        async move {
            let mut found = self.list(range, limit.saturating_add(1)).await?;
            let more = found.len() > limit;
            found.truncate(limit);
            let last = found.last().filter(|_| more).map(|(key, _)| key.clone());
            let alive = found.into_iter().filter(|(_, value)| alive(value, now));
            Ok((alive.map(|(_, value)| decode(value)).collect::<Result<_, _>>()?, last))
        }
    }

    /// The tenant with a company code.
    fn tenant_by_slug(
        &self,
        slug: &Slug,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Stored<Tenant>>, StoreError>> + Send {
        async move {
            match self.read::<TenantOf<Slug>>(&at::slug(slug), now).await? {
                Some(index) => self.tenant(index.record.tenant, now).await,
                None => Ok(None),
            }
        }
    }

    /// The tenant that an e-mail domain leads to.
    fn tenant_by_domain(
        &self,
        domain: &Domain,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Stored<Tenant>>, StoreError>> + Send {
        async move {
            match self.read::<TenantOf<Domain>>(&at::domain(domain), now).await? {
                Some(index) => self.tenant(index.record.tenant, now).await,
                None => Ok(None),
            }
        }
    }

    /// A tenant.
    fn tenant(
        &self,
        id: TenantId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Stored<Tenant>>, StoreError>> + Send {
        async move { self.read(&at::tenant(id), now).await }
    }

    /// A connection of a tenant, or of an organisation that it is a part of.
    fn connection_of(
        &self,
        tenant: &Tenant,
        id: ConnectionId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Stored<Connection>>, StoreError>> + Send {
        async move {
            for owner in std::iter::once(&tenant.id).chain(&tenant.ancestors) {
                if let Some(found) = self.read(&at::connection(*owner, id), now).await? {
                    return Ok(Some(found));
                }
            }
            Ok(None)
        }
    }

    /// How a population of `tenant` signs in.
    fn login_policy(
        &self,
        tenant: &Tenant,
        population: &PopulationName,
        now: Timestamp,
    ) -> impl Future<Output = Result<SettledPolicy, StoreError>> + Send {
        async move {
            let mut policy = tenant.policy(population);
            for parent in &tenant.ancestors {
                if policy.is_complete() {
                    break;
                }
                if let Some(parent) = self.tenant(*parent, now).await? {
                    policy = policy.or(parent.record.policy(population));
                }
            }
            Ok(policy.settled())
        }
    }
}

impl<S: Store + ?Sized> StoreExt for S {}

pub(crate) fn alive(value: &Value, now: Timestamp) -> bool {
    value.expires_at.is_none_or(|expiry| now < expiry)
}

pub(crate) fn decode<R: Record>(value: Value) -> Result<Stored<R>, StoreError> {
    match serde_json::from_slice(&value.bytes) {
        Ok(record) => Ok(Stored { record, version: value.version }),
        Err(cause) => Err(StoreError::Damaged { kind: R::KIND, cause: cause.to_string() }),
    }
}
