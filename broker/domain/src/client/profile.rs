//! Profiles: sets of rules that a client chooses as a whole. The table below is all there is to them;
//! whoever enforces a rule asks it, and knows no profile by name.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Method;
use crate::Algorithm;

/// A profile of OAuth and OpenID Connect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientProfile {
    /// OpenID Connect Core with RFC 9700.
    #[default]
    #[serde(rename = "oidc")]
    Oidc,
    /// FAPI 2.0 Security Profile.
    #[serde(rename = "fapi2-security")]
    Fapi2Security,
    /// FAPI 2.0 Message Signing: the security profile with signed requests.
    #[serde(rename = "fapi2-message-signing")]
    Fapi2MessageSigning,
    /// The Model Context Protocol's authorization: OAuth 2.1 with resource indicators.
    #[serde(rename = "mcp")]
    Mcp,
}

/// What a profile demands.
#[derive(Clone, Copy, Debug)]
pub struct Demands {
    /// The ways of client authentication it allows.
    pub methods: &'static [Method],
    /// The algorithms that may sign anything, on either side.
    pub algorithms: &'static [Algorithm],
    /// The issuer as the only audience of client assertions, whatever the registration says.
    pub issuer_audience: bool,
    /// PKCE, whatever the registration says.
    pub pkce: bool,
    /// Pushed authorization requests (RFC 9126).
    pub pushed_requests: bool,
    /// Signed authorization requests (RFC 9101), unless its responses are signed instead.
    pub signed_requests: bool,
    /// Tokens bound to a key of the client's (RFC 9449 or RFC 8705).
    pub sender_constrained: bool,
    /// A resource named in every authorization request (RFC 8707).
    pub resource_indicators: bool,
    /// No redirect to http, not even on loopback, and none to a private scheme.
    pub https_redirects: bool,
    /// Whether a refresh gives a new refresh token.
    pub rotates_refresh_tokens: bool,
    /// The longest life of a code.
    pub longest_code: Duration,
}

const MODERN: &[Algorithm] = &[Algorithm::ES256, Algorithm::PS256, Algorithm::EdDSA];

const OIDC: Demands = Demands {
    methods: &Method::ALL,
    algorithms: &Algorithm::ALL,
    issuer_audience: false,
    pkce: false,
    pushed_requests: false,
    signed_requests: false,
    sender_constrained: false,
    resource_indicators: false,
    https_redirects: false,
    rotates_refresh_tokens: true,
    longest_code: Duration::from_secs(600),
};

/// FAPI 2.0 Security Profile section 5.3.2 and 5.4.
const FAPI2_SECURITY: Demands = Demands {
    methods: &[Method::PrivateKeyJwt, Method::TlsClientAuth, Method::SelfSignedTlsClientAuth],
    algorithms: MODERN,
    issuer_audience: true,
    pkce: true,
    pushed_requests: true,
    sender_constrained: true,
    https_redirects: true,
    rotates_refresh_tokens: false,
    longest_code: Duration::from_secs(60),
    ..OIDC
};

/// FAPI 2.0 Message Signing section 5.3.
const FAPI2_MESSAGE_SIGNING: Demands = Demands { signed_requests: true, ..FAPI2_SECURITY };

/// MCP's authorization specification, on OAuth 2.1.
const MCP: Demands = Demands { pkce: true, resource_indicators: true, ..OIDC };

impl ClientProfile {
    /// Every profile.
    pub const ALL: [Self; 4] = [Self::Oidc, Self::Fapi2Security, Self::Fapi2MessageSigning, Self::Mcp];

    /// The row of the table.
    pub const fn demands(self) -> &'static Demands {
        match self {
            Self::Oidc => &OIDC,
            Self::Fapi2Security => &FAPI2_SECURITY,
            Self::Fapi2MessageSigning => &FAPI2_MESSAGE_SIGNING,
            Self::Mcp => &MCP,
        }
    }
}
