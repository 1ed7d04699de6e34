//! Okta, the org's authorization server or a custom one: an issuer each, compared to the byte.

use doorward_domain::connection::Contexts;
use doorward_domain::connection::kind::Okta;

use super::{Kind, Parameters, plainly};
use crate::federation::Ask;

impl Kind for Okta {
    /// Apps whose key does not rotate have it told under their `client_id`.
    fn keys_of_client(&self) -> Option<&'static str> {
        Some("client_id")
    }

    /// Its tiles name the org, whichever authorization server the app uses.
    fn starts_as(&self, issuer: &str, iss: &str) -> bool {
        issuer == iss || self.org == iss
    }

    fn context_of_several_factors(&self) -> Option<&'static str> {
        Some("urn:okta:loa:2fa:any")
    }

    /// It wants the hint.
    fn logout_parameters<'a>(&self, hint: Option<&'a str>) -> Option<Vec<(&'static str, &'a str)>> {
        Some(vec![("id_token_hint", hint?)])
    }

    /// One context at most, no choice of accounts, no languages; and never a `sessionToken`, which would sign
    /// in whoever made it.
    fn parameters<'a>(&'a self, ask: &Ask, contexts: &'a Contexts) -> Parameters<'a> {
        let first = ask.acr_values.as_deref().and_then(|wanted| wanted.split(' ').next());
        let again =
            |prompt: &String| if prompt == "select_account" { "login".to_owned() } else { prompt.clone() };
        plainly([
            ("login_hint", ask.login_hint.clone()),
            ("prompt", ask.prompt.as_ref().map(again)),
            ("max_age", ask.max_age.map(|seconds| seconds.to_string())),
            ("acr_values", first.map(|wanted| contexts.asked(wanted).to_owned())),
        ])
    }
}
