//! `[registration]`: whether apps may register themselves (RFC 7591), and what holds for those that do.

use std::path::PathBuf;

use doorward_domain::{Plain, ScopeSet};
use doorward_service::management::RegistrationPolicy;
use doorward_service::management::document::Tenants;
use serde::Deserialize;

use super::{ConfigError, list, read};

/// `[registration]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Registration {
    /// Who may register.
    pub mode: Mode,
    /// The file with the token that they must present, for `mode = "token"`.
    pub initial_access_token_file: Option<PathBuf>,
    /// Whose people may use such apps: `"all"`, or a list of company codes.
    pub tenants: Option<Tenants>,
    /// The most that they may ask for.
    pub scope: String,
    /// The protected resources that they may ask tokens for.
    #[serde(deserialize_with = "list::texts")]
    pub resources: Vec<String>,
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
    /// Who presents the initial access token.
    Token,
    /// Everybody.
    Open,
}

impl Default for Registration {
    fn default() -> Self {
        Self {
            mode: Mode::Off,
            initial_access_token_file: None,
            tenants: None,
            scope: "openid profile email offline_access".to_owned(),
            resources: Vec::new(),
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
        let missing = |key: &str, cause: &str| ConfigError::Value {
            key: format!("registration.{key}"),
            cause: cause.to_owned(),
        };
        let initial_access_token = match (self.mode, &self.initial_access_token_file) {
            (Mode::Off, _) => return Ok(None),
            (Mode::Open, _) => None,
            (Mode::Token, None) => {
                return Err(missing("initial_access_token_file", "is missing for `mode = \"token\"`"));
            }
            (Mode::Token, Some(file)) => Some(Plain::new(read(file)?.trim()).hash()),
        };
        let tenants = self.tenants.clone();
        Ok(Some(RegistrationPolicy {
            initial_access_token,
            tenants: tenants.ok_or_else(|| missing("tenants", "is missing: \"all\", or company codes"))?,
            scope: ScopeSet::parse(&self.scope).ok_or_else(|| missing("scope", "is no scope"))?,
            resources: self.resources.clone(),
            require_pkce: self.require_pkce,
            most: self.most,
        }))
    }
}
