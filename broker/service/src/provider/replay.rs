//! What a client may use once: the memory of assertions, proofs and request objects that came already.

use doorward_domain::{ClientId, Plain, ReplayMark, Timestamp};
use doorward_store::{Batch, StoreError};

use super::Provider;

/// Something that is good for one use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Once<'a> {
    /// Whose it is.
    pub client: &'a ClientId,
    /// What it is, so that a proof's `jti` does not spoil an assertion's.
    pub what: &'static str,
    /// Its `jti`.
    pub jti: &'a str,
    /// When it expires by itself.
    pub expires_at: Timestamp,
}

/// Whether something was used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Used {
    /// This is the first time.
    First,
    /// It came before.
    Before,
}

impl Provider {
    /// Notes the use, in one conditional write (rule 3).
    pub(super) async fn use_once(&self, once: Once<'_>) -> Result<Used, StoreError> {
        let jti = Plain::new(format!("{}\n{}", once.what, once.jti)).hash();
        let mark = ReplayMark { client: once.client.clone(), jti, expires_at: once.expires_at };
        match self.store.commit(Batch::new().insert(&mark)?).await {
            Ok(_) => Ok(Used::First),
            Err(StoreError::Conflict(_)) => Ok(Used::Before),
            Err(error) => Err(error),
        }
    }
}
