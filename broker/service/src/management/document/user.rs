//! `[[tenant.user]]`: somebody who signs in at doorward itself.

use doorward_domain::{EmailAddress, PopulationName, Username};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SecretSource;

/// A `[[tenant.user]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// What they type after the company code. The document knows the user by it, or else by the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub username: Option<Username>,
    /// What they type, and where mail goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub email: Option<EmailAddress>,
    /// Their name, as people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their population.
    #[serde(default, skip_serializing_if = "PopulationName::is_default")]
    #[schema(value_type = String)]
    pub population: PopulationName,
    /// Whether they own the tenant's account: an owner may always sign in here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub owner: bool,
    /// Whether they may act.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The first password. One that there is already is never replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, write_only)]
    pub password: Option<SecretSource>,
    /// Whether a new user is mailed a link to choose the password with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub invited: bool,
}

impl User {
    /// What the document knows the user by.
    pub fn login(&self) -> Option<&str> {
        self.logins().next()
    }

    /// Everything that the user may type.
    pub fn logins(&self) -> impl Iterator<Item = &str> {
        let username = self.username.as_ref().map(Username::as_str);
        username.into_iter().chain(self.email.as_ref().map(EmailAddress::as_str))
    }
}

const fn yes() -> bool {
    true
}
