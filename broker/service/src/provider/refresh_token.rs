//! Refresh tokens: a grant's name, a number and a secret, which is derived from both and stored nowhere.
//! Everybody who is shown one reads it here.

use doorward_domain::{Grant, Handle, HandleKind, Plain, RefreshFamily, Timestamp};
use doorward_store::records::at;
use doorward_store::{StoreError, StoreExt as _, Stored};

use super::Provider;
use crate::keys::Purpose;

/// A genuine refresh token, used already or not.
#[derive(Debug)]
pub(super) struct RefreshToken {
    /// The grant it belongs to.
    pub grant: Stored<Grant>,
    /// The family it belongs to.
    pub family: RefreshFamily,
    /// Its number.
    pub generation: u32,
}

impl Provider {
    /// The refresh token of a grant. The same number always gives the same token, and the store alone
    /// gives none.
    pub(super) fn refresh_token(&self, grant: &Grant, family: &RefreshFamily) -> Option<Plain> {
        self.refresh_handle(grant, family, family.generation).map(|handle| handle.to_plain())
    }

    /// Reads a refresh token; `None` for anything that is not a genuine one of a live grant.
    pub(super) async fn read_refresh_token(
        &self,
        text: &str,
        now: Timestamp,
    ) -> Result<Option<RefreshToken>, StoreError> {
        let Some(handle) = Handle::parse(HandleKind::Refresh, text) else { return Ok(None) };
        let key = at::grant(handle.tenant(), handle.session(), handle.grant());
        let Some(grant) = self.store.read::<Grant>(&key, now).await? else { return Ok(None) };
        let Some(family) = grant.record.refresh().cloned() else { return Ok(None) };
        let generation = generation_of(&handle);
        let made = self.refresh_handle(&grant.record, &family, generation);
        let genuine = made.is_some_and(|made| made.hash() == handle.hash());
        Ok(genuine.then_some(RefreshToken { grant, family, generation }))
    }

    fn refresh_handle(&self, grant: &Grant, family: &RefreshFamily, generation: u32) -> Option<Handle> {
        let number = generation.to_be_bytes();
        let parts: [&[u8]; 4] = [grant.tenant.as_bytes(), grant.id.as_bytes(), &family.seed, &number];
        let derived = self.sealer.derive(&family.key, Purpose::RefreshToken, &parts)?;
        let mut secret = [0; 32];
        secret[..4].copy_from_slice(&number);
        secret[4..].copy_from_slice(&derived[..28]);
        Some(Handle::of_grant(HandleKind::Refresh, grant.tenant, grant.session, grant.id, secret))
    }
}

/// The generation that a refresh token claims to be of; shown true by its secret alone.
fn generation_of(handle: &Handle) -> u32 {
    let secret = handle.secret();
    u32::from_be_bytes([secret[0], secret[1], secret[2], secret[3]])
}
