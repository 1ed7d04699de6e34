//! Each switch does what it says, is counted, and leaves every other issuer alone.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use doorward_test_idp::{Mode, Named as _, Setting, Switch};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::world::{World, unverified, verified};
use crate::party::START;

/// The ID token that `acme` issues with one switch turned on once.
async fn id_token_with(world: &mut World, switch: Switch) -> Value {
    world.issuer("acme").switches().once(switch);
    let token = world.tokens("acme", "alice").await["id_token"].clone();
    assert_eq!(world.issuer("acme").switches().fired(switch), 1, "{switch:?}");
    assert_eq!(world.issuer("globex").switches().fired(switch), 0);
    token
}

#[tokio::test]
async fn single_claims_can_be_wrong_under_a_good_signature() {
    let mut world = World::new();
    for (switch, claim, lie) in [
        (Switch::WrongNonce, "nonce", json!("another-nonce")),
        (Switch::WrongAudience, "aud", json!("another-client")),
        (Switch::WrongIssuer, "iss", json!("https://another-issuer.example")),
        (Switch::ExpiredToken, "exp", json!(START - 3600)),
    ] {
        let token = id_token_with(&mut world, switch).await;
        let claims = verified(&token, &world.jwks("acme").await).expect("a good signature");
        assert_eq!(claims[claim], lie, "{switch:?}");
        let truth = unverified(&world.tokens("acme", "alice").await["id_token"]);
        assert_ne!(truth[claim], lie, "{switch:?} is off again");
    }
}

#[tokio::test]
async fn a_switch_stays_on_until_it_is_turned_off_and_says_what_it_is_told() {
    let mut world = World::new();
    let nonce = Some("chosen".to_owned());
    let setting = Setting { switch: Switch::WrongNonce, mode: Mode::Sticky, value: nonce };
    world.issuer("acme").switches().set(setting).unwrap();
    for _ in 0..2 {
        let claims = unverified(&world.tokens("acme", "alice").await["id_token"]);
        assert_eq!(claims["nonce"], "chosen");
    }
    assert_eq!(unverified(&world.tokens("globex", "alice").await["id_token"])["nonce"], "n-1");
    world.issuer("acme").switches().off(Switch::WrongNonce);
    assert_eq!(unverified(&world.tokens("acme", "alice").await["id_token"])["nonce"], "n-1");
    assert_eq!(world.issuer("acme").switches().fired(Switch::WrongNonce), 2);
}

#[tokio::test]
async fn signatures_can_be_bad_or_from_an_unpublished_key() {
    let mut world = World::new();
    let keys = world.jwks("acme").await;
    let kid = |token: &Value| {
        let header = josekit::jwt::decode_header(token.as_str().unwrap()).unwrap();
        header.claim("kid").and_then(Value::as_str).map(str::to_owned)
    };
    let token = id_token_with(&mut world, Switch::BadSignature).await;
    assert!(verified(&token, &keys).is_none());
    assert_eq!(kid(&token).as_deref(), keys[0].key_id(), "the key is known, the signature is wrong");
    let token = id_token_with(&mut world, Switch::UnknownKey).await;
    assert_ne!(kid(&token).as_deref(), keys[0].key_id());
    let published: Vec<_> =
        world.jwks("acme").await.iter().map(|key| key.key_id().map(str::to_owned)).collect();
    assert_eq!(published, [keys[0].key_id().map(str::to_owned)], "and nothing new is published");
}

#[tokio::test]
async fn a_rotated_key_is_published_and_the_old_one_gone() {
    let mut world = World::new();
    let before = world.jwks("acme").await;
    let token = id_token_with(&mut world, Switch::RotateKey).await;
    let after = world.jwks("acme").await;
    assert!(verified(&token, &before).is_none() && verified(&token, &after).is_some());
    assert_eq!(after.len(), 1);
    assert!(verified(&world.tokens("acme", "alice").await["id_token"], &after).is_some(), "once");
}

#[tokio::test]
async fn the_token_endpoint_can_be_slow_or_fail() {
    let mut world = World::new();
    let code = world.code("acme", "alice").await;
    let slow = Setting { switch: Switch::Slow, mode: Mode::Once, value: Some("50".into()) };
    world.issuer("acme").switches().set(slow).unwrap();
    world.issuer("acme").switches().once(Switch::TokenError);
    let started = Instant::now();
    let answer = world.redeem("acme", &code).await;
    assert!(started.elapsed() >= Duration::from_millis(50));
    assert_eq!(answer.oauth_error(StatusCode::UNAUTHORIZED), "invalid_client");
    assert_eq!(world.redeem("acme", &code).await.status, StatusCode::OK, "the code was not touched");
    for switch in [Switch::Slow, Switch::TokenError] {
        assert_eq!(world.issuer("acme").switches().fired(switch), 1);
    }
}

#[tokio::test]
async fn the_authorization_endpoint_can_fail() {
    let mut world = World::new();
    let setting =
        Setting { switch: Switch::AuthorizeError, mode: Mode::Once, value: Some("server_error".into()) };
    world.issuer("acme").switches().set(setting).unwrap();
    let back = world.authorize("acme", &[]).await;
    assert_eq!(back.returned("error").as_deref(), Some("server_error"));
    assert_eq!(back.returned("state").as_deref(), Some("s & t"));
    assert_eq!(world.authorize("acme", &[]).await.status, StatusCode::OK);
    assert_eq!(world.issuer("acme").switches().fired(Switch::AuthorizeError), 1);
}

#[tokio::test]
async fn an_email_can_be_kept_back_everywhere() {
    let mut world = World::new();
    world.issuer("acme").switches().once(Switch::NoEmail);
    let tokens = world.tokens("acme", "alice").await;
    for claims in [unverified(&tokens["id_token"]), world.userinfo("acme", &tokens).await.json()] {
        assert!(claims.get("email").is_none() && claims.get("email_verified").is_none());
        assert_eq!(claims["name"], "Alice Archer");
    }
    assert_eq!(world.issuer("acme").switches().fired(Switch::NoEmail), 1);
    assert!(unverified(&world.tokens("acme", "alice").await["id_token"])["email"].is_string());
}

#[tokio::test]
async fn userinfo_can_be_about_somebody_else() {
    let mut world = World::new();
    let tokens = world.tokens("acme", "alice").await;
    world.issuer("acme").switches().once(Switch::UserinfoSubMismatch);
    assert_eq!(world.userinfo("acme", &tokens).await.json()["sub"], "another-subject");
    assert_eq!(world.userinfo("acme", &tokens).await.json()["sub"], "acme-alice");
    assert_eq!(world.issuer("acme").switches().fired(Switch::UserinfoSubMismatch), 1);
}

#[tokio::test]
async fn switches_are_set_and_listed_over_http() {
    let mut world = World::new();
    for (body, status) in [
        (r#"{"switch":"slow","mode":"once","value":"1"}"#, StatusCode::NO_CONTENT),
        (r#"{"switch":"slow","mode":"once","value":"soon"}"#, StatusCode::BAD_REQUEST),
        (r#"{"switch":"wrong_nonce","mode":"sticky"}"#, StatusCode::NO_CONTENT),
        (r#"{"switch":"no_such","mode":"once"}"#, StatusCode::UNPROCESSABLE_ENTITY),
        (r#"{"switch":"slow","mode":"once","extra":1}"#, StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let request = Request::post("/acme/switches")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body));
        assert_eq!(world.send(request.unwrap()).await.status, status, "{body}");
    }
    world.tokens("acme", "alice").await;
    let listed = world.get("/acme/switches").await.json();
    let listed = listed.as_array().unwrap();
    for switch in Switch::ALL {
        assert!(listed.iter().any(|it| it["switch"] == switch.name()), "{switch:?}");
    }
    assert!(listed.contains(&json!({ "switch": "slow", "mode": "off", "fired": 1 })));
    assert!(listed.contains(&json!({ "switch": "wrong_nonce", "mode": "sticky", "fired": 1 })));
    assert!(listed.contains(&json!({ "switch": "bad_signature", "mode": "off", "fired": 0 })));
}
