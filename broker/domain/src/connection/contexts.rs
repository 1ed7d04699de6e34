//! Authentication contexts: what a provider calls an assurance, and what apps know it by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a provider's authentication contexts mean to apps (`acr`, OIDC Core section 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contexts {
    /// The provider's name of a context, and what apps read in its place. One that is not here is passed on
    /// as it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// What every sign-in at the provider meets, because a policy there demands it. Told when the provider
    /// says nothing itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_policy: Option<String>,
}

impl Contexts {
    /// What apps read of what the provider said.
    pub fn told(&self, said: Option<&str>) -> Option<String> {
        match said {
            Some(said) => Some(self.names.get(said).map_or(said, String::as_str).to_owned()),
            None => self.by_policy.clone(),
        }
    }

    /// What the provider is asked for when an app asks for `wanted`.
    pub fn asked<'a>(&'a self, wanted: &'a str) -> &'a str {
        self.names.iter().find(|(_, ours)| *ours == wanted).map_or(wanted, |(theirs, _)| theirs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_translated_both_ways_and_never_invented() {
        let names = BTreeMap::from([("c1".to_owned(), "urn:mfa".to_owned())]);
        let contexts = Contexts { names, by_policy: None };
        assert_eq!(
            (contexts.told(Some("c1")).as_deref(), contexts.asked("urn:mfa")),
            (Some("urn:mfa"), "c1")
        );
        assert_eq!(
            (contexts.told(Some("c2")).as_deref(), contexts.asked("urn:pwd")),
            (Some("c2"), "urn:pwd")
        );
        assert_eq!(contexts.told(None), None);
        let by_policy = Contexts { by_policy: Some("urn:mfa".to_owned()), ..contexts };
        assert_eq!(by_policy.told(None).as_deref(), Some("urn:mfa"));
    }
}
