//! The table of everything that is kept: each record's kind, key and expiry.

use doorward_domain::{
    AddressProof, AdminToken, AdminTokenId, AuditEvent, Checkpoint, Client, ClientId, Connection,
    ConnectionId, Consent, Credentials, DeviceAuthorization, Domain, DomainClaims, EmailAddress, EventId,
    Examination, Grant, GrantId, HistoryEntry, HistoryOf, Identity, Job, JobId, KeptTrace, KeyAlgorithm,
    KeyId, OwnKey, OwnerSignIn, Proof, ProofPurpose, PushedRequest, RegistrationToken, RegistrationTokenId,
    ReplayMark, RevokedToken, Sealed, SecretHash, Session, SessionAt, SessionId, Slug, Subject, Tenant,
    TenantId, Timestamp, User, UserCode, UserId,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;

use crate::{Key, Kind};

/// Something that is kept.
pub trait Record: Serialize + DeserializeOwned + Send + Sync {
    /// What it is.
    const KIND: Kind;

    /// Where it lies.
    fn key(&self) -> Key;

    /// When it stops to exist.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }
}

/// Index record: which tenant a company code or e-mail domain leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantOf<N> {
    /// The company code or domain.
    pub name: N,
    /// The tenant.
    pub tenant: TenantId,
}

/// Index record: whose credentials go with what people type. Within a tenant that is a username or an
/// address, within the broker an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginOf {
    /// The tenant within which it is typed, or the broker.
    pub within: TenantId,
    /// What is typed, in its canonical form.
    pub login: String,
    /// Whose user it leads to.
    pub tenant: TenantId,
    /// The user.
    pub user: UserId,
}

/// Index record: whose passkey has an identifier. Who signs in with one need not say who they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyOf {
    /// The credential's identifier, in base64url.
    pub id: String,
    /// Whose user it leads to.
    pub tenant: TenantId,
    /// The user.
    pub user: UserId,
}

/// Index record: an identity of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityOf {
    /// Whose user it is.
    pub tenant: TenantId,
    /// The user.
    pub user: UserId,
    /// The connection of the identity.
    pub connection: ConnectionId,
    /// Who it is at the provider.
    pub subject: Subject,
}

/// Index record: a user with an e-mail address. Several may have the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserByAddress {
    /// Whose user it is.
    pub tenant: TenantId,
    /// The address.
    pub address: EmailAddress,
    /// The user.
    pub user: UserId,
}

/// Index record: whose trace a reference leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceOf {
    /// The reference.
    pub reference: String,
    /// When the trace began.
    pub began: Timestamp,
    /// Whose it is.
    pub tenant: TenantId,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// A known text sealed with a master key: opening it proves that the key is the right one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MasterKeyCheck {
    /// The known text, sealed.
    pub sealed: Sealed,
}

/// The key that pairwise subjects are made with (OIDC Core section 8.1). There is one for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairwiseKey {
    /// The key, sealed.
    pub sealed: Sealed,
}

/// Index record: the newest of our key pairs for an algorithm. Whoever makes a key moves it in the same
/// commit, so that of two brokers about to make one, one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewestKey {
    /// The algorithm.
    pub algorithm: KeyAlgorithm,
    /// Its newest key.
    pub key: KeyId,
}

/// How many clients have registered themselves: whoever registers one moves it in the same commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredClients {
    /// Their number.
    pub number: u32,
}

/// Where each record lies, for those who know its identifier but not the record.
pub mod at {
    use std::time::Duration;

    use sha2::Digest as _;

    use super::{
        AdminTokenId, ClientId, ConnectionId, Domain, EmailAddress, EventId, GrantId, HistoryOf, JobId, Key,
        KeyAlgorithm, KeyId, Kind, ProofPurpose, RegistrationTokenId, SecretHash, SessionId, Sha256, Slug,
        Subject, TenantId, Timestamp, UserCode, UserId,
    };
    use crate::Range;

    /// A tenant.
    pub fn tenant(id: TenantId) -> Key {
        Key::new(id, Kind::Tenant, &[])
    }

    /// The tenant with a company code.
    pub fn slug(slug: &Slug) -> Key {
        Key::new(TenantId::BROKER, Kind::TenantBySlug, slug.as_str().as_bytes())
    }

    /// The tenant that an e-mail domain leads to.
    pub fn domain(domain: &Domain) -> Key {
        Key::new(TenantId::BROKER, Kind::TenantByDomain, domain.as_str().as_bytes())
    }

    /// The domains that a tenant wants to prove.
    pub fn domain_claims(tenant: TenantId) -> Key {
        Key::new(tenant, Kind::DomainClaims, &[])
    }

    /// A connection.
    pub fn connection(tenant: TenantId, id: ConnectionId) -> Key {
        Key::new(tenant, Kind::Connection, id.as_bytes())
    }

    /// The history of a tenant or a connection, the latest entry first.
    pub fn history(tenant: TenantId, of: HistoryOf) -> Range {
        Range::starting_with(Key::new(tenant, Kind::History, &subject(of)))
    }

    /// An entry of a history.
    pub fn history_entry(tenant: TenantId, of: HistoryOf, number: u32) -> Key {
        let latest_first = (!number).to_be_bytes();
        Key::new(tenant, Kind::History, &[subject(of).as_slice(), latest_first.as_slice()].concat())
    }

    fn subject(of: HistoryOf) -> [u8; 16] {
        match of {
            HistoryOf::Tenant => [0; 16],
            HistoryOf::Connection(id) => *id.as_bytes(),
        }
    }

    /// That an owner has signed in through a connection.
    pub fn owner_sign_in(tenant: TenantId, connection: ConnectionId) -> Key {
        Key::new(tenant, Kind::OwnerSignIn, connection.as_bytes())
    }

    /// A client.
    pub fn client(id: &ClientId) -> Key {
        Key::new(TenantId::BROKER, Kind::Client, id.as_str().as_bytes())
    }

    /// How many clients have registered themselves.
    pub fn registered_clients() -> Key {
        Key::new(TenantId::BROKER, Kind::RegisteredClients, &[])
    }

    /// A token of the admin API.
    pub fn admin_token(id: AdminTokenId) -> Key {
        Key::new(TenantId::BROKER, Kind::AdminToken, id.as_bytes())
    }

    /// An initial access token.
    pub fn registration_token(id: RegistrationTokenId) -> Key {
        Key::new(TenantId::BROKER, Kind::RegistrationToken, id.as_bytes())
    }

    /// A key pair of ours.
    pub fn own_key(id: KeyId) -> Key {
        Key::new(TenantId::BROKER, Kind::OwnKey, id.as_bytes())
    }

    /// The newest of our key pairs for an algorithm.
    pub fn newest_key(algorithm: KeyAlgorithm) -> Key {
        Key::new(TenantId::BROKER, Kind::NewestKey, algorithm.as_str().as_bytes())
    }

    /// The check value of a master key.
    pub fn master_key_check(name: &str) -> Key {
        Key::new(TenantId::BROKER, Kind::MasterKeyCheck, name.as_bytes())
    }

    /// The key of pairwise subjects.
    pub fn pairwise_key() -> Key {
        Key::new(TenantId::BROKER, Kind::PairwiseKey, &[])
    }

    /// A user.
    pub fn user(tenant: TenantId, id: UserId) -> Key {
        Key::new(tenant, Kind::User, id.as_bytes())
    }

    /// What a user signs in with at doorward itself.
    pub fn credentials(tenant: TenantId, user: UserId) -> Key {
        Key::new(tenant, Kind::Credentials, user.as_bytes())
    }

    /// Whom a username or an address leads to, within a tenant or the broker.
    pub fn login(within: TenantId, login: &str) -> Key {
        Key::new(within, Kind::Login, login.as_bytes())
    }

    /// Whose passkey has an identifier, of whatever length.
    pub fn passkey(id: &str) -> Key {
        Key::new(TenantId::BROKER, Kind::PasskeyOf, Sha256::digest(id).as_slice())
    }

    /// A user's proof of a purpose.
    pub fn proof(tenant: TenantId, user: UserId, purpose: ProofPurpose) -> Key {
        Key::new(tenant, Kind::Proof, &[user.as_bytes().as_slice(), &[purpose as u8]].concat())
    }

    /// The code that proves an address for the login that leads to a session.
    pub fn address_proof(tenant: TenantId, session: SessionId) -> Key {
        Key::new(tenant, Kind::AddressProof, session.as_bytes())
    }

    /// The identity (tenant, connection, issuer, subject).
    pub fn identity(tenant: TenantId, connection: ConnectionId, subject: &Subject) -> Key {
        let digest = Sha256::new()
            .chain_update((subject.issuer.len() as u64).to_be_bytes())
            .chain_update(&subject.issuer)
            .chain_update(&subject.subject)
            .finalize();
        Key::new(tenant, Kind::Identity, &[connection.as_bytes().as_slice(), digest.as_slice()].concat())
    }

    /// All identities that came through a connection start like this.
    pub fn identities_through(tenant: TenantId, connection: ConnectionId) -> Key {
        Key::new(tenant, Kind::Identity, connection.as_bytes())
    }

    /// All identities of a user start like this.
    pub fn identities_of(tenant: TenantId, user: UserId) -> Key {
        Key::new(tenant, Kind::IdentityOf, user.as_bytes())
    }

    /// That an identity is a user's.
    pub fn identity_of(tenant: TenantId, user: UserId, connection: ConnectionId, subject: &Subject) -> Key {
        let identity = identity(tenant, connection, subject);
        Key::new(tenant, Kind::IdentityOf, &[user.as_bytes().as_slice(), identity.id()].concat())
    }

    /// All users with an e-mail address start like this.
    pub fn users_by_address(tenant: TenantId, address: &EmailAddress) -> Key {
        Key::new(tenant, Kind::UserByAddress, &[address.as_str().as_bytes(), &[0]].concat())
    }

    /// That a user has an e-mail address.
    pub fn user_by_address(tenant: TenantId, address: &EmailAddress, user: UserId) -> Key {
        let id = [address.as_str().as_bytes(), &[0], user.as_bytes().as_slice()].concat();
        Key::new(tenant, Kind::UserByAddress, &id)
    }

    /// A session.
    pub fn session(tenant: TenantId, id: SessionId) -> Key {
        Key::new(tenant, Kind::Session, id.as_bytes())
    }

    /// All sessions that a connection's provider knows by this name start like this.
    pub fn sessions_at(owner: TenantId, connection: ConnectionId, name: &SecretHash) -> Key {
        Key::new(owner, Kind::SessionAt, &[connection.as_bytes().as_slice(), name.as_bytes()].concat())
    }

    /// That a connection's provider knows a session by this name.
    pub fn session_at(
        owner: TenantId,
        connection: ConnectionId,
        name: &SecretHash,
        session: SessionId,
    ) -> Key {
        let id = [connection.as_bytes().as_slice(), name.as_bytes(), session.as_bytes()].concat();
        Key::new(owner, Kind::SessionAt, &id)
    }

    /// A grant. It lies with the others of its session, so that they end together.
    pub fn grant(tenant: TenantId, session: SessionId, id: GrantId) -> Key {
        Key::new(tenant, Kind::Grant, &[*session.as_bytes(), *id.as_bytes()].concat())
    }

    /// All grants of a session start like this.
    pub fn grants_of_session(tenant: TenantId, session: SessionId) -> Key {
        Key::new(tenant, Kind::Grant, session.as_bytes())
    }

    /// The device's request that a person finds by this code.
    pub fn device(code: UserCode) -> Key {
        Key::new(TenantId::BROKER, Kind::DeviceAuthorization, code.as_bytes())
    }

    /// That a client's own access token with this `jti` was revoked.
    pub fn revoked_token(id: &str) -> Key {
        Key::new(TenantId::BROKER, Kind::RevokedToken, id.as_bytes())
    }

    /// The pushed authorization request whose `request_uri` has this hash.
    pub fn pushed_request(uri: &SecretHash) -> Key {
        Key::new(TenantId::BROKER, Kind::PushedRequest, uri.as_bytes())
    }

    /// A job. Those of all tenants lie in the order in which they are due, as one worker takes them.
    pub fn job(due_at: Timestamp, id: JobId) -> Key {
        Key::new(TenantId::BROKER, Kind::Job, &[due(due_at).as_slice(), id.as_bytes()].concat())
    }

    /// The jobs that are due at `now`.
    pub fn jobs_due(now: Timestamp) -> Range {
        let end = Key::new(TenantId::BROKER, Kind::Job, &due(now + Duration::from_millis(1)));
        Range { end: Some(end.as_bytes().to_vec()), ..Range::of(TenantId::BROKER, Kind::Job) }
    }

    /// A trace. A tenant's lie with the newest first.
    pub fn trace(tenant: TenantId, began: Timestamp, reference: &str) -> Key {
        Key::new(tenant, Kind::Trace, &[newest_first(began).as_slice(), reference.as_bytes()].concat())
    }

    /// All traces with a reference, which are rarely several: the newest first.
    pub fn traces_of(reference: &str) -> Range {
        Range::starting_with(Key::new(TenantId::BROKER, Kind::TraceOf, &named(reference)))
    }

    /// Whose trace a reference leads to.
    pub fn trace_of(reference: &str, began: Timestamp) -> Key {
        let id = [named(reference).as_slice(), newest_first(began).as_slice()].concat();
        Key::new(TenantId::BROKER, Kind::TraceOf, &id)
    }

    fn named(reference: &str) -> Vec<u8> {
        [reference.as_bytes(), &[0]].concat()
    }

    fn newest_first(at: Timestamp) -> [u8; 8] {
        due(at).map(|byte| !byte)
    }

    fn due(at: Timestamp) -> [u8; 8] {
        u64::try_from(at.as_millis()).unwrap_or(0).to_be_bytes()
    }

    /// An audit event. Those of a tenant lie in the order in which they happened.
    pub fn audit_event(tenant: TenantId, id: EventId) -> Key {
        Key::new(tenant, Kind::Audit, id.as_bytes())
    }

    /// A checkpoint of the audit log.
    pub fn checkpoint(number: u64) -> Key {
        Key::new(TenantId::BROKER, Kind::Checkpoint, &number.to_be_bytes())
    }

    /// How far the look at all connections is.
    pub fn examination() -> Key {
        Key::new(TenantId::BROKER, Kind::Examination, &[])
    }

    /// What a user allowed a client.
    pub fn consent(tenant: TenantId, user: UserId, client: &ClientId) -> Key {
        Key::new(tenant, Kind::Consent, &[user.as_bytes().as_slice(), client.as_str().as_bytes()].concat())
    }
}

macro_rules! record {
    ($type:ty, $kind:ident, |$record:ident| $key:expr) => {
        impl Record for $type {
            const KIND: Kind = Kind::$kind;

            fn key(&self) -> Key {
                let $record = self;
                $key
            }
        }
    };
    ($type:ty, $kind:ident, |$record:ident| $key:expr, expires $expiry:expr) => {
        impl Record for $type {
            const KIND: Kind = Kind::$kind;

            fn key(&self) -> Key {
                let $record = self;
                $key
            }

            fn expires_at(&self) -> Option<Timestamp> {
                let $record = self;
                Some($expiry)
            }
        }
    };
}

record!(Tenant, Tenant, |it| at::tenant(it.id));
record!(TenantOf<Slug>, TenantBySlug, |it| at::slug(&it.name));
record!(TenantOf<Domain>, TenantByDomain, |it| at::domain(&it.name));
record!(DomainClaims, DomainClaims, |it| at::domain_claims(it.tenant), expires it.expires_at());
record!(Connection, Connection, |it| at::connection(it.tenant, it.id));
record!(Client, Client, |it| at::client(&it.id));
record!(OwnKey, OwnKey, |it| at::own_key(it.id));
record!(NewestKey, NewestKey, |it| at::newest_key(it.algorithm));
record!(MasterKeyCheck, MasterKeyCheck, |it| at::master_key_check(&it.sealed.key));
record!(PairwiseKey, PairwiseKey, |_it| at::pairwise_key());
record!(RegisteredClients, RegisteredClients, |_it| at::registered_clients());
record!(AdminToken, AdminToken, |it| at::admin_token(it.id), expires it.expires_at);
record!(RegistrationToken, RegistrationToken, |it| at::registration_token(it.id), expires it.expires_at);
record!(User, User, |it| at::user(it.tenant, it.id));
record!(Credentials, Credentials, |it| at::credentials(it.tenant, it.user));
record!(LoginOf, Login, |it| at::login(it.within, &it.login));
record!(PasskeyOf, PasskeyOf, |it| at::passkey(&it.id));
record!(Proof, Proof, |it| at::proof(it.tenant, it.user, it.purpose), expires it.expires_at);
record!(AddressProof, AddressProof, |it| at::address_proof(it.tenant, it.session), expires it.expires_at);
record!(Identity, Identity, |it| at::identity(it.tenant, it.connection, &it.subject));
record!(IdentityOf, IdentityOf, |it| at::identity_of(it.tenant, it.user, it.connection, &it.subject));
record!(UserByAddress, UserByAddress, |it| at::user_by_address(it.tenant, &it.address, it.user));
record!(Session, Session, |it| at::session(it.tenant, it.id), expires it.ends_at);
record!(
    SessionAt,
    SessionAt,
    |it| at::session_at(it.owner, it.connection, &it.name, it.session),
    expires it.ends_at
);
record!(Grant, Grant, |it| at::grant(it.tenant, it.session, it.id), expires it.kept_until());
record!(Consent, Consent, |it| at::consent(it.tenant, it.user, &it.client));
record!(
    ReplayMark,
    ReplayMark,
    |it| Key::new(TenantId::BROKER, Kind::ReplayMark, &[it.client.as_str().as_bytes(), it.jti.as_bytes()].concat()),
    expires it.expires_at
);
record!(RevokedToken, RevokedToken, |it| at::revoked_token(&it.id), expires it.expires_at);
record!(
    DeviceAuthorization,
    DeviceAuthorization,
    |it| at::device(it.user_code),
    expires it.expires_at + DeviceAuthorization::REMEMBERED
);
record!(PushedRequest, PushedRequest, |it| at::pushed_request(&it.uri), expires it.expires_at);
record!(Job, Job, |it| at::job(it.due_at, it.id));
record!(Examination, Examination, |_it| at::examination());
record!(HistoryEntry, History, |it| at::history_entry(it.tenant, it.of, it.number));
record!(OwnerSignIn, OwnerSignIn, |it| at::owner_sign_in(it.tenant, it.connection));
record!(
    KeptTrace,
    Trace,
    |it| at::trace(it.tenant, it.began, &it.reference),
    expires it.expires_at
);
record!(TraceOf, TraceOf, |it| at::trace_of(&it.reference, it.began), expires it.expires_at);
record!(AuditEvent, Audit, |it| at::audit_event(it.tenant, it.id));
record!(Checkpoint, Checkpoint, |it| at::checkpoint(it.number));
