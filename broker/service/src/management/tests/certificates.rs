//! What a client may register about its certificates and keys (RFC 8705).

use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use serde_json::{Value, json};

use super::{empty, only_problem, problems};
use crate::management::Management;
use crate::management::document::Document;
use crate::management::export;
use crate::settings::MutualTls;

/// A document with one client of these fields.
fn with(fields: &Value) -> Document {
    let mut client = json!({"client_id": "app", "name": "App", "tenants": "all"});
    client.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(json!({ "client": [client] })).unwrap()
}

fn asking(mutual_tls: Option<MutualTls>) -> Management {
    Management { mutual_tls, ..empty() }
}

async fn refusal(management: &Management, fields: &Value) -> (String, String) {
    let problem = only_problem(management.plan(&with(fields), "tests").await);
    (problem.path, problem.message)
}

fn public(jwk: &Jwk) -> Value {
    Value::Object(jwk.to_public_key().unwrap().into())
}

fn p256() -> Value {
    public(&Jwk::generate_ec_key(EcCurve::P256).unwrap())
}

#[tokio::test]
async fn a_certificate_is_known_by_exactly_one_name() {
    let names = [
        ("tls_client_auth_subject_dn", "CN=app,O=Acme,C=DE"),
        ("tls_client_auth_san_dns", "app.acme.test"),
        ("tls_client_auth_san_uri", "urn:acme:app"),
        ("tls_client_auth_san_ip", "2001:DB8::7"),
        ("tls_client_auth_san_email", "app@acme.test"),
    ];
    for (field, name) in names {
        let management = empty();
        let document = with(&json!({"token_endpoint_auth_method": "tls_client_auth", field: name}));
        management.apply(&document, "tests").await.unwrap();
        let again = management.plan(&document, "tests").await.unwrap();
        assert!(again.changes.is_empty(), "{again:?}");
        let stored = management.stored_client("app").await;
        let told = serde_json::to_value(export::client(&stored, &Default::default())).unwrap();
        assert_eq!(told[field], name);
        // It is for no other method.
        for method in ["none", "private_key_jwt", "self_signed_tls_client_auth"] {
            let fields =
                json!({"token_endpoint_auth_method": method, field: name, "jwks": {"keys": [p256()]}});
            let (path, message) = refusal(&empty(), &fields).await;
            assert_eq!(path, format!("client[app].{field}"));
            assert!(message.contains("`tls_client_auth` only"), "{message}");
        }
    }
    let method = json!({"token_endpoint_auth_method": "tls_client_auth"});
    assert!(refusal(&empty(), &method).await.1.contains("exactly one"));
    for (first, one) in names {
        for (second, other) in names.into_iter().filter(|(second, _)| *second != first) {
            let fields = json!({"token_endpoint_auth_method": "tls_client_auth", first: one, second: other});
            assert!(refusal(&empty(), &fields).await.1.contains("exactly one"));
        }
    }
}

#[tokio::test]
async fn what_no_certificate_can_be_called_is_refused() {
    for (field, names) in [
        ("tls_client_auth_subject_dn", ["", "app.acme.test", "CN=app+OU=x", "CN=\"app\"", "C=Germany"]),
        ("tls_client_auth_san_dns", ["", "*.acme.test", "acme..test", "a b", "https://acme.test"]),
        ("tls_client_auth_san_uri", ["", "acme", "urn:a b", "urn:ü", "/path"]),
        ("tls_client_auth_san_ip", ["", "192.0.2", "192.0.2.0/24", "::g", "localhost"]),
        ("tls_client_auth_san_email", ["", "acme.test", "@acme.test", "a@", "a b@acme.test"]),
    ] {
        for name in names {
            let fields = json!({"token_endpoint_auth_method": "tls_client_auth", field: name});
            assert_eq!(refusal(&empty(), &fields).await.0, format!("client[app].{field}"), "{name}");
        }
    }
}

#[tokio::test]
async fn certificates_are_registered_where_they_are_asked_for() {
    let by_name =
        json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "a.test"});
    let own =
        json!({"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [p256()]}});
    let bound = json!({"tls_client_certificate_bound_access_tokens": true});
    let nobody_vouches = Some(MutualTls { base_url: None, has_authorities: false });
    for (management, refused) in [
        (asking(None), vec![(&by_name, "nobody for certificates"), (&own, "nobody"), (&bound, "nobody")]),
        (asking(nobody_vouches), vec![(&by_name, "no authority")]),
        (empty(), vec![]),
    ] {
        for fields in [&by_name, &own, &bound] {
            let expected = refused.iter().find(|(it, _)| *it == fields).map(|(_, message)| *message);
            match (management.plan(&with(fields), "tests").await, expected) {
                (Ok(_), None) => {}
                (outcome, Some(message)) => {
                    let problem = only_problem(outcome);
                    assert!(problem.message.contains(message), "{problem}");
                }
                (outcome, None) => panic!("{fields}: {outcome:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_token_is_bound_to_one_key() {
    let both = json!({"tls_client_certificate_bound_access_tokens": true, "dpop_bound_access_tokens": true});
    assert!(refusal(&empty(), &both).await.1.contains("one key"));
}

#[tokio::test]
async fn a_certificate_of_the_client_s_own_is_among_its_keys() {
    let method =
        |jwks: Value| json!({"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": jwks});
    let mut encrypting = p256();
    encrypting["use"] = "enc".into();
    let mut nonsense = p256();
    nonsense["x5c"] = json!(["AAAA"]);
    for keys in [json!([]), json!([encrypting]), json!([nonsense])] {
        let (path, message) = refusal(&empty(), &method(json!({ "keys": keys }))).await;
        assert_eq!(path, "client[app].jwks");
        assert!(message.contains("no certificate"), "{message}");
    }
    let p384 = public(&Jwk::generate_ec_key(EcCurve::P384).unwrap());
    for keys in [json!([p256()]), json!([p384])] {
        assert!(empty().plan(&with(&method(json!({ "keys": keys }))), "tests").await.is_ok());
    }
    let without = json!({"token_endpoint_auth_method": "self_signed_tls_client_auth"});
    assert!(refusal(&empty(), &without).await.1.contains("is missing"));
    let both = json!({
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "jwks": {"keys": [p256()]},
        "jwks_uri": "https://app.test/jwks",
    });
    assert!(refusal(&empty(), &both).await.1.contains("one will do"));
}

#[tokio::test]
async fn ca_03_no_weak_and_no_private_key_is_registered() {
    let rsa = |bits| public(&Jwk::generate_rsa_key(bits).unwrap());
    let mut even = rsa(2048);
    even["e"] = "Ag".into();
    let private: Value = Value::Object(Jwk::generate_ec_key(EcCurve::P256).unwrap().into());
    for (key, message) in [
        (rsa(1024), "weak"),
        (rsa(2040), "weak"),
        (even, "weak"),
        (json!({"kty": "RSA"}), "weak"),
        (json!({"kty": "EC", "crv": "P-192", "x": "AA", "y": "AA"}), "weak"),
        (json!({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}), "weak"),
        (json!({"kty": "EC"}), "weak"),
        (private, "private"),
        (json!({"kty": "oct", "k": "AAAA"}), "private"),
    ] {
        // A good one beside it is no excuse.
        for jwks in [json!({"keys": [key]}), json!({"keys": [p256(), key]})] {
            for method in ["private_key_jwt", "self_signed_tls_client_auth", "none"] {
                let fields = json!({"token_endpoint_auth_method": method, "jwks": jwks});
                let found = problems(empty().plan(&with(&fields), "tests").await);
                assert_eq!(found[0].path, "client[app].jwks", "{key}");
                assert!(found[0].message.contains(message), "{found:?}");
            }
        }
    }
    let fields = json!({"jwks": {"keys": [rsa(2048), p256()]}});
    assert!(empty().plan(&with(&fields), "tests").await.is_ok());
}
