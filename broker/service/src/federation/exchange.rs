//! From code to tokens: the token request (RFC 6749 sections 2.3.1, 4.1.3 and 5; OpenID Connect Core
//! section 3.1.3).
//!
//! Written here rather than taken from openidconnect, whose answer type fails on members that we do not
//! need, such as an `expires_in` in quotes, and does not keep status and error code.

use doorward_domain::{Connection, Timestamp};
use doorward_net::{NetError, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::client_auth::Credential;
use super::error::clipped;
use super::metadata::Metadata;
use super::{Federation, Leg};
use crate::keys::sealing::SealError;

/// Why a code did not become tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Our own secret cannot be read.
    #[error("the client secret cannot be opened: {0}")]
    Secret(#[from] SealError),
    /// Our own secret is not text, so nobody typed it.
    #[error("the client secret is not text")]
    SecretNotText,
    /// Our own secret is too short to be the key of an HMAC (RFC 7518 section 3.2).
    #[error("the client secret is shorter than 32 bytes, which client_secret_jwt needs")]
    SecretTooShort,
    /// Our own key does not sign.
    #[error("the private key of the connection cannot be used")]
    Key,
    /// The token endpoint gave no usable answer.
    #[error("the token endpoint could not be asked: {0}")]
    Unreachable(#[from] NetError),
    /// The token endpoint refused.
    #[error("the token endpoint answered {status} with error {error:?}: {description:?}")]
    TokenEndpoint {
        /// The HTTP status.
        status: u16,
        /// The error code, when the answer has one.
        error: Option<String>,
        /// The provider's explanation.
        description: Option<String>,
    },
    /// The answer is not a token answer.
    #[error("the token answer lacks a member, or has one of the wrong type")]
    Malformed,
    /// The access token is of a kind that we cannot use.
    #[error("the token answer is not of type Bearer")]
    NotBearer,
    /// The provider treats this as plain OAuth.
    #[error("the token answer has no ID token")]
    NoIdToken,
}

/// What came back, nothing of it verified.
pub(super) struct Tokens {
    pub(super) id_token: String,
    pub(super) access_token: String,
}

/// RFC 6749 section 5.1. Serde refuses a member that stands twice.
#[derive(Deserialize)]
struct Answer {
    access_token: String,
    token_type: String,
    id_token: Option<String>,
}

/// RFC 6749 section 5.2.
#[derive(Deserialize)]
struct ErrorAnswer {
    error: String,
    #[serde(default)]
    error_description: Value,
}

impl Federation {
    /// Redeems `code` at the provider's token endpoint (RFC 6749 section 4.1.3), with PKCE and our client
    /// authentication.
    pub(super) async fn exchange(
        &self,
        connection: &Connection,
        metadata: &Metadata,
        (leg, code): (&Leg, &str),
        now: Timestamp,
    ) -> Result<Tokens, TokenError> {
        let redirect_uri = self.callback_url(connection.id);
        let mut asked = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri.as_str()),
        ];
        asked.extend(leg.code_verifier.as_deref().map(|verifier| ("code_verifier", verifier)));
        let mut refused = None;
        for credential in Credential::good(&connection.authentication, now) {
            let answer = self.ask_for_tokens((connection, metadata), &asked, credential, now).await?;
            match read(&answer) {
                Err(error) if error.is_about_client() => refused = refused.or(Some(error)),
                tokens => {
                    if refused.is_some() {
                        tracing::warn!(connection = %connection.id, "the provider knows the older credential only");
                    }
                    return tokens;
                }
            }
        }
        Err(refused.unwrap_or(TokenError::Malformed))
    }
}

impl TokenError {
    /// Whether the provider does not take us for its client (RFC 6749 section 5.2).
    pub(crate) fn is_about_client(&self) -> bool {
        matches!(self, Self::TokenEndpoint { error: Some(error), .. } if error == "invalid_client")
    }
}

fn read(response: &Response) -> Result<Tokens, TokenError> {
    if let Some(refusal) = refusal(response) {
        return Err(refusal);
    }
    let answer: Answer = serde_json::from_slice(response.body()).map_err(|_| TokenError::Malformed)?;
    if !answer.token_type.eq_ignore_ascii_case("Bearer") {
        return Err(TokenError::NotBearer);
    }
    let id_token = answer.id_token.ok_or(TokenError::NoIdToken)?;
    Ok(Tokens { id_token, access_token: answer.access_token })
}

/// What the token endpoint says when it gives no tokens.
pub(super) fn refusal(response: &Response) -> Option<TokenError> {
    if response.status() == StatusCode::OK {
        return None;
    }
    let answer = serde_json::from_slice::<ErrorAnswer>(response.body()).ok();
    let description = answer.as_ref().and_then(|answer| answer.error_description.as_str());
    Some(TokenError::TokenEndpoint {
        status: response.status().as_u16(),
        description: description.map(clipped),
        error: answer.map(|answer| clipped(&answer.error)),
    })
}
