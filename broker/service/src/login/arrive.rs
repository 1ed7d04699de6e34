//! The person comes back from the identity provider. User, link, session, code and audit event are
//! written in one commit, together or not at all.

use doorward_domain::audit::Action;
use doorward_domain::{Client, ConnectionId, Identity, Session, Timestamp, User, UserId};
use doorward_store::records::at;
use doorward_store::{Batch, Kind, StoreError, StoreExt as _, Stored};

use super::enter::Entrant;
use super::{BrowserSession, Login, LoginError, Step, Transaction, TransactionId};
use crate::federation::{CallbackResponse, Verified};
use crate::identity::link::{KnownAs, LinkDecision};
use crate::identity::{NotAdmitted, resolve};

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
        let transaction = self.open(id, cookie, now).await?;
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
        let batch = self.with_user(Batch::new(), &person, verified.connection.id, now)?;
        let entrant = Entrant {
            user: person.decision.user(),
            connection: Some(&verified.connection),
            authentication: &verified.authentication,
        };
        match self.enter(id, (&transaction.request, client), entrant, batch, older, now).await? {
            Ok(step) => Ok(step),
            Err(cause) => Err(self.not_admitted(cause, id, transaction, client, verified, now).await?),
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
        connection: ConnectionId,
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
        let target = connection.to_string();
        batch.insert(&self.provider.audit(user.tenant, &user.id.to_string(), action, &target, now))
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
