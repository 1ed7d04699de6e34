//! Tokens and answers that nobody may believe.

use std::time::Duration;

use axum::http::{StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_test_idp::{Arm, Endpoint, Fault, Switch};
use josekit::jws::{HS256, JwsVerifier};
use serde_json::Value;
use tokio::time::Instant;

use super::world::{World, unverified, verified};
use crate::party::START;

fn header_of(token: &Value) -> Value {
    let header = token.as_str().unwrap().split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
}

async fn id_token_with(world: &mut World, switch: Switch) -> Value {
    world.issuer("acme").switches().once(switch);
    world.tokens("acme", "alice").await["id_token"].clone()
}

#[tokio::test]
async fn times_can_lie_under_a_good_signature() {
    let mut world = World::new();
    for (switch, claim, lie) in
        [(Switch::NotYetValid, "nbf", START + 3600), (Switch::IssuedInFuture, "iat", START + 3600)]
    {
        let token = id_token_with(&mut world, switch).await;
        let claims = verified(&token, &world.jwks("acme").await).expect("a good signature");
        assert_eq!(claims[claim].as_i64(), Some(lie), "{switch:?}");
    }
}

#[tokio::test]
async fn a_nonce_or_a_key_id_can_be_missing() {
    let mut world = World::new();
    let token = id_token_with(&mut world, Switch::NonceMissing).await;
    assert!(unverified(&token).get("nonce").is_none());
    let token = id_token_with(&mut world, Switch::KeyIdMissing).await;
    assert!(header_of(&token).get("kid").is_none());
}

#[tokio::test]
async fn a_token_can_be_unsigned_or_signed_with_the_secret() {
    let mut world = World::new();
    let token = id_token_with(&mut world, Switch::Unsigned).await;
    assert_eq!(header_of(&token)["alg"], "none");
    assert!(token.as_str().unwrap().ends_with('.'));
    let token = id_token_with(&mut world, Switch::SignedWithSecret).await;
    assert_eq!(header_of(&token)["alg"], "HS256");
    // josekit refuses keys shorter than the hash; the MAC of the padded key is the same.
    let mut key = super::world::SECRET.as_bytes().to_vec();
    key.resize(64, 0);
    let (signed, mac) = token.as_str().unwrap().rsplit_once('.').unwrap();
    let mac = URL_SAFE_NO_PAD.decode(mac).unwrap();
    HS256.verifier_from_bytes(key).unwrap().verify(signed.as_bytes(), &mac).unwrap();
}

#[tokio::test]
async fn an_answer_can_lack_its_id_token() {
    let mut world = World::new();
    world.issuer("acme").switches().once(Switch::NoIdToken);
    let tokens = world.tokens("acme", "alice").await;
    assert!(tokens.get("id_token").is_none_or(Value::is_null) && tokens["access_token"].is_string());
}

#[tokio::test]
async fn a_switch_keeps_to_its_app_its_person_and_its_turn() {
    let mut world = World::new();
    let arm = Arm::from(Switch::NonceMissing).client("web").person("alice").after(1).times(1);
    world.issuer("acme").switches().arm(arm);
    let missing = |tokens: &Value| unverified(&tokens["id_token"]).get("nonce").is_none();
    assert!(!missing(&world.tokens("acme", "nora").await), "another person");
    assert!(!missing(&world.tokens("acme", "alice").await), "the first time");
    assert!(missing(&world.tokens("acme", "alice").await), "the second time");
    assert!(!missing(&world.tokens("acme", "alice").await), "never again");
    assert_eq!(world.issuer("acme").switches().fired(Switch::NonceMissing), 1);
}

#[tokio::test]
#[should_panic(expected = "armed and never fired: wrong_nonce")]
async fn a_switch_that_never_fired_fails_the_test_that_armed_it() {
    let world = World::new();
    world.issuer("acme").switches().once(Switch::WrongNonce);
}

#[tokio::test]
#[should_panic(expected = "there is no switch `secret_expired` here")]
async fn a_switch_of_another_kind_cannot_be_armed() {
    #[derive(Clone, Copy)]
    struct Foreign;
    impl doorward_test_idp::Named for Foreign {
        fn name(self) -> &'static str {
            "secret_expired"
        }
        fn default_value(self) -> &'static str {
            ""
        }
    }
    World::new().issuer("acme").switches().once(Foreign);
}

#[tokio::test]
async fn s7_0_faults_befall_the_endpoint_that_they_name() {
    let mut world = World::new();
    let jwks = |fault| Arm::from(fault).endpoint(Endpoint::Jwks).times(1);
    let switches = world.issuer("acme").switches();
    switches.arm(jwks(Fault::Status).value("429"));
    switches.arm(jwks(Fault::RetryAfter));
    let answer = world.get("/acme/jwks").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers[header::RETRY_AFTER], "30");
    for (fault, seen) in [
        (Fault::InvalidJson, "{\"error\":"),
        (Fault::HtmlInsteadOfJson, "<!doctype html>"),
        (Fault::TruncatedBody, "{\"keys\":["),
        (Fault::HugeBody, "      "),
    ] {
        world.issuer("acme").switches().arm(jwks(fault).value("64"));
        let answer = world.get("/acme/jwks").await;
        assert!(answer.body.starts_with(seen), "{fault:?}: {}", answer.body);
        assert!(serde_json::from_str::<Value>(&answer.body).is_err(), "{fault:?}");
    }
    world.issuer("acme").switches().arm(jwks(Fault::Redirect));
    assert_eq!(world.get("/acme/jwks").await.status, StatusCode::FOUND);
    world.issuer("acme").switches().arm(jwks(Fault::WrongContentType));
    assert_eq!(world.get("/acme/jwks").await.headers[header::CONTENT_TYPE], "text/plain");
    world.issuer("acme").switches().arm(jwks(Fault::Encoded));
    assert_eq!(world.get("/acme/jwks").await.headers[header::CONTENT_ENCODING], "gzip");
    assert_eq!(world.get("/acme/jwks").await.status, StatusCode::OK, "all of them once");
}

#[tokio::test]
async fn s7_0_answers_can_be_late_or_never_come() {
    let mut world = World::new();
    world.issuer("acme").switches().arm(Arm::from(Fault::Delay).value("40").times(1));
    let started = Instant::now();
    world.get("/acme/jwks").await;
    assert!(started.elapsed() >= Duration::from_millis(40));
    world.issuer("acme").switches().once(Fault::Hang);
    let hanging = tokio::time::timeout(Duration::from_millis(40), world.get("/acme/jwks")).await;
    assert!(hanging.is_err());
}

#[tokio::test]
async fn the_clock_of_one_issuer_can_be_moved() {
    let mut world = World::new();
    world.issuer("acme").clock().advance(-7200);
    let claims = unverified(&world.tokens("acme", "alice").await["id_token"]);
    assert_eq!(claims["iat"].as_i64(), Some(START - 7200));
    let claims = unverified(&world.tokens("globex", "alice").await["id_token"]);
    assert_eq!(claims["iat"].as_i64(), Some(START));
}
