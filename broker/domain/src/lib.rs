//! The words and rules of doorward: tenants, connections, users, clients, sessions, grants and
//! tokens. Nothing here does I/O, awaits, or owns a clock; everything can be tested as a function.

pub mod admin_token;
pub mod admission;
pub mod audit;
pub mod checkpoint;
pub mod claims_request;
pub mod client;
pub mod clock;
pub mod connection;
pub mod consent;
pub mod credential;
pub mod device;
pub mod domain_proof;
pub mod encryption;
pub mod entropy;
pub mod examination;
pub mod grant;
pub mod handle;
pub mod history;
pub mod id;
pub mod job;
pub mod own_key;
pub mod pkce;
pub mod policy;
pub mod population;
pub mod pushed_request;
pub mod redirect_uri;
pub mod registration_token;
pub mod rollout;
pub mod scope;
pub mod sealed;
pub mod secret;
pub mod session;
pub mod standing;
pub mod tenant;
pub mod time;
pub mod told;
pub mod trace;
pub mod user;

pub use admin_token::{AdminScope, AdminScopes, AdminToken};
pub use admission::{Admission, Lacking, Linking};
pub use audit::AuditEvent;
pub use checkpoint::{Checkpoint, CheckpointHash, Head};
pub use claims_request::{ClaimRequest, ClaimsRequest};
pub use client::{
    Client, ClientAuthentication, ClientKeys, ClientProfile, ClientSecret, ClientTrust, GrantType, ReplayMark,
};
pub use clock::{Clock, ManualClock};
pub use connection::{
    ClaimMapping, Connection, Environment, Pilot, Provisioning, RefreshProfile, SessionAt, Stage,
};
pub use consent::Consent;
pub use credential::{
    AddressProof, CodeHash, Credentials, EmailAddress, Login, Passkey, PasswordCost, PasswordHash, Proof,
    ProofPurpose, ProofToken, Totp, Username,
};
pub use device::{DeviceAuthorization, DeviceState, UserCode};
pub use domain_proof::{DomainClaim, DomainClaims, DomainToken, ProvenDomain};
pub use encryption::{ContentEncryption, Encryption, KeyManagement};
pub use entropy::Entropy;
pub use examination::Examination;
pub use grant::{
    Access, Actor, CodeTerms, Confirmation, Grant, GrantState, Party, RefreshFamily, RevokedToken,
};
pub use handle::{Handle, HandleKind};
pub use history::{HistoryEntry, HistoryOf, SecretChange};
pub use id::{
    AdminTokenId, ClientId, ConnectionId, EventId, GrantId, JobId, KeyId, RegistrationTokenId, SessionId,
    TenantId, UserId,
};
pub use job::{Job, Task};
pub use own_key::{Algorithm, KeyAlgorithm, KeyStatus, OwnKey};
pub use pkce::PkceChallenge;
pub use policy::{Refusal, client_may_act_now, may_act_now};
pub use population::{LoginPolicy, Population, PopulationName, SettledPolicy};
pub use pushed_request::PushedRequest;
pub use redirect_uri::{RedirectUri, UrisDigest};
pub use registration_token::RegistrationToken;
pub use rollout::{OwnerSignIn, Staged};
pub use scope::ScopeSet;
pub use sealed::Sealed;
pub use secret::{Plain, SecretHash};
pub use session::{Authentication, Epoch, Session};
pub use standing::{Rule, Standing, StandingRules, Status, StatusRule, Unfit};
pub use tenant::{Domain, Slug, Tenant};
pub use time::Timestamp;
pub use told::Told;
pub use trace::KeptTrace;
pub use user::{Address, Identity, Profile, Subject, User};
