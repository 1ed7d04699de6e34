//! DPoP proofs (RFC 9449). An input is one to be signed with the client's key, see [`jwt`](crate::jwt).
//!
//! What is accepted was signed just now for the token endpoint with the key in its own header, and proves
//! that key; once.

use doorward_service::provider::dpop::{Endpoint, PROOF};
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use crate::Verdict;
use crate::broker::{BROKER, NOW, at_once, now};
use crate::jwt::{Described, Said};
use doorward_domain::Confirmation;

/// The property, for one input.
pub fn check(input: &[u8]) -> Verdict {
    let Some(described) = Described::read(input, &BROKER.jwk) else { return Verdict::Refused };
    let token = described.sign(&BROKER.signer);
    let proved = prove(&token.text);
    if let Some(key) = &proved {
        assert!(!token.altered, "{}", token.text);
        assert_eq!(*key, Confirmation::DpopKey(BROKER.thumbprint.clone()), "nobody has another key");
        is_right(&token.text);
        assert_eq!(prove(&token.text), None, "it was used before");
    }
    Verdict::of(proved.is_some())
}

fn prove(proof: &str) -> Option<Confirmation> {
    let headers = HeaderMap::from_iter([(PROOF, HeaderValue::from_str(proof).ok()?)]);
    let endpoint = Endpoint { method: &Method::POST, path: "/token", access_token: None };
    at_once(BROKER.provider.dpop_key(&headers, endpoint, (&BROKER.client, None), now())).ok().flatten()
}

fn is_right(proof: &str) {
    let said = Said::by(proof);
    said.assert_header("ES256", &[Some("dpop+jwt")]);
    assert!(said.header["jwk"].get("d").is_none(), "nobody shows a private key");
    said.assert_text("htm", "POST");
    let mut target = Url::parse(said.claims["htu"].as_str().unwrap()).unwrap();
    target.set_query(None);
    target.set_fragment(None);
    assert_eq!(target.as_str(), "https://id.test/token");
    said.assert_name("jti");
    assert!(["iat", "jti"].iter().all(|name| said.claims.contains_key(*name)));
    said.assert_time("iat", NOW - 60, NOW + 10);
    said.assert_time("nbf", 0, NOW + 10);
    assert!(!said.claims.contains_key("nonce"), "no nonce was given out");
}
