//! Verification of an ID token (OpenID Connect Core section 3.1.3.7).
//!
//! openidconnect's verifier does the work, with our keys. Around it stands what it leaves to its
//! callers: the strict form, `azp`, `nbf`, `iat`, `sub`, `at_hash`, and how old the sign-in may be.

use std::time::Duration;

use chrono::{DateTime, Utc};
use doorward_domain::{Connection, Timestamp};
use openidconnect::core::{CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, EmptyAdditionalClaims, IdToken,
    IdTokenVerifier, IssuerUrl, JsonWebKeySet, Nonce, SignatureVerificationError,
};

use super::error::clipped;
use super::id_token::{UnverifiedIdToken, VerifiedClaims};
use super::jwk::{UpstreamKey, in_library};
use super::kind::{self, Kind};
use super::{Leg, spelling};

/// How long before the person was sent to the provider an ID token may say it was issued: some
/// providers set `iat` a few minutes back on purpose.
const BACKDATING: Duration = Duration::from_secs(600);

/// An ID token as the library reads it.
type LibraryIdToken = IdToken<
    EmptyAdditionalClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// Why an ID token is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// Longer than 64 KiB.
    #[error("the ID token is too large")]
    TooLarge,
    /// Not a compact JWS of two JSON objects without duplicate names (JW-06), or with extensions.
    #[error("the ID token is malformed: {0}")]
    Malformed(&'static str),
    /// A claim is missing or has the wrong type.
    #[error("claim {0} is missing or of the wrong type")]
    Mistyped(&'static str),
    /// Not signed, or with an algorithm that the connection does not allow.
    #[error("the ID token is signed with {0:?}, which the connection does not allow")]
    AlgorithmNotAllowed(String),
    /// The provider publishes no key that fits.
    #[error("no published key fits the ID token")]
    UnknownKey,
    /// The provider publishes several keys that fit.
    #[error("more than one published key fits the ID token")]
    AmbiguousKey,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    SignatureInvalid,
    /// Issued by somebody else.
    #[error("iss is {got:?}, not {expected:?}")]
    IssuerMismatch {
        /// The connection's issuer.
        expected: String,
        /// What the token says.
        got: String,
    },
    /// Issued to somebody else, or to others as well.
    #[error("aud or azp does not name our client_id alone")]
    AudienceMismatch,
    /// Issued for another sign-in.
    #[error("nonce is missing or not the one that was sent")]
    NonceMismatch,
    /// Expired.
    #[error("the ID token has expired")]
    Expired,
    /// A time lies in the future.
    #[error("{0} lies in the future")]
    FromTheFuture(&'static str),
    /// Issued long before the person was sent to the provider.
    #[error("the ID token is older than the sign-in")]
    IssuedTooEarly,
    /// The person proved who they are longer ago than was asked for.
    #[error("auth_time is older than max_age allows")]
    AuthenticationTooOld,
    /// `sub` is no identifier.
    #[error("sub is empty, longer than 255 characters, or not printable ASCII")]
    SubjectInvalid,
    /// Of another directory than the connection's.
    #[error("tid is not the directory of the connection")]
    OtherDirectory,
    /// Nothing tells the person from others for ever.
    #[error("tid or oid is missing")]
    NoObjectId,
    /// Signed with a key that signs for others.
    #[error("the key that signed it says that it signs for another issuer")]
    KeyOfOthers,
    /// Of an organisation whose people may not come in, or of none.
    #[error("hd is missing, or none of the connection's hosted domains")]
    HostedDomain,
    /// The access token is not the one that the ID token came with.
    #[error("at_hash does not fit the access token")]
    AccessTokenMismatch,
}

/// What an ID token must fit.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) connection: &'a Connection,
    pub(super) issuer: &'a IssuerUrl,
    pub(super) leg: &'a Leg,
    pub(super) access_token: &'a str,
    pub(super) now: Timestamp,
}

impl Expected<'_> {
    pub(super) fn kind(&self) -> &dyn Kind {
        kind::of(&self.connection.kind)
    }
}

/// Verifies an ID token.
pub(super) fn verify(
    token: &str,
    keys: &[UpstreamKey],
    expected: &Expected<'_>,
) -> Result<VerifiedClaims, IdTokenError> {
    let unverified = UnverifiedIdToken::read(token)?;
    let algorithm = unverified.algorithm();
    if !expected.connection.algorithms.iter().any(|allowed| allowed.as_str() == algorithm) {
        return Err(IdTokenError::AlgorithmNotAllowed(clipped(algorithm)));
    }
    let issuer = unverified.issuer();
    if issuer != expected.issuer.as_str() {
        if expected.kind().other_issuer() == Some(issuer) {
            return spelling::verify(token, unverified, keys, expected);
        }
        let (expected, got) = (expected.issuer.to_string(), clipped(issuer));
        return Err(IdTokenError::IssuerMismatch { expected, got });
    }
    let id_token: LibraryIdToken = token.parse().map_err(|_| unverified.why_unreadable())?;
    let verifier = verifier(&unverified, keys, expected);
    let nonce = Nonce::new(expected.leg.nonce.clone());
    let claims = id_token.claims(&verifier, &nonce).map_err(|error| translate(&error))?;
    if let Some(hash) = claims.access_token_hash() {
        check_access_token(hash, &id_token, &verifier, expected)?;
    }
    let key = id_token.signing_key(&verifier).map_err(|_| IdTokenError::SignatureInvalid)?;
    check(unverified.now_verified(), key.issuer(), expected)
}

/// What no library checks. `key` is whose tokens the key signs that signed this one, if it says so.
pub(super) fn check(
    claims: VerifiedClaims,
    key: Option<&str>,
    expected: &Expected<'_>,
) -> Result<VerifiedClaims, IdTokenError> {
    check_parties(&claims, expected)?;
    check_times(&claims, expected)?;
    expected.kind().check(&claims, key)?;
    Ok(claims)
}

/// The library's verifier, told about algorithms, audience and time.
fn verifier<'a>(
    unverified: &UnverifiedIdToken,
    keys: &[UpstreamKey],
    expected: &Expected<'a>,
) -> IdTokenVerifier<'a, UpstreamKey> {
    let connection = expected.connection;
    let issued_to_us = unverified.authorized_party() == Some(&connection.client_id);
    let latest_expired =
        DateTime::from_timestamp_millis((expected.now - expected.kind().leeway()).as_millis());
    IdTokenVerifier::new_public_client(
        ClientId::new(connection.client_id.clone()),
        expected.issuer.clone(),
        JsonWebKeySet::new(keys.to_vec()),
    )
    .set_allowed_algs(connection.algorithms.iter().map(|algorithm| in_library(*algorithm).clone()))
    .set_other_audience_verifier_fn(move |_| issued_to_us)
    .set_time_fn(move || latest_expired.unwrap_or(DateTime::<Utc>::MAX_UTC))
}

fn translate(error: &ClaimsVerificationError) -> IdTokenError {
    use SignatureVerificationError as Signature;
    match error {
        ClaimsVerificationError::Expired(_) => IdTokenError::Expired,
        ClaimsVerificationError::InvalidAudience(_) => IdTokenError::AudienceMismatch,
        ClaimsVerificationError::InvalidNonce(_) => IdTokenError::NonceMismatch,
        ClaimsVerificationError::SignatureVerification(Signature::NoMatchingKey) => IdTokenError::UnknownKey,
        ClaimsVerificationError::SignatureVerification(Signature::AmbiguousKeyId(_)) => {
            IdTokenError::AmbiguousKey
        }
        ClaimsVerificationError::SignatureVerification(_) => IdTokenError::SignatureInvalid,
        ClaimsVerificationError::Unsupported(_) => {
            IdTokenError::Malformed("typ, cty or crit is not understood")
        }
        _ => IdTokenError::Malformed("the claims do not fit"),
    }
}

/// OpenID Connect Core section 3.1.3.8.
fn check_access_token(
    hash: &AccessTokenHash,
    id_token: &LibraryIdToken,
    verifier: &IdTokenVerifier<'_, UpstreamKey>,
    expected: &Expected<'_>,
) -> Result<(), IdTokenError> {
    let signature_error = |_| IdTokenError::SignatureInvalid;
    let algorithm = id_token.signing_alg().map_err(signature_error)?;
    let key = id_token.signing_key(verifier).map_err(signature_error)?;
    let access_token = AccessToken::new(expected.access_token.to_owned());
    match AccessTokenHash::from_token(&access_token, algorithm, key) {
        Ok(right) if right == *hash => Ok(()),
        _ => Err(IdTokenError::AccessTokenMismatch),
    }
}

/// Who the token is about, and for whom it was made.
fn check_parties(claims: &VerifiedClaims, expected: &Expected<'_>) -> Result<(), IdTokenError> {
    let subject = claims.subject();
    if !(1..=255).contains(&subject.len()) || !subject.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(IdTokenError::SubjectInvalid);
    }
    match claims.authorized_party() {
        Some(party) if party != expected.connection.client_id => Err(IdTokenError::AudienceMismatch),
        _ => Ok(()),
    }
}

/// The library has checked `exp` alone.
fn check_times(claims: &VerifiedClaims, expected: &Expected<'_>) -> Result<(), IdTokenError> {
    let leeway = expected.kind().leeway();
    for name in ["nbf", "iat", "auth_time"] {
        if claims.time(name).is_some_and(|time| time > expected.now + leeway) {
            return Err(IdTokenError::FromTheFuture(name));
        }
    }
    let started_at = expected.leg.started_at;
    if claims.time("iat").is_none_or(|iat| iat + BACKDATING < started_at) {
        return Err(IdTokenError::IssuedTooEarly);
    }
    // Measured from when the person was sent: time spent at the provider does not count.
    let max_age = expected.leg.max_age.map(Duration::from_secs);
    match (max_age, claims.time("auth_time")) {
        (Some(max_age), Some(auth_time)) if auth_time + max_age + leeway < started_at => {
            Err(IdTokenError::AuthenticationTooOld)
        }
        _ => Ok(()),
    }
}
