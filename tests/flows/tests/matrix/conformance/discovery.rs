//! `oidcc-config-certification-test-plan`, and what every module asks of the keys.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_flows::world::ISSUER;
use http::StatusCode;
use serde_json::{Value, json};

use super::suite::{Suite, assert_json};

/// Members of the document that are no URL and no list of texts.
const BOOLEANS: &[&str] = &[
    "authorization_response_iss_parameter_supported",
    "backchannel_logout_session_supported",
    "backchannel_logout_supported",
    "claims_parameter_supported",
    "client_id_metadata_document_supported",
    "frontchannel_logout_session_supported",
    "frontchannel_logout_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_pushed_authorization_requests",
    "require_request_uri_registration",
    "require_signed_request_object",
    "tls_client_certificate_bound_access_tokens",
];

/// Members that are URLs.
const URLS: &[&str] = &[
    "authorization_endpoint",
    "device_authorization_endpoint",
    "end_session_endpoint",
    "introspection_endpoint",
    "jwks_uri",
    "pushed_authorization_request_endpoint",
    "registration_endpoint",
    "revocation_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
];

/// Members that are lists of texts, their `_supported` left out: all that the suite's schema of the document
/// knows and we publish. Whatever stands in none of the three tables would be a warning.
const LISTS: &[&str] = &[
    "authorization_encryption_alg_values",
    "authorization_encryption_enc_values",
    "authorization_signing_alg_values",
    "claims",
    "code_challenge_methods",
    "display_values",
    "dpop_signing_alg_values",
    "grant_types",
    "id_token_encryption_alg_values",
    "id_token_encryption_enc_values",
    "id_token_signing_alg_values",
    "introspection_encryption_alg_values",
    "introspection_encryption_enc_values",
    "introspection_endpoint_auth_methods",
    "introspection_endpoint_auth_signing_alg_values",
    "introspection_signing_alg_values",
    "prompt_values",
    "request_object_encryption_alg_values",
    "request_object_encryption_enc_values",
    "request_object_signing_alg_values",
    "response_modes",
    "response_types",
    "revocation_endpoint_auth_methods",
    "revocation_endpoint_auth_signing_alg_values",
    "scopes",
    "subject_types",
    "token_endpoint_auth_methods",
    "token_endpoint_auth_signing_alg_values",
    "ui_locales",
    "userinfo_encryption_alg_values",
    "userinfo_encryption_enc_values",
    "userinfo_signing_alg_values",
];

#[tokio::test]
async fn oidcc_discovery_endpoint_verification() {
    let suite = Suite::new().await;
    let answer = suite.get("/.well-known/openid-configuration").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_json(&answer);
    let document = answer.json.as_object().unwrap();
    assert_eq!(document["issuer"], ISSUER);
    for (name, value) in document.iter().filter(|(name, _)| *name != "issuer") {
        let list = name.strip_suffix("_supported").is_some_and(|name| LISTS.contains(&name));
        let fits = match value {
            Value::Bool(_) => BOOLEANS.contains(&name.as_str()),
            Value::String(url) => URLS.contains(&name.as_str()) && url.starts_with("https://"),
            Value::Array(texts) => list && !texts.is_empty() && texts.iter().all(Value::is_string),
            _ => false,
        };
        assert!(fits, "{name}: {value}");
    }
    for (name, needed) in [
        ("response_types_supported", "code"),
        ("grant_types_supported", "authorization_code"),
        ("scopes_supported", "openid"),
        ("id_token_signing_alg_values_supported", "RS256"),
        ("userinfo_signing_alg_values_supported", "RS256"),
        ("request_object_signing_alg_values_supported", "RS256"),
        ("subject_types_supported", "pairwise"),
        ("code_challenge_methods_supported", "S256"),
    ] {
        assert!(document[name].as_array().unwrap().contains(&json!(needed)), "{name}: {}", document[name]);
    }
    // oidcc-rp-initiated-logout-, -backchannel-logout- and -frontchannel-logout-discovery-endpoint-verification
    assert!(document.contains_key("end_session_endpoint"));
    for channel in ["backchannel", "frontchannel"] {
        for member in ["supported", "session_supported"] {
            assert_eq!(document[&format!("{channel}_logout_{member}")], true);
        }
    }
}

/// The keys of the set, by their names.
fn named(keys: &Value) -> BTreeSet<String> {
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn oidcc_server_rotate_keys() {
    let suite = Suite::new().await;
    let before = suite.get("/jwks.json").await;
    assert_eq!(before.status, StatusCode::OK);
    let keys = before.json["keys"].as_array().unwrap();
    assert_eq!(named(&before.json).len(), keys.len(), "each has a name of its own");
    for key in keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
            assert!(key.get(private).is_none(), "{key}");
        }
        assert!(["sig", "enc"].contains(&key["use"].as_str().unwrap()) && key["alg"].is_string(), "{key}");
        for number in ["n", "e", "x", "y"].into_iter().filter_map(|name| key[name].as_str()) {
            BASE64.decode(number).unwrap();
        }
        if key["kty"] == "RSA" {
            assert!(BASE64.decode(key["n"].as_str().unwrap()).unwrap().len() >= 256, "{key}");
        }
    }
    // The person who runs the module rotates the keys now: `doorward key rotate`.
    suite.world.keys.rotate(doorward_domain::Algorithm::RS256, "operator").await.unwrap();
    let after = suite.get("/jwks.json").await.json;
    assert!(named(&after).is_superset(&named(&before.json)), "the old one still verifies");
    assert_eq!(named(&after).len(), keys.len() + 1);
}
