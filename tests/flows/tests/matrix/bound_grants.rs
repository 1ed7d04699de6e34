//! Tokens that are bound to a key, whatever grant they come from: rows DP-02, DP-03 and TX-01 for clients that
//! act for themselves, for devices and for exchanged tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_domain::{Clock as _, GrantType, ScopeSet};
use doorward_flows::app::{Answer, VERIFIER, post};
use doorward_flows::browser::encode;
use doorward_flows::{Relying, World};
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::json;

use crate::device::{DEVICE_CODE, question};
use crate::dpop::{DPOP, Key};
use crate::par::bring;
use crate::support::{code, reregister, signed_in};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A world in which `c1` and `c2` may use every grant; what `c1` gets is meant for `c2` as well.
async fn world() -> World {
    let world = World::new().await;
    for id in ["c1", "c2"] {
        reregister(&world, id, |client| {
            let more = [GrantType::DeviceCode, GrantType::ClientCredentials, GrantType::TokenExchange];
            client.grant_types.extend(more);
            client.resources = vec!["c2".to_owned(), "https://api.test".to_owned()];
            client.scope = ScopeSet::parse("openid email offline_access read").unwrap();
        })
        .await;
    }
    world
}

/// The token endpoint, called with these proofs.
async fn token(world: &World, app: &Relying, fields: &[(&str, &str)], proofs: &[&str]) -> Answer {
    call(world, "/token", app, fields, proofs).await
}

async fn call(world: &World, path: &str, app: &Relying, fields: &[(&str, &str)], proofs: &[&str]) -> Answer {
    let secret = app.secret.as_deref().unwrap();
    let credentials = format!("Basic {}", STANDARD.encode(format!("{}:{secret}", app.id)));
    let mut headers = vec![(AUTHORIZATION, credentials)];
    headers.extend(proofs.iter().map(|proof| (DPOP, (*proof).to_owned())));
    post(world, path, &headers, &encode(fields)).await
}

#[track_caller]
fn assert_bound(answer: &Answer, key: &Key) {
    assert_eq!(answer.json["token_type"], "DPoP", "{answer:?}");
    assert_eq!(answer.claims("access_token")["cnf"], json!({"jkt": key.thumbprint()}));
}

#[tokio::test]
async fn dp_03_a_client_s_own_token_is_bound() {
    let (world, key) = (world().await, Key::new());
    let (app, ask) = (world.relying("c1"), [("grant_type", "client_credentials")]);
    let proof = key.proof(&world, "1");
    let answer = token(&world, &app, &ask, &[&proof]).await;
    assert_bound(&answer, &key);
    let about = app.call(&world, "/introspect", &[("token", answer.str("access_token"))]).await.json;
    assert_eq!((&about["token_type"], &about["cnf"]["jkt"]), (&json!("DPoP"), &json!(key.thumbprint())));
    token(&world, &app, &ask, &[&proof]).await.assert_error(400, "invalid_dpop_proof");
    let two = [&*key.proof(&world, "2"), &*key.proof(&world, "3")];
    token(&world, &app, &ask, &two).await.assert_error(400, "invalid_dpop_proof");
    reregister(&world, "c1", |client| client.tokens.dpop_bound = true).await;
    token(&world, &app, &ask, &[]).await.assert_error(400, "invalid_dpop_proof");
    assert_bound(&token(&world, &app, &ask, &[&key.proof(&world, "4")]).await, &key);
}

#[tokio::test]
async fn dp_03_a_device_s_tokens_are_bound() {
    let (world, key) = (world().await, Key::new());
    let (app, mut browser) = (world.relying("c1"), signed_in(&world, "alice").await);
    reregister(&world, "c1", |client| client.tokens.dpop_bound = true).await;
    let scope = [("scope", "openid offline_access")];
    let device = app.call(&world, "/device_authorization", &scope).await;
    let page = question(&world, &mut browser, &device).await;
    browser.submit(&page, &[("decision", "allow")]).await;
    let poll = [("grant_type", DEVICE_CODE), ("device_code", device.str("device_code"))];
    token(&world, &app, &poll, &[]).await.assert_error(400, "invalid_dpop_proof");
    let used = key.proof(&world, "1");
    token(&world, &app, &[("grant_type", "client_credentials")], &[&used]).await.str("access_token");
    token(&world, &app, &poll, &[&used]).await.assert_error(400, "invalid_dpop_proof");
    let answer = token(&world, &app, &poll, &[&key.proof(&world, "2")]).await;
    assert_bound(&answer, &key);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", answer.str("refresh_token"))];
    token(&world, &app, &refresh, &[]).await.assert_error(400, "invalid_grant");
    assert_bound(&token(&world, &app, &refresh, &[&key.proof(&world, "3")]).await, &key);
}

#[tokio::test]
async fn tx_01_a_bound_token_is_exchanged_by_the_holder_of_its_key() {
    let (world, key, other) = (world().await, Key::new(), Key::new());
    let (app, service) = (world.relying("c1"), world.relying("c2"));
    let mut browser = signed_in(&world, "alice").await;
    let issued = code(&world, &mut browser, &app, &[("scope", "openid read")]).await;
    let redeem = [
        ("grant_type", "authorization_code"),
        ("code", &*issued),
        ("redirect_uri", "https://c1.test/cb"),
        ("code_verifier", VERIFIER),
    ];
    let bound = token(&world, &app, &redeem, &[&key.proof(&world, "1")]).await;
    assert_bound(&bound, &key);
    let exchange = [
        ("grant_type", EXCHANGE),
        ("subject_token", bound.str("access_token")),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    let before = world.digest().await;
    token(&world, &app, &exchange, &[]).await.assert_error(400, "invalid_request");
    let stolen = other.proof(&world, "2");
    token(&world, &app, &exchange, &[&stolen]).await.assert_error(400, "invalid_request");
    assert_eq!(world.digest().await, before);
    let passed = [&exchange[..], &[("audience", "c2")]].concat();
    let passed = token(&world, &app, &passed, &[&key.proof(&world, "3")]).await;
    assert_bound(&passed, &key);
    // A service that it is meant for gets a token of its own, bound to its own key or to none.
    let exchange = exchange.map(|(name, value)| match name {
        "subject_token" => (name, passed.str("access_token")),
        _ => (name, value),
    });
    assert_eq!(token(&world, &service, &exchange, &[]).await.json["token_type"], "Bearer");
    assert_bound(&token(&world, &service, &exchange, &[&other.proof(&world, "4")]).await, &other);
    // Who acts proves the key of that token, too.
    let proof = other.proof(&world, "5");
    let itself = token(&world, &app, &[("grant_type", "client_credentials")], &[&proof]).await;
    let acting = [("actor_token", itself.str("access_token")), ("actor_token_type", ACCESS_TOKEN)];
    let acting = [&exchange[..], &acting[..]].concat();
    let answer = token(&world, &app, &acting, &[&key.proof(&world, "6")]).await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn dp_03_a_request_that_is_pushed_with_a_proof_is_for_its_key() {
    let (world, key, other) = (world().await, Key::new(), Key::new());
    let (app, mut browser) = (world.relying("c1"), signed_in(&world, "alice").await);
    let plain = app.parameters();
    let plain: Vec<_> = plain.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let at_par = |key: &Key, jti: &str| {
        let iat = world.clock.now().as_secs();
        let claims = json!({"htm": "POST", "htu": "https://id.test/par", "iat": iat, "jti": jti});
        key.sign(&key.header(), &claims)
    };
    let wrong = call(&world, "/par", &app, &plain, &[&key.proof(&world, "for another endpoint")]).await;
    wrong.assert_error(400, "invalid_dpop_proof");
    let (thumbprint, proof) = (other.thumbprint(), at_par(&key, "for another key"));
    let named = [&plain[..], &[("dpop_jkt", &thumbprint)]].concat();
    call(&world, "/par", &app, &named, &[&proof]).await.assert_error(400, "invalid_dpop_proof");
    for (redeemer, jti, good) in [(Some(&other), "1", false), (None, "2", false), (Some(&key), "3", true)] {
        let proof = at_par(&key, jti);
        let pushed = call(&world, "/par", &app, &plain, &[&proof]).await;
        call(&world, "/par", &app, &plain, &[&proof]).await.assert_error(400, "invalid_dpop_proof");
        let page = browser.get(&bring(&world, "c1", pushed.str("request_uri"))).await;
        let code = page.parameter("code").unwrap();
        let redeem = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", "https://c1.test/cb"),
            ("code_verifier", VERIFIER),
        ];
        let proof = redeemer.map(|redeemer| redeemer.proof(&world, &format!("redeem {jti}")));
        let proofs: Vec<&str> = proof.iter().map(String::as_str).collect();
        let answer = token(&world, &app, &redeem, &proofs).await;
        match good {
            true => assert_bound(&answer, &key),
            false => answer.assert_error(400, "invalid_grant"),
        }
    }
}
