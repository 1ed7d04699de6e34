//! Client authentication.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_test_idp::okta::{App, AppKind, Method};
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jws::{ES256, JwsSigner};
use serde_json::{Value, json};

use super::world::{CALLBACK, DEFAULT, ORG_SERVER, SECRET, World};
use crate::browser::{Page, VERIFIER};
use crate::party::START;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A sign-in up to the code, redeemed with these fields in place of the app's usual credentials.
async fn redeem_with(world: &mut World, credentials: &[(&str, &str)]) -> Page {
    let page = world.sign_in(ORG_SERVER, "joe@acme.example", &[("prompt", "login")]).await;
    let code = page.returned("code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let all: Vec<_> = fields.iter().chain(credentials).copied().collect();
    world.browser.post(&format!("{ORG_SERVER}/token"), &all).await
}

#[tokio::test]
async fn s3_12_one_method_is_accepted_and_two_secrets() {
    let mut world = World::new();
    let client_id = world.app.client_id.clone();
    let post = [("client_id", client_id.as_str()), ("client_secret", SECRET)];
    let text = "Client authentication failed. Either the client or the client credentials are invalid.";
    redeem_with(&mut world, &post).await.assert_refused(401, "invalid_client", text);
    world.okta.change_app(&client_id, |app| app.method = Method::ClientSecretPost);
    assert_eq!(redeem_with(&mut world, &post).await.status, 200);
    let next = [("client_id", client_id.as_str()), ("client_secret", "another secret of forty characters")];
    let text = "The client secret supplied for a confidential client is invalid.";
    redeem_with(&mut world, &next).await.assert_refused(401, "invalid_client", text);
    world.okta.change_app(&client_id, |app| app.secrets.push((next[1].1.into(), true)));
    assert_eq!(redeem_with(&mut world, &next).await.status, 200);
    assert_eq!(redeem_with(&mut world, &post).await.status, 200, "both are active");
    world.okta.change_app(&client_id, |app| app.secrets[0].1 = false);
    redeem_with(&mut world, &post).await.assert_refused(401, "invalid_client", text);
}

#[tokio::test]
async fn s3_5_no_credentials_and_an_unknown_client() {
    let mut world = World::new();
    let client_id = world.app.client_id.clone();
    let page = redeem_with(&mut world, &[("client_id", &client_id)]).await;
    page.assert_refused(401, "invalid_client", "No client credentials found.");
    redeem_with(&mut world, &[]).await.assert_refused(401, "invalid_client", "No client credentials found.");
    let page = redeem_with(&mut world, &[("client_id", "0oanobody"), ("client_secret", "x")]).await;
    page.assert_refused(401, "invalid_client", "Invalid value for 'client_id' parameter.");
    world.okta.change_app(&client_id, |app| app.method = Method::None);
    assert_eq!(redeem_with(&mut world, &[("client_id", &client_id)]).await.status, 200);
}

/// A key, and the world of an app that has it.
fn with_key() -> (World, Jwk, String) {
    let mut key = Jwk::generate_ec_key(EcCurve::P256).unwrap();
    key.set_key_id("key-1");
    let mut public = key.to_public_key().unwrap();
    public.set_key_id("key-1");
    let world = World::with(|app| App { method: Method::PrivateKeyJwt, keys: vec![public], ..app });
    let client_id = world.app.client_id.clone();
    (world, key, client_id)
}

fn signed(key: &Jwk, kid: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", part(&json!({ "alg": "ES256", "kid": kid })), part(claims));
    let signature = ES256.signer_from_jwk(key).unwrap().sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn claims(client_id: &str, jti: &str) -> Value {
    let audience = format!("{ORG_SERVER}/token");
    json!({ "iss": client_id, "sub": client_id, "aud": audience, "exp": START + 300, "jti": jti })
}

async fn present(world: &mut World, assertion: &str) -> Page {
    redeem_with(world, &[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)]).await
}

#[tokio::test]
async fn s3_7_an_assertion_is_for_the_endpoint_that_is_invoked_and_used_once() {
    let (mut world, key, client_id) = with_key();
    let good = signed(&key, "key-1", &claims(&client_id, "1"));
    assert_eq!(present(&mut world, &good).await.status, 200);
    let text = "The client_assertion token has already been used.";
    present(&mut world, &good).await.assert_refused(401, "invalid_client", text);
    let mut other = claims(&client_id, "2");
    other["aud"] = json!(format!("{DEFAULT}/token"));
    let text = "The audience claim for client_assertion must be the endpoint invoked for the request.";
    present(&mut world, &signed(&key, "key-1", &other)).await.assert_refused(401, "invalid_client", text);
    other["iss"] = json!("somebody");
    let text = "The issuer claim for client_assertion is not a valid client_id.";
    present(&mut world, &signed(&key, "key-1", &other)).await.assert_refused(401, "invalid_client", text);
}

#[tokio::test]
async fn s3_5_assertions_too_old_too_long_by_another_key_or_none() {
    let (mut world, key, client_id) = with_key();
    let until = |jti: &str, exp: i64| {
        let mut claims = claims(&client_id, jti);
        claims["exp"] = json!(exp);
        claims
    };
    let old = signed(&key, "key-1", &until("1", START));
    present(&mut world, &old).await.assert_refused(
        401,
        "invalid_client",
        "The client_assertion token is expired.",
    );
    let long = signed(&key, "key-1", &until("2", START + 3601));
    present(&mut world, &long).await.assert_refused(401, "invalid_client", "too far into the future");
    let unknown = signed(&key, "key-2", &until("3", START + 60));
    present(&mut world, &unknown).await.assert_refused(
        401,
        "invalid_client",
        "The client_assertion JWT kid is invalid.",
    );
    let other = Jwk::generate_ec_key(EcCurve::P256).unwrap();
    let forged = signed(&other, "key-1", &until("4", START + 60));
    present(&mut world, &forged).await.assert_refused(
        401,
        "invalid_client",
        "The client_assertion signature is invalid.",
    );
    world.okta.change_app(&client_id, |app| app.keys.clear());
    let good = signed(&key, "key-1", &until("5", START + 60));
    present(&mut world, &good).await.assert_refused(
        401,
        "invalid_client",
        "does not have a JWKSet configured",
    );
}

#[tokio::test]
async fn s3_12_client_secret_jwt() {
    let mut world = World::with(|app| App { method: Method::ClientSecretJwt, ..app });
    let client_id = world.app.client_id.clone();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", part(&json!({ "alg": "HS256" })), part(&claims(&client_id, "1")));
    let key = openssl::pkey::PKey::hmac(SECRET.as_bytes()).unwrap();
    let mut signer = openssl::sign::Signer::new(openssl::hash::MessageDigest::sha256(), &key).unwrap();
    let mac = URL_SAFE_NO_PAD.encode(signer.sign_oneshot_to_vec(input.as_bytes()).unwrap());
    assert_eq!(present(&mut world, &format!("{input}.{mac}")).await.status, 200);
}

#[tokio::test]
async fn s3_5_client_credentials_at_the_org_server() {
    let (mut world, key, client_id) = with_key();
    let ask = async |world: &mut World, jti: &str| {
        let assertion = signed(&key, "key-1", &claims(&client_id, jti));
        let fields = [
            ("grant_type", "client_credentials"),
            ("scope", "okta.users.read"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        world.browser.post(&format!("{ORG_SERVER}/token"), &fields).await
    };
    let text = "Only clients with 'application_type' of 'service' may use the client_credentials";
    ask(&mut world, "1").await.assert_refused(401, "invalid_client", text);
    world.okta.change_app(&client_id, |app| {
        (app.kind, app.grant_types) = (AppKind::Service, vec!["client_credentials"]);
    });
    let text = "You are not allowed any of the requested scopes.";
    ask(&mut world, "2").await.assert_refused(400, "consent_required", text);
    world.okta.change_app(&client_id, |app| app.granted_scopes.push("okta.users.read".into()));
    let tokens = ask(&mut world, "3").await;
    assert_eq!((tokens.status.as_u16(), tokens.json()["scope"].clone()), (200, json!("okta.users.read")));
}

#[tokio::test]
async fn s3_5_a_service_with_a_secret_is_refused() {
    let mut world = World::with(|app| App { kind: AppKind::Service, ..app });
    let fields = [("grant_type", "client_credentials"), ("scope", "okta.users.read")];
    let page = world.ask(&format!("{ORG_SERVER}/token"), &fields).await;
    page.assert_refused(401, "invalid_client", "must use the private_key_jwt token_endpoint_auth_method.");
}
