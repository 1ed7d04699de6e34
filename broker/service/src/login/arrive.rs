//! The person comes back from the identity provider. User, link, session, code and audit event are
//! written in one commit, together or not at all.

use doorward_domain::{Connection, ConnectionId, OwnerSignIn, Session, Timestamp, UserId};
use doorward_store::records::at;
use doorward_store::{Batch, Kind, StoreError, StoreExt as _};

use super::attempt::Attempt;
use super::enter::Entrant;
use super::under_way::UnderWay;
use super::{BrowserSession, Login, LoginError, Step, TransactionId};
use crate::federation::catalogue::Product;
use crate::federation::{CallbackResponse, Leg, Verified};
use crate::identity::{Arrival, NotAdmitted, Person, Proofs};

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
        let login = self.under_way(id, cookie, now).await?;
        let leg = login.transaction.leg.as_ref().ok_or(LoginError::NoTransaction)?;
        let mut attempt = Attempt::back(self, &login, leg, response, now);
        let verified = self.federation.callback(connection, leg, response, &mut attempt.trail, now).await;
        let outcome = match verified {
            Ok(verified) => {
                let older = older.map(|older| older.record);
                let nothing = (Proofs::default(), Batch::new());
                self.come_in(&mut attempt, &login, &verified, nothing, older.as_ref(), now).await
            }
            Err(cause) => {
                self.retreat.failed((leg.tenant, leg.connection), &cause, now).await;
                attempt.product = self.product_of(leg, now).await?;
                let way_on = self.way_on_refused(&login, &cause, now).await;
                Err(LoginError::Federation { cause: Box::new(cause), way_on })
            }
        };
        if let Some(trace) = attempt.ended(&outcome, now) {
            self.traces.keep(trace);
        }
        outcome
    }

    /// Lets somebody in whose provider vouches for them, with what they have proved here and what that writes.
    pub(super) async fn come_in(
        &self,
        attempt: &mut Attempt,
        login: &UnderWay,
        verified: &Verified,
        (proofs, batch): (Proofs, Batch),
        older: Option<&Session>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        attempt.product = Product::of(&verified.connection);
        self.retreat.succeeded(&verified.connection, now);
        let mut tries = 0;
        loop {
            tries += 1;
            match self.admit(attempt, login, verified, (proofs, batch.clone()), older, now).await {
                Err(LoginError::Store(StoreError::Conflict(key))) => match key.kind() {
                    Kind::Session | Kind::Grant | Kind::PushedRequest => return Err(LoginError::Finished),
                    // What proved it was used up.
                    Kind::AddressProof | Kind::Credentials => {
                        return Err(LoginError::Store(StoreError::Conflict(key)));
                    }
                    _ if tries == TRIES => return Err(LoginError::Store(StoreError::Conflict(key))),
                    _ => {}
                },
                admitted => return admitted,
            }
        }
    }

    /// Seals an answer that was posted to the callback of `connection`; see [`crate::federation::Federation::seal_answer`].
    pub fn seal_answer(
        &self,
        connection: ConnectionId,
        response: CallbackResponse,
        now: Timestamp,
    ) -> Option<String> {
        self.federation.seal_answer(connection, response, now)
    }

    /// Opens it again; see [`crate::federation::Federation::open_answer`].
    pub fn open_answer(
        &self,
        connection: ConnectionId,
        sealed: &str,
        now: Timestamp,
    ) -> Option<CallbackResponse> {
        self.federation.open_answer(connection, sealed, now)
    }

    /// What kind of provider the person was sent to.
    async fn product_of(&self, leg: &Leg, now: Timestamp) -> Result<Product, StoreError> {
        let key = at::connection(leg.tenant, leg.connection);
        let found = self.store.read::<Connection>(&key, now).await?;
        Ok(found.map_or(Product::Oidc, |found| Product::of(&found.record)))
    }

    async fn admit(
        &self,
        attempt: &mut Attempt,
        login: &UnderWay,
        verified: &Verified,
        (proofs, batch): (Proofs, Batch),
        older: Option<&Session>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let whose = self.whose(verified, proofs, now).await?;
        let takes_part = self.takes_part(verified, whose.as_ref().ok().map(Person::user), now).await?;
        let person = match whose {
            _ if !takes_part => {
                return Err(self.not_admitted(NotAdmitted::NotInPilot, login, verified, now).await);
            }
            Ok(person) => person,
            Err(cause) => {
                let asked = match cause {
                    NotAdmitted::Unproven(unproven) => self.ask_proof(login, verified, unproven, now),
                    _ => None,
                };
                return match asked {
                    Some(step) => Ok(step),
                    None => Err(self.not_admitted(cause, login, verified, now).await),
                };
            }
        };
        attempt.person = Some(person.traced());
        let batch = self.with_user(batch, &person, &verified.connection, now)?;
        let entrant = Entrant {
            user: person.user(),
            connection: Some(&verified.connection),
            authentication: &verified.authentication,
            naming: Some(&verified.naming),
        };
        match self.enter(login.id, login.request(), entrant, batch, older, now).await? {
            Ok(step) => Ok(step),
            Err(cause) => Err(self.not_admitted(cause, login, verified, now).await),
        }
    }

    /// Whose identity this is, from what the store knows of it.
    async fn whose(
        &self,
        verified: &Verified,
        proofs: Proofs,
        now: Timestamp,
    ) -> Result<Result<Person, NotAdmitted>, StoreError> {
        let arrival = Arrival {
            tenant: verified.tenant.id,
            connection: &verified.connection,
            subject: &verified.subject,
            profile: &verified.profile,
            standing: verified.standing.as_ref(),
            address_is_proven: verified.address_is_proven(),
            proofs,
            lacking: verified.lacking.as_ref(),
            told: &verified.told,
        };
        Person::recognise(&*self.store, &arrival, UserId::new(now, &*self.entropy), now).await
    }

    /// Adds what the sign-in changes about the person, and tells the audit log. That an owner has come speaks
    /// for the connection.
    fn with_user(
        &self,
        batch: Batch,
        person: &Person,
        &Connection { tenant, id: connection, revision, .. }: &Connection,
        now: Timestamp,
    ) -> Result<Batch, StoreError> {
        let user = person.user();
        let (action, mut batch) = person.write(batch)?;
        if user.owner && user.tenant == tenant {
            batch = batch.put(&OwnerSignIn { tenant, connection, revision, user: user.id, at: now })?;
        }
        let target = connection.to_string();
        batch.insert(&self.provider.audit(user.tenant, &user.id.to_string(), action, &target, now))
    }

    async fn not_admitted(
        &self,
        cause: NotAdmitted,
        login: &UnderWay,
        verified: &Verified,
        now: Timestamp,
    ) -> LoginError {
        let way_on = self.way_on_after(login, (&verified.tenant, &cause), now).await;
        LoginError::NotAdmitted { cause, way_on }
    }
}
