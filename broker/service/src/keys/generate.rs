//! New key pairs, from OpenSSL's generator.

use doorward_domain::{Algorithm, KeyAlgorithm, KeyId, KeyManagement};
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
pub(super) fn private_jwk(algorithm: KeyAlgorithm, id: KeyId) -> Result<Zeroizing<Vec<u8>>, JoseError> {
    let mut jwk = match algorithm {
        KeyAlgorithm::Signature(Algorithm::ES256) => Jwk::generate_ec_key(EcCurve::P256)?,
        KeyAlgorithm::Signature(Algorithm::EdDSA) => Jwk::generate_ed_key(EdCurve::Ed25519)?,
        KeyAlgorithm::Encryption(
            KeyManagement::EcdhEs | KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw,
        ) => Jwk::generate_ec_key(EcCurve::P256)?,
        KeyAlgorithm::Signature(Algorithm::RS256 | Algorithm::PS256)
        | KeyAlgorithm::Encryption(KeyManagement::RsaOaep | KeyManagement::RsaOaep256) => {
            Jwk::generate_rsa_key(RSA_BITS)?
        }
    };
    jwk.set_key_id(id.to_string());
    jwk.set_algorithm(algorithm.as_str());
    jwk.set_key_use(match algorithm {
        KeyAlgorithm::Signature(_) => "sig",
        KeyAlgorithm::Encryption(_) => "enc",
    });
    Ok(Zeroizing::new(jwk.to_string().into_bytes()))
}

/// Whether a key is made so fast that the start can wait for it.
pub(super) const fn is_quick(algorithm: KeyAlgorithm) -> bool {
    match algorithm {
        KeyAlgorithm::Signature(algorithm) => matches!(algorithm, Algorithm::ES256 | Algorithm::EdDSA),
        KeyAlgorithm::Encryption(algorithm) => {
            !matches!(algorithm, KeyManagement::RsaOaep | KeyManagement::RsaOaep256)
        }
    }
}
