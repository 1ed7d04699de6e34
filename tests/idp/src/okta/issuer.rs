//! Issuers: one org has several spellings of itself.

use super::app::App;
use super::place::{Host, Place};
use super::server::IssuerMode;
use super::switch::OktaSwitch;

impl Place {
    /// The issuer that the metadata names: the org server's is the host that was asked.
    pub(super) fn metadata_issuer(&self) -> String {
        match &self.server {
            None => self.url(IssuerMode::Dynamic).to_owned(),
            Some(server) => format!("{}/oauth2/{}", self.url(server.issuer_mode), server.id),
        }
    }

    /// The issuer that the ID tokens of an app name. For the org server it is a setting of the app's,
    /// so the two differ when somebody changes it.
    pub(super) fn token_issuer(&self, app: &App, person: &str) -> String {
        let at = self.at().client(&app.client_id).person(person);
        let of_the_org = self.okta.switches().fires(OktaSwitch::IssuerOfTheOrg, &at);
        match &self.server {
            Some(_) if !of_the_org => self.metadata_issuer(),
            _ => self.url(app.issuer_mode).to_owned(),
        }
    }

    /// Where the endpoints are: at the host that was asked.
    pub(super) fn endpoint(&self, name: &str) -> String {
        let host = self.url(IssuerMode::Dynamic);
        match &self.server {
            None => format!("{host}/oauth2/v1/{name}"),
            Some(server) => format!("{host}/oauth2/{}/v1/{name}", server.id),
        }
    }

    pub(super) fn url(&self, mode: IssuerMode) -> &str {
        let (org, custom) = (&self.okta.0.url, &self.okta.0.custom_domain);
        let custom = custom.as_ref().unwrap_or(org);
        match (mode, self.host) {
            (IssuerMode::Org, _) | (IssuerMode::Dynamic, Host::Org) => org,
            (IssuerMode::Custom, _) | (IssuerMode::Dynamic, Host::Custom) => custom,
        }
    }
}
