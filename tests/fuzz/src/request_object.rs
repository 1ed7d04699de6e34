//! Request objects (RFC 9101). An input is one to be signed by the client, see [`jwt`](crate::jwt).
//!
//! What is accepted was signed by the client for this issuer, asks for nothing beyond the registration, and
//! asks for what it says. A refusal goes to the registered redirect URI or to nobody.

use doorward_service::provider::AuthorizationRequest;
use doorward_service::provider::authorize::AuthorizeError;
use url::form_urlencoded::Serializer;

use crate::Verdict;
use crate::broker::{BROKER, CLIENT, ISSUER, NOW, REDIRECT_URI, at_once, now};
use crate::jwt::{Described, Said};

/// The property, for one input.
pub fn check(input: &[u8]) -> Verdict {
    let Some(described) = Described::read(input, &BROKER.jwk) else { return Verdict::Refused };
    let token = described.sign(&BROKER.signer);
    let asked = ask(&token.text);
    if let Some(request) = &asked {
        assert!(!token.altered, "{}", token.text);
        is_right(&token.text, request);
        let again = ask(&token.text);
        let names_itself = Said::by(&token.text).claims.contains_key("jti");
        assert_eq!(again.is_none(), names_itself, "an object that names itself is good for one use");
    }
    Verdict::of(asked.is_some())
}

/// Beside the object stand parameters that mean nothing.
fn ask(object: &str) -> Option<AuthorizationRequest> {
    let fields = [("client_id", CLIENT), ("request", object), ("state", "beside"), ("nonce", "beside")];
    let query = Serializer::new(String::new()).extend_pairs(fields).finish();
    match at_once(BROKER.provider.authorization_request(&[query.as_bytes()], now())) {
        Ok((request, client)) => {
            assert_eq!(client, BROKER.client);
            Some(request)
        }
        Err(AuthorizeError::Redirect(back)) => {
            let address = back.answer.destination().as_str();
            assert!(address.starts_with(REDIRECT_URI), "{address}");
            None
        }
        Err(_) => None,
    }
}

fn is_right(object: &str, request: &AuthorizationRequest) {
    let said = Said::by(object);
    said.assert_header("ES256", &[None, Some("jwt"), Some("oauth-authz-req+jwt")]);
    for (name, value) in [("iss", CLIENT), ("client_id", CLIENT), ("redirect_uri", REDIRECT_URI)] {
        said.assert_text(name, value);
    }
    assert!(said.is_for(ISSUER));
    said.assert_name("jti");
    assert!(said.claims.contains_key("exp"));
    said.assert_time("exp", NOW - 30, NOW + 3630);
    said.assert_time("nbf", NOW - 3630, NOW + 30);
    let text =
        |name: &str| said.claims.get(name).and_then(|value| value.as_str()).filter(|text| !text.is_empty());
    assert_eq!(request.redirect_uri, REDIRECT_URI);
    assert_eq!((request.state.as_deref(), request.nonce.as_deref()), (text("state"), text("nonce")));
    assert_eq!(request.challenge.is_some(), text("code_challenge").is_some());
    assert!(request.challenge.is_some(), "the client must use PKCE");
    let scope = &request.access.scope;
    assert!(scope.iter().all(|name| BROKER.client.scope.contains(name)), "{scope}");
}
