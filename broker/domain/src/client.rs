//! Clients: the downstream apps.

use serde::{Deserialize, Serialize};

use crate::{Algorithm, ClientId, RedirectUri, ScopeSet, SecretHash, TenantId, Timestamp};

/// A downstream app (RFC 6749 section 2, metadata of RFC 7591 section 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its `client_id`.
    pub id: ClientId,
    /// Its name, as people read it.
    pub name: String,
    /// How it proves who it is at the token endpoint.
    pub authentication: ClientAuthentication,
    /// Whether it runs on a person's device, where the port of a loopback redirect is free.
    pub native: bool,
    /// Where answers may be sent.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a signed-out browser may be sent.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The most it may ask for.
    pub scope: ScopeSet,
    /// Whether people are asked before it gets their data.
    pub trust: ClientTrust,
    /// The tenants whose people may use it; empty for all.
    pub tenants: Vec<TenantId>,
    /// What its ID tokens are signed with.
    pub id_token_algorithm: Algorithm,
    /// Whether it must send a PKCE challenge (RFC 7636); only a registration can say no.
    pub require_pkce: bool,
    /// Whether it may act at all.
    pub enabled: bool,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// Whose app it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientTrust {
    /// The operator's own: no consent is asked.
    FirstParty,
    /// Somebody else's: people consent first.
    ThirdParty,
}

/// The registered way of client authentication (OIDC Core section 9) and what it is checked with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// A public client.
    None,
    /// The secret in the Authorization header.
    ClientSecretBasic {
        /// One or two valid secrets, so that one can be replaced without an outage.
        secrets: Vec<SecretHash>,
    },
    /// The secret in the request body.
    ClientSecretPost {
        /// One or two valid secrets.
        secrets: Vec<SecretHash>,
    },
    /// A JWT signed with the client's own key (RFC 7523).
    PrivateKeyJwt {
        /// The client's public keys: a JWK Set.
        jwks: serde_json::Value,
        /// The algorithm its assertions are signed with.
        algorithm: Algorithm,
    },
}

impl ClientAuthentication {
    /// The `token_endpoint_auth_method` of RFC 7591 section 2.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic { .. } => "client_secret_basic",
            Self::ClientSecretPost { .. } => "client_secret_post",
            Self::PrivateKeyJwt { .. } => "private_key_jwt",
        }
    }
}

impl Client {
    /// Whether a request's `redirect_uri` is a registered one.
    pub fn may_redirect_to(&self, requested: &str) -> bool {
        self.redirect_uris.iter().any(|registered| registered.matches(requested, self.native))
    }

    /// Whether a `post_logout_redirect_uri` is a registered one.
    pub fn may_leave_to(&self, requested: &str) -> bool {
        self.post_logout_redirect_uris.iter().any(|registered| registered.matches(requested, self.native))
    }

    /// Whether it must send a PKCE challenge. A public client has no other proof that a code is its
    /// own, so it must whatever its registration says (RFC 9700 section 2.1.1).
    pub fn must_use_pkce(&self) -> bool {
        self.require_pkce || self.authentication == ClientAuthentication::None
    }

    /// Whether people of `tenant` may use it.
    pub fn serves(&self, tenant: TenantId) -> bool {
        self.tenants.is_empty() || self.tenants.contains(&tenant)
    }
}

/// A client assertion's `jti`, remembered until the assertion has expired (RFC 7523 section 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayMark {
    /// Whose assertion it was.
    pub client: ClientId,
    /// SHA-256 of its `jti`.
    pub jti: SecretHash,
    /// When the assertion expires.
    pub expires_at: Timestamp,
}
