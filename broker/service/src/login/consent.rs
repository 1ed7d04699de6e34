//! The question that a third-party app needs answered (OIDC Core section 3.1.2.4).

use doorward_domain::audit::Action;
use doorward_domain::{Client, Session, Tenant, Timestamp, User};
use doorward_store::records::at;
use doorward_store::{Batch, StoreError, StoreExt as _};

use super::begin::unreachable_app;
use super::under_way::UnderWay;
use super::{BrowserSession, ConsentQuestion, Login, LoginError, NewSession, Return, Step, TransactionId};
use crate::provider::authorize::Next;
use crate::provider::{AuthorizationRequest, ErrorCode};

/// What the person answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentDecision {
    /// Yes.
    Allow,
    /// No.
    Deny,
}

impl Login {
    /// Who has signed in by `session`, and whose person they are.
    pub(super) async fn whose_session(
        &self,
        session: &Session,
        now: Timestamp,
    ) -> Result<(Tenant, User), LoginError> {
        let tenant = self.store.read::<Tenant>(&at::tenant(session.tenant), now).await?;
        let user = self.store.read::<User>(&at::user(session.tenant, session.user), now).await?;
        tenant.zip(user).map(|(tenant, user)| (tenant.record, user.record)).ok_or(LoginError::NoTransaction)
    }

    /// Asks the signed-in person whether the app may have what it asks for. If the session has just
    /// `begun`, this is the login that it came from, and what the browser keeps.
    pub(super) async fn ask_consent(
        &self,
        request: AuthorizationRequest,
        client: Client,
        session: &Session,
        begun: Option<(TransactionId, NewSession)>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let (tenant, user) = self.whose_session(session, now).await?;
        let scope = request.access.shown().map(str::to_owned).collect();
        let (done, new_session) = begun.unzip();
        let logo = self.provider.logo(&client).await;
        // How fresh the sign-in is has been decided; reading the question may take its time.
        let (id, mut transaction) = self.new_transaction(request.after_sign_in(), now);
        let subject = self.provider.subject_for(&client, session.tenant, session.user);
        transaction.request.expected_subject = Some(subject);
        Ok(Step::Consent(Box::new(ConsentQuestion {
            transaction: self.seal(id, &transaction),
            ui_locales: transaction.request.ui_locales,
            client,
            logo,
            redirect_uri: transaction.request.redirect_uri,
            resources: transaction.request.access.resources,
            tenant,
            user,
            scope,
            session: new_session,
            done,
        })))
    }

    /// Ends a login because the person does not want to sign in: the app is told `access_denied`.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] when the login is not under way in this browser, or a device waits for
    /// its end; [`LoginError::Finished`] when it was answered already.
    pub async fn cancelled(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let login = self.of_app(id, cookie, now).await?;
        self.denied(&login, "the person did not sign in", now).await
    }

    /// A login under way that an app waits for, and no device.
    async fn of_app(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<UnderWay, LoginError> {
        let login = self.under_way(id, cookie, now).await?;
        if login.transaction.request.device.is_some() { Err(LoginError::NoTransaction) } else { Ok(login) }
    }

    async fn denied(&self, login: &UnderWay, description: &str, now: Timestamp) -> Result<Step, LoginError> {
        let code = ErrorCode::AccessDenied;
        let answer = self.provider.end_with_error(login.request(), code, description, now).await;
        let answer = answer.map_err(LoginError::answered)?.ok_or(unreachable_app())?;
        Ok(Step::Return(Return { answer, session: None, done: Some(login.id) }))
    }

    /// Goes on with the person's answer.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] when the login is not under way in this browser or somebody else
    /// has signed in meanwhile, [`LoginError::Finished`] when it was answered already.
    pub async fn consented(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        session: BrowserSession,
        decision: ConsentDecision,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let login = self.of_app(id, cookie, now).await?;
        let session = session.ok_or(LoginError::NoTransaction)?.record;
        let (request, client) = login.request();
        match (decision, self.provider.next(request, client, Some(&session), now).await?) {
            (ConsentDecision::Deny, _) => self.denied(&login, "the person said no", now).await,
            (ConsentDecision::Allow, Next::Issue | Next::Consent) => self.allow(&login, &session, now).await,
            (ConsentDecision::Allow, _) => Err(LoginError::NoTransaction),
        }
    }

    async fn allow(&self, login: &UnderWay, session: &Session, now: Timestamp) -> Result<Step, LoginError> {
        let user = self.store.read::<User>(&at::user(session.tenant, session.user), now).await?;
        let user = user.ok_or(LoginError::NoTransaction)?.record;
        let consent = self.provider.consent(&login.transaction.request, &user, now).await?;
        let actor = user.id.to_string();
        let event =
            self.provider.audit(user.tenant, &actor, Action::ConsentGiven, consent.client.as_str(), now);
        let batch = Batch::new().put(&consent)?.insert(&event)?;
        let grant = login.id.grant();
        let (batch, answer) = self.provider.issue_code(batch, grant, login.request(), session, now).await?;
        let answer = answer.ok_or(unreachable_app())?;
        match self.store.commit(batch).await {
            Err(StoreError::Conflict(_)) => return Err(LoginError::Finished),
            written => written?,
        };
        self.keep_while_signed_in(grant, session).await?;
        Ok(Step::Return(Return { answer, session: None, done: Some(login.id) }))
    }
}
