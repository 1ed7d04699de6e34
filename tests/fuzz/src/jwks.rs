//! JWK Sets, as anybody publishes them.
//!
//! A set in which somebody shows a private key is no set. What is kept of the others is a key of a fitting type
//! that is for signatures.

use doorward_domain::Algorithm;
use doorward_service::keys::{EncryptionKeys, VerifyingKey, VerifyingKeys};
use serde_json::Value;

use crate::Verdict;

/// The property, for one input.
pub fn check(input: &[u8]) -> Verdict {
    let Ok(set) = serde_json::from_slice::<Value>(input) else { return Verdict::Refused };
    let (verifying, encryption) = (VerifyingKeys::parse(&set), EncryptionKeys::parse(&set));
    assert_eq!(verifying.is_ok(), encryption.is_ok(), "the same sets are read for both");
    let Ok(keys) = verifying else { return Verdict::Refused };
    let listed = set["keys"].as_array().unwrap();
    assert!(listed.len() <= 64 && listed.iter().all(Value::is_object));
    assert!(listed.iter().all(|jwk| jwk.get("d").is_none()), "a private key");
    let verdict = Verdict::of(!keys.is_empty());
    for key in keys {
        assert!(listed.iter().any(|jwk| is_kept(jwk, &key)), "{key:?}");
    }
    verdict
}

/// Whether `key` may have come from `jwk`.
fn is_kept(jwk: &Value, key: &VerifyingKey) -> bool {
    let kind = match key.algorithm() {
        Algorithm::ES256 => "EC",
        Algorithm::EdDSA => "OKP",
        Algorithm::RS256 | Algorithm::PS256 => "RSA",
    };
    let is_for_signatures = jwk.get("use").is_none_or(|purpose| purpose == "sig");
    let names_it = jwk.get("alg").is_none_or(|named| named == key.algorithm().as_str());
    jwk["kty"] == kind && jwk.get("kid").and_then(Value::as_str) == key.id() && is_for_signatures && names_it
}
