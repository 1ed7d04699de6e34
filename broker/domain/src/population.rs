//! Populations: groups of a tenant's people who sign in in their own way, such as staff and customers.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::tenant::InvalidName;

/// The name of a population, short and unique within the tenant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PopulationName(String);

/// A group of a tenant's people, and how it signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Population {
    /// Its name.
    pub name: PopulationName,
    /// What people read: "Providers".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How it signs in.
    #[serde(default)]
    pub policy: LoginPolicy,
}

/// How a population signs in, as far as it says so itself. What it leaves out is as with the tenant's
/// parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginPolicy {
    /// Whether its people may have a password at doorward, beside the identity provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_sign_in: Option<bool>,
    /// Whether the sign-in page shows the form for that password; hidden, it is still there for those
    /// who know its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_form: Option<bool>,
    /// Whether the sign-in page shows a button for each connection; hidden, they are reached by links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso_button: Option<bool>,
    /// Whether a single connection is gone to without a button in between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic_redirect: Option<bool>,
    /// Whether a browser that somebody has signed in with is led to the same connection again without a
    /// question; else it is offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remembered_redirect: Option<bool>,
}

/// How a population signs in, with everything decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettledPolicy {
    /// See [`LoginPolicy::local_sign_in`].
    pub local_sign_in: bool,
    /// See [`LoginPolicy::standard_form`].
    pub standard_form: bool,
    /// See [`LoginPolicy::sso_button`].
    pub sso_button: bool,
    /// See [`LoginPolicy::automatic_redirect`].
    pub automatic_redirect: bool,
    /// See [`LoginPolicy::remembered_redirect`].
    pub remembered_redirect: bool,
}

impl PopulationName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`InvalidName::Population`] when it could be none.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        let well_formed = (1..=63).contains(&text.len()) && text.bytes().all(allowed);
        if well_formed { Ok(Self(text.to_owned())) } else { Err(InvalidName::Population) }
    }

    /// Whether it is the one of a tenant that makes no difference between its people.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for PopulationName {
    /// The population of a tenant that makes no difference between its people.
    fn default() -> Self {
        Self("people".to_owned())
    }
}

impl LoginPolicy {
    /// This policy, with what it leaves out taken from `parent`.
    #[must_use]
    pub fn or(self, parent: Self) -> Self {
        Self {
            local_sign_in: self.local_sign_in.or(parent.local_sign_in),
            standard_form: self.standard_form.or(parent.standard_form),
            sso_button: self.sso_button.or(parent.sso_button),
            automatic_redirect: self.automatic_redirect.or(parent.automatic_redirect),
            remembered_redirect: self.remembered_redirect.or(parent.remembered_redirect),
        }
    }

    /// This policy where a connection is the only way in.
    #[must_use]
    pub fn with_required_connection(self) -> Self {
        let (yes, no) = (Some(true), Some(false));
        Self { local_sign_in: no, standard_form: no, automatic_redirect: yes, ..self }
    }

    /// Whether it leaves nothing to a parent.
    pub fn is_complete(&self) -> bool {
        let said = [
            self.local_sign_in,
            self.standard_form,
            self.sso_button,
            self.automatic_redirect,
            self.remembered_redirect,
        ];
        said.iter().all(Option::is_some)
    }

    /// What holds where nobody says anything: single sign-on alone, and without detours.
    pub fn settled(self) -> SettledPolicy {
        let local_sign_in = self.local_sign_in.unwrap_or(false);
        SettledPolicy {
            local_sign_in,
            standard_form: self.standard_form.unwrap_or(local_sign_in),
            sso_button: self.sso_button.unwrap_or(true),
            automatic_redirect: self.automatic_redirect.unwrap_or(!local_sign_in),
            remembered_redirect: self.remembered_redirect.unwrap_or(false),
        }
    }
}

impl fmt::Display for PopulationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PopulationName {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        Self::parse(&text)
    }
}

impl From<PopulationName> for String {
    fn from(name: PopulationName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_policy_leaves_out_is_as_with_the_parent() {
        let parent = LoginPolicy {
            local_sign_in: Some(true),
            automatic_redirect: Some(true),
            ..LoginPolicy::default()
        };
        let own = LoginPolicy { automatic_redirect: Some(false), ..LoginPolicy::default() };
        let settled = own.or(parent).settled();
        assert!(settled.local_sign_in && settled.standard_form && !settled.automatic_redirect);
    }

    #[test]
    fn a_required_connection_is_the_only_way_in() {
        let both = LoginPolicy {
            local_sign_in: Some(true),
            standard_form: Some(true),
            sso_button: Some(true),
            automatic_redirect: Some(false),
            remembered_redirect: None,
        };
        let settled = both.with_required_connection().settled();
        assert!(!settled.local_sign_in && !settled.standard_form);
        assert!(settled.sso_button && settled.automatic_redirect);
    }

    #[test]
    fn silence_means_single_sign_on_alone() {
        let settled = LoginPolicy::default().settled();
        assert!(!settled.local_sign_in && !settled.standard_form);
        assert!(settled.sso_button && settled.automatic_redirect && !settled.remembered_redirect);
    }
}
