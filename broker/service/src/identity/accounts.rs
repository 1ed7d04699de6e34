//! The accounts of a tenant, found by what is known of their people: an address, an identity. Whoever
//! writes a user or an identity does it here, so that the indexes are in the same commit.

use doorward_domain::{ConnectionId, EmailAddress, Identity, TenantId, Timestamp, User, UserId};
use doorward_store::records::{IdentityOf, UserByAddress, at};
use doorward_store::{Batch, Range, Record as _, Store, StoreError, StoreExt as _, Stored};

/// More people than share an address.
const MOST_OF_ADDRESS: usize = 16;
/// More identities than a person has.
const MOST_IDENTITIES: usize = 200;

/// Adds a new user.
///
/// # Errors
/// When it cannot be written as a record.
pub fn create(batch: Batch, user: &User) -> Result<Batch, StoreError> {
    let batch = batch.insert(user)?;
    match address_of(user) {
        Some(address) => batch.put(&address),
        None => Ok(batch),
    }
}

/// Changes a user.
///
/// # Errors
/// When it cannot be written as a record.
pub fn change(batch: Batch, stored: &Stored<User>, user: &User) -> Result<Batch, StoreError> {
    let batch = batch.update(stored, user)?;
    match (address_of(&stored.record), address_of(user)) {
        (before, after) if before == after => Ok(batch),
        (before, after) => {
            let batch = before.into_iter().fold(batch, |batch, before| batch.remove(before.key()));
            after.iter().try_fold(batch, Batch::put)
        }
    }
}

/// Makes an identity a user's. It conflicts when the identity is somebody's already.
///
/// # Errors
/// When it cannot be written as a record.
pub fn link(batch: Batch, identity: &Identity) -> Result<Batch, StoreError> {
    batch.insert(identity)?.put(&index_of(identity))
}

/// Takes an identity from its user.
pub fn unlink(batch: Batch, stored: &Stored<Identity>) -> Batch {
    batch.delete(stored).remove(index_of(&stored.record).key())
}

/// The users of a tenant who have an e-mail address, compared as accounts are.
///
/// # Errors
/// When the store fails.
pub async fn with_address(
    store: &dyn Store,
    tenant: TenantId,
    address: &str,
    now: Timestamp,
) -> Result<Vec<Stored<User>>, StoreError> {
    let Ok(address) = EmailAddress::parse(address) else { return Ok(Vec::new()) };
    let range = Range::starting_with(at::users_by_address(tenant, &address));
    let mut users = Vec::new();
    for index in store.read_range::<UserByAddress>(&range, MOST_OF_ADDRESS, now).await? {
        users.extend(store.read::<User>(&at::user(tenant, index.record.user), now).await?);
    }
    Ok(users)
}

/// A user's identities.
///
/// # Errors
/// When the store fails.
pub async fn identities(
    store: &dyn Store,
    tenant: TenantId,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<Stored<Identity>>, StoreError> {
    let range = Range::starting_with(at::identities_of(tenant, user));
    let mut identities = Vec::new();
    for index in store.read_range::<IdentityOf>(&range, MOST_IDENTITIES, now).await? {
        let key = at::identity(tenant, index.record.connection, &index.record.subject);
        identities.extend(store.read::<Identity>(&key, now).await?);
    }
    Ok(identities)
}

/// Whether a user comes in through a connection already.
///
/// # Errors
/// When the store fails.
pub async fn comes_through(
    store: &dyn Store,
    user: &User,
    connection: ConnectionId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let identities = identities(store, user.tenant, user.id, now).await?;
    Ok(identities.iter().any(|identity| identity.record.connection == connection))
}

/// Whether the address of a user is theirs as far as anybody can tell: it was verified, or it was not given by
/// somebody who came through a provider and could have named any.
///
/// # Errors
/// When the store fails.
pub async fn owns_its_address(store: &dyn Store, user: &User, now: Timestamp) -> Result<bool, StoreError> {
    Ok(user.profile.email_verified || identities(store, user.tenant, user.id, now).await?.is_empty())
}

fn address_of(user: &User) -> Option<UserByAddress> {
    let address = EmailAddress::parse(user.profile.email.as_deref()?).ok()?;
    Some(UserByAddress { tenant: user.tenant, address, user: user.id })
}

fn index_of(identity: &Identity) -> IdentityOf {
    IdentityOf {
        tenant: identity.tenant,
        user: identity.user,
        connection: identity.connection,
        subject: identity.subject.clone(),
    }
}
