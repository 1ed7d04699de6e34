//! The passkeys of users, as an operator sees them: what they are called and when they were used, never what
//! is in them; and taking one away whose device is lost.

use doorward_domain::audit::Action;
use doorward_domain::{Passkey, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Management;
use super::users::UserError;
use super::views::ViewError;
use crate::identity::local::passkey::enrol;
use crate::identity::local::{Account, Message};

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
    /// [`UserError`].
    pub async fn passkeys(&self, slug: &str, name: &str) -> Result<Vec<PasskeyView>, UserError> {
        let account = self.account_with_credentials(slug, name).await?;
        Ok(account.credentials.record.passkeys.into_iter().map(view).collect())
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
        let account = self.account_with_credentials(slug, name).await?;
        let now = self.clock.now();
        let unknown = || ViewError::Unknown { what: "passkey", name: which.id.clone() };
        let (batch, mut changed) =
            enrol::without(&account.credentials.record, &which.id).ok_or_else(unknown)?;
        changed.changed_at = now;
        let event = self.user_event(&account.user.record, Action::PasskeyRemoved, actor, now);
        let batch = batch.update(&account.credentials, &changed)?.insert(&event)?;
        self.store.commit(batch).await?;
        self.sign_out_user(slug, name, actor).await?;
        self.local.tell(&account, |tenant| Message::SignInChanged { tenant });
        Ok(changed.passkeys.into_iter().map(view).collect())
    }

    async fn account_with_credentials(&self, slug: &str, name: &str) -> Result<Account, UserError> {
        let tenant = self.find_tenant(slug).await?;
        let user = self.find_user(&tenant, name).await?.record.id;
        let account = self.local.account(tenant.id, user, self.clock.now()).await?;
        account.ok_or(UserError::NotLocal)
    }
}

fn view(passkey: Passkey) -> PasskeyView {
    let Passkey { id, name, synced, created_at, used_at, .. } = passkey;
    PasskeyView { id, name, synced, created_at, used_at }
}
