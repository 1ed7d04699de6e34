//! A password is checked. Whoever types a name that nobody has waits as long, and is told the same, as
//! whoever types a wrong password (PW-01).

use std::net::IpAddr;
use std::time::Duration;

use doorward_domain::credential::{WeakPassword, password};
use doorward_domain::{Authentication, PasswordHash, TenantId, Timestamp};
use doorward_store::StoreError;

use super::second_factor::Factor;
use super::throttle::{Counted, Source};
use super::{Account, Busy, Device, Local};

/// Somebody tries to sign in.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// What they typed as their name.
    pub login: &'a str,
    /// The tenant whose company code they typed before.
    pub company: Option<TenantId>,
    /// What they typed as their password.
    pub password: &'a str,
    /// From where.
    pub from: Option<IpAddr>,
    /// What the browser carries.
    pub device: Option<&'a Device>,
}

/// Why somebody is not let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The name, the password or the code is wrong, or the account may not be used. Nobody learns which.
    #[error("wrong name, password or code")]
    Wrong,
    /// There were too many failures; the next try is good after this.
    #[error("too many failures; wait {} seconds", .0.as_secs() + 1)]
    TooSoon(Duration),
    /// Too many try at once.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How somebody signed in at doorward itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// With a password alone.
    Password,
    /// With a password and a code.
    PasswordAndCode(Factor),
    /// With a password and a passkey, which may be `synced` between devices.
    PasswordAndPasskey {
        /// Whether it may exist on several devices.
        synced: bool,
    },
    /// With a passkey, which may be `synced` between devices.
    Passkey {
        /// Whether it may exist on several devices.
        synced: bool,
    },
}

impl Method {
    /// What apps are told of it: the methods by RFC 8176, the assurance by the names that are usual for
    /// it (OpenID EAP ACR Values 1.0 for passkeys). A password alone is no assurance worth a name.
    pub fn authentication(self, now: Timestamp) -> Authentication {
        const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";
        let (acr, amr): (_, &[&str]) = match self {
            Self::Password => (None, &["pwd"]),
            Self::PasswordAndCode(_) => (Some(MULTI_FACTOR), &["pwd", "otp", "mfa"]),
            Self::PasswordAndPasskey { synced: true } => (Some("phr"), &["pwd", "swk", "user", "mfa"]),
            Self::PasswordAndPasskey { synced: false } => (Some("phrh"), &["pwd", "hwk", "user", "mfa"]),
            Self::Passkey { synced: true } => (Some("phr"), &["swk", "user", "mfa"]),
            Self::Passkey { synced: false } => (Some("phrh"), &["hwk", "user", "mfa"]),
        };
        Authentication {
            time: now,
            acr: acr.map(str::to_owned),
            amr: amr.iter().map(|method| (*method).to_owned()).collect(),
            session_expiry: None,
        }
    }
}

impl Local {
    /// Whose name and password these are.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn check_password(&self, attempt: &Attempt<'_>, now: Timestamp) -> Result<Account, Denied> {
        let account = self.find(attempt.login, attempt.company, now).await?;
        let name = match &account {
            Some(account) => account.counted(),
            None => attempt.login.trim().to_lowercase().into_bytes(),
        };
        let known = account.as_ref().zip(attempt.device).filter(|(account, device)| {
            let user = &account.user.record;
            device.knows(user.tenant, user.id)
        });
        let from = Source::from(attempt.from);
        let of_stranger = [Counted::AccountFrom(&name, from), Counted::Account(&name), Counted::From(from)];
        let of_device = known.map(|(_, device)| [Counted::Device(&name, device.id)]);
        let counted: &[Counted<'_>] = of_device.as_ref().map_or(&of_stranger, |device| device);
        self.throttle.count(counted, now).map_err(Denied::TooSoon)?;
        let hash = account.as_ref().and_then(|account| account.credentials.record.password.clone());
        let right = match password::prepare(attempt.password) {
            Some(password) => self.hasher.verify(password, hash).await,
            None => Ok(false),
        };
        let may = match &account {
            Some(account) => self.may_sign_in(account, now).await?,
            None => false,
        };
        match account.filter(|_| may && right == Ok(true)) {
            Some(account) => {
                self.throttle.forgive(counted, now);
                Ok(account)
            }
            None => {
                right?;
                self.note_failure("password");
                Err(Denied::Wrong)
            }
        }
    }

    /// What is kept of a password that somebody chose, if it is good enough for them.
    pub(super) async fn choose<E: From<WeakPassword> + From<Busy>>(
        &self,
        account: &Account,
        typed: &str,
    ) -> Result<PasswordHash, E> {
        let mut context = account.credentials.record.context();
        context.extend([account.tenant.name.as_str(), account.tenant.slug.as_str()]);
        let chosen = password::choose(typed, &context)?;
        Ok(self.hasher.hash(chosen, &*self.entropy).await?)
    }

    /// The same password at today's cost, when its hash is of another one.
    pub async fn dearer(&self, account: &Account, password: &str) -> Option<PasswordHash> {
        let hash = account.credentials.record.password.as_ref()?;
        if !self.hasher.is_dated(hash) {
            return None;
        }
        // Whether there is time for it now or at the next sign-in does not matter.
        self.hasher.hash(password::prepare(password)?, &*self.entropy).await.ok()
    }

    /// Counts a failure, for those who watch the log. It names nobody.
    pub(super) fn note_failure(&self, of: &'static str) {
        let failures = self.failures.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        tracing::info!(of, failures, "a sign-in failed");
    }
}
