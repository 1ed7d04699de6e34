//! What a world has stored, for tests that look, and for those that put something there.

use doorward_domain::audit::Action;
use doorward_domain::{AuditEvent, Clock as _, TenantId};
use doorward_store::{Batch, Key, Kind, Range, Record, StoreExt as _, Value};
use sha2::{Digest as _, Sha256};

use crate::World;

impl World {
    /// Writes a record, whatever was there.
    pub async fn put<R: Record>(&self, record: &R) {
        self.store.commit(Batch::new().put(record).unwrap()).await.unwrap();
    }

    /// Reads the record at `key`.
    pub async fn read<R: Record>(&self, key: &Key) -> Option<R> {
        self.store.read(key, self.clock.now()).await.unwrap().map(|found| found.record)
    }

    /// Changes the record at `key`.
    pub async fn change<R: Record>(&self, key: &Key, change: impl FnOnce(&mut R)) {
        let mut record = self.read(key).await.expect("the record to change");
        change(&mut record);
        self.put(&record).await;
    }

    /// Deletes the record at `key`.
    pub async fn remove(&self, key: Key) {
        self.store.commit(Batch::new().remove(key)).await.unwrap();
    }

    /// All records of a kind that a tenant has.
    pub async fn all<R: Record>(&self, tenant: TenantId) -> Vec<R> {
        let range = Range::of(tenant, R::KIND);
        let found = self.store.read_range(&range, usize::MAX, self.clock.now()).await.unwrap();
        found.into_iter().map(|found| found.record).collect()
    }

    /// How often the audit log of a tenant tells of `action`: for tests of AUD.
    pub async fn audited(&self, tenant: TenantId, action: Action) -> usize {
        self.all::<AuditEvent>(tenant).await.iter().filter(|event| event.action == action).count()
    }

    /// Everything that is stored.
    pub async fn records(&self) -> Vec<(Key, Value)> {
        self.store.list(&Range::all(), usize::MAX).await.unwrap()
    }

    /// How many records there are of what nothing but a sign-in leaves behind.
    pub async fn left_behind(&self) -> usize {
        use Kind::{Consent, Grant, Identity, Session, User};
        let kinds = [User, Identity, Session, Grant, Consent];
        self.records().await.iter().filter(|(key, _)| kinds.contains(&key.kind())).count()
    }

    /// Everything that is stored, as one digest: for tests that nothing changed (NC).
    pub async fn digest(&self) -> Vec<u8> {
        self.digest_where(|_| true).await
    }

    /// Everything that is stored of one tenant, as one digest.
    pub async fn digest_of(&self, tenant: TenantId) -> Vec<u8> {
        self.digest_where(|key| key.tenant() == tenant).await
    }

    async fn digest_where(&self, counts: impl Fn(&Key) -> bool) -> Vec<u8> {
        let all = self.records().await;
        let kept = all.iter().filter(|(key, _)| key.kind() != Kind::Audit && counts(key));
        let all = kept.flat_map(|(key, value)| [key.as_bytes(), value.bytes.as_slice()].concat());
        Sha256::digest(all.collect::<Vec<_>>()).to_vec()
    }
}
