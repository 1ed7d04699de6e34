//! Somebody comes from their provider, and an account or an address is not proved to be theirs by that: they
//! prove it here. What the provider said waits sealed in the form of the page, good for the login that it
//! belongs to alone; nothing is written before the proof but what the mail needs.
//!
//! The page is the same whether there is an account, whether it has a password, and whether mail proves
//! anything: what cannot prove it is wrong whenever it is tried (PW-01).

mod passkey;

use std::net::IpAddr;

use doorward_domain::{
    Authentication, ConnectionId, EmailAddress, Lacking, Plain, Profile, Standing, Subject, TenantId,
    Timestamp, Told, UserId,
};
use doorward_store::{Batch, Kind, StoreError};
use serde::{Deserialize, Serialize};

use self::passkey::Asks;
use super::attempt::Attempt as Traced;
use super::local::{problem, proved};
use super::transaction::Proved;
use super::under_way::UnderWay;
use super::{BrowserSession, Heading, Login, LoginError, PasskeyQuestion, Step, TransactionId, TryProblem};
use crate::federation::logout::{CarriedNaming, Naming};
use crate::federation::{Destination, EmailTrust, FederationError, Verified};
use crate::identity::local::{Account, AddressClaim, Attempt, Denied, Device};
use crate::identity::{Proofs, Unproven};
use crate::keys::Purpose;

/// The page on which somebody proves that an account or an address is theirs.
#[derive(Debug)]
pub struct ProofQuestion {
    /// Whose login it is.
    pub heading: Heading,
    /// The address that the provider told.
    pub address: String,
    /// What the provider said, sealed for the next step.
    pub arrived: Plain,
    /// What is asked for.
    pub wanted: Wanted,
    /// The question for the browser, where a passkey would do.
    pub passkey: Option<PasskeyQuestion>,
    /// What is wrong with the last try.
    pub problem: Option<TryProblem>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A proof: the person chooses which one.
    Proof,
    /// The code that was mailed, if one was.
    Code,
    /// The second factor of the account, which neither mail nor a password replaces (PW-05).
    SecondFactor {
        /// Whether the person has an authenticator app; whoever has none has recovery codes.
        authenticator: bool,
    },
}

/// What a form of the page says.
#[derive(Clone, Copy)]
pub struct ProofForm<'a> {
    /// The cookie of the login.
    pub cookie: Option<&'a str>,
    /// What the provider said, sealed.
    pub arrived: &'a str,
    /// The code or the password.
    pub typed: &'a str,
    /// From where.
    pub from: Option<IpAddr>,
    /// The cookie of a browser that somebody has signed in with before.
    pub device: Option<&'a str>,
}

/// Somebody who came from their provider, and has something left to prove.
#[derive(Clone, Serialize, Deserialize)]
struct Arrived {
    tenant: TenantId,
    connection: ConnectionId,
    subject: Subject,
    profile: Profile,
    standing: Standing,
    email_trust: EmailTrust,
    authentication: Authentication,
    lacking: Option<Lacking>,
    told: Told,
    naming: CarriedNaming,
    email: EmailAddress,
    /// The account that may be theirs; or who they may become.
    user: UserId,
    has_account: bool,
    /// What they have proved, while the second factor is due.
    shown: Option<Shown>,
}

/// What somebody has proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Shown {
    /// That mail reaches them.
    Mail,
    /// That they know the password.
    Password(Proved),
    /// That they have a passkey, to which they have proved who they are: it is both factors.
    Passkey,
}

impl Arrived {
    fn claim(&self, id: TransactionId) -> AddressClaim {
        AddressClaim {
            tenant: self.tenant,
            session: id.session(),
            user: self.user,
            has_account: self.has_account,
            email: self.email.clone(),
            locale: self.profile.locale.clone(),
        }
    }

    fn proofs(&self, shown: Shown) -> Proofs {
        Proofs { account: self.has_account.then_some(self.user), address: shown == Shown::Mail }
    }

    /// What the provider said, and what was proved since, at the connection as it is now.
    fn verified(&self, to: Destination, proofs: Proofs) -> Verified {
        let Destination { tenant, connection } = to;
        let email_trust = match proofs.address {
            true if tenant.owns(self.email.domain()) => EmailTrust::TenantDomain,
            true => EmailTrust::Provider,
            false => self.email_trust,
        };
        Verified {
            tenant,
            connection,
            subject: self.subject.clone(),
            profile: self.profile.clone(),
            standing: Ok(self.standing.clone()),
            email_trust,
            is_guest: false,
            authentication: self.authentication.clone(),
            notes: Vec::new(),
            lacking: self.lacking.clone(),
            told: self.told.clone(),
            naming: Naming::from(&self.naming),
        }
    }
}

impl Login {
    /// Asks somebody for the proof that they lack; `None` when there is nothing to prove it by.
    pub(super) fn ask_proof(
        &self,
        login: &UnderWay,
        verified: &Verified,
        unproven: Unproven,
        now: Timestamp,
    ) -> Option<Step> {
        let (user, has_account) = match unproven {
            Unproven::Account(user) => (user, true),
            Unproven::Address => (UserId::new(now, &*self.entropy), false),
        };
        let arrived = Arrived {
            tenant: verified.tenant.id,
            connection: verified.connection.id,
            subject: verified.subject.clone(),
            profile: verified.profile.clone(),
            standing: verified.standing.clone().ok()?,
            email_trust: verified.email_trust,
            authentication: verified.authentication.clone(),
            lacking: verified.lacking.clone(),
            told: verified.told.clone(),
            naming: CarriedNaming::from(&verified.naming),
            email: EmailAddress::parse(verified.profile.email.as_deref()?).ok()?,
            user,
            has_account,
            shown: None,
        };
        Some(self.ask(login, &arrived, Asks::Proof, None))
    }

    fn ask(&self, login: &UnderWay, arrived: &Arrived, asks: Asks<'_>, problem: Option<TryProblem>) -> Step {
        Step::Prove(Box::new(ProofQuestion { problem, ..self.question(login, arrived, asks) }))
    }

    fn question(&self, login: &UnderWay, arrived: &Arrived, asks: Asks<'_>) -> ProofQuestion {
        let plain = serde_json::to_vec(arrived).unwrap_or_default();
        let sealed = self.sealer.seal_token(Purpose::Arrival, &login.id.0, &plain, &*self.entropy);
        ProofQuestion {
            heading: self.heading(login),
            address: arrived.email.to_string(),
            arrived: Plain::new(sealed),
            wanted: asks.wanted(),
            passkey: self.passkey_to_prove(login, asks),
            problem: None,
        }
    }

    /// The login that a form belongs to, and who has arrived by it.
    async fn arrived(
        &self,
        id: TransactionId,
        form: &ProofForm<'_>,
        now: Timestamp,
    ) -> Result<(UnderWay, Arrived), LoginError> {
        let login = self.under_way(id, form.cookie, now).await?;
        let plain = self.sealer.open_token(Purpose::Arrival, &id.0, form.arrived);
        let plain = plain.map_err(|_| LoginError::NoTransaction)?;
        let arrived = serde_json::from_slice(&plain).map_err(|_| LoginError::NoTransaction)?;
        Ok((login, arrived))
    }

    /// Mails a code, if that can prove anything, and asks for it. The answer is the same for everybody.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] when nobody has arrived by this login in this browser; so for all that
    /// follow.
    pub async fn prove_by_mail(
        &self,
        id: TransactionId,
        form: ProofForm<'_>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let (login, arrived) = self.arrived(id, &form, now).await?;
        self.local.send_address_code(arrived.claim(id), form.from, now);
        Ok(self.ask(&login, &arrived, Asks::Code, None))
    }

    /// Goes on with the code from the mail.
    ///
    /// # Errors
    /// [`LoginError`]; a wrong code is a step: the page once more.
    pub async fn prove_by_code(
        &self,
        id: TransactionId,
        form: ProofForm<'_>,
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let (login, arrived) = self.arrived(id, &form, now).await?;
        match self.local.check_address_code(&arrived.claim(id), form.typed, now).await {
            Ok(()) => self.shown(login, arrived, Shown::Mail, older, now).await,
            Err(denied) => Ok(self.ask(&login, &arrived, Asks::Code, Some(problem(denied)?))),
        }
    }

    /// Goes on with the password of the account.
    ///
    /// # Errors
    /// [`LoginError`]; a wrong one is a step: the page once more.
    pub async fn prove_by_password(
        &self,
        id: TransactionId,
        form: ProofForm<'_>,
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let (login, arrived) = self.arrived(id, &form, now).await?;
        let account = self.account_of(&arrived, now).await?;
        let device = Device::open(&self.sealer, form.device);
        let attempt = Attempt {
            login: account.as_ref().map_or(arrived.email.as_str(), Account::login),
            company: Some(arrived.tenant),
            password: form.typed,
            from: form.from,
            device: device.as_ref(),
        };
        let wrong = match self.local.check_password(&attempt, now).await {
            Ok(account) if arrived.is_of(&account) => {
                let shown = Shown::Password(proved(&account));
                return self.shown(login, arrived, shown, older, now).await;
            }
            // Whoever else has a password with this address does not come by it.
            Ok(_) => TryProblem::Wrong,
            Err(denied) => problem(denied)?,
        };
        Ok(self.ask(&login, &arrived, Asks::Proof, Some(wrong)))
    }

    /// The account that somebody is to prove theirs, if it has credentials here.
    async fn account_of(&self, arrived: &Arrived, now: Timestamp) -> Result<Option<Account>, StoreError> {
        match arrived.has_account {
            true => self.local.account(arrived.tenant, arrived.user, now).await,
            false => Ok(None),
        }
    }

    /// Goes on with what somebody has proved: to the second factor, if the account has one, or in.
    async fn shown(
        &self,
        login: UnderWay,
        arrived: Arrived,
        shown: Shown,
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let account = self.account_of(&arrived, now).await?;
        if let Some(account) = account.filter(|account| account.credentials.record.has_second_factor()) {
            let arrived = Arrived { shown: Some(shown), ..arrived };
            return Ok(self.ask(&login, &arrived, Asks::SecondFactor(&account), None));
        }
        let entered = self.let_in_proved((&login, &arrived, shown), Batch::new(), older, now).await?;
        entered.or_else(|denied| Ok(self.ask(&login, &arrived, Asks::Proof, Some(problem(denied)?))))
    }

    /// Goes on with the second factor of the account.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] when nothing was proved before, in this browser and this login (PW-05).
    pub async fn prove_by_second_factor(
        &self,
        id: TransactionId,
        form: ProofForm<'_>,
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let (login, arrived) = self.arrived(id, &form, now).await?;
        let (account, shown) = self.half_proved(&arrived, now).await?;
        let entered = match self.local.check_second_factor(&account, form.typed, now) {
            Ok((changed, _)) => {
                let batch = Batch::new().update(&account.credentials, &changed)?;
                self.let_in_proved((&login, &arrived, shown), batch, older, now).await?
            }
            Err(denied) => Err(denied),
        };
        let asks = Asks::SecondFactor(&account);
        entered.or_else(|denied| Ok(self.ask(&login, &arrived, asks, Some(problem(denied)?))))
    }

    /// The account whose second factor is due, and what was proved of it before.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] when nothing was, or it is good no more (PW-05).
    async fn half_proved(&self, arrived: &Arrived, now: Timestamp) -> Result<(Account, Shown), LoginError> {
        let shown = arrived.shown.ok_or(LoginError::NoTransaction)?;
        let still = |account: &Account| shown == Shown::Mail || shown == Shown::Password(proved(account));
        let account = self.account_of(arrived, now).await?.filter(still);
        Ok((account.ok_or(LoginError::NoTransaction)?, shown))
    }

    /// Lets somebody in who has proved what they lacked. A code is used up in the same commit; what else is good
    /// once, and was used by somebody faster, is denied.
    async fn let_in_proved(
        &self,
        (login, arrived, shown): (&UnderWay, &Arrived, Shown),
        mut batch: Batch,
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Result<Step, Denied>, LoginError> {
        let again = || Ok(Ok(self.ask(login, arrived, Asks::Code, Some(TryProblem::Wrong))));
        if shown == Shown::Mail {
            match self.local.address_proof(&arrived.claim(login.id), now).await? {
                Some(proof) => batch = batch.delete(&proof),
                None => return again(),
            }
        }
        let Some(to) = self.federation.destination(arrived.tenant, arrived.connection, now).await? else {
            let (cause, way_on) = (FederationError::ConnectionNotInUse, self.way_on(login, None, now).await);
            return Err(LoginError::Federation { cause: Box::new(cause), way_on });
        };
        let proofs = arrived.proofs(shown);
        let verified = arrived.verified(to, proofs);
        let leg = login.transaction.leg.as_ref().ok_or(LoginError::NoTransaction)?;
        let mut traced = Traced::proved(self, login, leg, now);
        let (older, with) = (older.map(|older| older.record), (proofs, batch));
        let outcome = self.come_in(&mut traced, login, &verified, with, older.as_ref(), now).await;
        // Of several at once, one has used up what proves it.
        match &outcome {
            Err(LoginError::Store(StoreError::Conflict(key))) if key.kind() == Kind::AddressProof => again(),
            Err(error) if error.credentials_changed() => Ok(Err(Denied::Wrong)),
            _ => {
                if let Some(trace) = traced.ended(&outcome, now) {
                    self.traces.keep(trace);
                }
                outcome.map(Ok)
            }
        }
    }
}
