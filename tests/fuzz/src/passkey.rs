//! Attestation objects, as an authenticator makes them of a new passkey (WebAuthn Level 3 section 6.5.4).
//!
//! What is accepted has an identifier of some length and a public key of an algorithm that was asked for, and
//! what is kept of that key is the same key. An object that goes on after its end, or that is vouched for by
//! somebody, is none.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_service::identity::local::passkey::attested;
use doorward_service::identity::local::passkey::key::PublicKey;

use crate::Verdict;

/// The hash of what the browser says.
const CLIENT_DATA_HASH: [u8; 32] = [7; 32];

/// The property, for one input.
pub fn check(input: &[u8]) -> Verdict {
    let Ok(made) = attested(input, &CLIENT_DATA_HASH) else { return Verdict::Refused };
    let id = BASE64.decode(&made.id).unwrap();
    assert!((1..=1023).contains(&id.len()));
    assert!(contains(input, &id) && contains(input, &made.site), "it is all in the object");
    let jwk = &made.key.jwk;
    assert!(["ES256", "EdDSA", "RS256"].iter().any(|alg| jwk["alg"] == *alg), "{jwk:?}");
    assert!(jwk.get("d").is_none() && jwk.len() <= 5, "a public key alone: {jwk:?}");
    let kept = PublicKey::kept(jwk).unwrap();
    assert_eq!((&kept.jwk, kept.cose_algorithm()), (jwk, made.key.cose_algorithm()));
    assert!(!kept.verifies(input, &[]), "no signature is none");
    let longer = [input, &[0]].concat();
    assert!(attested(&longer, &CLIENT_DATA_HASH).is_err(), "it goes on");
    Verdict::Accepted
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}
