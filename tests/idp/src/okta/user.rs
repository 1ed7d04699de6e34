//! People in an org.

use super::ids;

/// A user.
#[derive(Clone, Debug)]
pub struct User {
    /// The user id, `00u…`: the `sub` of every token.
    pub id: String,
    /// What is typed at the sign-in page, and `preferred_username`. It looks like an address and need
    /// not be one.
    pub login: String,
    /// The primary e-mail address.
    pub email: Option<String>,
    /// Whether it was proved, or an administrator said so.
    pub email_verified: bool,
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
    /// The password.
    pub password: String,
    /// Where in its life the account is.
    pub status: Status,
    /// The names of the groups; everybody is in `Everyone`.
    pub groups: Vec<String>,
    /// Can prove themselves by a one-time password too.
    pub has_otp: bool,
    /// Can prove themselves by a passkey too.
    pub has_passkey: bool,
    /// The id of the identity provider behind this org that authenticates the person, `0oa…`.
    pub identity_provider: Option<String>,
    /// What is special about this person, for the one who picks.
    pub note: String,
}

/// Where in its life an account is (3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Created and not activated.
    Staged,
    /// Activated and without credentials: "Pending user action".
    Provisioned,
    /// In use.
    Active,
    /// A password reset is under way.
    Recovery,
    /// The password must be changed.
    PasswordExpired,
    /// Too many attempts.
    LockedOut,
    /// Suspended by an administrator.
    Suspended,
    /// Deactivated.
    Deprovisioned,
}

impl User {
    /// The password of everybody who was not given another.
    pub const PASSWORD: &str = "test";

    /// Somebody whose login is also their verified address.
    pub fn new(login: &str, first_name: &str, last_name: &str) -> Self {
        Self {
            id: ids::of("00u", login),
            login: login.to_owned(),
            email: Some(login.to_owned()),
            email_verified: true,
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            password: Self::PASSWORD.to_owned(),
            status: Status::Active,
            groups: Vec::new(),
            has_otp: true,
            has_passkey: false,
            identity_provider: None,
            note: String::new(),
        }
    }

    /// The same person in these groups.
    #[must_use]
    pub fn groups(self, names: &[&str]) -> Self {
        Self { groups: names.iter().map(|name| (*name).to_owned()).collect(), ..self }
    }

    /// The full name.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// With or without its domain, if that is unique, a login will do; we want all of it.
    pub(super) fn answers_to(&self, login: &str) -> bool {
        !login.is_empty() && self.login.eq_ignore_ascii_case(login)
    }

    /// Whether the account may be used at all right now.
    pub(super) fn may_sign_in(&self) -> bool {
        matches!(self.status, Status::Active | Status::PasswordExpired)
    }
}
