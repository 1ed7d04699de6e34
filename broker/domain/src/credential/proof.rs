//! Proofs that reach a person by e-mail: an invitation, the reset of a password, the verification of the
//! address. Each is a link, and where people may be at another device, a code to type.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};

use super::{CodeHash, EmailAddress};
use crate::{Plain, SecretHash, TenantId, Timestamp, UserId};

/// What a proof is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ProofPurpose {
    /// To choose the first credential.
    Invitation = 1,
    /// To choose another password.
    Reset = 2,
    /// To show that the address is the user's.
    Verification = 3,
}

impl ProofPurpose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Invitation, Self::Reset, Self::Verification];

    /// How long a proof is good.
    pub const fn life(self) -> Duration {
        const HOUR: u64 = 60 * 60;
        match self {
            Self::Invitation => Duration::from_secs(72 * HOUR),
            Self::Reset => Duration::from_secs(HOUR / 2),
            Self::Verification => Duration::from_secs(24 * HOUR),
        }
    }
}

/// A proof that is on its way. A user has one of each purpose: a newer one takes the place of the one
/// before (PW-04).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Whose user it is.
    pub tenant: TenantId,
    /// Who gets it.
    pub user: UserId,
    /// What it is good for.
    pub purpose: ProofPurpose,
    /// The address that it was sent to: it proves that one and no other.
    pub email: EmailAddress,
    /// The hash of the link's token.
    pub link: SecretHash,
    /// The code, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeHash>,
    /// When it is too late.
    pub expires_at: Timestamp,
}

/// The token in a link: what it is for, whose it is, and 256 secret bits. All of it is under the hash, so
/// a token of one purpose or user is never another's.
#[derive(Clone, PartialEq, Eq)]
pub struct ProofToken {
    /// What it is good for.
    pub purpose: ProofPurpose,
    /// Whose user it is.
    pub tenant: TenantId,
    /// Who got it.
    pub user: UserId,
    /// Its secret bits.
    pub secret: [u8; 32],
}

const LENGTH: usize = 1 + 16 + 16 + 32;

impl ProofToken {
    /// Reads a token of `purpose`; `None` for anything that is not exactly one.
    pub fn parse(purpose: ProofPurpose, text: &str) -> Option<Self> {
        if text.len() != (LENGTH * 4).div_ceil(3) {
            return None;
        }
        let bytes: [u8; LENGTH] = BASE64.decode(text).ok()?.try_into().ok()?;
        let id = |at: usize| bytes[at..at + 16].try_into().ok();
        (bytes[0] == purpose as u8).then_some(())?;
        Some(Self {
            purpose,
            tenant: TenantId::from_bytes(id(1)?),
            user: UserId::from_bytes(id(17)?),
            secret: bytes[33..].try_into().ok()?,
        })
    }

    /// The text of the token.
    pub fn to_plain(&self) -> Plain {
        let mut bytes = vec![self.purpose as u8];
        bytes.extend_from_slice(self.tenant.as_bytes());
        bytes.extend_from_slice(self.user.as_bytes());
        bytes.extend_from_slice(&self.secret);
        Plain::new(BASE64.encode(bytes))
    }
}

impl fmt::Debug for ProofToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} token of {}", self.purpose, self.user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pw_04_a_token_is_of_one_purpose_and_user() {
        let token = ProofToken {
            purpose: ProofPurpose::Verification,
            tenant: TenantId::from_bytes([1; 16]),
            user: UserId::from_bytes([2; 16]),
            secret: [3; 32],
        };
        let text = token.to_plain();
        let read = |purpose| ProofToken::parse(purpose, text.expose());
        assert_eq!(read(ProofPurpose::Verification), Some(token.clone()));
        assert_eq!(read(ProofPurpose::Reset), None);
        let swapped = ProofToken { user: UserId::from_bytes([4; 16]), ..token };
        assert_ne!(swapped.to_plain().hash(), text.hash());
        assert!(ProofToken::parse(ProofPurpose::Verification, &format!("{}A", text.expose())).is_none());
    }
}
