//! What doorward proves at a provider that it is its client with.

use serde::{Deserialize, Serialize};

use crate::client::Method;
use crate::{ClientSecret, KeyId, Sealed, Timestamp};

/// A secret of ours at a provider.
pub type UpstreamSecret = ClientSecret<Sealed>;

/// How doorward authenticates as a client of the provider (OIDC Core section 9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum UpstreamAuthentication {
    /// A public client.
    None,
    /// The secret in the Authorization header.
    ClientSecretBasic {
        /// The secrets.
        secrets: Slots<UpstreamSecret>,
    },
    /// The secret in the request body.
    ClientSecretPost {
        /// The secrets.
        secrets: Slots<UpstreamSecret>,
    },
    /// A JWT with an HMAC of the secret.
    ClientSecretJwt {
        /// The secrets.
        secrets: Slots<UpstreamSecret>,
    },
    /// A JWT signed with a key of our own (RFC 7523).
    PrivateKeyJwt {
        /// The keys.
        keys: Slots<UpstreamKey>,
    },
}

/// Two of a kind that may overlap: the newest counts, and the one before it is tried once when the provider
/// does not know the newest yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slots<T> {
    /// What is used.
    pub newest: T,
    /// What was used before.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub older: Option<T>,
}

/// A key pair of ours for one provider, with a certificate for providers that know keys by theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpstreamKey {
    /// The `kid`.
    pub id: KeyId,
    /// The public key as a JWK, with `kid`, `alg`, `use`, `x5c` and `x5t#S256`.
    pub public_jwk: serde_json::Value,
    /// The private key as a JWK, sealed.
    pub private_jwk: Sealed,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its certificate runs out.
    pub ends_at: Timestamp,
}

impl<T> Slots<T> {
    /// Nothing but this.
    pub const fn new(newest: T) -> Self {
        Self { newest, older: None }
    }

    /// This in front of what was there.
    pub fn after(self, newest: T) -> Self {
        Self { newest, older: Some(self.newest) }
    }

    /// The newest, then the older.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.newest).chain(&self.older)
    }
}

fn none<T>() -> Option<T> {
    None
}

impl UpstreamAuthentication {
    /// Its name.
    pub const fn method(&self) -> Method {
        match self {
            Self::None => Method::None,
            Self::ClientSecretBasic { .. } => Method::ClientSecretBasic,
            Self::ClientSecretPost { .. } => Method::ClientSecretPost,
            Self::ClientSecretJwt { .. } => Method::ClientSecretJwt,
            Self::PrivateKeyJwt { .. } => Method::PrivateKeyJwt,
        }
    }

    /// The secrets, if that is what it is done with.
    pub const fn secrets(&self) -> Option<&Slots<UpstreamSecret>> {
        match self {
            Self::ClientSecretBasic { secrets }
            | Self::ClientSecretPost { secrets }
            | Self::ClientSecretJwt { secrets } => Some(secrets),
            Self::None | Self::PrivateKeyJwt { .. } => None,
        }
    }

    /// The key pairs, if that is what it is done with.
    pub const fn keys(&self) -> Option<&Slots<UpstreamKey>> {
        match self {
            Self::PrivateKeyJwt { keys } => Some(keys),
            _ => None,
        }
    }
}
