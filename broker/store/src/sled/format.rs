//! How a value lies in sled: its format, version and expiry, then the record's JSON.
//!
//! | bytes | what |
//! | --- | --- |
//! | 1 | the format: [`LASTING`] or [`EXPIRING`] |
//! | 8 | the version, big-endian |
//! | 8, only [`EXPIRING`] | when it expires: milliseconds since the Unix epoch, big-endian |
//! | the rest | JSON |

use doorward_domain::Timestamp;

use crate::{Key, StoreError, Value, Version};

const LASTING: u8 = 1;
const EXPIRING: u8 = 2;

/// What sled keeps of a value.
pub(super) fn encode(version: Version, expires_at: Option<Timestamp>, json: &[u8]) -> Vec<u8> {
    let mut stored = Vec::with_capacity(17 + json.len());
    stored.push(if expires_at.is_some() { EXPIRING } else { LASTING });
    stored.extend_from_slice(&version.0.to_be_bytes());
    if let Some(expiry) = expires_at {
        stored.extend_from_slice(&expiry.as_millis().to_be_bytes());
    }
    stored.extend_from_slice(json);
    stored
}

/// The value that [`encode`] wrote at `key`.
pub(super) fn decode(key: &Key, stored: &[u8]) -> Result<Value, StoreError> {
    parse(stored).ok_or_else(|| StoreError::Damaged { kind: key.kind(), cause: "unknown format".to_owned() })
}

fn parse(stored: &[u8]) -> Option<Value> {
    let (format, rest) = stored.split_first()?;
    let (version, rest) = rest.split_first_chunk()?;
    let (expires_at, json) = match *format {
        LASTING => (None, rest),
        EXPIRING => {
            let (expiry, json) = rest.split_first_chunk()?;
            (Some(Timestamp::from_millis(i64::from_be_bytes(*expiry))), json)
        }
        _ => return None,
    };
    Some(Value { version: Version(u64::from_be_bytes(*version)), expires_at, bytes: json.to_vec() })
}

/// The version of a value that [`encode`] wrote, without reading the rest.
pub(super) fn version(stored: &[u8]) -> Option<Version> {
    let bytes = stored.get(1..9)?;
    bytes.try_into().ok().map(u64::from_be_bytes).map(Version)
}

#[cfg(test)]
mod tests {
    use doorward_domain::TenantId;

    use super::*;
    use crate::Kind;

    #[test]
    fn a_value_reads_back_and_a_cut_or_foreign_one_is_damaged() {
        let key = Key::new(TenantId::BROKER, Kind::User, &[]);
        for expires_at in [None, Some(Timestamp::from_secs(7)), Some(Timestamp::MAX)] {
            let stored = encode(Version(3), expires_at, b"{}");
            let value = Value { version: Version(3), expires_at, bytes: b"{}".to_vec() };
            assert_eq!(decode(&key, &stored), Ok(value));
            assert_eq!(version(&stored), Some(Version(3)));
        }
        let stored = encode(Version(3), Some(Timestamp::MAX), b"");
        for cut in 0..stored.len() {
            assert!(decode(&key, &stored[..cut]).is_err(), "cut at {cut}");
        }
        assert!(decode(&key, &[9; 40]).is_err());
    }
}
