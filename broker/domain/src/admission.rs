//! Who may come in through a connection for the first time, and how they get to an account that exists.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Domain;
use crate::standing::Values;

/// How somebody whose identity is not known yet gets to the account that they have already. An e-mail
/// address alone never suffices: it has to be one that the tenant's own domain vouches for, or the person
/// proves that the account is theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Linking {
    /// Not at all: identities are linked by an import, or by an administrator.
    #[default]
    Never,
    /// After proof: by a code sent to the account's address, or by its password.
    Proof,
    /// By the same e-mail address, if it is verified and inside a domain of the tenant.
    VerifiedEmail,
    /// The same, and given and family name are the same as well.
    VerifiedEmailAndName,
}

/// What it takes to become a user at the first sign-in, where the connection creates users at all. What
/// is left out demands nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admission {
    /// The address is verified, and in one of these domains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<Domain>,
    /// The person is in one of these groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Each of these claims has one of these values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: BTreeMap<String, Vec<String>>,
}

/// What somebody lacks to become a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Lacking {
    /// No verified address in one of the domains.
    #[error("no verified e-mail address in an allowed domain")]
    Domain,
    /// None of the groups.
    #[error("none of the groups that are let in")]
    Group,
    /// The claim is not there, or has another value.
    #[error("the claim `{0}` is missing or has another value")]
    Claim(String),
}

impl Admission {
    /// Whether it demands nothing.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// What somebody lacks who comes with a `verified` address, these groups, and these values of a claim.
    ///
    /// # Errors
    /// The first thing that is [`Lacking`].
    pub fn judge<'a>(
        &self,
        verified: Option<&str>,
        groups: &[String],
        values: impl Fn(&str) -> Values<'a>,
    ) -> Result<(), Lacking> {
        let domain = verified.and_then(Domain::of_email);
        if !self.domains.is_empty() && !domain.is_some_and(|domain| self.domains.contains(&domain)) {
            return Err(Lacking::Domain);
        }
        if !self.groups.is_empty() && !self.groups.iter().any(|group| groups.contains(group)) {
            return Err(Lacking::Group);
        }
        let lacking = self.claims.iter().find(|(name, wanted)| {
            let got = values(name);
            !wanted.iter().any(|value| got.iter().any(|it| it == value))
        });
        lacking.map_or(Ok(()), |(name, _)| Err(Lacking::Claim(name.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission() -> Admission {
        Admission {
            domains: vec![Domain::parse("acme.test").unwrap()],
            groups: vec!["Doctors".to_owned(), "Nurses".to_owned()],
            claims: [("country".to_owned(), vec!["AU".to_owned(), "NZ".to_owned()])].into(),
        }
    }

    #[test]
    fn all_that_is_demanded_is_demanded_together() {
        let nurse = ["Nurses".to_owned()];
        let judge = |email, groups: &[String], country: &'static str| {
            admission().judge(email, groups, |name| {
                if name == "country" { vec![country.into()] } else { Vec::new() }
            })
        };
        assert_eq!(judge(Some("kim@acme.test"), &nurse, "NZ"), Ok(()));
        assert_eq!(judge(None, &nurse, "NZ"), Err(Lacking::Domain));
        assert_eq!(judge(Some("kim@acme.test.evil.test"), &nurse, "NZ"), Err(Lacking::Domain));
        assert_eq!(judge(Some("kim@acme.test"), &["nurses".to_owned()], "NZ"), Err(Lacking::Group));
        assert_eq!(judge(Some("kim@acme.test"), &nurse, "FR"), Err(Lacking::Claim("country".to_owned())));
    }

    #[test]
    fn nothing_demanded_lets_everybody_in() {
        assert_eq!(Admission::default().judge(None, &[], |_| Vec::new()), Ok(()));
    }
}
