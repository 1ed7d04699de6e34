//! The person comes back from the identity provider. User, link, session, code and audit event are
//! written in one commit, together or not at all.

use doorward_domain::audit::Action;
use doorward_domain::policy::Actors;
use doorward_domain::{
    Client, ConnectionId, Consent, Identity, Session, Tenant, Timestamp, User, UserId, may_act_now,
};
use doorward_store::records::at;
use doorward_store::{Batch, Kind, StoreError, StoreExt as _, Stored};

use super::begin::unreachable_app;
use super::{BrowserSession, Login, LoginError, Return, Step, Transaction, TransactionId};
use crate::federation::{CallbackResponse, Verified};
use crate::identity::link::{KnownAs, LinkDecision};
use crate::identity::{NotAdmitted, resolve};
use crate::provider::authorize::{Next, SignedIn, decide};
use crate::provider::{AuthorizationRequest, ErrorCode};

/// Two tabs that bring the same new person at once conflict; the second finds the user made.
const TRIES: usize = 3;

impl Login {
    /// Goes on with the identity provider's answer, which came to the callback of `connection` in a
    /// browser with this transaction cookie and perhaps an older session.
    ///
    /// # Errors
    /// [`LoginError`]; nothing has been written then.
    pub async fn arrive(
        &self,
        connection: ConnectionId,
        id: TransactionId,
        cookie: Option<&str>,
        response: &CallbackResponse,
        older: BrowserSession,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let transaction = self.open(id, cookie, now)?;
        let client = self.app(&transaction, now).await?;
        let leg = transaction.leg.as_ref().ok_or(LoginError::NoTransaction)?;
        let verified = match self.federation.callback(connection, leg, response, now).await {
            Ok(verified) => verified,
            Err(cause) => {
                let way_on = self.way_on(id, &transaction, &client, None, now).await?;
                return Err(LoginError::Federation { cause: Box::new(cause), way_on });
            }
        };
        let older = older.map(|older| older.record);
        let mut tries = 0;
        loop {
            tries += 1;
            match self.admit(id, &transaction, &client, &verified, older.as_ref(), now).await {
                Err(LoginError::Store(StoreError::Conflict(key))) => match key.kind() {
                    Kind::Session | Kind::Grant | Kind::PushedRequest => return Err(LoginError::Finished),
                    _ if tries == TRIES => return Err(LoginError::Store(StoreError::Conflict(key))),
                    _ => {}
                },
                admitted => return admitted,
            }
        }
    }

    async fn admit(
        &self,
        id: TransactionId,
        transaction: &Transaction,
        client: &Client,
        verified: &Verified,
        older: Option<&Session>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let person = match self.whose(verified, now).await? {
            Ok(person) => person,
            Err(cause) => {
                return Err(self.not_admitted(cause, id, transaction, client, verified, now).await?);
            }
        };
        let user = person.decision.user();
        let arrival = (&verified.connection, verified.authentication.clone());
        let (batch, session, cookie) =
            self.sessions.begin(Batch::new(), id.session(), user, arrival, older, now)?;
        let batch = self.with_user(batch, &person, &session, now)?;
        let request = transaction.request.clone().after_sign_in();
        match self.next_after_sign_in(&request, client, verified, user, &session, now).await? {
            Ok(_) if request.device.is_some() => {
                self.store.commit(batch).await?;
                self.end_of_another(older, user, now).await?;
                self.ask_about_device(request, client.clone(), &session, Some((id, cookie)), now).await
            }
            Ok(Next::Consent) => {
                self.store.commit(batch).await?;
                self.end_of_another(older, user, now).await?;
                self.ask_consent(request, client.clone(), &session, Some((id, cookie)), now).await
            }
            Ok(Next::Fail(code)) => {
                let description = "the person has signed in, but not with the assurance that is demanded";
                let answer = self.provider.end_with_error((&request, client), code, description, now).await;
                let answer = answer.map_err(LoginError::answered)?.ok_or(unreachable_app())?;
                Ok(Step::Return(Return { answer, session: None, done: Some(id) }))
            }
            Ok(_) => {
                let (batch, answer) =
                    self.provider.issue_code(batch, id.grant(), (&request, client), &session, now).await?;
                let answer = answer.ok_or(unreachable_app())?;
                self.store.commit(batch).await?;
                self.end_of_another(older, user, now).await?;
                Ok(Step::Return(Return { answer, session: Some(cookie), done: Some(id) }))
            }
            Err(cause) => Err(self.not_admitted(cause, id, transaction, client, verified, now).await?),
        }
    }

    /// Whoever else was signed in in this browser is signed out, with all that came from it.
    async fn end_of_another(
        &self,
        older: Option<&Session>,
        user: &User,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match older {
            Some(older) if (older.tenant, older.user) != (user.tenant, user.id) => {
                self.sessions.end(older, now).await
            }
            _ => Ok(()),
        }
    }

    /// Whose identity this is, from what the store knows of it.
    async fn whose(
        &self,
        verified: &Verified,
        now: Timestamp,
    ) -> Result<Result<Person, NotAdmitted>, StoreError> {
        let (tenant, connection) = (verified.tenant.id, &verified.connection);
        let key = at::identity(tenant, connection.id, &verified.subject);
        let (known, stored) = match self.store.read::<Identity>(&key, now).await? {
            None => (KnownAs::Nobody, None),
            Some(identity) => {
                let key = at::user(tenant, identity.record.user);
                let stored = self.store.read::<User>(&key, now).await?;
                (KnownAs::User(stored.as_ref().map(|it| Box::new(it.record.clone()))), stored)
            }
        };
        let new_user = UserId::new(now, &*self.entropy);
        let decision =
            resolve(tenant, connection, &verified.subject, &verified.profile, known, new_user, now);
        Ok(decision.map(|decision| Person { decision, stored }))
    }

    /// Adds what the sign-in changes about the person, and tells the audit log.
    fn with_user(
        &self,
        batch: Batch,
        person: &Person,
        session: &Session,
        now: Timestamp,
    ) -> Result<Batch, StoreError> {
        let user = person.decision.user();
        let (action, batch) = match (&person.decision, &person.stored) {
            (LinkDecision::Created(user, identity), _) => {
                (Action::UserCreated, batch.insert(user)?.insert(identity)?)
            }
            (LinkDecision::Changed(user), Some(stored)) => (Action::SignedIn, batch.update(stored, user)?),
            (LinkDecision::Changed(_) | LinkDecision::Known(_), _) => (Action::SignedIn, batch),
        };
        let target = session.connection.to_string();
        batch.insert(&self.provider.audit(user.tenant, &user.id.to_string(), action, &target, now))
    }

    /// What the app's request takes now that the person is known.
    async fn next_after_sign_in(
        &self,
        request: &AuthorizationRequest,
        client: &Client,
        verified: &Verified,
        user: &User,
        session: &Session,
        now: Timestamp,
    ) -> Result<Result<Next, NotAdmitted>, StoreError> {
        let tenant = self.store.read::<Tenant>(&at::tenant(user.tenant), now).await?;
        let actors = Actors {
            tenant: tenant.as_ref().map(|it| &it.record),
            user: Some(user),
            client: Some(client),
            connection: Some(&verified.connection),
            grant: None,
        };
        if may_act_now(&actors, now).is_err() {
            return Ok(Err(NotAdmitted::NotThisApp));
        }
        let consent = self.store.read::<Consent>(&at::consent(user.tenant, user.id, &client.id), now).await?;
        if !request.access.claims.accepts_acr(session.authentication.acr.as_deref()) {
            return Ok(Ok(Next::Fail(ErrorCode::UnmetAuthenticationRequirements)));
        }
        let consent = consent.as_ref().map(|it| &it.record);
        let is_expected = self.provider.is_expected(request, client, session);
        let signed_in = SignedIn { session, consent, may_act: true, is_expected };
        Ok(match decide(request, client, Some(signed_in), now) {
            next @ (Next::Issue | Next::Consent) => Ok(next),
            Next::SignIn | Next::Fail(_) => Err(NotAdmitted::SomebodyElse),
        })
    }

    async fn not_admitted(
        &self,
        cause: NotAdmitted,
        id: TransactionId,
        transaction: &Transaction,
        client: &Client,
        verified: &Verified,
        now: Timestamp,
    ) -> Result<LoginError, LoginError> {
        let way_on = self.way_on(id, transaction, client, Some(&verified.tenant), now).await?;
        Ok(LoginError::NotAdmitted { cause, way_on })
    }
}

/// The person who signs in: what is decided, and the user's record as it was read.
struct Person {
    decision: LinkDecision,
    stored: Option<Stored<User>>,
}
