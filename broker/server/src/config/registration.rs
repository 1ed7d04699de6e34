//! `[registration]`: whether apps may register themselves (RFC 7591) or publish what they would register, and
//! what holds for those that do.

use std::path::PathBuf;

use doorward_domain::{Plain, ScopeSet};
use doorward_net::EgressPolicy;
use doorward_service::management::document::Tenants;
use doorward_service::management::{DocumentHosts, DocumentPolicy, RegistrationPolicy};
use serde::Deserialize;

use super::{ConfigError, list, read};

/// `[registration]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Registration {
    /// Who may register.
    pub mode: Mode,
    /// Whether a client may be the URL of its own metadata: `"off"`, `"on"`, or the hosts where such
    /// documents may lie.
    #[serde(deserialize_with = "list::documents")]
    pub client_id_metadata_documents: Documents,
    /// The file with a token that is good for ever, for `mode = "token"`; `doorward registration-token` makes
    /// others.
    pub initial_access_token_file: Option<PathBuf>,
    /// Whose people may use such apps: `"all"`, or a list of company codes.
    pub tenants: Option<Tenants>,
    /// The most that they may ask for.
    pub scope: String,
    /// The protected resources that they may ask tokens for.
    #[serde(deserialize_with = "list::texts")]
    pub resources: Vec<String>,
    /// Whether their assertions may name the token endpoint as their audience, as suites that test providers
    /// and older libraries do, besides the issuer.
    pub token_endpoint_audience: bool,
    /// Whether they must use PKCE.
    pub require_pkce: bool,
    /// There are never more of them.
    pub most: u32,
}

/// Who may register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nobody.
    #[default]
    Off,
    /// Who presents an initial access token.
    Token,
    /// Everybody.
    Open,
}

/// Where clients may publish their metadata themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Documents {
    /// Nowhere.
    #[default]
    Off,
    /// Anywhere.
    On,
    /// On these hosts.
    Hosts(Vec<String>),
}

impl Default for Registration {
    fn default() -> Self {
        Self {
            mode: Mode::Off,
            client_id_metadata_documents: Documents::Off,
            initial_access_token_file: None,
            tenants: None,
            scope: "openid profile email offline_access".to_owned(),
            resources: Vec::new(),
            token_endpoint_audience: false,
            require_pkce: true,
            most: 1_000,
        }
    }
}

impl Registration {
    /// What holds for apps that register themselves; `None` when they may not.
    ///
    /// # Errors
    /// [`ConfigError`] names the key that is missing or wrong.
    pub fn policy(&self) -> Result<Option<RegistrationPolicy>, ConfigError> {
        let initial_access_token = match (self.mode, &self.initial_access_token_file) {
            (Mode::Off, _) => return Ok(None),
            (Mode::Open, _) | (Mode::Token, None) => None,
            (Mode::Token, Some(file)) => Some(Plain::new(read(file)?.trim()).hash()),
        };
        let open = self.mode == Mode::Open;
        Ok(Some(RegistrationPolicy { open, initial_access_token, ..self.terms()? }))
    }

    /// What holds for apps that publish their metadata themselves; `None` when they may not.
    ///
    /// # Errors
    /// [`ConfigError`] names the key that is missing or wrong.
    pub fn documents(&self, egress: &EgressPolicy) -> Result<Option<DocumentPolicy>, ConfigError> {
        let hosts = match &self.client_id_metadata_documents {
            Documents::Off => return Ok(None),
            Documents::On => DocumentHosts::All,
            Documents::Hosts(hosts) => DocumentHosts::These(hosts.clone()),
        };
        Ok(Some(DocumentPolicy { hosts, egress: egress.clone(), terms: self.terms()? }))
    }

    /// What holds for both.
    fn terms(&self) -> Result<RegistrationPolicy, ConfigError> {
        let tenants = self.tenants.clone();
        Ok(RegistrationPolicy {
            open: false,
            initial_access_token: None,
            tenants: tenants.ok_or_else(|| wrong("tenants", "is missing: \"all\", or company codes"))?,
            scope: ScopeSet::parse(&self.scope).ok_or_else(|| wrong("scope", "is no scope"))?,
            resources: self.resources.clone(),
            token_endpoint_audience: self.token_endpoint_audience,
            require_pkce: self.require_pkce,
            most: self.most,
        })
    }
}

fn wrong(key: &str, cause: &str) -> ConfigError {
    ConfigError::Value { key: format!("registration.{key}"), cause: cause.to_owned() }
}
