//! What a client registers besides who it is: the metadata of RFC 7591 section 2, OIDC Registration
//! section 2 and the specifications that add to them.

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::{Algorithm, Encryption, SecretHash, Timestamp};

/// A way of getting tokens (RFC 7591 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GrantType {
    /// RFC 6749 section 4.1.
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    /// RFC 6749 section 6.
    #[serde(rename = "refresh_token")]
    RefreshToken,
    /// RFC 6749 section 4.4.
    #[serde(rename = "client_credentials")]
    ClientCredentials,
    /// RFC 8628.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
    /// RFC 8693.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
}

impl GrantType {
    /// Every grant.
    pub const ALL: [Self; 5] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::DeviceCode,
        Self::TokenExchange,
    ];

    /// The `grant_type` on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }

    /// Reads a `grant_type`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text)
    }

    /// What an app that signs people in needs.
    pub fn usual() -> Vec<Self> {
        vec![Self::AuthorizationCode, Self::RefreshToken]
    }

    pub(super) fn are_usual(grants: &Vec<Self>) -> bool {
        *grants == Self::usual()
    }
}

/// In which form a client gets what is issued.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenForms {
    /// What its ID tokens are signed with; ES256 when absent (`id_token_signed_response_alg`).
    #[serde(default, skip_serializing_if = "is_default")]
    pub id_token: Option<Algorithm>,
    /// How its ID tokens are encrypted, if they are.
    #[serde(default, skip_serializing_if = "is_default")]
    pub id_token_encryption: Option<Encryption>,
    /// What userinfo is signed with; plain JSON when absent (`userinfo_signed_response_alg`).
    #[serde(default, skip_serializing_if = "is_default")]
    pub userinfo: Option<Algorithm>,
    /// How userinfo is encrypted, if it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub userinfo_encryption: Option<Encryption>,
    /// What introspection answers are signed with when asked for as JWT (RFC 9701 section 6).
    #[serde(default, skip_serializing_if = "is_default")]
    pub introspection: Option<Algorithm>,
    /// How those answers are encrypted, if they are.
    #[serde(default, skip_serializing_if = "is_default")]
    pub introspection_encryption: Option<Encryption>,
    /// What authorization responses are signed with when asked for as JWT (JARM section 3).
    #[serde(default, skip_serializing_if = "is_default")]
    pub authorization: Option<Algorithm>,
    /// How authorization responses are encrypted, if they are.
    #[serde(default, skip_serializing_if = "is_default")]
    pub authorization_encryption: Option<Encryption>,
    /// What its access tokens look like.
    #[serde(default, skip_serializing_if = "is_default")]
    pub access_token: AccessTokenForm,
    /// Whether its tokens are always bound to a DPoP key (RFC 9449 section 5.2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub dpop_bound: bool,
    /// Whether its tokens are bound to its certificate (RFC 8705 section 3.4).
    #[serde(default, skip_serializing_if = "is_default")]
    pub certificate_bound: bool,
}

impl TokenForms {
    /// What its ID tokens are signed with.
    pub fn id_token_algorithm(&self) -> Algorithm {
        self.id_token.unwrap_or(Algorithm::ES256)
    }
}

/// What an access token looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessTokenForm {
    /// A JWT that a resource server can read (RFC 9068).
    #[default]
    Jwt,
    /// A text that only doorward can read.
    Opaque,
}

/// In which form a client must ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRules {
    /// Only by pushed requests (RFC 9126 section 6).
    #[serde(default, skip_serializing_if = "is_default")]
    pub require_pushed: bool,
    /// Only by signed request objects (RFC 9101 section 10.5).
    #[serde(default, skip_serializing_if = "is_default")]
    pub require_signed: bool,
    /// The one algorithm that signs its request objects; any of its profile when absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub signing: Option<Algorithm>,
    /// The one way that its request objects are encrypted, if they are; any that is offered when absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub encryption: Option<Encryption>,
    /// Where its request objects lie (`request_uris`, OIDC Registration section 2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub request_uris: Vec<String>,
}

/// What a client's requests mean when they do not say (OIDC Registration section 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestDefaults {
    /// How long ago the person may have proved who they are.
    #[serde(default, skip_serializing_if = "is_default")]
    pub max_age: Option<u64>,
    /// The assurance that it would like.
    #[serde(default, skip_serializing_if = "is_default")]
    pub acr_values: Vec<String>,
}

/// How a client knows people (OIDC Core section 8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// By the same `sub` as every other client.
    #[default]
    Public,
    /// By a `sub` of its sector's own (section 8.1).
    Pairwise {
        /// The host of its redirect URIs or of its `sector_identifier_uri`.
        sector: String,
        /// Its `sector_identifier_uri`, if it has one.
        #[serde(default, skip_serializing_if = "is_default")]
        uri: Option<String>,
    },
}

/// How a client learns that somebody signed out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutChannels {
    /// Where logout tokens are posted (OIDC Back-Channel Logout section 2.2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub back_channel: Option<String>,
    /// Whether a logout token must name the session.
    #[serde(default, skip_serializing_if = "is_default")]
    pub back_channel_session_required: bool,
    /// What the browser loads (OIDC Front-Channel Logout section 2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub front_channel: Option<String>,
    /// Whether `iss` and `sid` are added to that.
    #[serde(default, skip_serializing_if = "is_default")]
    pub front_channel_session_required: bool,
}

impl LogoutChannels {
    /// Whether there is any.
    pub const fn any(&self) -> bool {
        self.back_channel.is_some() || self.front_channel.is_some()
    }
}

/// What people are shown of a client (RFC 7591 section 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presentation {
    /// Its logo.
    #[serde(default, skip_serializing_if = "is_default")]
    pub logo_uri: Option<String>,
    /// Its home page.
    #[serde(default, skip_serializing_if = "is_default")]
    pub client_uri: Option<String>,
    /// What it does with data.
    #[serde(default, skip_serializing_if = "is_default")]
    pub policy_uri: Option<String>,
    /// Its terms of service.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tos_uri: Option<String>,
    /// Who is responsible, as e-mail addresses.
    #[serde(default, skip_serializing_if = "is_default")]
    pub contacts: Vec<String>,
    /// Which software it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub software_id: Option<String>,
    /// Which version of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub software_version: Option<String>,
}

/// How a client that registered itself came in, and how it manages itself (RFC 7592).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The hash of its registration access token.
    pub access_token: SecretHash,
    /// When it registered or last changed itself.
    pub changed_at: Timestamp,
}
