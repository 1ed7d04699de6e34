//! What an app demands of a sign-in, whatever its requests say: how sure it must be of the person.

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::Authentication;

/// Contexts by which providers say that somebody has used several factors, besides `mfa` in `amr` (RFC 8176):
/// those of PAPE and of REFEDS, Okta's, and the phishing-resistant ones of OIDC EAP.
const SEVERAL_FACTORS: [&str; 6] = [
    "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
    "https://refeds.org/profile/mfa",
    "urn:okta:loa:2fa:any",
    "urn:okta:loa:2fa:any:ifpossible",
    "phr",
    "phrh",
];

/// What an app demands of a sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assurance {
    /// Whether the person must have used several factors.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mfa: bool,
    /// The contexts (`acr`) of which one must have been reached; empty for any.
    #[serde(default, skip_serializing_if = "is_default")]
    pub acr: Vec<String>,
}

impl Assurance {
    /// Whether a sign-in will do.
    pub fn is_met(&self, authentication: &Authentication) -> bool {
        let reached = authentication.acr.as_ref();
        (!self.mfa || authentication.has_several_factors())
            && (self.acr.is_empty() || reached.is_some_and(|reached| self.acr.contains(reached)))
    }

    /// Whether a context says that somebody has used several factors.
    pub fn is_of_several_factors(context: &str) -> bool {
        SEVERAL_FACTORS.contains(&context)
    }
}

impl Authentication {
    /// Whether the person used several factors, as the provider says in one way or another. Nothing else is
    /// concluded from what it says: two methods may be one factor.
    pub fn has_several_factors(&self) -> bool {
        self.amr.iter().any(|method| method == "mfa")
            || self.acr.as_deref().is_some_and(Assurance::is_of_several_factors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    fn by(acr: Option<&str>, amr: &[&str]) -> Authentication {
        Authentication {
            time: Timestamp::from_secs(0),
            acr: acr.map(str::to_owned),
            amr: amr.iter().map(|method| (*method).to_owned()).collect(),
            session_expiry: None,
        }
    }

    #[test]
    fn several_factors_are_what_the_provider_says_and_never_concluded() {
        let demanded = Assurance { mfa: true, ..Assurance::default() };
        assert!(demanded.is_met(&by(None, &["pwd", "mfa"])));
        assert!(demanded.is_met(&by(Some("https://refeds.org/profile/mfa"), &[])));
        for weaker in [by(None, &[]), by(None, &["pwd", "otp"]), by(Some("MFA"), &["MFA"])] {
            assert!(!demanded.is_met(&weaker), "{weaker:?}");
        }
    }

    #[test]
    fn one_of_the_contexts_must_have_been_reached() {
        let demanded = Assurance { acr: vec!["gold".to_owned(), "silver".to_owned()], mfa: false };
        assert!(demanded.is_met(&by(Some("silver"), &[])));
        assert!(!demanded.is_met(&by(Some("bronze"), &["mfa"])) && !demanded.is_met(&by(None, &["mfa"])));
        let both = Assurance { mfa: true, ..demanded };
        assert!(both.is_met(&by(Some("gold"), &["mfa"])) && !both.is_met(&by(Some("gold"), &["pwd"])));
        assert!(Assurance::default().is_met(&by(None, &[])));
    }
}
