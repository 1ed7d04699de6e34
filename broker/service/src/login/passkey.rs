//! The way in with a passkey: alone, which is more than a password, or after one.

use std::net::IpAddr;

use doorward_domain::{Plain, Timestamp};
use serde_json::Value;

use super::local::{Person, TryProblem, problem};
use super::under_way::UnderWay;
use super::{BrowserSession, Entered, Login, LoginError, Step, TransactionId};
use crate::identity::local::passkey::challenge::{self, Ceremony};
use crate::identity::local::passkey::{Passed, ShownPasskey, Verified};
use crate::identity::local::{Account, Denied, Device, Method};

/// The part of a page that is for passkeys.
#[derive(Debug)]
pub struct PasskeyQuestion {
    /// What the browser passes on to an authenticator (`PublicKeyCredentialRequestOptionsJSON`, WebAuthn Level
    /// 3 section 5.1.10).
    pub question: Value,
    /// Whether the last passkey was not honoured.
    pub refused: bool,
}

impl From<Value> for PasskeyQuestion {
    fn from(question: Value) -> Self {
        Self { question, refused: false }
    }
}

/// What a browser shows of a passkey, and where.
#[derive(Clone, Copy)]
pub struct WithPasskey<'a> {
    /// What the authenticator signed.
    pub shown: ShownPasskey<'a>,
    /// The network address.
    pub from: Option<IpAddr>,
    /// The cookie of a browser that somebody has signed in with before.
    pub device: Option<&'a str>,
}

impl Login {
    /// The question that every sign-in page has for a browser: is there a passkey for this site? It is the
    /// same for everybody.
    pub(super) fn passkey_question(&self, login: &UnderWay) -> PasskeyQuestion {
        let challenge = self.challenge(Ceremony::SignIn(login.id.0), login);
        self.local.request_options(&challenge, None, Verified::Demanded).into()
    }

    /// The question to whoever has shown one factor, if they have a passkey to confirm it with.
    pub(super) fn passkey_to_confirm(&self, login: &UnderWay, account: &Account) -> Option<PasskeyQuestion> {
        let credentials = &account.credentials.record;
        let whose = (credentials.tenant, credentials.user);
        let challenge = self.challenge(Ceremony::SecondFactor(login.id.0, whose), login);
        let question = || self.local.request_options(&challenge, Some(account), Verified::Welcome).into();
        (!credentials.passkeys.is_empty()).then(question)
    }

    /// A challenge that does not outlive its login.
    fn challenge(&self, ceremony: Ceremony, login: &UnderWay) -> Plain {
        challenge::issue(&self.sealer, &ceremony, login.transaction.expires_at, &*self.entropy)
    }

    /// Goes on with a passkey.
    ///
    /// # Errors
    /// [`LoginError`]; a passkey that is not honoured is a step: the page for a password.
    pub async fn passkey(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        with: WithPasskey<'_>,
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Entered, LoginError> {
        let login = self.under_way(id, cookie, now).await?;
        let passed = self.local.check_passkey(id.0, &with.shown, with.from, now).await;
        let by = |synced| Method::Passkey { synced };
        self.let_in_with_passkey(&login, passed, (by, with.device), older, now).await?.or_else(|denied| {
            let mut page = self.ask_password(&login);
            match problem(denied)? {
                TryProblem::Wrong => page.passkey.refused = true,
                too_soon => page.problem = Some(too_soon),
            }
            Ok(Step::Password(page).into())
        })
    }

    /// Goes on with a passkey after a password.
    ///
    /// # Errors
    /// As [`Login::second_factor`].
    pub async fn confirm_by_passkey(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        with: WithPasskey<'_>,
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Entered, LoginError> {
        let login = self.under_way(id, cookie, now).await?;
        let account = self.half_way(&login, now).await?;
        let passed = self.local.confirm_by_passkey(account.clone(), id.0, &with.shown, now).await;
        let by = |synced| Method::PasswordAndPasskey { synced };
        self.let_in_with_passkey(&login, passed, (by, with.device), older, now).await?.or_else(|denied| {
            let mut page = self.ask_second_factor(&login, &account, None);
            match (problem(denied)?, &mut page.passkey) {
                (TryProblem::Wrong, Some(passkey)) => passkey.refused = true,
                (other, _) => page.problem = Some(other),
            }
            Ok(Step::SecondFactor(page).into())
        })
    }

    /// Lets somebody in whose passkey was honoured. The same signature, shown twice at a moment, lets in once.
    async fn let_in_with_passkey(
        &self,
        login: &UnderWay,
        passed: Result<Passed, Denied>,
        (by, device): (impl FnOnce(bool) -> Method, Option<&str>),
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Result<Entered, Denied>, LoginError> {
        let Passed { account, changed, synced } = match passed {
            Ok(passed) => passed,
            Err(denied) => return Ok(Err(denied)),
        };
        let device = Device::open(&self.sealer, device);
        let person = Person { account, changed: Some(changed), method: by(synced), device };
        self.let_in_once(login, person, older, now).await
    }
}
