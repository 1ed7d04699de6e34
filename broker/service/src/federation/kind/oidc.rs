//! Any OpenID Connect issuer: everything is said as the specification says it.

use doorward_domain::connection::Contexts;
use doorward_domain::connection::kind::{Endpoints, Oidc, ResponseMode};

use super::{Documents, Kind, Parameters, plainly};
use crate::federation::Ask;

impl Kind for Oidc {
    fn documents(&self) -> Documents<'_> {
        let named = self.endpoints != Endpoints::default();
        Documents { endpoints: named.then_some(&self.endpoints), ..Documents::default() }
    }

    /// OpenID Connect Core section 3.1.2.1.
    fn parameters<'a>(&'a self, ask: &Ask, contexts: &'a Contexts) -> Parameters<'a> {
        let acr_values = ask.acr_values.as_deref().map(|wanted| {
            let asked: Vec<_> = wanted.split(' ').map(|it| contexts.asked(it)).collect();
            asked.join(" ")
        });
        let mut said = plainly([
            ("login_hint", ask.login_hint.clone()),
            ("prompt", ask.prompt.clone()),
            ("max_age", ask.max_age.map(|seconds| seconds.to_string())),
            ("ui_locales", ask.ui_locales.clone()),
            ("acr_values", acr_values),
        ]);
        said.extend(owned(&self.authorize_parameters));
        said
    }

    fn response_mode(&self) -> ResponseMode {
        self.response_mode
    }

    fn token_parameters(&self) -> Parameters<'_> {
        owned(&self.token_parameters).collect()
    }
}

fn owned(parameters: &std::collections::BTreeMap<String, String>) -> impl Iterator<Item = (&str, String)> {
    parameters.iter().map(|(name, value)| (name.as_str(), value.clone()))
}
