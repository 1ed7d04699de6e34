//! What can go wrong between the app and its OpenID Provider.

use std::error::Error;

use openidconnect::core::CoreErrorResponseType;
use openidconnect::{
    ClaimsVerificationError, ConfigurationError, DiscoveryError, RequestTokenError,
    SignatureVerificationError, SigningError, StandardErrorResponse, UserInfoError,
};

/// Why nobody was signed in, refreshed or signed out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    /// The provider said so itself.
    #[error("{description}")]
    Answer { error: String, description: String },
    #[error("discovery failed: {0}")]
    Discovery(String),
    #[error("the provider's metadata is incomplete: {0}")]
    Metadata(#[from] ConfigurationError),
    #[error("no sign-in with this state is under way in this browser")]
    UnknownState,
    #[error("the answer comes from `{0}`, not from the issuer that was asked")]
    OtherIssuer(String),
    #[error("the answer has neither a code nor an error")]
    NoCode,
    #[error("the token request failed: {0}")]
    TokenRequest(String),
    #[error("the provider sent no ID token")]
    NoIdToken,
    #[error("the ID token is refused: {}", chain(.0))]
    IdToken(#[from] ClaimsVerificationError),
    #[error("the ID token is refused: its at_hash is of another access token")]
    OtherAccessToken,
    #[error("the ID token is refused: the person signed in longer ago than max_age allows")]
    TooOld,
    #[error("the refreshed ID token is about somebody else")]
    OtherSubject,
    #[error("userinfo failed: {0}")]
    Userinfo(String),
    #[error("there is no refresh token: the scope offline_access was not granted")]
    NoRefreshToken,
}

impl SignInError {
    /// A code to show and to test for: the provider's own, or one for the app's refusals.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Answer { error, .. } => error,
            Self::Discovery(_) | Self::Metadata(_) => "discovery_failed",
            Self::UnknownState => "unknown_state",
            Self::OtherIssuer(_) => "other_issuer",
            Self::NoCode => "no_code",
            Self::TokenRequest(_) => "token_request_failed",
            Self::NoIdToken
            | Self::IdToken(_)
            | Self::OtherAccessToken
            | Self::TooOld
            | Self::OtherSubject => "id_token_refused",
            Self::Userinfo(_) => "userinfo_failed",
            Self::NoRefreshToken => "no_refresh_token",
        }
    }

    /// Whether the provider's keys may have changed since they were fetched.
    pub(crate) fn is_unknown_key(&self) -> bool {
        matches!(
            self,
            Self::IdToken(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey
            ))
        )
    }
}

impl From<DiscoveryError<reqwest::Error>> for SignInError {
    fn from(cause: DiscoveryError<reqwest::Error>) -> Self {
        Self::Discovery(chain(&cause))
    }
}

impl From<UserInfoError<reqwest::Error>> for SignInError {
    fn from(cause: UserInfoError<reqwest::Error>) -> Self {
        Self::Userinfo(chain(&cause))
    }
}

impl From<SigningError> for SignInError {
    fn from(cause: SigningError) -> Self {
        Self::IdToken(ClaimsVerificationError::Other(chain(&cause)))
    }
}

impl From<SignatureVerificationError> for SignInError {
    fn from(cause: SignatureVerificationError) -> Self {
        Self::IdToken(ClaimsVerificationError::SignatureVerification(cause))
    }
}

/// The token endpoint's failure as `openidconnect` types it.
pub(crate) type TokenRequestError =
    RequestTokenError<reqwest::Error, StandardErrorResponse<CoreErrorResponseType>>;

impl From<TokenRequestError> for SignInError {
    fn from(cause: TokenRequestError) -> Self {
        match cause {
            RequestTokenError::ServerResponse(answer) => Self::Answer {
                error: answer.error().to_string(),
                description: answer.error_description().cloned().unwrap_or_default(),
            },
            other => Self::TokenRequest(chain(&other)),
        }
    }
}

/// An error with its causes, in one line.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
