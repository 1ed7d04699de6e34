//! How clients prove who they are.

use serde::{Deserialize, Serialize};

use crate::{Algorithm, Sealed, SecretHash, Timestamp};

/// The registered way of client authentication (OIDC Core section 9, RFC 8705 section 2) and what it is
/// checked with, besides the client's public keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// A public client.
    None,
    /// The secret in the Authorization header.
    ClientSecretBasic {
        /// One or two secrets, so that one can be replaced without an outage.
        secrets: Vec<ClientSecret<SecretHash>>,
    },
    /// The secret in the request body.
    ClientSecretPost {
        /// One or two secrets.
        secrets: Vec<ClientSecret<SecretHash>>,
    },
    /// A JWT with an HMAC of the secret (RFC 7523), which needs the secret itself.
    ClientSecretJwt {
        /// One or two secrets.
        secrets: Vec<ClientSecret<Sealed>>,
    },
    /// A JWT signed with the client's own key (RFC 7523).
    PrivateKeyJwt {
        /// The one algorithm its assertions are signed with; any that its profile allows when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        algorithm: Option<Algorithm>,
    },
    /// A TLS client certificate of a known authority, by its subject (RFC 8705 section 2.1).
    TlsClientAuth {
        /// What the certificate must be for.
        subject: CertificateName,
    },
    /// A TLS client certificate that is one of the client's keys (RFC 8705 section 2.2).
    SelfSignedTlsClientAuth,
}

/// A secret of a client. A newer one stands first; both are good until the older one ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSecret<T> {
    /// The secret, as it is kept.
    pub value: T,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

impl<T> ClientSecret<T> {
    /// Whether it is good at `now`.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

/// The one name that a certificate is known by (RFC 8705 section 2.1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateName {
    /// The subject's distinguished name (RFC 4514).
    SubjectDn(String),
    /// A dNSName.
    SanDns(String),
    /// A uniformResourceIdentifier.
    SanUri(String),
    /// An iPAddress.
    SanIp(String),
    /// An rfc822Name.
    SanEmail(String),
}

/// A client's public keys (RFC 7591 section 2), for its signatures, its certificates and what is
/// encrypted for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKeys {
    /// It has none.
    #[default]
    None,
    /// This JWK Set (`jwks`).
    Inline(serde_json::Value),
    /// The JWK Set that the client publishes here (`jwks_uri`).
    At(String),
}

/// A way of client authentication by its registered name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// None.
    None,
    /// The secret in the Authorization header.
    ClientSecretBasic,
    /// The secret in the request body.
    ClientSecretPost,
    /// A JWT with an HMAC of the secret.
    ClientSecretJwt,
    /// A JWT signed with the client's key.
    PrivateKeyJwt,
    /// A certificate of a known authority.
    TlsClientAuth,
    /// A certificate of the client's own.
    SelfSignedTlsClientAuth,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 7] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
        Self::TlsClientAuth,
        Self::SelfSignedTlsClientAuth,
        Self::None,
    ];

    /// The `token_endpoint_auth_method` of RFC 7591 section 2.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
        }
    }
}

impl ClientAuthentication {
    /// Its name.
    pub const fn method(&self) -> Method {
        match self {
            Self::None => Method::None,
            Self::ClientSecretBasic { .. } => Method::ClientSecretBasic,
            Self::ClientSecretPost { .. } => Method::ClientSecretPost,
            Self::ClientSecretJwt { .. } => Method::ClientSecretJwt,
            Self::PrivateKeyJwt { .. } => Method::PrivateKeyJwt,
            Self::TlsClientAuth { .. } => Method::TlsClientAuth,
            Self::SelfSignedTlsClientAuth => Method::SelfSignedTlsClientAuth,
        }
    }
}
