//! Proofs of possession: JWTs that are verified with the key in their own header (RFC 9449 section 4.2).
//! Such a key is nobody's: it counts for nothing but its thumbprint.

use doorward_domain::Algorithm;
use serde_json::Value;

use super::jose::{Claims, Compact, Header, JoseError, Typ, decode, payload};
use super::jwks::embedded;

/// A proof with a good signature. Its claims are for the caller to judge.
#[derive(Debug)]
pub struct Proof {
    /// What it says.
    pub claims: Claims,
    /// The thumbprint of the key that signed it (RFC 7638), in base64url.
    pub thumbprint: String,
}

/// Verifies form, header and signature of a proof of type `typ`.
///
/// # Errors
/// A [`JoseError`] says what is wrong with it: `UnknownKey` if the key is missing, private or unfit.
pub fn verify_proof(token: &str, algorithms: &[Algorithm], typ: &str) -> Result<Proof, JoseError> {
    let compact = Compact::split(token)?;
    let (header, members) = Header::read_all(compact.header)?;
    let algorithm = header.alg.parse().map_err(|_| JoseError::Algorithm)?;
    if !algorithms.contains(&algorithm) {
        return Err(JoseError::Algorithm);
    }
    if !header.is(Typ::Exactly(typ)) {
        return Err(JoseError::Type);
    }
    let jwk = members.get("jwk").and_then(Value::as_object).ok_or(JoseError::UnknownKey)?;
    let (key, thumbprint) = embedded(jwk, algorithm).ok_or(JoseError::UnknownKey)?;
    if !key.verifies(compact.signed.as_bytes(), &decode(compact.signature)?) {
        return Err(JoseError::Signature);
    }
    Ok(Proof { claims: Claims(payload(compact.payload)?), thumbprint })
}
