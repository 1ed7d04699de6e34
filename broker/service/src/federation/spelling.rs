//! ID tokens whose issuer is spelled in the provider's other way (Google's old one, without a scheme).
//! openidconnect takes an issuer for a URL, so the one verifier of the house does its work here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest as _, Sha256};

use super::id_token::{UnverifiedIdToken, VerifiedClaims};
use super::jwk::UpstreamKey;
use super::verify::{self, Expected, IdTokenError};
use crate::keys::jose::{self, MAX_LEEWAY};
use crate::keys::{Audience, Expiry, JoseError, Typ};

/// Verifies a token whose issuer and algorithm have been found to be right.
pub(super) fn verify(
    token: &str,
    unverified: UnverifiedIdToken,
    keys: &[UpstreamKey],
    expected: &Expected<'_>,
) -> Result<VerifiedClaims, IdTokenError> {
    let demands = jose::Expected {
        algorithms: &expected.connection.algorithms,
        typ: Typ::JwtOrAbsent,
        issuer: unverified.issuer(),
        audience: Audience::Exactly(&expected.connection.client_id),
        required: &["exp", "iat", "sub", "nonce"],
        expiry: Expiry::Enforced,
        now: expected.now,
        leeway: expected.kind().leeway().min(MAX_LEEWAY),
    };
    let claims = jose::verify_with(token, keys.iter().filter_map(UpstreamKey::public), &demands);
    let claims = claims.map_err(translate)?;
    if claims.str("nonce") != Some(expected.leg.nonce.as_str()) {
        return Err(IdTokenError::NonceMismatch);
    }
    if claims.str("at_hash").is_some_and(|hash| hash != half_hash(expected.access_token)) {
        return Err(IdTokenError::AccessTokenMismatch);
    }
    verify::check(unverified.now_verified(), None, expected)
}

/// OpenID Connect Core section 3.1.3.6, for algorithms with SHA-256.
fn half_hash(access_token: &str) -> String {
    BASE64.encode(&Sha256::digest(access_token)[..16])
}

fn translate(error: JoseError) -> IdTokenError {
    match error {
        JoseError::UnknownKey => IdTokenError::UnknownKey,
        JoseError::AmbiguousKey => IdTokenError::AmbiguousKey,
        JoseError::Signature => IdTokenError::SignatureInvalid,
        JoseError::Expired => IdTokenError::Expired,
        JoseError::Claim("aud") => IdTokenError::AudienceMismatch,
        JoseError::Claim(name @ ("nbf" | "iat" | "auth_time")) => IdTokenError::FromTheFuture(name),
        _ => IdTokenError::Malformed("the claims do not fit"),
    }
}
