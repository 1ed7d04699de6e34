//! Keys: tenant first, then kind, then what identifies the record (architecture rule 7).

use std::borrow::Borrow;
use std::fmt;

use doorward_domain::TenantId;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $byte:literal, $configuration:literal;)*) => {
        /// What a record is. Its byte is part of the key and never changes meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind {
            $($(#[$doc])* $name = $byte,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Whether it is configuration, whose changes are announced.
            pub const fn is_configuration(self) -> bool {
                match self {
                    $(Self::$name => $configuration,)*
                }
            }
        }
    };
}

kinds! {
    /// A tenant.
    Tenant = 1, true;
    /// Index: company code to tenant.
    TenantBySlug = 2, true;
    /// Index: e-mail domain to tenant.
    TenantByDomain = 3, true;
    /// A connection.
    Connection = 4, true;
    /// A client.
    Client = 5, true;
    /// A key pair of ours.
    OwnKey = 6, true;
    /// The check value of a master key.
    MasterKeyCheck = 7, true;
    /// Index: the newest key pair of an algorithm.
    NewestKey = 8, true;
    /// How many clients registered themselves.
    RegisteredClients = 9, false;
    /// The key of pairwise subjects.
    PairwiseKey = 10, false;
    /// A token of the admin API.
    AdminToken = 12, false;
    /// An initial access token.
    RegistrationToken = 13, false;
    /// A checkpoint of the audit log.
    Checkpoint = 14, false;
    /// The domains that a tenant wants to prove.
    DomainClaims = 15, false;
    /// A user.
    User = 16, false;
    /// An identity.
    Identity = 17, false;
    /// Index: a user's identities.
    IdentityOf = 48, false;
    /// Index: the users with an e-mail address.
    UserByAddress = 49, false;
    /// A browser's session.
    Session = 18, false;
    /// A grant, from its code to its last refresh token.
    Grant = 20, false;
    /// A consent.
    Consent = 22, false;
    /// A client assertion's identifier.
    ReplayMark = 24, false;
    /// An audit event.
    Audit = 25, false;
    /// That a client's own access token was revoked.
    RevokedToken = 32, false;
    /// A device's request to be signed in.
    DeviceAuthorization = 33, false;
    /// What a user signs in with at doorward itself.
    Credentials = 40, false;
    /// Index: what people type to whom it leads.
    Login = 41, false;
    /// A proof that is on its way by e-mail.
    Proof = 42, false;
    /// Index: a passkey to whose it is.
    PasskeyOf = 43, false;
    /// A code that proves an address, on its way by e-mail.
    AddressProof = 44, false;
    /// A pushed authorization request.
    PushedRequest = 26, false;
    /// Work that is left to do.
    Job = 60, false;
    /// How far the look at all connections is.
    Examination = 61, false;
    /// Index: what a provider knows a session by.
    SessionAt = 70, false;
    /// What became of a tenant or a connection.
    History = 72, false;
    /// That an owner has signed in through a connection.
    OwnerSignIn = 71, false;
    /// What became of a sign-in.
    Trace = 80, false;
    /// Index: a reference to the trace that it leads to.
    TraceOf = 81, false;
}

/// The key of a record.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Vec<u8>);

const PREFIX: usize = 17;

impl Key {
    /// The key of a tenant's record.
    pub fn new(tenant: TenantId, kind: Kind, id: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(PREFIX + id.len());
        bytes.extend_from_slice(tenant.as_bytes());
        bytes.push(kind as u8);
        bytes.extend_from_slice(id);
        Self(bytes)
    }

    /// A key as it was read from a store; `None` when it is none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let kind = *bytes.get(PREFIX - 1)?;
        Kind::ALL.iter().any(|known| *known as u8 == kind).then(|| Self(bytes.to_vec()))
    }

    /// The key's bytes, whose order is the order of records.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The tenant whose record it is.
    pub fn tenant(&self) -> TenantId {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[..16]);
        TenantId::from_bytes(bytes)
    }

    /// What the record is.
    pub fn kind(&self) -> Kind {
        let byte = self.0[PREFIX - 1];
        Kind::ALL.iter().copied().find(|kind| *kind as u8 == byte).unwrap_or(Kind::Audit)
    }

    /// What identifies the record within its tenant and kind.
    pub fn id(&self) -> &[u8] {
        &self.0[PREFIX..]
    }
}

impl Borrow<[u8]> for Key {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:?}/", self.tenant(), self.kind())?;
        self.id().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A range of keys: from `start` (inclusive) to `end` (exclusive).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first key.
    pub start: Vec<u8>,
    /// The first key that is no longer in the range; `None` for the end of all keys.
    pub end: Option<Vec<u8>>,
}

impl Range {
    /// Everything there is.
    pub fn all() -> Self {
        Self { start: Vec::new(), end: None }
    }

    /// All records of a kind that a tenant has.
    pub fn of(tenant: TenantId, kind: Kind) -> Self {
        Self::starting_with(Key::new(tenant, kind, &[]))
    }

    /// All keys that start like `prefix`.
    pub fn starting_with(prefix: Key) -> Self {
        let start = prefix.0;
        Self { end: successor(&start), start }
    }

    /// The rest of the range after `key`, to read on from a page's last record.
    #[must_use]
    pub fn after(&self, key: &Key) -> Self {
        let mut start = key.0.clone();
        start.push(0);
        Self { start, end: self.end.clone() }
    }

    /// Whether `key` is in the range.
    pub fn contains(&self, key: &[u8]) -> bool {
        key >= self.start.as_slice() && self.end.as_deref().is_none_or(|end| key < end)
    }
}

/// The first byte string after all that start with `prefix`.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_tenants_do_not_overlap() {
        let tenant = TenantId::from_bytes([0xff; 16]);
        let range = Range::of(tenant, Kind::User);
        assert!(range.contains(Key::new(tenant, Kind::User, &[0xff; 16]).as_bytes()));
        assert!(!range.contains(Key::new(tenant, Kind::Identity, &[]).as_bytes()));
        assert!(!range.contains(Key::new(TenantId::BROKER, Kind::User, &[1]).as_bytes()));
    }

    #[test]
    fn a_key_reads_back() {
        let key = Key::new(TenantId::from_bytes([1; 16]), Kind::Grant, b"id");
        let read = Key::from_bytes(key.as_bytes()).unwrap();
        assert_eq!((read.tenant(), read.kind(), read.id()), (key.tenant(), Kind::Grant, b"id".as_slice()));
        assert!(Key::from_bytes(&[0; 16]).is_none() && Key::from_bytes(&[0; 40]).is_none());
    }
}
