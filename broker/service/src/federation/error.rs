//! Why a login through a provider fails, who can mend it, and what the person is told.
//!
//! The messages of the errors are for the operator's log; they may quote the provider, cut short. The
//! sentences are for the person and never do.

use doorward_store::StoreError;

use super::claims::ClaimsError;
use super::{IdTokenError, MetadataError, TokenError, UserinfoError};

/// Why a login through a provider fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FederationError {
    /// The callback came in on another connection's URL (UP-05).
    #[error("the callback belongs to another connection than the sign-in")]
    OtherConnection,
    /// `state` is missing, or not the one of this sign-in.
    #[error("state is missing or not the one that was sent")]
    StateMismatch,
    /// The sign-in began too long ago.
    #[error("the person came back too late")]
    TooLate,
    /// The connection or its tenant is gone or out of use (UP-14).
    #[error("the connection is not in use")]
    ConnectionNotInUse,
    /// The connection leads elsewhere than when the person was sent (UP-13).
    #[error("the connection has another issuer or client_id than when the sign-in began")]
    ConnectionChanged,
    /// Another issuer answers than was asked (UP-04).
    #[error("iss is {got:?}, not {expected:?}")]
    IssuerMismatch {
        /// The connection's issuer.
        expected: String,
        /// The `iss` parameter.
        got: Option<String>,
    },
    /// The provider sent the person back with an error (RFC 6749 section 4.1.2.1).
    #[error("the provider refused with {error:?}: {description:?}")]
    UpstreamRefused {
        /// The error code.
        error: String,
        /// The provider's explanation.
        description: Option<String>,
    },
    /// The provider sent neither a code nor an error.
    #[error("neither a code nor an error came back")]
    NoCode,
    /// The provider's metadata or keys cannot be had.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// The code did not become tokens.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The ID token is refused.
    #[error(transparent)]
    IdToken(#[from] IdTokenError),
    /// Userinfo cannot be used.
    #[error(transparent)]
    Userinfo(#[from] UserinfoError),
    /// The claims are more than a profile can hold.
    #[error(transparent)]
    Claims(#[from] ClaimsError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who can mend a failed login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhoMends {
    /// The person, by starting again or doing otherwise at the provider.
    Person,
    /// An administrator of the tenant, at the provider or in the connection.
    TenantAdmin,
    /// The operator of this doorward.
    Operator,
    /// Time: something does not answer at the moment.
    Later,
}

impl FederationError {
    /// Who can mend it.
    pub fn who(&self) -> WhoMends {
        match self {
            Self::OtherConnection | Self::StateMismatch | Self::TooLate | Self::ConnectionChanged => {
                WhoMends::Person
            }
            Self::ConnectionNotInUse | Self::IssuerMismatch { .. } | Self::NoCode | Self::Claims(_) => {
                WhoMends::TenantAdmin
            }
            Self::UpstreamRefused { error, .. } => who_mends_refusal(error),
            Self::Metadata(error) => who_mends_metadata(error),
            Self::Token(error) => who_mends_token(error),
            Self::IdToken(error) => who_mends_id_token(error),
            Self::Userinfo(UserinfoError::Unreachable(_) | UserinfoError::Status(500..)) => WhoMends::Later,
            Self::Userinfo(_) => WhoMends::TenantAdmin,
            Self::Store(StoreError::Unavailable(_) | StoreError::Conflict(_)) => WhoMends::Later,
            Self::Store(_) => WhoMends::Operator,
        }
    }

    /// What the person is told: plain, without secrets, and without a word of the provider's.
    pub fn sentence(&self) -> &'static str {
        match self {
            Self::OtherConnection | Self::StateMismatch => {
                "This sign-in does not belong to this browser window. Please start again."
            }
            Self::TooLate => "This sign-in took too long. Please start again.",
            Self::ConnectionChanged => {
                "Your organisation changed its sign-in in the meantime. Please start again."
            }
            Self::ConnectionNotInUse => "Your organisation's sign-in is not in use at the moment.",
            Self::UpstreamRefused { error, .. } => refusal_sentence(error),
            Self::IdToken(IdTokenError::AuthenticationTooOld) => {
                "This app wants you to prove again who you are. Please start again."
            }
            Self::Claims(_) => "Your organisation's sign-in sends more about you than can be kept here.",
            _ => match self.who() {
                WhoMends::Person => "This sign-in did not work. Please start again.",
                WhoMends::TenantAdmin => "Your organisation's sign-in and this service do not fit together.",
                WhoMends::Operator => "This service has a fault that its operator must mend.",
                WhoMends::Later => {
                    "Your organisation's sign-in does not answer at the moment. Please try again later."
                }
            },
        }
    }
}

/// RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6.
fn who_mends_refusal(error: &str) -> WhoMends {
    match error {
        "access_denied"
        | "login_required"
        | "interaction_required"
        | "consent_required"
        | "account_selection_required" => WhoMends::Person,
        "server_error" | "temporarily_unavailable" => WhoMends::Later,
        _ => WhoMends::TenantAdmin,
    }
}

fn refusal_sentence(error: &str) -> &'static str {
    match who_mends_refusal(error) {
        WhoMends::Person if error == "access_denied" => {
            "Your organisation's sign-in was cancelled, or does not let you in."
        }
        WhoMends::Person => "Your organisation's sign-in wants you to act first. Please start again.",
        WhoMends::Later => {
            "Your organisation's sign-in does not answer at the moment. Please try again later."
        }
        WhoMends::TenantAdmin | WhoMends::Operator => {
            "Your organisation's sign-in does not accept this service."
        }
    }
}

fn who_mends_metadata(error: &MetadataError) -> WhoMends {
    match error {
        MetadataError::Unreachable { .. } | MetadataError::Status { status: 500.., .. } => WhoMends::Later,
        _ => WhoMends::TenantAdmin,
    }
}

fn who_mends_token(error: &TokenError) -> WhoMends {
    match error {
        TokenError::Secret(_) | TokenError::SecretNotText => WhoMends::Operator,
        TokenError::Unreachable(_) | TokenError::TokenEndpoint { status: 429 | 500.., .. } => WhoMends::Later,
        // The code ran out, or was used before.
        TokenError::TokenEndpoint { error: Some(error), .. } if error == "invalid_grant" => WhoMends::Person,
        _ => WhoMends::TenantAdmin,
    }
}

fn who_mends_id_token(error: &IdTokenError) -> WhoMends {
    match error {
        IdTokenError::NonceMismatch | IdTokenError::AuthenticationTooOld => WhoMends::Person,
        // The provider has a new key, and we asked for it too recently to ask again.
        IdTokenError::UnknownKey => WhoMends::Later,
        _ => WhoMends::TenantAdmin,
    }
}

/// Text of a provider as it may stand in a log: short, on one line.
pub(super) fn clipped(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
