//! What people change about how they sign in here: whoever is signed in here and knows the password chooses
//! another one, or sets an authenticator app up or takes it away. Passkeys are the business of
//! [`passkey`](super::passkey).

use std::net::IpAddr;

use doorward_domain::audit::Action;
use doorward_domain::credential::WeakPassword;
use doorward_domain::{Credentials, Plain, Session, Timestamp};
use doorward_store::{Batch, StoreError};

use super::{Account, Attempt, Busy, Denied, Device, Local, Message};

/// What somebody shows to prove again who they are.
#[derive(Clone, Copy)]
pub struct Again<'a> {
    /// The password.
    pub password: &'a str,
    /// The code of the authenticator app.
    pub code: &'a str,
    /// From where.
    pub from: Option<IpAddr>,
    /// The cookie of a browser that somebody has signed in with before: strangers who guess elsewhere do not
    /// make its owner wait.
    pub device: Option<&'a str>,
}

/// Why a password is not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The person did not prove who they are.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The new one is not taken.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
}

impl From<Busy> for ChangeError {
    fn from(busy: Busy) -> Self {
        Self::Denied(busy.into())
    }
}

impl Local {
    /// The account of whoever is signed in, if they signed in here: by all that they have to show for it, and
    /// not by an identity provider that knows them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn account_of(&self, session: &Session, now: Timestamp) -> Result<Option<Account>, StoreError> {
        let account = match session.connection {
            None => self.account(session.tenant, session.user, now).await?,
            Some(_) => None,
        };
        Ok(account
            .filter(|account| account.user.record.enabled && account.credentials.record.password.is_some()))
    }

    /// Changes the password. Whatever came from earlier sign-ins ends (SE-02); second factors stay.
    ///
    /// # Errors
    /// [`ChangeError`]; nothing has changed then.
    pub async fn change_password(
        &self,
        account: &Account,
        typed: &str,
        again: Again<'_>,
        now: Timestamp,
    ) -> Result<(), ChangeError> {
        let account = self.check_again(account, again, now).await?;
        let hash = self.choose::<ChangeError>(&account, typed).await?;
        let changed = Credentials { password: Some(hash), ..account.credentials.record.clone() };
        Ok(self.change(&account, Batch::new(), changed, Action::PasswordChanged, now).await?)
    }

    /// Sets an authenticator app up, with new recovery codes, which are shown this once. Whatever came from
    /// earlier sign-ins ends (SE-02).
    ///
    /// # Errors
    /// [`Denied`]; nothing has changed then.
    pub async fn confirm_authenticator(
        &self,
        account: &Account,
        setup: &str,
        again: Again<'_>,
        now: Timestamp,
    ) -> Result<Vec<Plain>, Denied> {
        if account.credentials.record.totp.is_some() {
            return Err(Denied::Wrong);
        }
        let account = self.check_again(account, again, now).await?;
        let (changed, codes) = self.add_authenticator(&account, setup, again.code, now)?;
        self.change(&account, Batch::new(), changed, Action::AuthenticatorAdded, now).await?;
        Ok(codes)
    }

    /// Takes the authenticator app away, and the recovery codes unless a passkey is left that they stand in
    /// for. Whatever came from earlier sign-ins ends.
    ///
    /// # Errors
    /// [`Denied`]; nothing has changed then.
    pub async fn remove_authenticator(
        &self,
        account: &Account,
        again: Again<'_>,
        now: Timestamp,
    ) -> Result<(), Denied> {
        let account = self.check_again(account, again, now).await?;
        let (_, _) = self.check_second_factor(&account, again.code, now)?;
        let changed = Credentials { totp: None, ..account.credentials.record.clone() }.without_idle_codes();
        self.change(&account, Batch::new(), changed, Action::AuthenticatorRemoved, now).await
    }

    /// Whether the password is the one of this account.
    pub(super) async fn check_again(
        &self,
        account: &Account,
        again: Again<'_>,
        now: Timestamp,
    ) -> Result<Account, Denied> {
        let (login, company) = (account.login(), Some(account.tenant.id));
        let (password, from) = (again.password, again.from);
        let device = Device::open(&self.sealer, again.device);
        self.check_password(&Attempt { login, company, password, from, device: device.as_ref() }, now).await
    }

    /// Commits changed credentials with what else is in `batch`, ends whatever came from earlier sign-ins
    /// (SE-02), and tells the person by mail.
    pub(super) async fn change(
        &self,
        account: &Account,
        batch: Batch,
        changed: Credentials,
        action: Action,
        now: Timestamp,
    ) -> Result<(), Denied> {
        let event = self.event(account, action, now);
        let changed = Credentials { changed_at: now, ..changed };
        let batch = batch.update(&account.credentials, &changed)?.insert(&event)?;
        let message = |tenant| match action {
            Action::PasswordChanged => Message::PasswordChanged { tenant },
            _ => Message::SignInChanged { tenant },
        };
        let batch = self.tell(batch, account, message, now)?;
        match self.store.commit(batch).await {
            Err(StoreError::Conflict(_)) => return Err(Denied::Wrong),
            committed => committed?,
        };
        self.posted();
        Ok(self.end_everything_of(&account.user.record, now).await?)
    }
}
