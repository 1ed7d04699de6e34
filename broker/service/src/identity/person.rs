//! Who has arrived: what the store knows of them, the decision about them, and what that writes.

use doorward_domain::audit::Action;
use doorward_domain::{Identity, Linking, Timestamp, User, UserId};
use doorward_store::records::at;
use doorward_store::{Batch, Store, StoreError, StoreExt as _, Stored};

use super::accounts;
use super::link::{Arrival, Candidate, KnownAs, LinkDecision, NotAdmitted, resolve};
use crate::trace::Came;

/// The person who signs in: what is decided, and the user's record as it was read.
#[derive(Debug)]
pub struct Person {
    decision: LinkDecision,
    stored: Option<Stored<User>>,
    /// The identity that there is, and as it is written, where the provider tells something new.
    told: Option<(Stored<Identity>, Identity)>,
}

impl Person {
    /// Recognises somebody who has proved who they are at their provider. A new user gets the identifier
    /// `new_user`.
    ///
    /// # Errors
    /// When the store fails; [`NotAdmitted`] when the person may not come in.
    pub async fn recognise(
        store: &dyn Store,
        arrival: &Arrival<'_>,
        new_user: UserId,
        now: Timestamp,
    ) -> Result<Result<Self, NotAdmitted>, StoreError> {
        let key = at::identity(arrival.tenant, arrival.connection.id, arrival.subject);
        let stored = store.read::<Identity>(&key, now).await?;
        let (known, accounts) = match &stored {
            Some(identity) => {
                let key = at::user(arrival.tenant, identity.record.user);
                let stored = store.read::<User>(&key, now).await?;
                let user = stored.as_ref().map(|it| Box::new(it.record.clone()));
                let known = KnownAs::User { user, has_come: identity.record.told.is_some() };
                (known, stored.into_iter().collect())
            }
            None => {
                let accounts = same_address(store, arrival, now).await?;
                (KnownAs::Nobody(candidates(store, arrival, &accounts, now).await?), accounts)
            }
        };
        let decision = match resolve(arrival, known, new_user, now) {
            Ok(decision) => decision,
            Err(cause) => return Ok(Err(cause)),
        };
        let news = stored.filter(|identity| identity.record.told.as_ref() != Some(arrival.told));
        let told = news.map(|stored| {
            let identity = Identity { told: Some(arrival.told.clone()), ..stored.record.clone() };
            (stored, identity)
        });
        let id = decision.user().id;
        let stored = accounts.into_iter().find(|stored| stored.record.id == id);
        Ok(Ok(Self { decision, stored, told }))
    }

    /// The user who signs in.
    pub fn user(&self) -> &User {
        self.decision.user()
    }

    /// What the sign-in is for the tenant's users.
    pub const fn came(&self) -> Came {
        self.decision.came()
    }

    /// Adds what the sign-in changes about the person, and says what it is.
    ///
    /// # Errors
    /// When it cannot be written as records.
    pub fn write(&self, mut batch: Batch) -> Result<(Action, Batch), StoreError> {
        if let Some((stored, identity)) = &self.told {
            batch = batch.update(stored, identity)?;
        }
        Ok(match (&self.decision, &self.stored) {
            (LinkDecision::Created(user, identity), _) => {
                (Action::UserCreated, accounts::link(accounts::create(batch, user)?, identity)?)
            }
            (LinkDecision::Linked(user, identity), Some(stored)) => {
                (Action::IdentityLinked, accounts::link(accounts::change(batch, stored, user)?, identity)?)
            }
            (LinkDecision::Changed(user), Some(stored)) => {
                (Action::SignedIn, accounts::change(batch, stored, user)?)
            }
            (_, _) => (Action::SignedIn, batch),
        })
    }
}

/// The accounts with the person's address, where the connection's rule allows for any.
async fn same_address(
    store: &dyn Store,
    arrival: &Arrival<'_>,
    now: Timestamp,
) -> Result<Vec<Stored<User>>, StoreError> {
    match &arrival.profile.email {
        Some(address) if arrival.connection.linking != Linking::Never => {
            accounts::with_address(store, arrival.tenant, address, now).await
        }
        _ => Ok(Vec::new()),
    }
}

async fn candidates(
    store: &dyn Store,
    arrival: &Arrival<'_>,
    accounts: &[Stored<User>],
    now: Timestamp,
) -> Result<Vec<Candidate>, StoreError> {
    let mut candidates = Vec::with_capacity(accounts.len());
    for Stored { record: user, .. } in accounts {
        let comes_through = accounts::comes_through(store, user, arrival.connection.id, now).await?;
        let owns_address = accounts::owns_its_address(store, user, now).await?;
        candidates.push(Candidate { user: user.clone(), comes_through, owns_address });
    }
    Ok(candidates)
}
