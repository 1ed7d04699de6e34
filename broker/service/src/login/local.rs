//! The way in at doorward itself: the page for name and password, the second factor, and in.

use std::net::IpAddr;
use std::time::Duration;

use doorward_domain::audit::Action;
use doorward_domain::{Credentials, Plain, Session, Tenant, Timestamp};
use doorward_store::{Batch, Kind, StoreError, StoreExt as _};

use super::enter::Entrant;
use super::passkey::PasskeyQuestion;
use super::transaction::{LocalLeg, Proved};
use super::under_way::UnderWay;
use super::{BrowserSession, Heading, Login, LoginError, Step, TransactionId};
use crate::federation::Route;
use crate::identity::local::{Account, Attempt, Denied, Device, Factor, Message, Method};

/// No name that leads anywhere is longer; of one that is, no more is repeated.
const LONGEST_LOGIN: usize = 320;

/// The page for name and password.
#[derive(Debug)]
pub struct PasswordQuestion {
    /// Whose login it is.
    pub heading: Heading,
    /// What the person typed as their name.
    pub login: String,
    /// The question for the browser: is there a passkey?
    pub passkey: PasskeyQuestion,
    /// What is wrong with the last try.
    pub problem: Option<TryProblem>,
}

/// The page for the second factor.
#[derive(Debug)]
pub struct SecondFactorQuestion {
    /// Whose login it is.
    pub heading: Heading,
    /// Whether the person has an authenticator app; whoever has none has recovery codes.
    pub authenticator: bool,
    /// The question for the browser, if the person has a passkey.
    pub passkey: Option<PasskeyQuestion>,
    /// What is wrong with the last try.
    pub problem: Option<TryProblem>,
}

/// What is wrong with a try. It is the same for names that nobody has (PW-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryProblem {
    /// Something of it is wrong.
    Wrong,
    /// There were too many; the next one is good after this.
    TooSoon(Duration),
}

/// What a person types, and where.
#[derive(Clone, Copy)]
pub struct Typed<'a> {
    /// The name.
    pub login: &'a str,
    /// The password.
    pub password: &'a str,
    /// The network address.
    pub from: Option<IpAddr>,
    /// The cookie of a browser that somebody has signed in with before.
    pub device: Option<&'a str>,
}

/// What a try came to.
#[derive(Debug)]
pub struct Entered {
    /// What the browser does next.
    pub step: Step,
    /// What the browser carries from now on, if somebody has signed in.
    pub device: Option<Plain>,
}

impl From<Step> for Entered {
    fn from(step: Step) -> Self {
        Self { step, device: None }
    }
}

impl Login {
    /// Whether what a person typed, which leads to `route`, leads to the page for a password: for everybody
    /// of a company alike, for a username with a company code, and for an address of a public mail
    /// service. Whether there is such an account decides nothing (PW-01).
    pub(super) async fn way_here(
        &self,
        typed: &str,
        route: &Route,
        now: Timestamp,
    ) -> Result<Option<LocalLeg>, StoreError> {
        match route {
            Route::NotFound => {
                let led = match doorward_domain::Login::parse(typed) {
                    Some(doorward_domain::Login::Email(email)) => email.domain().is_public_mail(),
                    Some(doorward_domain::Login::UsernameAt(..)) => true,
                    Some(doorward_domain::Login::Username(_)) | None => false,
                };
                Ok(led.then(LocalLeg::default))
            }
            Route::NoConnection | Route::Choose(..) => {
                let tenant = self.federation.tenant_of_typed(typed, now).await?.map(|found| found.record);
                match tenant {
                    Some(tenant) => self.password_of(&tenant, now).await,
                    None => Ok(None),
                }
            }
            Route::Connection(_) | Route::NotServed => Ok(None),
        }
    }

    /// The way to the page for a password of a company that shows the form for it.
    pub(super) async fn password_of(
        &self,
        tenant: &Tenant,
        now: Timestamp,
    ) -> Result<Option<LocalLeg>, StoreError> {
        let default = std::iter::once(doorward_domain::PopulationName::default());
        for population in tenant.populations.iter().map(|it| it.name.clone()).chain(default) {
            let policy = self.store.login_policy(tenant, &population, now).await?;
            if tenant.enabled && policy.local_sign_in && policy.standard_form {
                return Ok(Some(LocalLeg { company: Some(tenant.id), proved: None }));
            }
        }
        Ok(None)
    }

    /// The page for name and password, for a login that is under way.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] when it is not under way in this browser.
    pub async fn password_page(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let login = self.under_way(id, cookie, now).await?;
        Ok(Step::Password(self.ask_password(&login)))
    }

    pub(super) fn ask_password(&self, login: &UnderWay) -> PasswordQuestion {
        let hint = login.hint();
        PasswordQuestion {
            heading: self.heading(login),
            // A company code is not a person's name.
            login: if hint.contains('@') { hint } else { String::new() },
            passkey: self.passkey_question(login),
            problem: None,
        }
    }

    /// Goes on with name and password.
    ///
    /// # Errors
    /// [`LoginError`]; what was typed wrongly is a step: the page once more.
    pub async fn password(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        typed: Typed<'_>,
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Entered, LoginError> {
        let mut login = self.under_way(id, cookie, now).await?;
        let device = Device::open(&self.sealer, typed.device);
        let attempt = Attempt {
            login: typed.login,
            company: login.transaction.local.company,
            password: typed.password,
            from: typed.from,
            device: device.as_ref(),
        };
        let account = match self.local.check_password(&attempt, now).await {
            Ok(account) => account,
            Err(denied) => {
                let mut page = self.ask_password(&login);
                page.login = typed.login.chars().take(LONGEST_LOGIN).collect();
                page.problem = Some(problem(denied)?);
                return Ok(Step::Password(page).into());
            }
        };
        if account.credentials.record.has_second_factor() {
            login.transaction.local.proved = Some(proved(&account));
            return Ok(Step::SecondFactor(self.ask_second_factor(&login, &account, None)).into());
        }
        let dearer = self.local.dearer(&account, typed.password).await;
        let changed =
            dearer.map(|hash| Credentials { password: Some(hash), ..account.credentials.record.clone() });
        let person = Person { account, changed, method: Method::Password, device };
        match self.let_in(&login, person.clone(), older.clone(), now).await {
            // Another sign-in was faster with the new hash.
            Err(error) if error.credentials_changed() => {
                let person = Person { changed: None, ..person };
                self.let_in(&login, person, older, now).await
            }
            entered => entered,
        }
    }

    pub(super) fn ask_second_factor(
        &self,
        login: &UnderWay,
        account: &Account,
        problem: Option<TryProblem>,
    ) -> SecondFactorQuestion {
        SecondFactorQuestion {
            heading: self.heading(login),
            authenticator: account.credentials.record.totp.is_some(),
            passkey: self.passkey_to_confirm(login, account),
            problem,
        }
    }

    /// Goes on with the code of a second factor, or a recovery code.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] when no password was right before, in this browser and this login
    /// (PW-05).
    pub async fn second_factor(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        (code, device): (&str, Option<&str>),
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Entered, LoginError> {
        let login = self.under_way(id, cookie, now).await?;
        let account = self.half_way(&login, now).await?;
        let asked = account.clone();
        let entered = match self.local.check_second_factor(&account, code, now) {
            Ok((changed, factor)) => {
                let device = Device::open(&self.sealer, device);
                let method = Method::PasswordAndCode(factor);
                let person = Person { account, changed: Some(changed), method, device };
                self.let_in_once(&login, person, older, now).await?
            }
            Err(denied) => Err(denied),
        };
        entered.or_else(|denied| {
            let problem = Some(problem(denied)?);
            Ok(Step::SecondFactor(self.ask_second_factor(&login, &asked, problem)).into())
        })
    }

    /// Whose password was right before, in this login, as they are now.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] when it was nobody's, or is good no more (PW-05).
    pub(super) async fn half_way(&self, login: &UnderWay, now: Timestamp) -> Result<Account, LoginError> {
        let before = login.transaction.local.proved.ok_or(LoginError::NoTransaction)?;
        let account = self.local.account(before.tenant, before.user, now).await?;
        let account = account.filter(|account| proved(account) == before).ok_or(LoginError::NoTransaction)?;
        match self.local.may_sign_in(&account, now).await? {
            true => Ok(account),
            false => Err(LoginError::NoTransaction),
        }
    }

    /// Lets somebody in by what is good once: of several at the same moment, one comes in.
    pub(super) async fn let_in_once(
        &self,
        login: &UnderWay,
        person: Person,
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Result<Entered, Denied>, LoginError> {
        match self.let_in(login, person, older, now).await {
            Ok(entered) => Ok(Ok(entered)),
            Err(error) if error.credentials_changed() => Ok(Err(Denied::Wrong)),
            Err(error) => Err(error),
        }
    }

    /// Lets somebody in who proved who they are to doorward itself.
    pub(super) async fn let_in(
        &self,
        login: &UnderWay,
        person: Person,
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Entered, LoginError> {
        let Person { account, changed, method, device } = person;
        let user = &account.user.record;
        let event = self.local.event(&account, Action::SignedIn, now);
        let mut batch = Batch::new().insert(&event)?;
        if let Some(changed) = &changed {
            batch = batch.update(&account.credentials, changed)?;
        }
        let used = changed.filter(|_| method == Method::PasswordAndCode(Factor::RecoveryCode));
        if let Some(used) = &used {
            let left = used.recovery_codes.len();
            batch =
                self.local.tell(batch, &account, |tenant| Message::RecoveryCodeUsed { tenant, left }, now)?;
        }
        let authentication = method.authentication(now);
        let entrant = Entrant { user, connection: None, authentication: &authentication, naming: None };
        let older = older.map(|older| older.record);
        let older: Option<&Session> = older.as_ref();
        match self.enter(login.id, login.request(), entrant, batch, older, now).await {
            Ok(Ok(step)) => {
                if used.is_some() {
                    self.local.posted();
                }
                let known = (user.tenant, user.id);
                let device = Device::after(device, known, &self.sealer, &*self.entropy);
                Ok(Entered { step, device: Some(device) })
            }
            Ok(Err(cause)) => {
                let way_on = self.way_on_after(login, (&account.tenant, &cause), now).await;
                Err(LoginError::NotAdmitted { cause, way_on })
            }
            Err(LoginError::Store(StoreError::Conflict(key))) => match key.kind() {
                Kind::Session | Kind::Grant | Kind::PushedRequest => Err(LoginError::Finished),
                _ => Err(LoginError::Store(StoreError::Conflict(key))),
            },
            Err(error) => Err(error),
        }
    }
}

/// Somebody on their way in.
#[derive(Clone)]
pub(super) struct Person {
    pub account: Account,
    /// Their credentials, if the sign-in changes them.
    pub changed: Option<Credentials>,
    pub method: Method,
    pub device: Option<Device>,
}

pub(super) fn proved(account: &Account) -> Proved {
    let credentials = &account.credentials.record;
    Proved { tenant: credentials.tenant, user: credentials.user, changed_at: credentials.changed_at }
}

impl LoginError {
    /// What of a denial the person is told on the same page.
    ///
    /// # Errors
    /// What takes a page of its own.
    pub fn of_denial(denied: Denied) -> Result<TryProblem, Self> {
        problem(denied)
    }

    /// Whether somebody's credentials changed at the same moment.
    pub(super) fn credentials_changed(&self) -> bool {
        matches!(self, Self::Store(StoreError::Conflict(key)) if key.kind() == Kind::Credentials)
    }
}

pub(super) fn problem(denied: Denied) -> Result<TryProblem, LoginError> {
    match denied {
        Denied::Wrong => Ok(TryProblem::Wrong),
        Denied::TooSoon(wait) => Ok(TryProblem::TooSoon(wait)),
        Denied::Busy(busy) => Err(busy.into()),
        Denied::Store(error) => Err(error.into()),
    }
}
