//! Passkeys (WebAuthn Level 3 section 4): what is kept of one.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Timestamp;
use crate::session::is_zero;

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// The credential's identifier, in base64url.
    pub id: String,
    /// Its public key: a JWK whose `alg` is the algorithm that it signs with.
    pub public_key: Map<String, Value>,
    /// The authenticator's signature counter; zero where it has none (section 6.1.1).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sign_count: u32,
    /// Whether it may exist on several devices (backup eligibility, section 6.1.3): what proves a device
    /// is the other kind.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub synced: bool,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When somebody last signed in with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
}

impl Passkey {
    /// No name is longer, in characters.
    pub const LONGEST_NAME: usize = 64;

    /// A name as it is kept: without control characters, not longer than others, and never nothing.
    pub fn name(typed: &str) -> String {
        let typed: String = typed.chars().filter(|c| !c.is_control()).take(Self::LONGEST_NAME).collect();
        match typed.trim() {
            "" => "Passkey".to_owned(),
            name => name.to_owned(),
        }
    }

    /// Whether an authenticator that now counts `count` signatures may have made those before (section
    /// 6.1.1): one that counts never goes back, and never stands still.
    pub const fn has_counted_on(&self, count: u32) -> bool {
        (self.sign_count == 0 && count == 0) || count > self.sign_count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(sign_count: u32) -> Passkey {
        let (id, name, created_at) = (String::new(), String::new(), Timestamp::from_secs(0));
        let public_key = Map::new();
        Passkey { id, public_key, sign_count, synced: false, name, created_at, used_at: None }
    }

    #[test]
    fn a_counter_goes_on_or_does_not_exist() {
        for (before, now, fine) in [
            (0, 0, true),
            (0, 1, true),
            (3, 4, true),
            (3, 9, true),
            (3, 3, false),
            (3, 2, false),
            (3, 0, false),
        ] {
            assert_eq!(counting(before).has_counted_on(now), fine, "{before} {now}");
        }
    }

    #[test]
    fn a_name_is_one_line_of_some_length() {
        assert_eq!(Passkey::name(" My\r\n phone\u{7} "), "My phone");
        assert_eq!(Passkey::name(" \n"), "Passkey");
        assert_eq!(Passkey::name(&"ß".repeat(1_000)).chars().count(), Passkey::LONGEST_NAME);
    }
}
