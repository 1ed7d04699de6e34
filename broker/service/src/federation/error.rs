//! Why a login through a provider fails, and who can mend it.
//!
//! The messages of the errors are for the operator's log; they may quote the provider, cut short. What
//! the person reads is the server's and never does.

use doorward_net::NetError;
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
            Self::Userinfo(error) => who_mends_userinfo(error),
            Self::Store(StoreError::Unavailable(_) | StoreError::Conflict(_)) => WhoMends::Later,
            Self::Store(_) => WhoMends::Operator,
        }
    }
}

impl FederationError {
    /// Whether the provider could not have the person prove themselves as strongly as the app wants it.
    pub fn is_of_assurance(&self) -> bool {
        matches!(self, Self::UpstreamRefused { error, .. } if error == UNMET)
    }

    /// Whether nothing explains it but how the connection is set up, here or at its provider. What a browser
    /// alone can bring about never is: a parameter of the callback, a code that is none.
    pub fn is_of_setup(&self) -> bool {
        match self {
            Self::Metadata(_) | Self::Userinfo(_) => self.is_lasting(),
            Self::IdToken(IdTokenError::UnknownKey) => true,
            Self::IdToken(_) => self.is_lasting(),
            Self::Token(TokenError::TokenEndpoint { error, .. }) => {
                matches!(error.as_deref(), Some("invalid_client" | "unauthorized_client"))
            }
            Self::Token(_) => self.is_lasting(),
            Self::OtherConnection
            | Self::StateMismatch
            | Self::TooLate
            | Self::ConnectionNotInUse
            | Self::ConnectionChanged
            | Self::IssuerMismatch { .. }
            | Self::UpstreamRefused { .. }
            | Self::NoCode
            | Self::Claims(_)
            | Self::Store(_) => false,
        }
    }

    /// Whether it stays until somebody in charge mends it.
    fn is_lasting(&self) -> bool {
        matches!(self.who(), WhoMends::TenantAdmin | WhoMends::Operator)
    }
}

/// RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6.
/// The provider could not ask for as much as it was asked for (OpenID Connect Core Unmet Authentication
/// Requirements 1.0 section 2).
const UNMET: &str = "unmet_authentication_requirements";

fn who_mends_refusal(error: &str) -> WhoMends {
    match error {
        "access_denied"
        | "login_required"
        | "interaction_required"
        | "consent_required"
        | "account_selection_required"
        | UNMET => WhoMends::Person,
        "server_error" | "temporarily_unavailable" => WhoMends::Later,
        _ => WhoMends::TenantAdmin,
    }
}

fn who_mends_metadata(error: &MetadataError) -> WhoMends {
    match error {
        MetadataError::Unreachable { cause, .. } => who_mends_net(cause),
        MetadataError::Status { status, .. } => who_mends_status(*status),
        _ => WhoMends::TenantAdmin,
    }
}

fn who_mends_token(error: &TokenError) -> WhoMends {
    match error {
        TokenError::Secret(_) | TokenError::SecretNotText | TokenError::Key => WhoMends::Operator,
        TokenError::Unreachable(cause) => who_mends_net(cause),
        // The code ran out, or was used before.
        TokenError::TokenEndpoint { error: Some(error), .. } if error == "invalid_grant" => WhoMends::Person,
        TokenError::TokenEndpoint { status, .. } => who_mends_status(*status),
        TokenError::Malformed
        | TokenError::NotBearer
        | TokenError::NoIdToken
        | TokenError::SecretTooShort => WhoMends::TenantAdmin,
    }
}

fn who_mends_id_token(error: &IdTokenError) -> WhoMends {
    match error {
        IdTokenError::NonceMismatch
        | IdTokenError::AuthenticationTooOld
        | IdTokenError::OtherDirectory
        | IdTokenError::HostedDomain => WhoMends::Person,
        // The provider has a new key, and we asked for it too recently to ask again.
        IdTokenError::UnknownKey => WhoMends::Later,
        _ => WhoMends::TenantAdmin,
    }
}

fn who_mends_userinfo(error: &UserinfoError) -> WhoMends {
    match error {
        UserinfoError::Unreachable(cause) => who_mends_net(cause),
        UserinfoError::Status(status) => who_mends_status(*status),
        _ => WhoMends::TenantAdmin,
    }
}

fn who_mends_net(error: &NetError) -> WhoMends {
    match error {
        NetError::Refused(_) => WhoMends::Operator,
        NetError::Unreachable | NetError::TimedOut | NetError::Busy | NetError::CircuitOpen { .. } => {
            WhoMends::Later
        }
        NetError::TooLarge | NetError::Redirected | NetError::Encoded => WhoMends::TenantAdmin,
    }
}

fn who_mends_status(status: u16) -> WhoMends {
    if status == 429 || status >= 500 { WhoMends::Later } else { WhoMends::TenantAdmin }
}

/// Text of a provider as it may stand in a log: short, on one line.
pub(super) fn clipped(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
