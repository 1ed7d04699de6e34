use std::path::PathBuf;

use doorward_domain::{Algorithm, ClientTrust, Plain, Provisioning, Stage};

use super::{ACME, CANARY, parse};
use crate::management::document::{ApplicationType, Document, Reference, SecretSource, Tenants};

fn refusal(text: &str) -> String {
    toml::from_str::<Document>(text).unwrap_err().to_string()
}

#[test]
fn ad_02_an_unknown_field_is_refused_at_every_level() {
    for (after, field) in [
        ("", "tenants = 1\n"),
        ("slug = \"acme\"", "\ntenant_id = \"x\""),
        ("name = \"staff\"", "\nid = \"con_1\""),
        ("client_id = \"app\"", "\nis_system = true"),
    ] {
        let text = match ACME.split_once(after) {
            Some((head, tail)) => format!("{head}{after}{field}{tail}"),
            None => panic!("{after}"),
        };
        assert!(refusal(&text).contains("unknown field"), "{text}");
    }
    let both = ACME.replace("\"canary-of-the-client-app\"", "{ file = \"a\", env = \"b\" }");
    assert!(refusal(&both).contains("a reference is either"));
    let neither = ACME.replace("\"canary-of-the-client-app\"", "{ command = \"cat\" }");
    assert!(refusal(&neither).contains("{ file = "));
}

#[test]
fn what_is_left_out_means_the_most_restrictive() {
    let document = parse(ACME);
    let connection = &document.tenants[0].connections[0];
    assert_eq!((connection.provisioning, connection.stage), (Provisioning::KnownOnly, Stage::Draft));
    assert_eq!(connection.scopes, ["openid", "profile", "email"]);
    assert_eq!(connection.algorithms, [Algorithm::RS256, Algorithm::ES256]);

    let bare = parse("[[client]]\nclient_id = \"a\"\nname = \"A\"\ntenants = \"all\"");
    let client = &bare.clients[0];
    assert_eq!(client.scope.to_string(), "openid");
    assert_eq!(client.trust, ClientTrust::ThirdParty);
    assert_eq!(client.application_type, ApplicationType::Web);
    assert_eq!(client.id_token_signed_response_alg, Algorithm::ES256);
    assert!(client.require_pkce);
}

#[test]
fn whose_people_may_use_a_client_must_be_said() {
    let client = |tenants: &str| format!("[[client]]\nclient_id = \"a\"\nname = \"A\"\n{tenants}");
    assert_eq!(parse(&client("tenants = \"all\"")).clients[0].tenants, Tenants::All);
    assert!(refusal(&client("")).contains("missing field `tenants`"));
    assert!(refusal(&client("tenants = []")).contains("serves nobody"));
    assert!(refusal(&client("tenants = \"some\"")).contains("\"all\""));
    assert!(refusal(&client("tenants = [\"no slug\"]")).contains("company code"));
    assert!(refusal(&client("tenants = 1")).contains("expected \"all\""));
}

#[test]
fn a_wrong_value_is_refused_where_it_stands() {
    for (right, wrong) in [
        ("\"acme.test\"", "\"localhost\""),
        ("\"oidc\"", "\"ldap\""),
        ("\"https://app.test/callback\"", "\"https://app.test/*\""),
        ("\"openid profile\"", "\"open\\\"id\""),
    ] {
        let text = ACME.replace(right, wrong);
        let line = 1 + text[..text.find(wrong).unwrap()].matches('\n').count();
        assert!(refusal(&text).contains(&format!("line {line}")), "{}", refusal(&text));
    }
}

#[test]
fn json_tells_the_same_as_toml() {
    let document = parse(ACME);
    let json = serde_json::to_string(&document).unwrap();
    assert_eq!(serde_json::from_str::<Document>(&json).unwrap(), document);
}

#[test]
fn references_are_followed_and_secrets_in_clear_are_pointed_out() {
    let text = ACME.replace("\"canary-of-the-client-app\"", "{ env = \"APP_SECRET\" }");
    let document: Document = toml::from_str(&text).unwrap();
    let resolved = document
        .clone()
        .resolve(|reference| {
            assert_eq!(*reference, Reference::Env("APP_SECRET".to_owned()));
            Ok("from the environment\n".to_owned())
        })
        .unwrap();
    let secret = resolved.document.clients[0].client_secret.clone();
    assert_eq!(secret, Some(SecretSource::Literal(Plain::new("from the environment"))));
    assert_eq!(resolved.literals, ["tenant[acme].connection[staff].client_secret"]);

    let lost = document.resolve(|_| Err("is not set".to_owned())).unwrap_err();
    assert_eq!(lost.to_string(), "client[app].client_secret: is not set");
}

#[test]
fn a_key_set_may_lie_in_a_file() {
    let text =
        "[[client]]\nclient_id = \"a\"\nname = \"A\"\ntenants = \"all\"\njwks = { file = \"keys.json\" }";
    let resolved = toml::from_str::<Document>(text).unwrap().resolve(|reference| {
        assert_eq!(*reference, Reference::File(PathBuf::from("keys.json")));
        Ok("{\"keys\": []}".to_owned())
    });
    assert!(resolved.is_ok());
    assert!(refusal(&text.replace("file", "url")).contains("JWK Set"));
}

#[test]
fn sr_01_a_document_prints_without_its_secrets() {
    assert!(!format!("{:?}", parse(ACME)).contains(CANARY));
}
