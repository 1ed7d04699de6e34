//! Identifiers. Each is a time-ordered UUID (version 7) shown with a prefix that names its kind,
//! such as `con_0193…`; none of them is a secret.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Entropy, Timestamp};

/// A string that is not an identifier of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0} identifier")]
pub struct InvalidId(&'static str);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier that sorts by `now`.
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(time_ordered(now, entropy))
            }

            /// From its sixteen bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// Its sixteen bytes, which sort by time of creation.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            /// Accepts the one spelling that `Display` produces.
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|hex| hex.len() == 32 && !hex.contains(|c: char| c.is_ascii_uppercase()))
                    .and_then(|hex| Uuid::try_parse(hex).ok())
                    .map(Self)
                    .ok_or(InvalidId($prefix))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

id!(
    /// A tenant.
    TenantId,
    "ten"
);
id!(
    /// A tenant's link to one identity provider.
    ConnectionId,
    "con"
);
id!(
    /// A user of one tenant; the `sub` that apps see.
    UserId,
    "usr"
);
id!(
    /// A browser's sign-in.
    SessionId,
    "ses"
);
id!(
    /// What a client was given for a sign-in.
    GrantId,
    "gra"
);
id!(
    /// An audit event.
    EventId,
    "evt"
);
id!(
    /// Work that is left to do.
    JobId,
    "job"
);
id!(
    /// A signing key; its text is the `kid`.
    KeyId,
    "key"
);
id!(
    /// A token of the admin API.
    AdminTokenId,
    "adm"
);
id!(
    /// An initial access token.
    RegistrationTokenId,
    "reg"
);

impl GrantId {
    /// When the grant was made, to the millisecond.
    pub fn made_at(&self) -> Timestamp {
        made_at(self.as_bytes())
    }
}

impl EventId {
    /// Before every event.
    pub const FIRST: Self = Self(Uuid::nil());

    /// When the event happened, to the millisecond.
    pub fn made_at(&self) -> Timestamp {
        made_at(self.as_bytes())
    }

    /// Before every event that happens at `time` or later, after every other.
    pub fn before(time: Timestamp) -> Self {
        let mut bytes = [0; 16];
        let millis = u64::try_from(time.as_millis()).unwrap_or(0).to_be_bytes();
        bytes[..6].copy_from_slice(&millis[2..]);
        Self::from_bytes(bytes)
    }
}

fn made_at(id: &[u8; 16]) -> Timestamp {
    let millis = id[..6].iter().fold(0_i64, |millis, byte| millis << 8 | i64::from(*byte));
    Timestamp::from_millis(millis)
}

impl TenantId {
    /// The broker itself: owner of what belongs to no customer, such as clients and its keys.
    pub const BROKER: Self = Self(Uuid::nil());
}

/// The `client_id` of a downstream app (RFC 6749 section 2.2), chosen at registration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(String);

impl ClientId {
    /// Takes the identifier as it was sent; whether it names a client is found out by look-up.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// RFC 9562 section 5.7: 48 bits of milliseconds, then random bits.
fn time_ordered(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    let random: [u8; 10] = entropy.bytes();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zero;

    impl Entropy for Zero {
        fn fill(&self, out: &mut [u8]) {
            out.fill(0);
        }
    }

    #[test]
    fn an_identifier_reads_back_and_sorts_by_time() {
        let early = UserId::new(Timestamp::from_secs(1), &Zero);
        let late = UserId::new(Timestamp::from_secs(2), &Zero);
        assert!(early < late);
        assert_eq!(early.to_string().parse::<UserId>().unwrap(), early);
    }

    #[test]
    fn a_grant_knows_when_it_was_made() {
        let now = Timestamp::from_millis(1_800_000_000_123);
        assert_eq!(GrantId::new(now, &Zero).made_at(), now);
    }

    #[test]
    fn an_event_is_after_what_is_before_its_time() {
        let now = Timestamp::from_millis(1_800_000_000_123);
        let event = EventId::new(now, &Zero);
        assert!(EventId::before(now) < event && EventId::FIRST < EventId::before(now));
        assert!(event < EventId::before(now + std::time::Duration::from_millis(1)));
        assert_eq!((event.made_at(), EventId::before(now).made_at()), (now, now));
    }

    #[test]
    fn another_kind_or_spelling_is_refused() {
        let id = UserId::new(Timestamp::from_secs(1), &Zero).to_string();
        assert!(id.replace("usr", "ten").parse::<UserId>().is_err());
        assert!(id.to_uppercase().parse::<UserId>().is_err());
        assert!(format!("{id}0").parse::<UserId>().is_err());
    }
}
