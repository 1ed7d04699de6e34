//! Tokens that are bound to a key, whatever grant they come from: rows DP-02, DP-03 and TX-01 for clients that
//! act for themselves, for devices and for exchanged tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_domain::GrantType;
use doorward_domain::ScopeSet;
use doorward_flows::app::{Answer, post};
use doorward_flows::browser::encode;
use doorward_flows::{Relying, World};
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::json;

use crate::device::{DEVICE_CODE, question};
use crate::dpop::{DPOP, Key};
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
    let secret = app.secret.as_deref().unwrap();
    let credentials = format!("Basic {}", STANDARD.encode(format!("{}:{secret}", app.id)));
    let mut headers = vec![(AUTHORIZATION, credentials)];
    headers.extend(proofs.iter().map(|proof| (DPOP, (*proof).to_owned())));
    post(world, "/token", &headers, &encode(fields)).await
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
    token(&world, &app, &refresh, &[]).await.assert_error(400, "invalid_dpop_proof");
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
        ("code_verifier", doorward_flows::app::VERIFIER),
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
