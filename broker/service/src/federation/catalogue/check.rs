//! Our own checks by name: the rows of `data/errors/own.toml`. An error that is added anywhere does not
//! compile before it has a name here, and a test wants its row.

use doorward_net::NetError;
use doorward_store::StoreError;

use crate::federation::claims::ClaimsError;
use crate::federation::{FederationError, IdTokenError, MetadataError, TokenError, UserinfoError};

/// The name of the check that found this; nothing when the provider said itself what is wrong.
pub fn check_of(error: &FederationError) -> Option<&'static str> {
    Some(match error {
        FederationError::OtherConnection => "callback.other_connection",
        FederationError::StateMismatch => "callback.state",
        FederationError::TooLate => "callback.too_late",
        FederationError::ConnectionNotInUse => "connection.not_in_use",
        FederationError::ConnectionChanged => "connection.changed",
        FederationError::IssuerMismatch { .. } => "callback.issuer",
        FederationError::UpstreamRefused { .. } => return None,
        FederationError::NoCode => "callback.no_code",
        FederationError::Metadata(error) => of_metadata(error),
        FederationError::Token(error) => return of_token(error),
        FederationError::IdToken(error) => of_id_token(error),
        FederationError::Userinfo(error) => of_userinfo(error),
        FederationError::Claims(error) => of_claims(error),
        FederationError::Store(StoreError::Unavailable(_) | StoreError::Conflict(_)) => {
            "broker.store_unavailable"
        }
        FederationError::Store(_) => "broker.store_broken",
    })
}

fn of_metadata(error: &MetadataError) -> &'static str {
    match error {
        MetadataError::IssuerUrl => "metadata.issuer_url",
        MetadataError::Unreachable { cause, .. } => of_net(cause),
        MetadataError::Status { status, .. } if passes(*status) => "provider.unavailable",
        MetadataError::Status { .. } | MetadataError::Refused { .. } => "metadata.status",
        MetadataError::Malformed => "metadata.malformed",
        MetadataError::IssuerMismatch { .. } => "metadata.issuer",
        MetadataError::InsecureEndpoint(_) => "metadata.insecure_endpoint",
        MetadataError::Keys(_) => "metadata.keys",
    }
}

fn of_token(error: &TokenError) -> Option<&'static str> {
    Some(match error {
        TokenError::Secret(_) => "connection.secret_sealed",
        TokenError::SecretNotText => "connection.secret_not_text",
        TokenError::SecretTooShort => "connection.secret_too_short",
        TokenError::Key => "connection.key",
        TokenError::Unreachable(cause) => of_net(cause),
        TokenError::TokenEndpoint { error: Some(_), .. } => return None,
        TokenError::TokenEndpoint { error: None, status, .. } if passes(*status) => "provider.unavailable",
        TokenError::TokenEndpoint { error: None, .. } => "token.status",
        TokenError::Malformed => "token.malformed",
        TokenError::NotBearer => "token.not_bearer",
        TokenError::NoIdToken => "token.no_id_token",
    })
}

fn of_id_token(error: &IdTokenError) -> &'static str {
    match error {
        IdTokenError::TooLarge => "id_token.too_large",
        IdTokenError::Malformed(_) => "id_token.malformed",
        IdTokenError::Mistyped(_) => "id_token.mistyped",
        IdTokenError::AlgorithmNotAllowed(_) => "id_token.algorithm",
        IdTokenError::UnknownKey => "id_token.unknown_key",
        IdTokenError::AmbiguousKey => "id_token.ambiguous_key",
        IdTokenError::SignatureInvalid => "id_token.signature",
        IdTokenError::IssuerMismatch { .. } => "id_token.issuer",
        IdTokenError::AudienceMismatch => "id_token.audience",
        IdTokenError::NonceMismatch => "id_token.nonce",
        IdTokenError::Expired => "id_token.expired",
        IdTokenError::FromTheFuture(_) => "id_token.future",
        IdTokenError::IssuedTooEarly => "id_token.issued_too_early",
        IdTokenError::AuthenticationTooOld => "id_token.authentication_too_old",
        IdTokenError::SubjectInvalid => "id_token.subject",
        IdTokenError::OtherDirectory => "entra.tenant",
        IdTokenError::NoObjectId => "entra.oid_missing",
        IdTokenError::KeyOfOthers => "entra.key_issuer",
        IdTokenError::HostedDomain => "google.hosted_domain",
        IdTokenError::AccessTokenMismatch => "id_token.access_token",
    }
}

fn of_userinfo(error: &UserinfoError) -> &'static str {
    match error {
        UserinfoError::Unreachable(cause) => of_net(cause),
        UserinfoError::Status(status) if passes(*status) => "provider.unavailable",
        UserinfoError::Status(_) => "userinfo.status",
        UserinfoError::Malformed => "userinfo.malformed",
        UserinfoError::SubjectMismatch => "userinfo.subject",
        UserinfoError::AccessToken => "userinfo.access_token",
    }
}

fn of_claims(error: &ClaimsError) -> &'static str {
    match error {
        ClaimsError::TooLong(_) => "claims.too_long",
        ClaimsError::TooManyGroups(_) => "claims.too_many_groups",
        ClaimsError::TooMuch(_) => "claims.too_much",
    }
}

/// Whether a status tells of a failure that passes by itself.
const fn passes(status: u16) -> bool {
    status == 429 || status >= 500
}

fn of_net(error: &NetError) -> &'static str {
    match error {
        NetError::Refused(_) => "net.refused",
        NetError::Unreachable => "net.unreachable",
        NetError::TimedOut => "net.timed_out",
        NetError::TooLarge => "net.too_large",
        NetError::Redirected => "net.redirected",
        NetError::Encoded => "net.encoded",
        NetError::Busy => "net.busy",
        NetError::CircuitOpen { .. } => "net.circuit_open",
    }
}
