//! Backups: everything that must survive the loss of a machine, in JSON that a person can read.
//!
//! Sessions, grants, devices' requests, what is left to do, traces, and the tokens of the admin API and of registration are left out. So
//! a restored copy brings back nothing that was revoked, rotated or redeemed since it was made (security
//! rule 15), and everybody signs in once more. Secrets stay as they are kept, hashed or sealed: a backup is
//! worth nothing without the master key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::Timestamp;
use doorward_store::{Batch, Expect, Key, Kind, Operation, Range, Store, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Management;
use super::views::{Ask, Page, ViewError};

/// One record of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackedUp {
    /// Where it lies, in base64url.
    pub key: String,
    /// When it stops to exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub expires_at: Option<Timestamp>,
    /// The record.
    pub record: Value,
}

/// Why records cannot be restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The store has records already.
    #[error("the store is not empty; restore into a new folder")]
    NotEmpty,
    /// A line is no record of ours.
    #[error("the backup has a record that no version of doorward wrote")]
    Record,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether a kind of record is in a backup.
const fn survives(kind: Kind) -> bool {
    use Kind::{AddressProof, AdminToken, DeviceAuthorization, Grant, Job, RegistrationToken, Session};
    use Kind::{Examination, Trace, TraceOf};
    !matches!(
        kind,
        AddressProof
            | Session
            | Grant
            | DeviceAuthorization
            | Job
            | Examination
            | AdminToken
            | RegistrationToken
            | Trace
            | TraceOf
    )
}

impl Management {
    /// Part of everything that a backup holds, in key order.
    ///
    /// # Errors
    /// When the store fails, or the part before did not end like that.
    pub async fn backup(&self, ask: &Ask) -> Result<Page<BackedUp>, ViewError> {
        let (all, limit) = (Range::all(), ask.limit());
        let found = self.store.list(&self.rest(&all, "backup", ask)?, limit).await?;
        let next =
            found.last().filter(|_| found.len() == limit).map(|(key, _)| self.cursor(&all, "backup", key));
        let kept = found.into_iter().filter(|(key, _)| survives(key.kind()));
        let items = kept.map(|(key, value)| {
            let damaged =
                |cause: serde_json::Error| StoreError::Damaged { kind: key.kind(), cause: cause.to_string() };
            let record = serde_json::from_slice(&value.bytes).map_err(damaged)?;
            Ok(BackedUp { key: BASE64.encode(key.as_bytes()), expires_at: value.expires_at, record })
        });
        Ok(Page { items: items.collect::<Result<_, StoreError>>()?, next })
    }
}

/// Puts the records of a backup into an empty store.
///
/// # Errors
/// [`RestoreError`]; the store is then to be thrown away.
pub async fn restore(store: &dyn Store, records: &[BackedUp]) -> Result<(), RestoreError> {
    const AT_ONCE: usize = 200;
    if !store.list(&Range::all(), 1).await?.is_empty() {
        return Err(RestoreError::NotEmpty);
    }
    for part in records.chunks(AT_ONCE) {
        let batch = part.iter().try_fold(Batch::new(), |batch, record| Some(batch.push(operation(record)?)));
        store.commit(batch.ok_or(RestoreError::Record)?).await?;
    }
    Ok(())
}

fn operation(backed_up: &BackedUp) -> Option<Operation> {
    let key = key(&backed_up.key).filter(|key| survives(key.kind()))?;
    let bytes = serde_json::to_vec(&backed_up.record).ok()?;
    Some(Operation::Put { key, expires_at: backed_up.expires_at, bytes, expect: Expect::Absent })
}

fn key(text: &str) -> Option<Key> {
    Key::from_bytes(&BASE64.decode(text).ok()?)
}
