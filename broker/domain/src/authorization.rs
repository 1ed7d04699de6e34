//! Authorization codes, and what guards them.

use serde::{Deserialize, Serialize};

use crate::{
    Authentication, ClientId, ConnectionId, GrantId, ScopeSet, SecretHash, SessionId, TenantId, Timestamp,
    UserId,
};

/// An authorization code (RFC 6749 section 4.1.2): what a client gets for it, and on which terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationCode {
    /// Names the record; the grant that the code becomes takes it over.
    pub grant: GrantId,
    /// The hash of the code.
    pub secret: SecretHash,
    /// Whose user signed in.
    pub tenant: TenantId,
    /// Who may redeem it.
    pub client: ClientId,
    /// Who signed in.
    pub user: UserId,
    /// The sign-in it comes from.
    pub session: SessionId,
    /// The connection the person came through.
    pub connection: ConnectionId,
    /// The exact redirect URI it was sent to.
    pub redirect_uri: String,
    /// What was granted.
    pub scope: ScopeSet,
    /// The request's `nonce` (OIDC Core section 3.1.2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The request's PKCE challenge (RFC 7636).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<PkceChallenge>,
    /// How and when the person proved who they are.
    pub authentication: Authentication,
    /// Whether it has been redeemed.
    pub state: CodeState,
    /// When it can no longer be redeemed.
    pub redeemable_until: Timestamp,
    /// When it is forgotten; until then its reuse is noticed.
    pub expires_at: Timestamp,
}

/// Whether a code has been redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeState {
    /// Not yet.
    Fresh,
    /// Yes: seeing it again revokes the grant.
    Redeemed,
}

/// An S256 code challenge: 43 characters of base64url (RFC 7636 section 4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PkceChallenge(String);

impl PkceChallenge {
    /// Reads a `code_challenge`; `None` when it cannot be a SHA-256 digest.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
            .then(|| Self(text.to_owned()))
    }

    /// The challenge.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text can be a `code_verifier` (RFC 7636 section 4.1).
pub fn is_code_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

/// A login transaction that has reached its end without a code, remembered until it would have
/// expired, so that its `state` works once (UP-02).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpentTransaction {
    /// The tenant it led to.
    pub tenant: TenantId,
    /// The transaction's identifier.
    pub id: [u8; 16],
    /// When the transaction would have expired.
    pub expires_at: Timestamp,
}
