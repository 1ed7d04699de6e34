//! The OAuth error codes, and the one table from an operation's error to the wire.

use std::fmt;
use std::time::Duration;

use doorward_domain::Refusal;
use doorward_store::StoreError;

use super::request::Rejected;
use crate::keys::KeyError;

/// An error code of RFC 6749 sections 4.1.2.1 and 5.2, OIDC Core section 3.1.2.6, RFC 6750
/// section 3.1, RFC 8707 section 2, RFC 9396 section 5 or RFC 9449, or of OpenID Connect Core Error Code
/// `unmet_authentication_requirements`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// The request is malformed.
    InvalidRequest,
    /// Client authentication failed.
    InvalidClient,
    /// The code or refresh token is not valid.
    InvalidGrant,
    /// The client may not do this.
    UnauthorizedClient,
    /// No such grant type.
    UnsupportedGrantType,
    /// No such response type.
    UnsupportedResponseType,
    /// The scope is malformed or too wide.
    InvalidScope,
    /// The resource is unknown, or not for this client (RFC 8707 section 2).
    InvalidTarget,
    /// The person or policy said no.
    AccessDenied,
    /// The person has not answered their device yet (RFC 8628 section 3.5).
    AuthorizationPending,
    /// The same, for a device that asks too often.
    SlowDown,
    /// The person did not answer their device in time.
    ExpiredToken,
    /// Nobody is signed in and no page may be shown.
    LoginRequired,
    /// Consent is missing and no page may be shown.
    ConsentRequired,
    /// Nobody with the assurance that the client demands is signed in.
    UnmetAuthenticationRequirements,
    /// The request object is not right.
    InvalidRequestObject,
    /// There is no request object at `request_uri`.
    InvalidRequestUri,
    /// The authorization details are not right.
    InvalidAuthorizationDetails,
    /// `request_uri` is not supported.
    RequestUriNotSupported,
    /// `registration` is not supported.
    RegistrationNotSupported,
    /// The bearer token is not valid.
    InvalidToken,
    /// The DPoP proof is missing or not valid (RFC 9449 section 5).
    InvalidDpopProof,
    /// The DPoP proof must repeat a nonce of ours (RFC 9449 section 8).
    UseDpopNonce,
    /// Something broke here.
    ServerError,
    /// Try again later.
    TemporarilyUnavailable,
}

impl ErrorCode {
    /// The code on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidToken => "invalid_token",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }

    /// The HTTP status of a direct answer.
    pub const fn status(self) -> http::StatusCode {
        match self {
            Self::InvalidClient | Self::InvalidToken => http::StatusCode::UNAUTHORIZED,
            Self::ServerError => http::StatusCode::INTERNAL_SERVER_ERROR,
            Self::TemporarilyUnavailable => http::StatusCode::SERVICE_UNAVAILABLE,
            _ => http::StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an endpoint that answers clients in JSON refused. The client learns the code and a fixed
/// description; the cause is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The request breaks the specification.
    #[error("{code}: {description}")]
    Refused {
        /// What the client learns.
        code: ErrorCode,
        /// A sentence for its developer, which says nothing of other clients or people.
        description: &'static str,
    },
    /// The DPoP proof must repeat this nonce.
    #[error("a DPoP proof without a nonce of ours")]
    UseDpopNonce(String),
    /// More of what is good for one use is used than is remembered; for how long no more is taken.
    #[error("so much is used at once that no more is taken")]
    TooManyUses(Duration),
    /// Somebody who must be active is not.
    #[error("not allowed now: {0}")]
    Inactive(Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A token could not be signed.
    #[error(transparent)]
    Keys(#[from] KeyError),
}

impl From<Rejected> for EndpointError {
    /// An authorization request that was pushed is refused like any other.
    fn from(Rejected { code, description }: Rejected) -> Self {
        Self::refused(code, description)
    }
}

impl EndpointError {
    /// A refusal.
    pub const fn refused(code: ErrorCode, description: &'static str) -> Self {
        Self::Refused { code, description }
    }

    /// A request that breaks the specification.
    pub const fn invalid_request(description: &'static str) -> Self {
        Self::refused(ErrorCode::InvalidRequest, description)
    }

    /// Failed client authentication: one answer for every cause.
    pub const fn invalid_client() -> Self {
        Self::refused(ErrorCode::InvalidClient, "client authentication failed")
    }

    /// A code or refresh token that gets nothing.
    pub const fn invalid_grant(description: &'static str) -> Self {
        Self::refused(ErrorCode::InvalidGrant, description)
    }

    /// What the client learns.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Refused { code, .. } => *code,
            Self::UseDpopNonce(_) => ErrorCode::UseDpopNonce,
            Self::Inactive(Refusal::Client) => ErrorCode::InvalidClient,
            Self::Inactive(_) => ErrorCode::InvalidGrant,
            Self::TooManyUses(_) | Self::Store(_) | Self::Keys(KeyError::NotReady(_)) => {
                ErrorCode::TemporarilyUnavailable
            }
            Self::Keys(_) => ErrorCode::ServerError,
        }
    }

    /// The `error_description` for the client's developer.
    pub const fn description(&self) -> &'static str {
        match self {
            Self::Refused { description, .. } => description,
            Self::UseDpopNonce(_) => "the DPoP proof must repeat the nonce of the DPoP-Nonce header",
            Self::TooManyUses(_) => {
                "too many assertions, proofs or request objects are used at once; try again later"
            }
            Self::Inactive(_) => "the sign-in this comes from is no longer valid",
            Self::Store(_) => "the service is not available right now; try again",
            Self::Keys(_) => "the service could not sign the answer",
        }
    }

    /// The HTTP status of a direct answer.
    pub const fn status(&self) -> http::StatusCode {
        match self {
            Self::TooManyUses(_) => http::StatusCode::TOO_MANY_REQUESTS,
            _ => self.code().status(),
        }
    }

    /// When it is worth another try, if that is known.
    pub const fn retry_after(&self) -> Option<Duration> {
        match (self, self.code()) {
            (Self::TooManyUses(wait), _) => Some(*wait),
            (_, ErrorCode::TemporarilyUnavailable) => Some(Duration::from_secs(1)),
            _ => None,
        }
    }

    /// The nonce that the client's next DPoP proof must repeat, if that was missing.
    pub fn dpop_nonce(&self) -> Option<&str> {
        match self {
            Self::UseDpopNonce(nonce) => Some(nonce),
            _ => None,
        }
    }
}
