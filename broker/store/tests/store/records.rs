//! Every domain type in and out.

use std::collections::BTreeSet;
use std::fmt::Debug;

use doorward_domain::checkpoint::Entry;
use doorward_domain::connection::{Field, Slots, UpstreamAuthentication, UpstreamSecret};
use doorward_domain::{
    Access, Actor, Address, AddressProof, AdminScopes, AdminToken, AdminTokenId, Algorithm, AuditEvent,
    Authentication, Checkpoint, ClaimMapping, Client, ClientAuthentication, ClientId, ClientKeys,
    ClientTrust, CodeHash, CodeTerms, Connection, ConnectionId, Consent, Credentials, DeviceAuthorization,
    DeviceState, Domain, DomainClaim, DomainClaims, DomainToken, EmailAddress, Environment, Epoch, EventId,
    Examination, Grant, GrantId, GrantState, HistoryEntry, HistoryOf, Identity, Job, JobId, KeptTrace, KeyId,
    LoginPolicy, OwnKey, OwnerSignIn, Party, Passkey, PasswordCost, PasswordHash, PkceChallenge, Plain,
    Population, PopulationName, Profile, Proof, ProofPurpose, ProvenDomain, Provisioning, PushedRequest,
    RedirectUri, RefreshFamily, RegistrationToken, RegistrationTokenId, ReplayMark, RevokedToken, ScopeSet,
    Sealed, SecretChange, SecretHash, Session, SessionAt, SessionId, Slug, Stage, Subject, Task, Tenant,
    TenantId, Timestamp, Told, Totp, User, UserCode, UserId, Username, audit,
};
use doorward_store::contract::Backend;
use doorward_store::records::{
    IdentityOf, LoginOf, MasterKeyCheck, NewestKey, PairwiseKey, PasskeyOf, RegisteredClients, TenantOf,
    TraceOf, UserByAddress,
};
use doorward_store::{Batch, Kind, Record, Store, StoreExt as _};

use crate::backends::{Memory, Sled};

const NOW: Timestamp = Timestamp::from_secs(1_000_000);
const TENANT: TenantId = TenantId::from_bytes([1; 16]);
const CONNECTION: ConnectionId = ConnectionId::from_bytes([2; 16]);
const USER: UserId = UserId::from_bytes([3; 16]);
const SESSION: SessionId = SessionId::from_bytes([4; 16]);
const GRANT: GrantId = GrantId::from_bytes([5; 16]);
const LATER: Timestamp = Timestamp::MAX;

#[tokio::test]
async fn every_record_reads_back_from_memory() {
    every_record_reads_back(&*Memory::default().open().await).await;
}

#[tokio::test]
async fn every_record_reads_back_from_sled() {
    every_record_reads_back(&*Sled::default().open().await).await;
}

/// Every record that there is comes back equal, from a key of its own.
async fn every_record_reads_back(store: &dyn Store) {
    let mut kinds = BTreeSet::new();
    macro_rules! check {
        ($($record:expr),* $(,)?) => {
            $(kinds.insert(reads_back(store, &$record).await);)*
        };
    }
    check!(
        tenant(),
        slug(),
        domain(),
        domain_claims(),
        connection(),
        client(),
        own_key(),
        newest_key(),
        master_key_check()
    );
    let (subject, address) = (identity().subject, EmailAddress::parse("kim@acme.test").unwrap());
    check!(
        IdentityOf { tenant: TENANT, user: USER, connection: CONNECTION, subject },
        UserByAddress { tenant: TENANT, address, user: USER }
    );
    check!(user(), identity(), session(), offered_grant(), redeemed_grant(), consent());
    check!(credentials(), login(), passkey_of(), proof(), address_proof());
    check!(RegisteredClients { number: 3 }, PairwiseKey { sealed: sealed() });
    check!(admin_token(), registration_token(), history_entry(), owner_sign_in());
    check!(replay_mark(), revoked_token(), device_authorization(), pushed_request(), audit_event());
    let examination = Examination { began: NOW, due_at: LATER, after: Some(tenant().slug) };
    check!(job(), session_at(), trace(), trace_of(), examination, checkpoint());
    assert_eq!(kinds, Kind::ALL.iter().copied().collect(), "kinds without a record here");

    let by_slug = store.tenant_by_slug(&tenant().slug, NOW).await.unwrap();
    let by_domain = store.tenant_by_domain(&tenant().domains[0], NOW).await.unwrap();
    assert_eq!(by_slug.map(|stored| stored.record), Some(tenant()));
    assert_eq!(by_domain.map(|stored| stored.record), Some(tenant()));
}

async fn reads_back<R: Record + Debug + PartialEq>(store: &dyn Store, record: &R) -> Kind {
    let version = store.commit(Batch::new().insert(record).unwrap()).await.unwrap();
    let read = store.read::<R>(&record.key(), NOW).await.unwrap().unwrap();
    assert_eq!(&read.record, record);
    assert_eq!(read.version, version);
    assert_eq!(record.key().kind(), R::KIND);
    R::KIND
}

fn trace() -> KeptTrace {
    let reference = "calm-otter-4821".to_owned();
    KeptTrace { tenant: TENANT, reference, began: NOW, facts: sealed(), expires_at: LATER }
}

fn trace_of() -> TraceOf {
    TraceOf { reference: "calm-otter-4821".to_owned(), began: NOW, tenant: TENANT, expires_at: LATER }
}

fn tenant() -> Tenant {
    let name = PopulationName::parse("staff").unwrap();
    let policy = LoginPolicy { local_sign_in: Some(true), ..LoginPolicy::default() };
    Tenant {
        ancestors: vec![TenantId::from_bytes([8; 16])],
        domains: vec![Domain::parse("acme.test").unwrap()],
        proven: vec![ProvenDomain::new(&domain_claim(), NOW).seen(false, NOW)],
        populations: vec![Population { name, title: Some("Staff".to_owned()), policy }],
        ..Tenant::new(TENANT, Slug::parse("acme").unwrap(), "Äcme".to_owned(), NOW)
    }
}

fn session_at() -> SessionAt {
    let name = SecretHash::from_bytes([7; 32]);
    SessionAt {
        owner: TENANT,
        connection: CONNECTION,
        name,
        tenant: TENANT,
        session: SESSION,
        ends_at: LATER,
    }
}

fn slug() -> TenantOf<Slug> {
    TenantOf { name: tenant().slug, tenant: TENANT }
}

fn domain() -> TenantOf<Domain> {
    TenantOf { name: tenant().domains[0].clone(), tenant: TENANT }
}

fn domain_claim() -> DomainClaim {
    let (name, token) = (Domain::parse("acme.example").unwrap(), DomainToken::new([7; 20]));
    DomainClaim { name, token, by: "operator".to_owned(), claimed_at: LATER - DomainClaim::LASTS }
}

fn domain_claims() -> DomainClaims {
    DomainClaims { tenant: TENANT, claims: vec![domain_claim()] }
}

fn sealed() -> Sealed {
    Sealed { key: "main".to_owned(), ciphertext: "AAAA".to_owned() }
}

fn connection() -> Connection {
    let registered = ("https://idp.test".to_owned(), "doorward".to_owned());
    Connection {
        title: "Acme staff".to_owned(),
        population: PopulationName::parse("staff").unwrap(),
        environment: Environment::Staging,
        apps: vec![ClientId::new("app")],
        authentication: UpstreamAuthentication::ClientSecretPost {
            secrets: Slots::new(UpstreamSecret { value: sealed(), created_at: NOW, ends_at: None }),
        },
        algorithms: Algorithm::ALL.to_vec(),
        mapping: ClaimMapping::new([(Field::Email, "mail".into())].into()),
        provisioning: Provisioning::JustInTime,
        stage: Stage::Live,
        ..Connection::new((TENANT, CONNECTION), "staff".to_owned(), registered, NOW)
    }
}

fn history_entry() -> HistoryEntry {
    HistoryEntry {
        tenant: TENANT,
        of: HistoryOf::Connection(CONNECTION),
        number: 2,
        at: NOW,
        by: "operator".to_owned(),
        why: Some("it was time".to_owned()),
        state: serde_json::json!({ "name": "staff" }),
        secret: Some(SecretChange::Replaced),
    }
}

fn owner_sign_in() -> OwnerSignIn {
    OwnerSignIn { tenant: TENANT, connection: CONNECTION, revision: 1, user: USER, at: NOW }
}

fn client() -> Client {
    let authentication = ClientAuthentication::PrivateKeyJwt { algorithm: Some(Algorithm::ES256) };
    Client {
        keys: ClientKeys::Inline(serde_json::json!({ "keys": [{ "kty": "EC" }] })),
        native: true,
        redirect_uris: vec![RedirectUri::parse("https://app.test/callback").unwrap()],
        post_logout_redirect_uris: vec![RedirectUri::parse("https://app.test/").unwrap()],
        scope: scope(),
        trust: ClientTrust::ThirdParty,
        tenants: vec![TENANT],
        ..Client::new(ClientId::new("app"), "App".to_owned(), authentication, NOW)
    }
}

fn scope() -> ScopeSet {
    ScopeSet::parse("openid email").unwrap()
}

fn own_key() -> OwnKey {
    OwnKey {
        id: KeyId::from_bytes([6; 16]),
        algorithm: Algorithm::ES256.into(),
        public_jwk: serde_json::json!({ "kty": "EC", "crv": "P-256" }),
        private_jwk: sealed(),
        created_at: NOW,
        used_from: NOW,
        used_until: Some(LATER),
        kept_until: None,
    }
}

fn newest_key() -> NewestKey {
    NewestKey { algorithm: own_key().algorithm, key: own_key().id }
}

fn master_key_check() -> MasterKeyCheck {
    MasterKeyCheck { sealed: sealed() }
}

fn admin_token() -> AdminToken {
    AdminToken {
        id: AdminTokenId::from_bytes([10; 16]),
        name: "pipeline".to_owned(),
        hash: secret(),
        scopes: AdminScopes::everything(),
        tenant: None,
        created_by: "operator".to_owned(),
        created_at: NOW,
        used_at: Some(NOW),
        expires_at: LATER,
    }
}

fn registration_token() -> RegistrationToken {
    RegistrationToken {
        id: RegistrationTokenId::from_bytes([11; 16]),
        name: "partner".to_owned(),
        hash: secret(),
        uses_left: 1,
        tenant: Some(TENANT),
        created_by: "operator".to_owned(),
        created_at: NOW,
        expires_at: LATER,
    }
}

fn user() -> User {
    let profile = Profile {
        name: Some("Kim".to_owned()),
        email: Some("kim@acme.test".to_owned()),
        email_verified: true,
        phone_number: Some("+41 44 555 01 23".to_owned()),
        phone_number_verified: true,
        address: Some(Box::new(Address { country: Some("CH".to_owned()), ..Address::default() })),
        groups: vec!["staff".to_owned()],
        ..Profile::default()
    };
    let population = PopulationName::parse("staff").unwrap();
    User { population, profile, owner: true, local: true, epoch: 2, ..User::new(USER, TENANT, NOW) }
}

fn identity() -> Identity {
    let subject = Subject { issuer: "https://idp.test".to_owned(), subject: "248289761001".to_owned() };
    let claims = [("name".to_owned(), "Kim".into()), ("department".to_owned(), serde_json::Value::Null)];
    let told = Some(Told { claims: claims.into_iter().collect(), groups_unknown: true, too_much: false });
    Identity { tenant: TENANT, connection: CONNECTION, subject, user: USER, linked_at: NOW, told }
}

fn authentication() -> Authentication {
    Authentication { time: NOW, acr: Some("2".to_owned()), amr: vec!["pwd".to_owned()], session_expiry: None }
}

fn secret() -> SecretHash {
    Plain::new("secret").hash()
}

fn credentials() -> Credentials {
    let sealed = Sealed { key: "k".to_owned(), ciphertext: "c".to_owned() };
    let code = CodeHash { key: "k".to_owned(), mac: Plain::new("code").hash() };
    let cost = PasswordCost::default();
    Credentials {
        username: Username::parse("kim").ok(),
        email: EmailAddress::parse("kim@acme.test").ok(),
        email_verified: true,
        password: Some(PasswordHash { cost, salt: [1; 16], digest: [2; 32] }),
        totp: Some(Totp { secret: sealed, used_step: 7 }),
        recovery_codes: vec![code],
        passkeys: vec![Passkey {
            id: "id".to_owned(),
            public_key: serde_json::Map::from_iter([("kty".to_owned(), "EC".into())]),
            sign_count: 3,
            synced: true,
            name: "Phone".to_owned(),
            created_at: NOW,
            used_at: Some(NOW),
        }],
        ..Credentials::new(TENANT, USER, NOW)
    }
}

fn login() -> LoginOf {
    LoginOf { within: TENANT, login: "kim".to_owned(), tenant: TENANT, user: USER }
}

fn passkey_of() -> PasskeyOf {
    PasskeyOf { id: "id".to_owned(), tenant: TENANT, user: USER }
}

fn proof() -> Proof {
    Proof {
        tenant: TENANT,
        user: USER,
        purpose: ProofPurpose::Reset,
        email: EmailAddress::parse("kim@acme.test").unwrap(),
        link: Plain::new("token").hash(),
        code: Some(CodeHash { key: "k".to_owned(), mac: Plain::new("code").hash() }),
        expires_at: LATER,
    }
}

fn address_proof() -> AddressProof {
    AddressProof {
        tenant: TENANT,
        session: SESSION,
        user: USER,
        email: EmailAddress::parse("kim@acme.test").unwrap(),
        code: CodeHash { key: "k".to_owned(), mac: Plain::new("code").hash() },
        expires_at: LATER,
    }
}

fn session() -> Session {
    Session {
        id: SESSION,
        tenant: TENANT,
        user: USER,
        connection: Some(CONNECTION),
        secret: secret(),
        authentication: authentication(),
        used_at: NOW,
        ends_at: LATER,
        earlier: vec![SESSION],
        epoch: Epoch { tenant: 0, user: 2, connection: 3 },
        upstream_hint: Some(sealed()),
    }
}

fn actor() -> Actor {
    let app = Actor::after(None, Party::Client(ClientId::new("app")));
    Actor::after(Some(app), Party::User(TENANT, USER))
}

fn offered_grant() -> Grant {
    let challenge = PkceChallenge::parse(&"A".repeat(43));
    let terms = CodeTerms { redirect_uri: "https://app.test/callback".to_owned(), challenge, dpop_jkt: None };
    Grant {
        id: GRANT,
        tenant: TENANT,
        client: client().id,
        user: USER,
        session: SESSION,
        connection: Some(CONNECTION),
        access: Access::of(scope()),
        actor: Some(actor()),
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        authentication: authentication(),
        code: secret(),
        client_document: None,
        bound_to: None,
        state: GrantState::Offered(terms),
        epoch: Epoch { tenant: 1, user: 0, connection: 0 },
        remembered_until: Some(LATER),
        expires_at: LATER,
    }
}

fn redeemed_grant() -> Grant {
    let refresh = RefreshFamily { key: "main".to_owned(), seed: [7; 16], generation: 3, rotated_at: NOW };
    let state = GrantState::Redeemed { refresh: Some(refresh) };
    Grant { id: GrantId::from_bytes([8; 16]), state, ..offered_grant() }
}

fn consent() -> Consent {
    Consent {
        tenant: TENANT,
        user: USER,
        client: client().id,
        scope: scope(),
        resources: vec!["https://mcp.example/".to_owned()],
        given_at: NOW,
    }
}

fn replay_mark() -> ReplayMark {
    ReplayMark { client: client().id, jti: secret(), expires_at: LATER }
}

fn device_authorization() -> DeviceAuthorization {
    DeviceAuthorization {
        user_code: UserCode::parse("BCDF-GHJK").unwrap(),
        device_code: Plain::new("device").hash(),
        client: client().id,
        access: Access::of(scope()),
        asked_from: Some("192.0.2.1".to_owned()),
        state: DeviceState::Approved { tenant: TENANT, session: SESSION, grant: GRANT },
        expires_at: LATER,
    }
}

fn pushed_request() -> PushedRequest {
    PushedRequest {
        uri: secret(),
        client: client().id,
        parameters: vec![("resource".to_owned(), "https://api.example.com".to_owned())],
        begins_until: NOW,
        expires_at: LATER,
    }
}

fn revoked_token() -> RevokedToken {
    RevokedToken { id: "jti".to_owned(), expires_at: LATER }
}

fn job() -> Job {
    Job {
        id: JobId::from_bytes([10; 16]),
        tenant: TENANT,
        task: Task::LogoutToken { client: client().id, user: USER, session: SESSION },
        due_at: NOW,
        attempts: 1,
        ends_at: LATER,
    }
}

fn checkpoint() -> Checkpoint {
    let unsigned = Checkpoint {
        number: 8,
        previous: None,
        after: EventId::FIRST,
        entries: vec![Entry { event: EventId::from_bytes([9; 16]), tenant: TENANT, hash: [7; 16] }],
        made_at: NOW,
        key: "k1".to_owned(),
        mac: SecretHash::from_bytes([3; 32]),
    };
    Checkpoint { previous: Some(unsigned.hash()), ..unsigned }
}

fn audit_event() -> AuditEvent {
    AuditEvent {
        id: EventId::from_bytes([9; 16]),
        tenant: TENANT,
        at: NOW,
        actor: USER.to_string(),
        action: audit::Action::SignedIn,
        target: SESSION.to_string(),
    }
}
