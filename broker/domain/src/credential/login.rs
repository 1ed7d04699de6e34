//! What people type to say who they are.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Domain, Slug};

/// A text that is no e-mail address or username, with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLogin {
    /// Not a username.
    #[error(
        "a username has 2 to 64 letters, digits, dots, hyphens and underscores, and starts with a letter"
    )]
    Username,
    /// Not an e-mail address.
    #[error("an e-mail address is a name and a domain, such as kim@example.org")]
    Email,
}

/// A user's name within a tenant, in its one canonical form: ASCII, lower case. It has no `@`, so it is
/// never taken for an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Username(String);

/// An e-mail address in its one canonical form: lower case, the domain in ASCII (IDNA). The part before
/// the sign is one that no mail server reads in two ways (RFC 5322 section 3.4.1, dot-atom).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    text: String,
    domain: Domain,
}

/// What a person types at the sign-in page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// An address; its domain may lead to a tenant.
    Email(EmailAddress),
    /// A username, of the tenant whose code was typed before.
    Username(Username),
    /// A username and a company code: `kim@acme`.
    UsernameAt(Username, Slug),
}

impl Username {
    /// Reads what a person typed: case and surrounding blanks do not matter.
    ///
    /// # Errors
    /// [`InvalidLogin::Username`] when it could be none.
    pub fn parse(text: &str) -> Result<Self, InvalidLogin> {
        let text = text.trim().to_ascii_lowercase();
        let well_formed = (2..=64).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if well_formed { Ok(Self(text)) } else { Err(InvalidLogin::Username) }
    }

    /// The username.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl EmailAddress {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// [`InvalidLogin::Email`] when mail could not be sent there, or not with certainty.
    pub fn parse(text: &str) -> Result<Self, InvalidLogin> {
        const ALSO: &[u8] = b"!#$%&'*+-/=?^_`{|}~.";
        let domain = Domain::of_email(text).ok_or(InvalidLogin::Email)?;
        let local = text.trim().split('@').next().unwrap_or_default().to_ascii_lowercase();
        let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
        let atoms = local.bytes().all(|b| b.is_ascii_alphanumeric() || ALSO.contains(&b));
        if local.len() > 64 || dots || !atoms {
            return Err(InvalidLogin::Email);
        }
        Ok(Self { text: format!("{local}@{domain}"), domain })
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its domain.
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }
}

impl Login {
    /// Reads what a person typed; `None` for what is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((name, rest)) = text.split_once('@') else {
            return Username::parse(text).ok().map(Self::Username);
        };
        if let Ok(email) = EmailAddress::parse(text) {
            return Some(Self::Email(email));
        }
        Some(Self::UsernameAt(Username::parse(name).ok()?, Slug::parse(rest).ok()?))
    }
}

macro_rules! text {
    ($name:ident, |$it:ident| $text:expr) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidLogin;

            fn try_from(text: String) -> Result<Self, InvalidLogin> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from($it: $name) -> Self {
                $text
            }
        }
    };
}

text!(Username, |it| it.0);
text!(EmailAddress, |it| it.text);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_read_as_people_type_it() {
        let read = |text: &str| Login::parse(text);
        assert!(matches!(read(" Kim@Acme.test "), Some(Login::Email(it)) if it.as_str() == "kim@acme.test"));
        assert!(matches!(read("KIM"), Some(Login::Username(it)) if it.as_str() == "kim"));
        let at = read("Kim.Lee@Acme");
        assert!(matches!(at, Some(Login::UsernameAt(name, code))
            if name.as_str() == "kim.lee" && code.as_str() == "acme"));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_no_login() {
        let wrong = [
            "",
            "@",
            "k",
            "kim@",
            "@acme",
            "kim@acme@acme.test",
            "a@b@acme.test",
            "kim lee",
            "1kim",
            "kim\r\nBcc: x@y.test",
            "\"a b\"@acme.test",
            "kim@acme.test\0",
            ".kim@acme.test",
            "k..m@acme.test",
            "kïm@acme",
            "kim\u{202e}@acme.test",
        ];
        for text in wrong {
            assert_eq!(Login::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_address_has_one_form() {
        let address = |text: &str| EmailAddress::parse(text).unwrap();
        assert_eq!(address("Kim@BÜCHER.example"), address("kim@xn--bcher-kva.example"));
        assert_eq!(address("kim+tag@acme.test").domain().as_str(), "acme.test");
    }
}
