//! Scopes (RFC 6749 section 3.3).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The scope values that release claims (OIDC Core section 5.4) or a refresh token (section 11).
pub mod name {
    /// Asks for an ID token.
    pub const OPENID: &str = "openid";
    /// Releases the profile claims.
    pub const PROFILE: &str = "profile";
    /// Releases `email` and `email_verified`.
    pub const EMAIL: &str = "email";
    /// Releases `address`.
    pub const ADDRESS: &str = "address";
    /// Releases `phone_number` and `phone_number_verified`.
    pub const PHONE: &str = "phone";
    /// Releases `groups`, `roles` and `sites`, as the tenant's mapping fills them.
    pub const GROUPS: &str = "groups";
    /// Asks for a refresh token.
    pub const OFFLINE_ACCESS: &str = "offline_access";
    /// All of them, as discovery lists them.
    pub const ALL: [&str; 7] = [OPENID, PROFILE, EMAIL, ADDRESS, PHONE, GROUPS, OFFLINE_ACCESS];
}

/// A set of scope values in the order they were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ScopeSet(Vec<String>);

/// A scope parameter longer than this many values is no honest request (TK-03).
const MOST_VALUES: usize = 64;

impl ScopeSet {
    /// Reads a `scope` parameter: values separated by single spaces, repeated ones kept once.
    ///
    /// `None` when a value has a character outside of RFC 6749 appendix A.4, or there are too many.
    pub fn parse(text: &str) -> Option<Self> {
        let mut values: Vec<String> = Vec::new();
        for value in text.split(' ').filter(|value| !value.is_empty()) {
            let allowed = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            if !value.bytes().all(allowed) || values.len() == MOST_VALUES {
                return None;
            }
            if !values.iter().any(|known| known == value) {
                values.push(value.to_owned());
            }
        }
        Some(Self(values))
    }

    /// Whether `value` is in the set.
    pub fn contains(&self, value: &str) -> bool {
        self.0.iter().any(|known| known == value)
    }

    /// Whether every value is in `other` as well.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.iter().all(|value| other.contains(value))
    }

    /// The values that are in `other` as well.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.iter().filter(|value| other.contains(value)).cloned().collect())
    }

    /// All values but one.
    #[must_use]
    pub fn without(&self, value: &str) -> Self {
        Self(self.0.iter().filter(|known| *known != value).cloned().collect())
    }

    /// The values of both, this set's first.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let added = other.0.iter().filter(|value| !self.contains(value));
        Self(self.0.iter().chain(added).cloned().collect())
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl From<ScopeSet> for String {
    fn from(scope: ScopeSet) -> Self {
        scope.to_string()
    }
}

impl From<String> for ScopeSet {
    /// Reads what [`ScopeSet`] wrote; a value that is none is dropped.
    fn from(text: String) -> Self {
        Self::parse(&text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_order_and_count_once() {
        let scope = ScopeSet::parse("openid email  openid").unwrap();
        assert_eq!(scope.to_string(), "openid email");
        assert!(ScopeSet::parse("email").unwrap().is_subset(&scope));
    }

    #[test]
    fn tk_03_a_scope_bomb_is_refused() {
        let bomb = (0..100_000).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        assert!(ScopeSet::parse(&bomb).is_none());
        assert!(ScopeSet::parse("open\"id").is_none());
        assert!(ScopeSet::parse("öpenid").is_none());
    }
}
