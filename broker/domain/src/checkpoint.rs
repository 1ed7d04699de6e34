//! Checkpoints of the audit log: each signs the events since the one before, and the one before itself. So
//! whoever can write the store but has no master key changes nothing that was signed without being noticed.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{EventId, SecretHash, TenantId, Timestamp};

/// A link of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Its number. The first has one, and none is left out.
    pub number: u64,
    /// The hash of the one before; the first has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<CheckpointHash>,
    /// The latest event of all before. Those of its own that are no later came late.
    pub after: EventId,
    /// The events that it signs, in their order.
    #[serde(with = "entries")]
    pub entries: Vec<Entry>,
    /// When it was made.
    pub made_at: Timestamp,
    /// The name of the master key that it is signed with.
    pub key: String,
    /// The MAC of its hash.
    pub mac: SecretHash,
}

/// An event as a checkpoint knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The event.
    pub event: EventId,
    /// The tenant it concerns.
    pub tenant: TenantId,
    /// What it says: half of a SHA-256.
    pub hash: EventHash,
}

/// What an event says: half of the SHA-256 of its place and its text.
pub type EventHash = [u8; 16];

impl Checkpoint {
    /// No checkpoint signs more events: it must fit into a record.
    pub const MOST: usize = 256;

    /// The latest event that it or one before it signs.
    pub fn until(&self) -> EventId {
        self.entries.last().map_or(self.after, |last| last.event.max(self.after))
    }

    /// The hash of everything but the signature.
    pub fn hash(&self) -> CheckpointHash {
        let Self { number, previous, after, entries, made_at, key, mac: _ } = self;
        let mut digest = Sha256::new_with_prefix("doorward audit checkpoint 1");
        digest.update(number.to_be_bytes());
        digest.update([u8::from(previous.is_some())]);
        digest.update(previous.map_or([0; 32], |previous| previous.0));
        digest.update(after.as_bytes());
        digest.update(made_at.as_millis().to_be_bytes());
        digest.update((key.len() as u64).to_be_bytes());
        digest.update(key);
        for entry in entries {
            digest.update(entry.bytes());
        }
        CheckpointHash(digest.finalize().into())
    }

    /// What others are told of it, to compare with later.
    pub fn head(&self) -> Head {
        Head { number: self.number, hash: self.hash() }
    }
}

impl Entry {
    const BYTES: usize = 48;

    fn bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..16].copy_from_slice(self.tenant.as_bytes());
        bytes[16..32].copy_from_slice(self.event.as_bytes());
        bytes[32..].copy_from_slice(&self.hash);
        bytes
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let (tenant, rest) = bytes.split_first_chunk()?;
        let (event, hash) = rest.split_first_chunk()?;
        let (event, tenant) = (EventId::from_bytes(*event), TenantId::from_bytes(*tenant));
        Some(Self { event, tenant, hash: hash.try_into().ok()? })
    }
}

/// SHA-256 of a checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CheckpointHash([u8; 32]);

impl CheckpointHash {
    /// The digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for CheckpointHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(self.0))
    }
}

impl fmt::Debug for CheckpointHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<CheckpointHash> for String {
    fn from(hash: CheckpointHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for CheckpointHash {
    type Error = InvalidHead;

    fn try_from(text: String) -> Result<Self, InvalidHead> {
        let bytes = BASE64.decode(text).map_err(|_| InvalidHead)?;
        bytes.try_into().map(Self).map_err(|_| InvalidHead)
    }
}

/// The number and the hash of a checkpoint, such as `57:mVz…`: who keeps it elsewhere notices when the chain
/// is cut, or becomes another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Head {
    /// The checkpoint's number.
    pub number: u64,
    /// Its hash.
    pub hash: CheckpointHash,
}

/// A text that is no head of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a head of the audit log is a number, a colon and a hash, as the broker's log has it")]
pub struct InvalidHead;

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

impl FromStr for Head {
    type Err = InvalidHead;

    fn from_str(text: &str) -> Result<Self, InvalidHead> {
        let (number, hash) = text.split_once(':').ok_or(InvalidHead)?;
        let number = number.parse().map_err(|_| InvalidHead)?;
        Ok(Self { number, hash: hash.to_owned().try_into()? })
    }
}

impl TryFrom<String> for Head {
    type Error = InvalidHead;

    fn try_from(text: String) -> Result<Self, InvalidHead> {
        text.parse()
    }
}

impl From<Head> for String {
    fn from(head: Head) -> Self {
        head.to_string()
    }
}

/// Entries as they are stored: one after the other, in base64url.
mod entries {
    use base64::Engine as _;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::{BASE64, Entry};

    pub(super) fn serialize<S: Serializer>(entries: &[Entry], to: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = entries.iter().flat_map(Entry::bytes).collect();
        to.serialize_str(&BASE64.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Entry>, D::Error> {
        let bytes = BASE64.decode(String::deserialize(from)?).map_err(D::Error::custom)?;
        let entries = bytes.chunks(Entry::BYTES).map(Entry::of).collect::<Option<_>>();
        entries.ok_or_else(|| D::Error::custom("entries of a checkpoint are cut"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(byte: u8) -> Entry {
        Entry {
            event: EventId::from_bytes([byte; 16]),
            tenant: TenantId::from_bytes([1; 16]),
            hash: [byte; 16],
        }
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            number: 7,
            previous: Some(CheckpointHash([3; 32])),
            after: EventId::from_bytes([4; 16]),
            entries: vec![entry(2), entry(5), entry(6)],
            made_at: Timestamp::from_secs(9),
            key: "k1".to_owned(),
            mac: SecretHash::from_bytes([8; 32]),
        }
    }

    #[test]
    fn a_full_checkpoint_reads_back_from_a_record() {
        let full = Checkpoint { entries: vec![entry(5); Checkpoint::MOST], ..checkpoint() };
        let text = serde_json::to_vec(&full).unwrap();
        assert!(text.len() < 20 * 1024, "{}", text.len());
        assert_eq!(serde_json::from_slice::<Checkpoint>(&text).unwrap(), full);
        assert_eq!(full.head().to_string().parse(), Ok(full.head()));
    }

    #[test]
    fn the_hash_is_of_everything_but_the_signature() {
        let others = [
            Checkpoint { number: 8, ..checkpoint() },
            Checkpoint { previous: None, ..checkpoint() },
            Checkpoint { previous: Some(CheckpointHash([0; 32])), ..checkpoint() },
            Checkpoint { after: EventId::from_bytes([5; 16]), ..checkpoint() },
            Checkpoint { entries: vec![entry(2), entry(6), entry(5)], ..checkpoint() },
            Checkpoint { entries: vec![entry(2), entry(5)], ..checkpoint() },
            Checkpoint { made_at: Timestamp::from_secs(10), ..checkpoint() },
            Checkpoint { key: "k2".to_owned(), ..checkpoint() },
        ];
        assert!(others.iter().all(|other| other.hash() != checkpoint().hash()));
        let signed = Checkpoint { mac: SecretHash::from_bytes([0; 32]), ..checkpoint() };
        assert_eq!(signed.hash(), checkpoint().hash());
    }

    #[test]
    fn what_came_late_is_not_the_latest() {
        assert_eq!(checkpoint().until(), EventId::from_bytes([6; 16]));
        let late = Checkpoint { entries: vec![entry(2)], ..checkpoint() };
        assert_eq!(late.until(), checkpoint().after);
    }
}
