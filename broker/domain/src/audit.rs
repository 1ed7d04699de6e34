//! Audit events: who did what to whom, and when.

use serde::{Deserialize, Serialize};

use crate::{EventId, TenantId, Timestamp};

/// Something worth remembering. It is written in the same commit as the change it tells of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Its identifier; events sort by it.
    pub id: EventId,
    /// The tenant it concerns.
    pub tenant: TenantId,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it: a user's, client's or operator's identifier.
    pub actor: String,
    /// What happened.
    pub action: Action,
    /// What it happened to.
    pub target: String,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A person came in for the first time and a user was made.
    UserCreated,
    /// A person came in with a new identity, which was linked to an account that there was.
    IdentityLinked,
    /// An identity was taken from its account by an operator.
    IdentityUnlinked,
    /// A person signed in through a connection.
    SignedIn,
    /// A session was ended: by the person, or by whoever else stands here.
    SignedOut,
    /// A person got credentials at doorward itself.
    Invited,
    /// A password was chosen.
    PasswordChanged,
    /// An authenticator app was set up.
    AuthenticatorAdded,
    /// An authenticator app was removed.
    AuthenticatorRemoved,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A passkey's counter went back: there may be a copy of it, so it was not honoured.
    PasskeyCloned,
    /// Recovery codes were made; earlier ones are void.
    RecoveryCodesMade,
    /// A recovery code was used in place of the second factor.
    RecoveryCodeUsed,
    /// Mail reached the person at their address.
    EmailVerified,
    /// All sessions and grants of a user, or of a tenant, were ended.
    EverythingEnded,
    /// A user may no longer act; all their sessions and grants were ended.
    UserDisabled,
    /// A user may act again.
    UserEnabled,
    /// Claims of a connection's sign-ins are kept in clear for a while.
    TracesOpened,
    /// An app could not be told that somebody signed out.
    LogoutNotDelivered,
    /// A letter to somebody could not be sent.
    LetterNotSent,
    /// A person allowed a third-party app.
    ConsentGiven,
    /// A person let a device in.
    DeviceApproved,
    /// A person refused a device.
    DeviceDenied,
    /// A redeemed code came again; its grant was revoked.
    CodeReuse,
    /// A rotated refresh token came again; its grant was revoked.
    RefreshReuse,
    /// A client presented what was issued to another one.
    ForeignToken,
    /// A client gave back a grant.
    GrantRevoked,
    /// A client gave back a token that it had for itself.
    TokenRevoked,
    /// A client exchanged a token for another one.
    TokenExchanged,
    /// A signing key was made.
    KeyCreated,
    /// A signing key was replaced.
    KeyRotated,
    /// A client that registered itself took itself away.
    Deregistered,
    /// A tenant, connection, client or user was created or changed by an operator.
    Applied,
    /// A tenant wants to prove a domain.
    DomainClaimed,
    /// A tenant proved a domain by its DNS, or the record came back that had proved it.
    DomainProven,
    /// The record that proved a domain was missing for so long that it proves nothing any more.
    DomainLapsed,
    /// A claim or a proof of a domain was given up.
    DomainReleased,
    /// A test of a connection came to its end.
    ConnectionTested,
    /// A connection that was the only way in is so no more, because sign-ins through it failed.
    ConnectionRetreated,
    /// A client was deleted by an operator.
    ClientDeleted,
    /// A token of the admin API was made.
    AdminTokenCreated,
    /// A token of the admin API was revoked.
    AdminTokenRevoked,
    /// An initial access token was made.
    RegistrationTokenCreated,
    /// An initial access token was revoked.
    RegistrationTokenRevoked,
}
