//! `oidcc-dynamic-certification-test-plan` with `response_type=code`, where everything that registers signs for
//! itself, and `oidcc-3rdparty-init-login-certification-test-plan`. What it shares with the basic plan is there.

use doorward_flows::app::{claims, send};
use http::StatusCode;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use josekit::jwk::alg::rsa::RsaKeyPair;
use rstest::rstest;
use serde_json::{Value, json};

use super::suite::{Proof, SUITE, Suite, TestClient, assert_claims, assert_code, key, public, sign};

const METHOD: &str = "private_key_jwt";

#[rstest]
#[case::oidcc_server_and_idtoken_rs256(json!({"id_token_signed_response_alg": "RS256"}))]
#[case::oidcc_redirect_uri_query_ok(json!({"redirect_uris": [format!("{SUITE}/callback?foo=bar")]}))]
#[case::of_another_algorithm(json!({"id_token_signed_response_alg": "ES256"}))]
#[tokio::test]
async fn what_registers_gets_tokens(#[case] changes: Value) {
    let suite = Suite::new().await;
    let client = suite.register(METHOD, &changes).await;
    for (name, value) in changes.as_object().unwrap() {
        assert_eq!(&client.registered[name], value);
    }
    let tokens = suite.tokens(&mut suite.world.browser(), &client, &[]).await;
    suite.userinfo(&tokens).await;
}

#[tokio::test]
async fn oidcc_redirect_uri_query_mismatch() {
    let suite = Suite::new().await;
    let registered = json!({"redirect_uris": [format!("{SUITE}/callback?foo=bar")]});
    let client = suite.register(METHOD, &registered).await;
    for wrong in ["", "?foo=baz", "?foo=bar&x=y", "?bar=foo"] {
        let wrong = format!("{SUITE}/callback{wrong}");
        let page = suite.world.browser().open(&client.request(&[("redirect_uri", &wrong)])).await;
        page.assert_told(400);
    }
}

#[tokio::test]
async fn oidcc_ensure_redirect_uri_in_authorization_request() {
    let suite = Suite::new().await;
    let both = json!({"redirect_uris": [format!("{SUITE}/callback"), format!("{SUITE}/callback2")]});
    let client = suite.register(METHOD, &both).await;
    suite.world.browser().open(&client.request(&[("redirect_uri", "")])).await.assert_told(400);
}

#[rstest]
#[case::oidcc_redirect_uri_regfrag("redirect_uris", json!([format!("{SUITE}/callback#foobar")]), "invalid_redirect_uri")]
#[case::oidcc_3rd_party_init_login_nohttps(
    "initiate_login_uri", json!("http://suite.test/test/a/doorward/initiate_login"), "invalid_client_metadata"
)]
#[tokio::test]
async fn what_cannot_be_registered_is_told(#[case] field: &str, #[case] value: Value, #[case] error: &str) {
    let suite = Suite::new().await;
    suite.try_register(METHOD, &key(), &json!({field: value})).await.assert_error(400, error);
}

#[tokio::test]
async fn oidcc_3rd_party_init_login() {
    let suite = Suite::new().await;
    let uri = format!("{SUITE}/initiate_login");
    let client = suite.register(METHOD, &json!({"initiate_login_uri": uri})).await;
    assert_eq!(client.registered["initiate_login_uri"], uri);
    let request = http::Request::get(client.registered["registration_client_uri"].as_str().unwrap());
    let token = client.registered["registration_access_token"].as_str().unwrap();
    let request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    let answer = send(&suite.world, request.body(Vec::new()).unwrap()).await;
    assert_eq!((answer.status, answer.str("initiate_login_uri")), (StatusCode::OK, uri.as_str()));
}

#[tokio::test]
async fn oidcc_userinfo_rs256() {
    let suite = Suite::new().await;
    let client = suite.register(METHOD, &json!({"userinfo_signed_response_alg": "RS256"})).await;
    let tokens = suite.tokens(&mut suite.world.browser(), &client, &[]).await;
    let bearer = format!("Bearer {}", tokens.str("access_token"));
    let request = http::Request::get(suite.world.url("/userinfo")).header(AUTHORIZATION, bearer);
    let answer = suite.world.network.send(request.body(Vec::new()).unwrap()).await.unwrap();
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/jwt");
    let told = suite.verified(std::str::from_utf8(answer.body()).unwrap()).await;
    assert_claims(&told);
    assert_eq!((&told["iss"], &told["aud"]), (&json!("https://id.test"), &json!(client.id)));
    assert!(told.get("nonce").is_none() && told["sub"] == tokens.claims("id_token")["sub"]);
}

/// `oidcc-registration-logo-uri`, `-policy-uri` and `-tos-uri`: the suite wants a picture of the page.
#[tokio::test]
async fn what_an_app_says_of_itself_is_shown() {
    let suite = Suite::new().await;
    let pages = json!({"policy_uri": format!("{SUITE}/policy"), "tos_uri": format!("{SUITE}/tos")});
    let client = suite.register(METHOD, &pages).await;
    let mut browser = suite.world.browser();
    suite.authorize(&mut browser, &client, &[]).await;
    let page = browser.open(&client.request(&[("prompt", "consent")])).await;
    for uri in pages.as_object().unwrap().values() {
        assert!(page.body.contains(&format!("href=\"{}\"", uri.as_str().unwrap())), "{page:?}");
    }
}

/// A client whose keys lie at `jwks_uri`, named by their thumbprints there.
async fn publishing(suite: &Suite, grants: Value) -> TestClient {
    let key = named_key("first");
    let uri = suite.serve("client1_jwks", json!({"keys": [public(&key)]}).to_string());
    let changes = json!({"jwks": null, "jwks_uri": uri, "grant_types": grants});
    let client = suite.register(METHOD, &changes).await;
    assert_eq!(client.registered["jwks_uri"], uri);
    TestClient { proof: Proof::PrivateKeyJwt(key), ..client }
}

fn named_key(id: &str) -> RsaKeyPair {
    let mut key = RsaKeyPair::generate(2048).unwrap();
    key.set_key_id(Some(id));
    key
}

/// `oidcc-registration-jwks-uri` and `oidcc-refresh-token-rp-key-rotation`.
#[tokio::test]
async fn keys_are_looked_up_where_they_lie() {
    let suite = Suite::new().await;
    let mut client = publishing(&suite, json!(["authorization_code", "refresh_token"])).await;
    let asked = [("scope", "openid offline_access"), ("prompt", "consent")];
    let tokens = suite.tokens(&mut suite.world.browser(), &client, &asked).await;
    let key = named_key("second");
    suite.serve("client1_jwks", json!({"keys": [public(&key)]}).to_string());
    let old = std::mem::replace(&mut client.proof, Proof::PrivateKeyJwt(key));
    suite.world.pass(60);
    let refresh = tokens.str("refresh_token").to_owned();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let answer = suite.token(&client, &fields).await;
    suite.assert_tokens(&client, &answer).await;
    suite.userinfo(&answer).await;
    // The key that was taken away is good for nothing.
    client.proof = old;
    suite.token(&client, &fields).await.assert_error(401, "invalid_client");
}

/// `oidcc-registration-sector-uri` and `-bad`.
#[tokio::test]
async fn a_sector_lists_its_redirect_uris() {
    let suite = Suite::new().await;
    let uri = suite.serve("redirect_uris.json", json!([format!("{SUITE}/callback")]).to_string());
    let sector = json!({"subject_type": "pairwise", "sector_identifier_uri": uri});
    suite.register(METHOD, &sector).await;
    suite.serve("redirect_uris.json", json!(["https://elsewhere.test/callback"]).to_string());
    let answer = suite.try_register(METHOD, &key(), &sector).await;
    answer.assert_error(400, "invalid_client_metadata");
}

/// The suite's request object has no end: it may take it away from where it lies.
#[tokio::test]
async fn oidcc_request_uri_signed_rs256() {
    let suite = Suite::new().await;
    let uri = format!("{SUITE}/requesturi/{}", "a".repeat(96));
    let changes = json!({"request_uris": [uri], "request_object_signing_alg": "RS256"});
    let client = suite.register(METHOD, &changes).await;
    assert_eq!(client.registered["request_uris"], json!([uri]));
    let Proof::PrivateKeyJwt(key) = &client.proof else { panic!("no key") };
    let mut inside = json!({"iss": client.id, "aud": "https://id.test"});
    for (name, value) in client.parameters(&[("scope", "openid email")]) {
        inside[name] = value.into();
    }
    let object = sign(key, &inside);
    suite.serve(&uri[SUITE.len() + 1..], object.clone());
    let mut browser = suite.world.browser();
    let callback = suite.authorize(&mut browser, &client, &[("request_uri", &uri)]).await;
    let tokens = suite.redeem(&client, assert_code(&callback), &[]).await;
    assert_eq!(tokens.str("scope"), "openid email");
    // What travels does say how long it is good.
    let page = browser.get(&client.request(&[("request", &object)])).await;
    assert_eq!(page.parameter("error").as_deref(), Some("invalid_request_object"), "{page:?}");
    // And an end that it names is one, wherever it lies.
    inside["exp"] = 1_700_000_000.into();
    suite.serve(&uri[SUITE.len() + 1..], sign(key, &inside));
    let page = browser.get(&client.request(&[("request_uri", &uri)])).await;
    assert_eq!(page.parameter("error").as_deref(), Some("invalid_request_object"), "{page:?}");
}

#[tokio::test]
async fn oidcc_ensure_client_assertion_with_iss_aud_succeeds() {
    let suite = Suite::new().await;
    let client = suite.register(METHOD, &json!({})).await;
    let callback = suite.authorize(&mut suite.world.browser(), &client, &[]).await;
    let code = assert_code(&callback);
    let fields =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &client.redirect_uri)];
    let answer = suite.token_for(&client, &fields, "https://id.test").await;
    suite.assert_tokens(&client, &answer).await;
    assert_eq!(claims(answer.str("id_token"))["aud"], json!(client.id));
}
