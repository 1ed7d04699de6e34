//! The passkeys of users, as an operator sees them: what they are called and when they were used, never what
//! is in them; and taking one away whose device is lost.

use doorward_domain::audit::Action;
use doorward_domain::{Credentials, Passkey, Timestamp, User};
use doorward_store::records::at;
use doorward_store::{StoreError, StoreExt as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Management;
use super::users::UserError;
use super::views::ViewError;
use crate::identity::local::Message;
use crate::identity::local::passkey::enrol;

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PasskeyView {
    /// The credential's identifier, in base64url.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Whether it may exist on several devices.
    pub synced: bool,
    /// When it was added.
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    /// When somebody last signed in with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub used_at: Option<Timestamp>,
}

/// Which passkey.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichPasskey {
    /// Its identifier.
    pub id: String,
}

impl Management {
    /// A user's passkeys, the oldest first.
    ///
    /// # Errors
    /// [`ViewError`].
    pub async fn passkeys(&self, slug: &str, name: &str) -> Result<Vec<PasskeyView>, ViewError> {
        let tenant = self.find_tenant(slug).await?;
        let user = self.find_user(&tenant, name).await?.record;
        Ok(self.passkeys_of(&user).await?)
    }

    /// The passkeys of a user; whoever signs in through an identity provider alone has none.
    pub(super) async fn passkeys_of(&self, user: &User) -> Result<Vec<PasskeyView>, StoreError> {
        let key = at::credentials(user.tenant, user.id);
        let credentials = self.store.read::<Credentials>(&key, self.clock.now()).await?;
        let passkeys = credentials.map(|credentials| credentials.record.passkeys).unwrap_or_default();
        Ok(passkeys.into_iter().map(view).collect())
    }

    /// Takes a passkey from a user, who is signed out everywhere and told by mail.
    ///
    /// # Errors
    /// [`UserError`].
    pub async fn remove_passkey(
        &self,
        slug: &str,
        name: &str,
        which: &WhichPasskey,
        actor: &str,
    ) -> Result<Vec<PasskeyView>, UserError> {
        let (now, tenant) = (self.clock.now(), self.find_tenant(slug).await?);
        let user = self.find_user(&tenant, name).await?.record.id;
        let account = self.local.account(tenant.id, user, now).await?.ok_or(UserError::NotLocal)?;
        let unknown = || ViewError::Unknown { what: "passkey", name: which.id.clone() };
        let (batch, mut changed) =
            enrol::without(&account.credentials.record, &which.id).ok_or_else(unknown)?;
        changed.changed_at = now;
        let event = self.user_event(&account.user.record, Action::PasskeyRemoved, actor, now);
        let batch = batch.update(&account.credentials, &changed)?.insert(&event)?;
        let batch = self.local.tell(batch, &account, |tenant| Message::SignInChanged { tenant }, now)?;
        self.store.commit(batch).await?;
        self.local.posted();
        self.sign_out_user(slug, name, actor).await?;
        Ok(changed.passkeys.into_iter().map(view).collect())
    }
}

fn view(passkey: Passkey) -> PasskeyView {
    let Passkey { id, name, synced, created_at, used_at, .. } = passkey;
    PasskeyView { id, name, synced, created_at, used_at }
}
