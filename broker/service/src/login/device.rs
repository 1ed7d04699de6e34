//! A person lets a device in (RFC 8628 section 3.3): types the code that it shows, signs in if need be, and
//! is asked. Nothing is ever approved without that answer, however the person came here (DV-02).

use doorward_domain::audit::Action;
use doorward_domain::{
    Client, DeviceAuthorization, DeviceState, GrantType, Session, Tenant, Timestamp, User, UserCode,
};
use doorward_store::{Batch, StoreError, Stored};

use super::guesses::Guesser;
use super::{
    Browser, BrowserSession, ConsentDecision, Login, LoginError, NewSession, Step, TransactionCookie,
    TransactionId,
};
use crate::provider::AuthorizationRequest;
use crate::provider::authorize::Next;

/// The page on which a person types a device's code.
#[derive(Debug, Default)]
pub struct DeviceCode {
    /// What was typed, or came with the address.
    pub typed: String,
    /// Why it led nowhere.
    pub problem: Option<CodeProblem>,
}

/// Why a typed code leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeProblem {
    /// No device waits with this code.
    Unknown,
    /// There were too many wrong codes.
    TooMany,
}

/// The question whether a device is let in.
#[derive(Debug)]
pub struct DeviceQuestion {
    /// The login under way.
    pub transaction: TransactionCookie,
    /// Which app asks.
    pub client: Client,
    /// The code that the device shows.
    pub user_code: UserCode,
    /// The network address that it asked from.
    pub asked_from: Option<String>,
    /// Whose person is asked.
    pub tenant: Tenant,
    /// Who is asked.
    pub user: User,
    /// The scope values asked for.
    pub scope: Vec<String>,
    /// The session that has just begun.
    pub session: Option<NewSession>,
    /// The transaction of the sign-in before the question, which is over.
    pub done: Option<TransactionId>,
}

impl Login {
    /// Goes on with a code that a person typed.
    ///
    /// # Errors
    /// When the store fails. A wrong code is a step: the page once more.
    pub async fn device_code(
        &self,
        typed: &str,
        guesser: Guesser,
        browser: Browser<'_>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let again =
            |problem| Ok(Step::DeviceCode(DeviceCode { typed: typed.to_owned(), problem: Some(problem) }));
        let Some(code) = UserCode::parse(typed) else { return again(CodeProblem::Unknown) };
        if !self.guesses.count(guesser, now) {
            return again(CodeProblem::TooMany);
        }
        let Some((device, client)) = self.device(code, now).await? else {
            return again(CodeProblem::Unknown);
        };
        self.guesses.was_right(guesser, now);
        let request = AuthorizationRequest::of_device(&device.record);
        let signed_in = browser.session.as_ref().map(|it| &it.record);
        match (self.provider.next(&request, &client, signed_in, now).await?, &browser.session) {
            (Next::Issue | Next::Consent, Some(session)) => {
                self.ask_about_device(request, client, &session.record, None, now).await
            }
            _ => self.ask_to_sign_in(request, client, &browser, now).await,
        }
    }

    /// The device that waits with this code, and its app, if that may still have what it asks for.
    async fn device(
        &self,
        code: UserCode,
        now: Timestamp,
    ) -> Result<Option<(Stored<DeviceAuthorization>, Client)>, StoreError> {
        let Some(device) = self.provider.waiting_device(code, now).await? else { return Ok(None) };
        let client = self.provider.client(&device.record.client, now).await?.map(|found| found.record);
        let client = client.filter(|client| client.enabled && client.may_use(GrantType::DeviceCode));
        Ok(client.map(|client| (device, client)))
    }

    /// Asks the signed-in person whether the device is let in. If the session has just `begun`, this is the
    /// login that it came from, and what the browser keeps.
    pub(super) async fn ask_about_device(
        &self,
        request: AuthorizationRequest,
        client: Client,
        session: &Session,
        begun: Option<(TransactionId, NewSession)>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let (tenant, user) = self.whose_session(session, now).await?;
        let device = self.device_of(&request, now).await?.record;
        let (id, mut transaction) = self.new_transaction(request, now);
        let subject = self.provider.subject_for(&client, session.tenant, session.user);
        transaction.request.expected_subject = Some(subject);
        let (done, session) = begun.unzip();
        Ok(Step::Device(Box::new(DeviceQuestion {
            transaction: self.seal(id, &transaction),
            client,
            user_code: device.user_code,
            asked_from: device.asked_from,
            tenant,
            user,
            scope: device.access.shown().map(str::to_owned).collect(),
            session,
            done,
        })))
    }

    /// The device that a login is for, as long as it waits and asks for what it asked for then.
    async fn device_of(
        &self,
        request: &AuthorizationRequest,
        now: Timestamp,
    ) -> Result<Stored<DeviceAuthorization>, LoginError> {
        let code = request.device.ok_or(LoginError::NoTransaction)?;
        let device = self.provider.waiting_device(code, now).await?;
        let same = |it: &DeviceAuthorization| it.client == request.client && it.access == request.access;
        device.filter(|device| same(&device.record)).ok_or(LoginError::Finished)
    }

    /// Goes on with the person's answer.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] when the question was not asked in this browser or somebody else has
    /// signed in meanwhile, [`LoginError::Finished`] when it was answered already or the device has given up.
    pub async fn device_answered(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        session: BrowserSession,
        decision: ConsentDecision,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let login = self.under_way(id, cookie, now).await?;
        let session = session.ok_or(LoginError::NoTransaction)?.record;
        let device = self.device_of(&login.transaction.request, now).await?;
        let (request, client) = login.request();
        let may = self.provider.next(request, client, Some(&session), now).await?;
        if !matches!(may, Next::Issue | Next::Consent) {
            return Err(LoginError::NoTransaction);
        }
        let (action, batch) = match decision {
            ConsentDecision::Allow => {
                let batch =
                    self.provider.approve_device(Batch::new(), (&device, client), id.grant(), &session)?;
                (Action::DeviceApproved, batch)
            }
            ConsentDecision::Deny => {
                let denied = DeviceAuthorization { state: DeviceState::Denied, ..device.record.clone() };
                (Action::DeviceDenied, Batch::new().update(&device, &denied)?)
            }
        };
        let (actor, target) = (session.user.to_string(), client.id.as_str());
        let event = self.provider.audit(session.tenant, &actor, action, target, now);
        match self.store.commit(batch.insert(&event)?).await {
            Err(StoreError::Conflict(_)) => return Err(LoginError::Finished),
            written => written?,
        };
        if decision == ConsentDecision::Allow {
            self.keep_while_signed_in(id.grant(), &session).await?;
        }
        Ok(Step::DeviceAnswered { decision, app: login.client.name, done: id })
    }
}
