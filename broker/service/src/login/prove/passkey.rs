//! The proof by a passkey: alone, which is more than a code or a password, or as the second factor after one.

use doorward_domain::Timestamp;
use doorward_store::Batch;

use super::{Arrived, ProofForm, ProofQuestion, Shown, Wanted};
use crate::identity::local::passkey::{Passed, ShownPasskey};
use crate::identity::local::{Account, Denied};
use crate::login::local::problem;
use crate::login::under_way::UnderWay;
use crate::login::{BrowserSession, Login, LoginError, PasskeyQuestion, Step, TransactionId, TryProblem};

/// What the page asks for, of whom.
#[derive(Clone, Copy)]
pub(super) enum Asks<'a> {
    /// See [`Wanted::Proof`].
    Proof,
    /// See [`Wanted::Code`].
    Code,
    /// The second factor of this account.
    SecondFactor(&'a Account),
}

impl Asks<'_> {
    pub(super) fn wanted(self) -> Wanted {
        match self {
            Self::Proof => Wanted::Proof,
            Self::Code => Wanted::Code,
            Self::SecondFactor(account) => {
                Wanted::SecondFactor { authenticator: account.credentials.record.totp.is_some() }
            }
        }
    }
}

impl Login {
    /// The question for the browser. Whoever has proved nothing yet is asked as on every sign-in page: nobody
    /// is named (PW-01).
    pub(super) fn passkey_to_prove(&self, login: &UnderWay, asks: Asks<'_>) -> Option<PasskeyQuestion> {
        match asks {
            Asks::Proof => Some(self.passkey_question(login)),
            Asks::Code => None,
            Asks::SecondFactor(account) => self.passkey_to_confirm(login, account),
        }
    }

    /// Goes on with a passkey of the account.
    ///
    /// # Errors
    /// [`LoginError`]; a passkey that is not honoured, or somebody else's, is a step: the page once more.
    pub async fn prove_by_passkey(
        &self,
        id: TransactionId,
        (form, with): (ProofForm<'_>, ShownPasskey<'_>),
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let (login, arrived) = self.arrived(id, &form, now).await?;
        let passed = self.local.check_passkey(id.0, &with, form.from, now).await;
        let passed = passed.and_then(|passed| match arrived.is_of(&passed.account) {
            true => Ok(passed),
            false => Err(Denied::Wrong),
        });
        let shown = (&login, &arrived, Shown::Passkey);
        let entered = self.let_in_with_proof(shown, passed, older, now).await?;
        entered.or_else(|denied| self.ask_again((&login, &arrived, Asks::Proof), denied))
    }

    /// Goes on with a passkey after a code or the password.
    ///
    /// # Errors
    /// As [`Login::prove_by_second_factor`].
    pub async fn prove_by_second_passkey(
        &self,
        id: TransactionId,
        (form, with): (ProofForm<'_>, ShownPasskey<'_>),
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let (login, arrived) = self.arrived(id, &form, now).await?;
        let (account, shown) = self.half_proved(&arrived, now).await?;
        let passed = self.local.confirm_by_passkey(account.clone(), id.0, &with, now).await;
        let entered = self.let_in_with_proof((&login, &arrived, shown), passed, older, now).await?;
        entered.or_else(|denied| self.ask_again((&login, &arrived, Asks::SecondFactor(&account)), denied))
    }

    async fn let_in_with_proof(
        &self,
        shown: (&UnderWay, &Arrived, Shown),
        passed: Result<Passed, Denied>,
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Result<Step, Denied>, LoginError> {
        match passed {
            Ok(Passed { account, changed, .. }) => {
                let batch = Batch::new().update(&account.credentials, &changed)?;
                self.let_in_proved(shown, batch, older, now).await
            }
            Err(denied) => Ok(Err(denied)),
        }
    }

    /// The page once more, after a passkey that was not honoured.
    fn ask_again(
        &self,
        (login, arrived, asks): (&UnderWay, &Arrived, Asks<'_>),
        denied: Denied,
    ) -> Result<Step, LoginError> {
        let mut page: ProofQuestion = self.question(login, arrived, asks);
        match (problem(denied)?, &mut page.passkey) {
            (TryProblem::Wrong, Some(passkey)) => passkey.refused = true,
            (other, _) => page.problem = Some(other),
        }
        Ok(Step::Prove(Box::new(page)))
    }
}

impl Arrived {
    /// Whether the account is the one that is to be proved theirs.
    pub(super) fn is_of(&self, account: &Account) -> bool {
        let user = &account.user.record;
        self.has_account && (user.tenant, user.id) == (self.tenant, self.user)
    }
}
