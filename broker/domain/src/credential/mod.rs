//! What people sign in with at doorward itself: a password, second factors, passkeys, and proofs that
//! reach them by e-mail. How each is made and checked is the service's business; here is what is kept.

mod common;
pub mod login;
pub mod password;
pub mod proof;

use serde::{Deserialize, Serialize};

use crate::{Sealed, SecretHash, TenantId, Timestamp, UserId};

pub use login::{EmailAddress, Login, Username};
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

    /// Whether a password alone does not do.
    pub const fn has_second_factor(&self) -> bool {
        self.totp.is_some()
    }

    /// Whether there is anything to sign in with.
    pub fn is_complete(&self) -> bool {
        self.password.is_some() || !self.passkeys.is_empty()
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

/// A passkey (WebAuthn Level 3 section 4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// The credential's identifier, in base64url.
    pub id: String,
    /// Its public key: a SubjectPublicKeyInfo in DER, in base64url.
    pub public_key: String,
    /// Its COSE algorithm.
    pub algorithm: i64,
    /// The authenticator's signature counter, where it has one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sign_count: u32,
    /// Whether it may exist on several devices: what proves a device is the other kind.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub synced: bool,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}
