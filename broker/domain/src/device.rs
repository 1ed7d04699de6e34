//! Devices that cannot show a sign-in page: their requests and the codes that people type (RFC 8628).

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Access, ClientId, Entropy, GrantId, SecretHash, SessionId, TenantId, Timestamp};

/// A device's request to be signed in (RFC 8628 section 3.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceAuthorization {
    /// What the person types.
    pub user_code: UserCode,
    /// The hash of what the device polls with.
    pub device_code: SecretHash,
    /// Which app asks.
    pub client: ClientId,
    /// What it asks for.
    pub access: Access,
    /// The network address that it asked from, as people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_from: Option<String>,
    /// What the person said.
    #[serde(default, skip_serializing_if = "DeviceState::is_pending")]
    pub state: DeviceState,
    /// When it is too late.
    pub expires_at: Timestamp,
}

impl DeviceAuthorization {
    /// It is remembered for this much longer, so that the device learns that it came too late.
    pub const REMEMBERED: Duration = Duration::from_secs(10 * 60);
}

/// How far a device's request has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// Nobody has decided yet.
    #[default]
    Pending,
    /// The person said no.
    Denied,
    /// The person said yes: this grant waits for the device.
    Approved {
        /// The person's tenant.
        tenant: TenantId,
        /// The session in which they said so.
        session: SessionId,
        /// The grant.
        grant: GrantId,
    },
}

impl DeviceState {
    /// Whether nobody has decided yet.
    pub fn is_pending(&self) -> bool {
        *self == Self::Pending
    }
}

/// The code that leads a person to their device's request: eight letters without vowels, so that no word
/// comes out of them, and without those that look alike (RFC 8628 section 6.1). People see it in halves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserCode([u8; 8]);

impl UserCode {
    /// The letters.
    const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

    /// A new code; each of the 20⁸ is as likely as any other.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut letters = [0; 8];
        for letter in &mut letters {
            // Of 256 byte values the last 16 would favour the first letters.
            let byte = std::iter::repeat_with(|| entropy.bytes::<1>()[0]).find(|byte| *byte < 240);
            *letter = Self::ALPHABET[usize::from(byte.unwrap_or_default()) % 20];
        }
        Self(letters)
    }

    /// Reads what a person typed: letters of either case, with blanks and hyphens wherever they like.
    pub fn parse(text: &str) -> Option<Self> {
        const LONGEST: usize = 32;
        if text.len() > LONGEST {
            return None;
        }
        let typed = text.chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_ascii_uppercase());
        let letters: Vec<u8> = typed.map(|c| u8::try_from(c).unwrap_or(0)).collect();
        let letters: [u8; 8] = letters.try_into().ok()?;
        letters.iter().all(|letter| Self::ALPHABET.contains(letter)).then_some(Self(letters))
    }

    /// Its letters.
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(4);
        write!(f, "{}-{}", first.escape_ascii(), second.escape_ascii())
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[code]")
    }
}

impl From<UserCode> for String {
    fn from(code: UserCode) -> Self {
        code.to_string()
    }
}

impl TryFrom<String> for UserCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a user code")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, out: &mut [u8]) {
            out.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = UserCode::parse("BCDF-GHJK").unwrap();
        for typed in ["bcdfghjk", "BCDF GHJK", " b-c-d-f-g-h-j-k ", "BcDf-gHjK"] {
            assert_eq!(UserCode::parse(typed), Some(code), "{typed}");
        }
        assert_eq!(code.to_string(), "BCDF-GHJK");
        for typed in ["", "BCDF-GHJ", "BCDF-GHJKL", "ACDF-GHJK", "BCDF_GHJK", "1CDF-GHJK", "ßCDFGHJK"] {
            assert_eq!(UserCode::parse(typed), None, "{typed}");
        }
        assert_eq!(UserCode::parse(&"-".repeat(33)), None);
    }

    #[test]
    fn dv_01_every_letter_is_as_likely_as_any_other() {
        let dice = Counting(AtomicU8::new(0));
        let mut counts = [0; 20];
        // 240 of 256 byte values make a letter, so this is a whole number of rounds through all.
        for _ in 0..30 {
            for letter in UserCode::generate(&dice).as_bytes() {
                counts[UserCode::ALPHABET.iter().position(|it| it == letter).unwrap()] += 1;
            }
        }
        assert_eq!(counts, [12; 20]);
    }
}
