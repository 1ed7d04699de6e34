//! New key pairs, from OpenSSL's generator.

use doorward_domain::{Algorithm, KeyId};
use josekit::JoseError;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use zeroize::Zeroizing;

/// 112 bits of strength, good until 2030 (NIST SP 800-57 part 1), which suffices many times over for
/// keys that are replaced after months and signatures that matter for hours; 3072 bits would triple
/// the time of every signature.
const RSA_BITS: u32 = 2048;

/// A new private key as a JWK in JSON, with `kid`, `alg` and `use`. RSA takes some 100 ms of CPU.
///
/// # Errors
/// When OpenSSL fails.
pub(super) fn private_jwk(algorithm: Algorithm, id: KeyId) -> Result<Zeroizing<Vec<u8>>, JoseError> {
    let mut jwk = match algorithm {
        Algorithm::ES256 => Jwk::generate_ec_key(EcCurve::P256)?,
        Algorithm::EdDSA => Jwk::generate_ed_key(EdCurve::Ed25519)?,
        Algorithm::RS256 | Algorithm::PS256 => Jwk::generate_rsa_key(RSA_BITS)?,
    };
    jwk.set_key_id(id.to_string());
    jwk.set_algorithm(algorithm.as_str());
    jwk.set_key_use("sig");
    Ok(Zeroizing::new(jwk.to_string().into_bytes()))
}

/// Whether a key is made so fast that the start can wait for it.
pub(super) const fn is_quick(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::ES256 | Algorithm::EdDSA)
}
