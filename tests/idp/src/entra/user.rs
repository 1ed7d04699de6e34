//! People in a directory.

use super::tenant::{CONSUMERS, Tenant};
use crate::common::guid;

/// A user object. A guest has one in each tenant, each with an `oid` of its own.
#[derive(Clone, Debug)]
pub struct User {
    /// The object ID.
    pub oid: String,
    /// The user principal name, which may change.
    pub upn: String,
    /// `mail`: what an administrator typed there. Nobody checks it (1.6, nOAuth).
    pub mail: Option<String>,
    /// The full name.
    pub display_name: String,
    /// The given name.
    pub given_name: String,
    /// The family name.
    pub surname: String,
    /// What is typed at the sign-in page.
    pub password: String,
    /// Where the account comes from.
    pub home: Home,
    /// Whether the account is enabled.
    pub enabled: bool,
    /// Whether the password has expired.
    pub password_expired: bool,
    /// Whether too many wrong passwords were typed.
    pub locked: bool,
    /// Whether a second factor is registered in this tenant.
    pub mfa_registered: bool,
    /// Whether this is a Global Administrator.
    pub administrator: bool,
    /// `preferred_username`, where it is something else than the UPN, such as a phone number.
    pub preferred_username: Option<String>,
    /// When sessions and refresh tokens were revoked last, in Unix seconds.
    pub sessions_valid_from: i64,
    /// What is special about this person, for the one who picks.
    pub note: String,
}

/// Where an account comes from, and so who checks its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// This tenant: a member.
    Here,
    /// Another tenant: a guest.
    Tenant(String),
    /// A personal Microsoft account: a guest.
    Microsoft,
    /// Google: a guest.
    Google,
    /// A code by e-mail: a guest.
    EmailCode,
    /// Another provider by SAML: a guest.
    Saml,
}

impl User {
    /// The password of everybody who was not given another.
    pub const PASSWORD: &str = "test";

    /// A member of `tenant`, whose UPN is `name` at its first domain. `mail` has no value.
    pub fn member(tenant: &Tenant, name: &str, display_name: &str) -> Self {
        let domain = tenant.domains.first().map(String::as_str).unwrap_or_default();
        Self::at(tenant, &format!("{name}@{domain}"), display_name, Home::Here)
    }

    /// A guest of `tenant` with this e-mail address, from elsewhere.
    pub fn guest(tenant: &Tenant, mail: &str, display_name: &str, home: Home) -> Self {
        let domain = tenant.domains.first().map(String::as_str).unwrap_or_default();
        let upn = format!("{}#EXT#@{domain}", mail.replace('@', "_"));
        Self { mail: Some(mail.to_owned()), ..Self::at(tenant, &upn, display_name, home) }
    }

    fn at(tenant: &Tenant, upn: &str, display_name: &str, home: Home) -> Self {
        let (given_name, surname) = display_name.split_once(' ').unwrap_or((display_name, ""));
        Self {
            oid: guid::of(&format!("user {upn} of {}", tenant.id)),
            upn: upn.to_owned(),
            mail: None,
            display_name: display_name.to_owned(),
            given_name: given_name.to_owned(),
            surname: surname.to_owned(),
            password: Self::PASSWORD.to_owned(),
            home,
            enabled: true,
            password_expired: false,
            locked: false,
            mfa_registered: true,
            administrator: false,
            preferred_username: None,
            sessions_valid_from: 0,
            note: String::new(),
        }
    }

    /// The same person with this in `mail`.
    #[must_use]
    pub fn mail(self, mail: &str) -> Self {
        Self { mail: Some(mail.to_owned()), ..self }
    }

    /// The same person as a Global Administrator.
    #[must_use]
    pub fn administrator(self) -> Self {
        Self { administrator: true, ..self }
    }

    /// The same person described so.
    #[must_use]
    pub fn noted(self, note: &str) -> Self {
        Self { note: note.to_owned(), ..self }
    }

    /// Whether this is a guest.
    pub fn is_guest(&self) -> bool {
        self.home != Home::Here
    }

    /// `idp`: who authenticates a guest; a member's is nobody's business (1.4).
    pub(super) fn identity_provider(&self) -> Option<String> {
        match &self.home {
            Home::Here => None,
            Home::Tenant(id) if id == CONSUMERS => Some("live.com".to_owned()),
            Home::Tenant(id) => Some(format!("https://sts.windows.net/{id}/")),
            Home::Microsoft => Some("live.com".to_owned()),
            Home::Google => Some("google.com".to_owned()),
            Home::EmailCode => Some("mail".to_owned()),
            Home::Saml => Some("https://saml.example/".to_owned()),
        }
    }

    /// What a person types to be found: a guest the address of home, never the UPN here.
    pub(super) fn answers_to(&self, username: &str) -> bool {
        !username.is_empty() && self.typed().eq_ignore_ascii_case(username)
    }

    /// What this person types at the sign-in page.
    pub(super) fn typed(&self) -> &str {
        if self.is_guest() { self.mail.as_deref().unwrap_or_default() } else { &self.upn }
    }
}

/// The domain of an address.
pub(super) fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}
