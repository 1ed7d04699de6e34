//! Client assertions (RFC 7523). An input is one to be signed by the client, see [`jwt`](crate::jwt).
//!
//! What is accepted is what the client signed, about itself, for this issuer alone and for minutes at most;
//! once, and as nothing else.

use http::HeaderMap;
use url::form_urlencoded::Serializer;

use crate::Verdict;
use crate::broker::{BROKER, CLIENT, ISSUER, NOW, at_once, now};
use crate::jwt::{Described, Said};
use doorward_service::provider::Params;
use doorward_service::provider::discovery::path;
use doorward_service::provider::token::ClientRequest;

/// The property, for one input.
pub fn check(input: &[u8]) -> Verdict {
    let Some(described) = Described::read(input, &BROKER.jwk) else { return Verdict::Refused };
    let token = described.sign(&BROKER.signer);
    let accepted = authenticates(&token.text);
    if accepted {
        assert!(!token.altered, "{}", token.text);
        is_right(&token.text);
        assert!(!authenticates(&token.text), "it was used before");
        assert!(!is_request(&token.text), "it is no request object");
    }
    Verdict::of(accepted)
}

fn authenticates(assertion: &str) -> bool {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let form = [("client_assertion_type", kind), ("client_assertion", assertion)];
    let form = Serializer::new(String::new()).extend_pairs(form).finish();
    let Ok(params) = Params::parse(&[form.as_bytes()]) else { return false };
    let (headers, body, path) = (&HeaderMap::new(), form.as_bytes(), path::TOKEN);
    let request = ClientRequest { headers, certificate: None, body, path };
    match at_once(BROKER.provider.authenticate(&request, &params, now())) {
        Ok(found) => {
            assert_eq!(found.record.id, BROKER.client.id);
            true
        }
        Err(_) => false,
    }
}

fn is_request(object: &str) -> bool {
    let query =
        Serializer::new(String::new()).extend_pairs([("client_id", CLIENT), ("request", object)]).finish();
    at_once(BROKER.provider.authorization_request(&[query.as_bytes()], now())).is_ok()
}

fn is_right(assertion: &str) {
    let said = Said::by(assertion);
    said.assert_header("ES256", &[None, Some("jwt")]);
    assert!(said.header.get("kid").is_none_or(|kid| kid == "one"));
    for (name, value) in [("iss", CLIENT), ("sub", CLIENT), ("aud", ISSUER)] {
        said.assert_text(name, value);
    }
    said.assert_name("jti");
    assert!(["exp", "jti"].iter().all(|name| said.claims.contains_key(*name)));
    said.assert_time("exp", NOW - 30, NOW + 330);
    for name in ["nbf", "iat", "auth_time"] {
        said.assert_time(name, 0, NOW + 30);
    }
}
