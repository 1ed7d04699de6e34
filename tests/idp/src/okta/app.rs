//! Apps.

use josekit::jwk::Jwk;

use super::ids;
use super::server::IssuerMode;

/// An app integration.
#[derive(Clone)]
pub struct App {
    /// The client ID, which is the app's id too.
    pub client_id: String,
    /// What the app is called.
    pub name: String,
    /// The kind of app.
    pub kind: AppKind,
    /// How the app authenticates at the token endpoint; the one method that is accepted.
    pub method: Method,
    /// Client secrets, two at most, each with whether it is active.
    pub secrets: Vec<(String, bool)>,
    /// Public keys, for `private_key_jwt`.
    pub keys: Vec<Jwk>,
    /// Sign-in redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Sign-out redirect URIs.
    pub post_logout_redirect_uris: Vec<String>,
    /// Grant types.
    pub grant_types: Vec<&'static str>,
    /// Whoever is assigned, by user id or by the name of a group. `Everyone` is a group.
    pub assignments: Vec<String>,
    /// Which groups the org server tells under `groups` (3.4).
    pub groups_claim: Option<GroupsFilter>,
    /// "Require PKCE as additional verification".
    pub requires_pkce: bool,
    /// "Require consent".
    pub requires_consent: bool,
    /// Which issuer the org server's ID tokens name (3.1).
    pub issuer_mode: IssuerMode,
    /// A refresh token is replaced whenever it is used; the old one is good for 30 seconds more.
    pub rotates_refresh_tokens: bool,
    /// The number of the signing key, where rotation is off (3.2).
    pub pinned_key: Option<u32>,
    /// May use custom authorization servers.
    pub uses_custom_servers: bool,
    /// Where front-channel logout goes, with `iss` and `sid` (3.11).
    pub front_channel_logout_uri: Option<String>,
    /// Okta API scopes that an administrator granted.
    pub granted_scopes: Vec<String>,
}

/// What kind of app it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppKind {
    /// Web application.
    Web,
    /// Single-page application.
    Browser,
    /// API services.
    Service,
}

/// How an app authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `client_secret_basic`
    ClientSecretBasic,
    /// `client_secret_post`
    ClientSecretPost,
    /// `client_secret_jwt`
    ClientSecretJwt,
    /// `private_key_jwt`
    PrivateKeyJwt,
    /// `none`
    None,
}

/// A filter of groups by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupsFilter {
    /// "Matches regex `.*`".
    All,
    /// "Starts with".
    StartsWith(String),
    /// "Equals".
    Equals(String),
    /// "Contains".
    Contains(String),
}

impl App {
    /// A web app with one secret, to which everybody is assigned.
    pub fn new(name: &str, secret: &str, redirect_uri: &str) -> Self {
        Self {
            client_id: ids::of("0oa", name),
            name: name.to_owned(),
            kind: AppKind::Web,
            method: Method::ClientSecretBasic,
            secrets: vec![(secret.to_owned(), true)],
            keys: Vec::new(),
            redirect_uris: vec![redirect_uri.to_owned()],
            post_logout_redirect_uris: Vec::new(),
            grant_types: vec!["authorization_code", "refresh_token"],
            assignments: vec!["Everyone".to_owned()],
            groups_claim: None,
            requires_pkce: false,
            requires_consent: false,
            issuer_mode: IssuerMode::Org,
            rotates_refresh_tokens: false,
            pinned_key: None,
            uses_custom_servers: true,
            front_channel_logout_uri: None,
            granted_scopes: Vec::new(),
        }
    }

    pub(super) fn may_use(&self, grant_type: &str) -> bool {
        self.grant_types.contains(&grant_type)
    }
}

impl Method {
    /// The registered name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }
}

impl GroupsFilter {
    pub(super) fn lets_pass(&self, group: &str) -> bool {
        match self {
            Self::All => true,
            Self::StartsWith(start) => group.starts_with(start),
            Self::Equals(name) => group == name,
            Self::Contains(part) => group.contains(part),
        }
    }
}
