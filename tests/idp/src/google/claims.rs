//! What an ID token and userinfo say: no groups, and `hd` for organisations alone.

use serde_json::{Map, Value, json};

use super::Google;
use super::model::{Account, Grant};
use super::switch::GoogleSwitch;
use crate::common::names::Switch;
use crate::common::scope::At;

impl Google {
    /// What the scopes tell of the person.
    pub(super) fn person(&self, grant: &Grant, account: &Account, at: &At<'_>) -> Map<String, Value> {
        let switches = self.switches();
        let mut claims = Map::new();
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("sub", json!(account.sub));
        if let Some(domain) = self.hosted_domain(account, at) {
            set("hd", json!(domain));
        }
        if grant.has_scope("email") && !switches.fires(Switch::NoEmail, at) {
            let text = switches.fire(GoogleSwitch::EmailVerifiedText, at);
            set("email", json!(account.email));
            set("email_verified", text.map_or_else(|| json!(account.email_verified), |text| json!(text)));
        }
        if grant.has_scope("profile") {
            set("name", json!(account.name()));
            set("given_name", json!(account.given_name));
            set("family_name", json!(account.family_name));
            set("picture", json!("https://lh3.googleusercontent.com/a/emulator=s96-c"));
        }
        claims
    }

    /// The *claim* `hd`: nothing else says that somebody belongs to an organisation.
    fn hosted_domain(&self, account: &Account, at: &At<'_>) -> Option<String> {
        let own = account.organization.clone()?;
        if self.switches().fires(GoogleSwitch::HostedDomainMissing, at) {
            return None;
        }
        Some(self.switches().fire(GoogleSwitch::HostedDomainOther, at).unwrap_or(own))
    }

    /// With the scheme, or without it as it used to be.
    pub(super) fn issuer(&self, at: &At<'_>) -> String {
        let issuer = &self.urls().accounts;
        match self.switches().fires(GoogleSwitch::IssuerWithoutScheme, at) {
            true => issuer.split_once("://").map_or(issuer.as_str(), |(_, rest)| rest).to_owned(),
            false => issuer.clone(),
        }
    }
}
