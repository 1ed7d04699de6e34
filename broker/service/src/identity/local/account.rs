//! What people change about how they sign in here: who is signed in and knows the password, or what takes
//! its place, sets an authenticator app up or takes it away.

use std::net::IpAddr;

use doorward_domain::audit::Action;
use doorward_domain::{Credentials, EmailAddress, Plain, Session, Timestamp, Username};
use doorward_store::{Batch, StoreError};

use super::{Account, Attempt, Denied, Local, Message};

/// What somebody shows to prove again who they are.
#[derive(Clone, Copy)]
pub struct Again<'a> {
    /// The password.
    pub password: &'a str,
    /// The code of the authenticator app.
    pub code: &'a str,
    /// From where.
    pub from: Option<IpAddr>,
}

impl Local {
    /// The account of whoever is signed in, if they have one here.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn account_of(&self, session: &Session, now: Timestamp) -> Result<Option<Account>, StoreError> {
        let account = self.account(session.tenant, session.user, now).await?;
        Ok(account
            .filter(|account| account.user.record.enabled && account.credentials.record.password.is_some()))
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
        if account.credentials.record.has_second_factor() {
            return Err(Denied::Wrong);
        }
        let account = self.check_again(account, again, now).await?;
        let (changed, codes) = self.add_authenticator(&account, setup, again.code, now)?;
        self.change(&account, changed, Action::AuthenticatorAdded, now).await?;
        Ok(codes)
    }

    /// Takes the authenticator app and the recovery codes away. Whatever came from earlier sign-ins ends.
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
        let changed =
            Credentials { totp: None, recovery_codes: Vec::new(), ..account.credentials.record.clone() };
        self.change(&account, changed, Action::AuthenticatorRemoved, now).await
    }

    /// Whether the password is the one of this account.
    async fn check_again(
        &self,
        account: &Account,
        again: Again<'_>,
        now: Timestamp,
    ) -> Result<Account, Denied> {
        let credentials = &account.credentials.record;
        let username = credentials.username.as_ref().map(Username::as_str);
        let login = username.or(credentials.email.as_ref().map(EmailAddress::as_str)).unwrap_or_default();
        let (company, password, from) = (Some(credentials.tenant), again.password, again.from);
        self.check_password(&Attempt { login, company, password, from, device: None }, now).await
    }

    async fn change(
        &self,
        account: &Account,
        changed: Credentials,
        action: Action,
        now: Timestamp,
    ) -> Result<(), Denied> {
        let event = self.event(account, action, now);
        let changed = Credentials { changed_at: now, ..changed };
        let batch = Batch::new().update(&account.credentials, &changed)?.insert(&event)?;
        match self.store.commit(batch).await {
            Err(StoreError::Conflict(_)) => return Err(Denied::Wrong),
            committed => committed?,
        };
        self.end_everything_of(&account.user.record, now).await?;
        self.tell(account, |tenant| Message::SignInChanged { tenant });
        Ok(())
    }
}
