//! `kind = "oidc"`: the issuer, and what it does not publish.

use std::collections::BTreeMap;

use doorward_domain::connection::ConnectionKind;
use doorward_domain::connection::kind::{Endpoints, Oidc};
use url::Url;

use super::{Settled, advice, okta};
use crate::federation::catalogue::Product;
use crate::federation::directory::is_for_many;
use crate::management::document;
use crate::management::plan::Planner;

/// What doorward says itself, and nobody else.
const OURS: [&str; 19] = [
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "grant_type",
    "request",
    "request_uri",
    "id_token_hint",
    "refresh_token",
];

impl Planner<'_> {
    pub(super) fn oidc(&mut self, entry: &document::Connection, path: &str) -> Settled {
        let issuer = self.needed(entry.issuer.as_ref(), path, "issuer")?;
        let path_of_issuer = format!("{path}.issuer");
        let mut fits = self.check_place(issuer, &path_of_issuer);
        if let Some(mistake) = usual_mistake(issuer) {
            self.problem(path_of_issuer, advice(mistake));
            fits = false;
        }
        let endpoints = Endpoints {
            authorization_endpoint: entry.authorization_endpoint.clone(),
            token_endpoint: entry.token_endpoint.clone(),
            jwks_uri: entry.jwks_uri.clone(),
            userinfo_endpoint: entry.userinfo_endpoint.clone(),
            end_session_endpoint: entry.end_session_endpoint.clone(),
        };
        for (field, url) in [
            ("authorization_endpoint", &endpoints.authorization_endpoint),
            ("token_endpoint", &endpoints.token_endpoint),
            ("jwks_uri", &endpoints.jwks_uri),
            ("userinfo_endpoint", &endpoints.userinfo_endpoint),
            ("end_session_endpoint", &endpoints.end_session_endpoint),
        ] {
            if let Some(url) = url {
                fits &= self.check_endpoint(url, &format!("{path}.{field}"));
            }
        }
        self.check_parameters(&entry.authorize_parameters, &format!("{path}.authorize_parameters"));
        self.check_parameters(&entry.token_parameters, &format!("{path}.token_parameters"));
        let settings = Oidc {
            endpoints,
            response_mode: entry.response_mode,
            authorize_parameters: entry.authorize_parameters.clone(),
            token_parameters: entry.token_parameters.clone(),
        };
        fits.then(|| (ConnectionKind::Oidc(Box::new(settings)), issuer.to_owned()))
    }

    fn check_parameters(&mut self, parameters: &BTreeMap<String, String>, path: &str) {
        for name in parameters.keys().filter(|name| OURS.contains(&name.as_str())) {
            self.problem(path, format!("`{name}` is what doorward says itself"));
        }
    }
}

/// What people paste where an issuer belongs.
fn usual_mistake(issuer: &str) -> Option<&'static str> {
    if okta::is_admin_console(issuer) && Product::of_issuer(issuer) == Product::Okta {
        return Some("okta.admin_host");
    }
    if Product::of_issuer(issuer) != Product::Entra {
        return None;
    }
    let url = Url::parse(issuer).ok()?;
    let mut segments = url.path_segments()?;
    let (directory, version) = (segments.next()?, segments.next());
    match version {
        _ if is_for_many(directory) => Some("entra.issuer_template"),
        Some("v2.0") => None,
        _ => Some("entra.v1_issuer"),
    }
}
