//! What people sign in with at doorward itself: a password, second factors, passkeys, and proofs that
//! reach them by e-mail. How each is made and checked is the service's business; here is what is kept.

mod address_proof;
mod common;
pub mod login;
pub mod passkey;
pub mod password;
pub mod proof;

use serde::{Deserialize, Serialize};

use crate::{Sealed, SecretHash, TenantId, Timestamp, UserId};

pub use address_proof::AddressProof;
pub use login::{EmailAddress, Login, Username};
pub use passkey::Passkey;
pub use password::{PasswordCost, PasswordHash, WeakPassword};
pub use proof::{Proof, ProofPurpose, ProofToken};

/// What a user signs in with at doorward itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// Whose user it is.
    pub tenant: TenantId,
    /// Whose credentials they are.
    pub user: UserId,
    /// The name that the user types after the company code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<Username>,
    /// The address that the user types, and that mail goes to. No identity provider changes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// Whether mail to that address has reached the user.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub email_verified: bool,
    /// The password, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordHash>,
    /// The authenticator app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<Totp>,
    /// The recovery codes that were not used yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery_codes: Vec<CodeHash>,
    /// The passkeys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passkeys: Vec<Passkey>,
    /// When the credentials came to be.
    pub created_at: Timestamp,
    /// When one of them last changed.
    pub changed_at: Timestamp,
}

impl Credentials {
    /// More passkeys than anybody has devices.
    pub const MOST_PASSKEYS: usize = 16;

    /// Credentials with which nobody can sign in yet.
    pub const fn new(tenant: TenantId, user: UserId, now: Timestamp) -> Self {
        Self {
            tenant,
            user,
            username: None,
            email: None,
            email_verified: false,
            password: None,
            totp: None,
            recovery_codes: Vec::new(),
            passkeys: Vec::new(),
            created_at: now,
            changed_at: now,
        }
    }

    /// Whether a password alone does not do: an authenticator app or a passkey is there to confirm it.
    pub const fn has_second_factor(&self) -> bool {
        self.totp.is_some() || !self.passkeys.is_empty()
    }

    /// Whether there is anything to sign in with: a password, or a passkey, which needs none.
    pub const fn can_sign_in_now(&self) -> bool {
        self.password.is_some() || !self.passkeys.is_empty()
    }

    /// The passkey of an identifier.
    pub fn passkey(&self, id: &str) -> Option<&Passkey> {
        self.passkeys.iter().find(|passkey| passkey.id == id)
    }

    /// The credentials without what nothing is left to stand in for: recovery codes stand in for a second
    /// factor.
    #[must_use]
    pub fn without_idle_codes(mut self) -> Self {
        if !self.has_second_factor() {
            self.recovery_codes.clear();
        }
        self
    }

    /// What takes part in a password's guess: names that the user, and whoever knows them, knows.
    pub fn context(&self) -> Vec<&str> {
        let username = self.username.as_ref().map(Username::as_str);
        let email = self.email.as_ref().map(EmailAddress::as_str);
        username.into_iter().chain(email.into_iter().flat_map(|email| email.split(['@', '.']))).collect()
    }
}

/// An authenticator app (RFC 6238).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totp {
    /// The secret that the app shares.
    pub secret: Sealed,
    /// The latest time step of which a code was used: neither that nor an earlier one is good again
    /// (RFC 6238 section 5.2).
    pub used_step: u64,
}

/// What is kept of a short code: a MAC under a named key of ours. A plain hash of so few bits would be
/// guessed by whoever reads the store.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeHash {
    /// The name of the master key.
    pub key: String,
    /// The MAC.
    pub mac: SecretHash,
}

impl std::fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[code]")
    }
}
