//! Authorization servers: the org's own, and custom ones beside it, each an issuer
//! of its own.

use super::app::GroupsFilter;
use super::user::User;

/// A custom authorization server.
#[derive(Clone, Debug)]
pub struct AuthorizationServer {
    /// `default`, or `aus…`.
    pub id: String,
    /// Which host its issuer names.
    pub issuer_mode: IssuerMode,
    /// Scopes beyond those of OpenID Connect.
    pub scopes: Vec<String>,
    /// The claim `groups`, if one is defined.
    pub groups_claim: Option<GroupsFilter>,
    /// The scope that brings it; without one it is always told.
    pub groups_scope: Option<String>,
    /// The rules of its access policies, in their order. Without a rule that fits nobody gets a token.
    pub rules: Vec<Rule>,
}

/// A rule of an access policy. What is left open fits everything.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// For these apps.
    pub clients: Option<Vec<String>>,
    /// For members of these groups.
    pub groups: Option<Vec<String>>,
    /// Allowing these scopes.
    pub scopes: Option<Vec<String>>,
}

/// Which host an issuer names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuerMode {
    /// The Okta domain.
    Org,
    /// The custom domain.
    Custom,
    /// The one that was asked.
    Dynamic,
}

impl AuthorizationServer {
    /// A server on which every app and everybody may have every scope.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            issuer_mode: IssuerMode::Org,
            scopes: Vec::new(),
            groups_claim: None,
            groups_scope: None,
            rules: vec![Rule::default()],
        }
    }

    /// A server without access policies, as a new one is.
    pub fn without_rules(id: &str) -> Self {
        Self { rules: Vec::new(), ..Self::new(id) }
    }

    /// The first rule that fits.
    pub(super) fn rule(&self, client_id: &str, user: &User) -> Option<&Rule> {
        let fits = |rule: &&Rule| {
            rule.clients.as_ref().is_none_or(|clients| clients.iter().any(|it| it == client_id))
                && rule.groups.as_ref().is_none_or(|groups| groups.iter().any(|it| user.groups.contains(it)))
        };
        self.rules.iter().find(fits)
    }
}

/// What every custom server knows (3.2).
pub(super) const CUSTOM_SCOPES: [&str; 7] =
    ["openid", "profile", "email", "address", "phone", "offline_access", "device_sso"];
/// What the org server knows (3.2).
pub(super) const ORG_SCOPES: [&str; 7] =
    ["openid", "email", "profile", "address", "phone", "offline_access", "groups"];
