//! The kinds of identity providers, each with its settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::is_default;
use crate::Domain;

/// What kind of identity provider a connection leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    /// Any OpenID Connect issuer.
    Oidc(Box<Oidc>),
    /// Microsoft Entra ID.
    Entra(Entra),
    /// Okta.
    Okta(Okta),
    /// HaloPSA and HaloITSM.
    HaloPsa(HaloPsa),
    /// Google.
    Google(Google),
}

/// Any OpenID Connect issuer: what it does not publish, or we are to say otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oidc {
    /// Endpoints in place of those that it publishes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub endpoints: Endpoints,
    /// How the answer comes back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub response_mode: ResponseMode,
    /// More parameters of the authorization request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub authorize_parameters: BTreeMap<String, String>,
    /// More parameters of the token request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub token_parameters: BTreeMap<String, String>,
}

/// Endpoints that a connection names itself. With the first three, nothing else is looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Where people are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_endpoint: Option<String>,
    /// Where codes become tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint: Option<String>,
    /// Where the keys are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Where claims are that the ID token lacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_endpoint: Option<String>,
    /// Where people sign out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
}

/// How an answer comes back to the callback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of a redirect.
    #[default]
    Query,
    /// In a form that the browser posts (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

/// A directory of Microsoft Entra ID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entra {
    /// The directory (tenant) ID.
    pub directory: Uuid,
    /// Where the directory's cloud signs people in, without a slash at the end.
    pub authority: String,
    /// Whether Microsoft Graph is asked when the groups are too many for a token.
    #[serde(default, skip_serializing_if = "is_default")]
    pub graph_groups: bool,
    /// The domain that people are led on by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_hint: Option<Domain>,
}

/// An authorization server of an Okta org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Okta {
    /// The org's URL, or its custom domain's, without a slash at the end.
    pub org: String,
    /// The custom authorization server; the org's own without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_server: Option<String>,
}

/// An instance of HaloPSA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HaloPsa {
    /// The Authorization Server's URL, under which its documents lie.
    pub authorization_server: String,
    /// The tenant, which shared instances want named in every request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Whether they want it in requests for documents as well.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tenant_for_documents: bool,
}

/// Google, for the people of some Workspace organisations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Google {
    /// Whose people may come in.
    pub hosted_domains: HostedDomains,
}

/// Whose people may come in from Google.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostedDomains {
    /// Everybody with a Google account.
    Any,
    /// The people of organisations with these primary domains.
    These(Vec<Domain>),
}

impl Default for ConnectionKind {
    fn default() -> Self {
        Self::Oidc(Box::default())
    }
}

impl ConnectionKind {
    /// The kind's name in configuration.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Oidc(_) => "oidc",
            Self::Entra(_) => "entra",
            Self::Okta(_) => "okta",
            Self::HaloPsa(_) => "halopsa",
            Self::Google(_) => "google",
        }
    }

    /// What beside the issuer says with whom a connection deals.
    pub(super) fn places(&self) -> impl Iterator<Item = &str> {
        let places = match self {
            Self::Oidc(oidc) => {
                let Endpoints {
                    authorization_endpoint,
                    token_endpoint,
                    jwks_uri,
                    userinfo_endpoint,
                    end_session_endpoint,
                } = &oidc.endpoints;
                [authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint, end_session_endpoint]
                    .map(Option::as_deref)
            }
            Self::HaloPsa(halo) => {
                [Some(&*halo.authorization_server), halo.tenant.as_deref(), None, None, None]
            }
            Self::Entra(_) | Self::Okta(_) | Self::Google(_) => [None; 5],
        };
        places.into_iter().map(Option::unwrap_or_default)
    }
}

impl Entra {
    /// Where Microsoft's own cloud signs people in.
    pub const AUTHORITY: &str = "https://login.microsoftonline.com";

    /// The issuer of the directory's tokens.
    pub fn issuer(&self) -> String {
        format!("{}/{}/v2.0", self.authority, self.directory)
    }
}

impl Okta {
    /// The issuer of the authorization server's tokens.
    pub fn issuer(&self) -> String {
        match &self.authorization_server {
            Some(server) => format!("{}/oauth2/{server}", self.org),
            None => self.org.clone(),
        }
    }
}

impl Google {
    /// The issuer of Google's tokens.
    pub const ISSUER: &str = "https://accounts.google.com";
}
