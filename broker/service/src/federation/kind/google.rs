//! Google: people of Workspace organisations, who are known by the claim `hd` and by nothing else.

use doorward_domain::Domain;
use doorward_domain::connection::Contexts;
use doorward_domain::connection::kind::{Google, HostedDomains};
use serde_json::Value;

use super::{Kind, Parameters, Vouch, plainly};
use crate::federation::id_token::VerifiedClaims;
use crate::federation::{Ask, IdTokenError};

impl Kind for Google {
    /// As it was in the beginning.
    fn other_issuer(&self) -> Option<&'static str> {
        Some("accounts.google.com")
    }

    /// Google has no `login` to prompt for, no `max_age` and no contexts. `hd` is a wish that the person can
    /// change; [`Self::check`] judges the claim.
    fn parameters<'a>(&'a self, ask: &Ask, _: &'a Contexts) -> Parameters<'a> {
        let hosted = match &self.hosted_domains {
            HostedDomains::Any => None,
            HostedDomains::These(domains) => match domains.as_slice() {
                [one] => Some(one.to_string()),
                _ => Some("*".to_owned()),
            },
        };
        let again =
            |prompt: &String| if prompt == "login" { "select_account".to_owned() } else { prompt.clone() };
        plainly([
            ("hd", hosted),
            ("login_hint", ask.login_hint.clone()),
            ("prompt", ask.prompt.as_ref().map(again)),
        ])
    }

    /// A private person's account may have a company's address, but never its `hd`.
    fn check(&self, claims: &VerifiedClaims, _: Option<&str>) -> Result<(), IdTokenError> {
        match &self.hosted_domains {
            HostedDomains::Any => Ok(()),
            HostedDomains::These(domains) => match hosted_domain(claims) {
                Some(hosted) if domains.contains(&hosted) => Ok(()),
                _ => Err(IdTokenError::HostedDomain),
            },
        }
    }

    fn demands(&self) -> Vec<(&'static str, Vec<String>)> {
        match &self.hosted_domains {
            HostedDomains::Any => Vec::new(),
            HostedDomains::These(domains) => vec![("hd", domains.iter().map(ToString::to_string).collect())],
        }
    }

    /// Google hosts the mailbox of whoever has an `hd` or a `gmail.com` address; of others it was told once.
    /// `email_verified` was text for a time.
    fn vouches(&self, claims: &VerifiedClaims, said: bool) -> Vouch {
        let said = said || claims.get("email_verified").and_then(Value::as_str) == Some("true");
        let email = claims.get("email").and_then(Value::as_str).unwrap_or_default();
        let hosts = hosted_domain(claims).is_some() || email.to_ascii_lowercase().ends_with("@gmail.com");
        if said && hosts { Vouch::ForAddress } else { Vouch::No }
    }
}

fn hosted_domain(claims: &VerifiedClaims) -> Option<Domain> {
    Domain::parse(claims.get("hd")?.as_str()?).ok()
}
