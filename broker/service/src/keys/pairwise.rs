//! The key of pairwise subjects (OIDC Core section 8.1): made at the first start and never replaced, for
//! with another one no client of such a kind would know its people again.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{Entropy, TenantId, Timestamp, UserId};
use doorward_store::records::{PairwiseKey as Kept, Record as _, at};
use doorward_store::{Batch, Store, StoreError, StoreExt as _};
use zeroize::Zeroizing;

use super::ring::KeyError;
use super::sealing::{Place, Sealer, hmac};

/// The key, opened.
pub(super) struct PairwiseKey(Zeroizing<[u8; 32]>);

impl PairwiseKey {
    /// Reads the key; makes it, if there is none.
    pub(super) async fn open(
        store: &dyn Store,
        sealer: &Sealer,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Result<Self, KeyError> {
        loop {
            if let Some(kept) = store.read::<Kept>(&at::pairwise_key(), now).await? {
                let key = sealer.open(&PLACE, &kept.record.sealed).map_err(KeyError::Pairwise)?;
                let key = <[u8; 32]>::try_from(key.as_slice());
                return key
                    .map(|key| Self(Zeroizing::new(key)))
                    .map_err(|_| KeyError::Key(LENGTH.to_owned()));
            }
            let key = Zeroizing::new(entropy.bytes::<32>());
            let sealed = sealer.seal(&PLACE, &*key, entropy);
            match store.commit(Batch::new().insert(&Kept { sealed })?).await {
                // Another broker was first: its key is the one.
                Err(StoreError::Conflict(_)) => {}
                written => written.map(drop)?,
            }
        }
    }

    /// The `sub` of a user in a sector: it cannot be traced back, and two sectors cannot compare theirs.
    pub(super) fn subject(&self, sector: &str, tenant: TenantId, user: UserId) -> String {
        BASE64.encode(hmac(&self.0, &[sector.as_bytes(), tenant.as_bytes(), user.as_bytes()]))
    }
}

const LENGTH: &str = "the key of pairwise subjects has another length than 256 bits";

const PLACE: Place<'_> = Place { tenant: TenantId::BROKER, kind: Kept::KIND, id: &[], field: "sealed" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_of_one_key_sector_tenant_and_user() {
        let key = |byte| PairwiseKey(Zeroizing::new([byte; 32]));
        let (tenant, user) = (|byte| TenantId::from_bytes([byte; 16]), |byte| UserId::from_bytes([byte; 16]));
        let subject = key(1).subject("app.test", tenant(2), user(3));
        assert_eq!(subject, key(1).subject("app.test", tenant(2), user(3)));
        let others = [
            key(9).subject("app.test", tenant(2), user(3)),
            key(1).subject("app2.test", tenant(2), user(3)),
            key(1).subject("app.test", tenant(9), user(3)),
            key(1).subject("app.test", tenant(2), user(9)),
        ];
        assert!(!others.contains(&subject));
        assert!((1..=255).contains(&subject.len()) && subject.is_ascii());
    }
}
