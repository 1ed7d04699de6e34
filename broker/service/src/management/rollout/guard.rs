//! What it takes for a connection to become the only way in of its population, so that nobody is locked out
//! by a mistake: an owner has come through it just now, and two owners could come in without it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use doorward_domain::{
    Connection, ConnectionId, Credentials, Environment, OwnerSignIn, TenantId, Timestamp, User, UserId,
};
use doorward_store::records::at;
use doorward_store::{Kind, Range, Record as _, Store, StoreError, StoreExt as _, Stored};

/// How long the sign-in of an owner speaks for a connection.
pub const PROVEN_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// So many owners keep a way in at doorward itself.
pub const OWNERS: usize = 2;

/// So many credentials are read at once.
const PAGE: usize = 500;

/// What a connection lacks to become the only way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lack {
    /// People meet it in their work.
    #[error("only a connection of the environment \"production\" can be required")]
    Environment,
    /// Nobody knows whether it would let anybody in.
    #[error(
        "no owner of the tenant has signed in through this connection, as it is now, within a day; let one do \
         so while it is at \"pilot\" or \"live\""
    )]
    OwnerSignIn,
    /// Nobody could mend it when it lets nobody in.
    #[error(
        "{0} of the tenant's owners could sign in at doorward itself if the connection failed, and it takes \
         {OWNERS}: enabled, with a passkey, or with a password and a username or a verified address; see `doorward user \
         create --owner --invite`"
    )]
    Owners(usize),
}

/// Who would let a tenant's people in again, and how well its connections are proven.
#[derive(Debug, Default)]
pub struct Readiness {
    /// The owners with a working way in at doorward itself.
    pub ways: BTreeSet<UserId>,
    /// The latest sign-ins of owners.
    pub sign_ins: BTreeMap<ConnectionId, OwnerSignIn>,
}

impl Readiness {
    /// Reads what there is of a tenant.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read(store: &dyn Store, tenant: TenantId, now: Timestamp) -> Result<Self, StoreError> {
        let range = Range::of(tenant, Kind::OwnerSignIn);
        let sign_ins = store.read_range::<OwnerSignIn>(&range, usize::MAX, now).await?;
        let sign_ins = sign_ins.into_iter().map(|read| (read.record.connection, read.record)).collect();
        let owners = owners(store, tenant, now).await?;
        let working = owners.iter().filter(|(user, credentials)| has_a_way(user, credentials));
        Ok(Self { ways: working.map(|(user, _)| user.id).collect(), sign_ins })
    }
}

/// The owners of a tenant who have credentials at doorward itself.
///
/// # Errors
/// When the store fails.
pub async fn owners(
    store: &dyn Store,
    tenant: TenantId,
    now: Timestamp,
) -> Result<Vec<(User, Credentials)>, StoreError> {
    let (mut found, mut range) = (Vec::new(), Range::of(tenant, Kind::Credentials));
    loop {
        let page = store.read_range::<Credentials>(&range, PAGE, now).await?;
        let Some(last) = page.last() else { return Ok(found) };
        range = range.after(&last.record.key());
        for Stored { record: credentials, .. } in page {
            let user = store.read::<User>(&at::user(tenant, credentials.user), now).await?;
            let owner = user.map(|read| read.record).filter(|user| user.owner);
            found.extend(owner.map(|user| (user, credentials)));
        }
    }
}

/// Whether somebody is an owner who could sign in at doorward itself right now.
pub fn has_a_way(user: &User, credentials: &Credentials) -> bool {
    let named = credentials.username.is_some() || credentials.email_verified;
    let comes_in = !credentials.passkeys.is_empty() || (named && credentials.password.is_some());
    user.owner && user.enabled && user.local && comes_in
}

/// All that `connection` lacks to become the only way in of its population, where so many owners keep
/// another one.
pub fn lacking(
    connection: &Connection,
    sign_in: Option<&OwnerSignIn>,
    ways: usize,
    now: Timestamp,
) -> Vec<Lack> {
    let proven = sign_in.is_some_and(|it| it.revision == connection.revision && now < it.at + PROVEN_FOR);
    let lacks = [
        (connection.environment != Environment::Production).then_some(Lack::Environment),
        (!proven).then_some(Lack::OwnerSignIn),
        (ways < OWNERS).then_some(Lack::Owners(ways)),
    ];
    lacks.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use doorward_domain::{PasswordCost, PasswordHash, Stage, Username};

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const TENANT: TenantId = TenantId::from_bytes([1; 16]);
    const OWNER: UserId = UserId::from_bytes([2; 16]);

    fn connection() -> Connection {
        let id = (TENANT, ConnectionId::from_bytes([3; 16]));
        let registered = ("https://idp.test".to_owned(), "doorward".to_owned());
        Connection {
            stage: Stage::Live,
            revision: 4,
            ..Connection::new(id, "staff".to_owned(), registered, NOW)
        }
    }

    fn sign_in(revision: u32, ago: Duration) -> OwnerSignIn {
        OwnerSignIn { tenant: TENANT, connection: connection().id, revision, user: OWNER, at: NOW - ago }
    }

    #[test]
    fn all_that_lacks_is_told() {
        let (day, moment) = (PROVEN_FOR, Duration::from_millis(1));
        let staging = Connection { environment: Environment::Staging, ..connection() };
        let table = [
            (connection(), Some(sign_in(4, Duration::ZERO)), 2, vec![]),
            (connection(), Some(sign_in(4, day - moment)), 5, vec![]),
            (connection(), Some(sign_in(4, day)), 2, vec![Lack::OwnerSignIn]),
            (connection(), Some(sign_in(3, Duration::ZERO)), 2, vec![Lack::OwnerSignIn]),
            (connection(), None, 1, vec![Lack::OwnerSignIn, Lack::Owners(1)]),
            (staging, None, 0, vec![Lack::Environment, Lack::OwnerSignIn, Lack::Owners(0)]),
        ];
        for (connection, sign_in, ways, lacks) in table {
            assert_eq!(lacking(&connection, sign_in.as_ref(), ways, NOW), lacks, "{sign_in:?} {ways}");
        }
    }

    #[test]
    fn a_way_in_is_one_that_works_now() {
        let mut user = User::new(OWNER, TENANT, NOW);
        (user.owner, user.local) = (true, true);
        let mut credentials = Credentials::new(TENANT, OWNER, NOW);
        credentials.username = Username::parse("olivia").ok();
        let hash = PasswordHash { cost: PasswordCost::default(), salt: [0; 16], digest: [0; 32] };
        credentials.password = Some(hash);
        assert!(has_a_way(&user, &credentials));
        for not in [
            User { owner: false, ..user.clone() },
            User { enabled: false, ..user.clone() },
            User { local: false, ..user.clone() },
        ] {
            assert!(!has_a_way(&not, &credentials), "{not:?}");
        }
        assert!(!has_a_way(&user, &Credentials { password: None, ..credentials.clone() }));
        let by_mail = Credentials { username: None, ..credentials };
        assert!(!has_a_way(&user, &by_mail), "nothing says that the address is theirs");
        assert!(has_a_way(&user, &Credentials { email_verified: true, ..by_mail }));
    }
}
