//! The proof that a master key is the right one, before anything is read or written with it.

use doorward_domain::{Entropy, TenantId, Timestamp};
use doorward_store::records::{MasterKeyCheck, Record as _};
use doorward_store::{Batch, Kind, Range, Store, StoreError, StoreExt as _};

use super::sealing::{Place, SealError, Sealer};

const KNOWN: &[u8] = b"doorward";
/// More master keys than anybody ever has at once.
const LIMIT: usize = 1_000;

/// Why the broker may not start with these master keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// The store was written with a master key that the configuration does not name.
    #[error("the store has secrets under master key {0:?}, which is not configured")]
    Missing(String),
    /// A configured master key is not the one of that name that the store was written with.
    #[error("master key {0:?} is not the one that the store was written with")]
    Wrong(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Proves every master key that the store was ever written with, then leaves a proof of the active
/// one. To be called before anything else is done with the store.
///
/// # Errors
/// [`MasterKeyError`]; nothing was written then, and the broker must not start.
pub async fn check_master_key(
    store: &dyn Store,
    sealer: &Sealer,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<(), MasterKeyError> {
    loop {
        let range = Range::of(TenantId::BROKER, Kind::MasterKeyCheck);
        let proofs = store.read_range::<MasterKeyCheck>(&range, LIMIT, now).await?;
        for proof in &proofs {
            prove(sealer, &proof.record)?;
        }
        if proofs.iter().any(|proof| proof.record.sealed.key == sealer.active()) {
            return Ok(());
        }
        let sealed = sealer.seal(&place(sealer.active()), KNOWN, entropy);
        match store.commit(Batch::new().insert(&MasterKeyCheck { sealed })?).await {
            // Another broker was first: what it wrote must be proven too.
            Err(StoreError::Conflict(_)) => {}
            other => return Ok(other.map(drop)?),
        }
    }
}

fn prove(sealer: &Sealer, check: &MasterKeyCheck) -> Result<(), MasterKeyError> {
    let name = &check.sealed.key;
    match sealer.open(&place(name), &check.sealed) {
        Ok(text) if text.as_slice() == KNOWN => Ok(()),
        Err(SealError::UnknownKey) => Err(MasterKeyError::Missing(name.clone())),
        _ => Err(MasterKeyError::Wrong(name.clone())),
    }
}

fn place(name: &str) -> Place<'_> {
    Place { tenant: TenantId::BROKER, kind: MasterKeyCheck::KIND, id: name.as_bytes(), field: "sealed" }
}
