use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use doorward_domain::connection::UpstreamAuthentication;
use doorward_net::NetError;
use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde_json::json;

use super::world::{CLIENT_SECRET, NOW, World};
use crate::federation::{FederationError, TokenError, WhoMends};
use crate::keys::SealError;

async fn refused(world: &World) -> FederationError {
    let leg = world.start(&Default::default()).await.leg;
    world.come_back(&leg, NOW).await.unwrap_err()
}

#[tokio::test]
async fn the_code_is_redeemed_with_everything_that_binds_it() {
    let world = World::new().await;
    let leg = world.expecting(|_| ()).await;
    world.come_back(&leg, NOW).await.unwrap();
    let (request, form) = world.idp.last_token_request();
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "https://idp.acme.test/token?tenant=acme");
    assert_eq!(request.headers()[CONTENT_TYPE], "application/x-www-form-urlencoded");
    assert_eq!(request.headers()[ACCEPT], "application/json");
    let redirect_uri = world.federation.callback_url(world.connection.id).to_string();
    let form: BTreeMap<_, _> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let expected = [
        ("grant_type", "authorization_code"),
        ("code", "a-code"),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", leg.code_verifier.as_deref().unwrap()),
        ("client_id", "client-1"),
    ];
    assert_eq!(form, BTreeMap::from(expected));
    assert_eq!(world.outbound.exchanges().last().unwrap().peer, world.idp.issuer);
}

#[tokio::test]
async fn a_secret_goes_form_encoded_into_the_basic_header() {
    let mut world = World::new().await;
    world.change(|connection| connection.client_id = "client:1".into()).await;
    world.give_secret(|secrets| UpstreamAuthentication::ClientSecretBasic { secrets }).await;
    world.login(|_| ()).await.unwrap();
    let (request, form) = world.idp.last_token_request();
    let header = request.headers()[AUTHORIZATION].to_str().unwrap();
    let pair = BASE64.decode(header.strip_prefix("Basic ").unwrap()).unwrap();
    assert_eq!(String::from_utf8(pair).unwrap(), "client%3A1:s3cret%3A+with+spaces+%26+more");
    assert!(request.headers()[AUTHORIZATION].is_sensitive());
    assert!(!form.iter().any(|(name, _)| name == "client_id" || name == "client_secret"));
}

#[tokio::test]
async fn a_secret_goes_into_the_form_where_the_provider_wants_that() {
    let mut world = World::new().await;
    world.give_secret(|secrets| UpstreamAuthentication::ClientSecretPost { secrets }).await;
    world.login(|_| ()).await.unwrap();
    let (request, form) = world.idp.last_token_request();
    assert!(!request.headers().contains_key(AUTHORIZATION));
    assert!(form.contains(&("client_id".into(), "client-1".into())));
    assert!(form.contains(&("client_secret".into(), CLIENT_SECRET.into())));
}

#[tokio::test]
async fn sr_03_a_secret_of_another_connection_does_not_open() {
    let mut world = World::new().await;
    world.give_secret(|secrets| UpstreamAuthentication::ClientSecretPost { secrets }).await;
    world.change(|connection| connection.id = doorward_domain::ConnectionId::from_bytes([2; 16])).await;
    let refused = refused(&world).await;
    assert_eq!((refused.who(), refused), (WhoMends::Operator, TokenError::Secret(SealError::Forged).into()));
    assert_eq!(world.idp.codes_redeemed(), 0);
}

#[tokio::test]
async fn the_answer_may_hold_more_than_we_need() {
    let world = World::new().await;
    let leg = world.expecting(|_| ()).await;
    let id_token = world.idp.sign(&world.idp.claims(&world.connection.client_id, &leg.nonce));
    world.idp.answer_code(&json!({
        "access_token": "an-access-token", "token_type": "bEARER", "id_token": id_token,
        "expires_in": "3600", "scope": null, "refresh_token": ["odd"], "not-before-policy": 0,
    }));
    world.come_back(&leg, NOW).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_none_is_refused() {
    let world = World::new().await;
    for (answer, error) in [
        (json!({ "token_type": "Bearer", "id_token": "x" }), TokenError::Malformed),
        (json!({ "access_token": 1, "token_type": "Bearer", "id_token": "x" }), TokenError::Malformed),
        (json!({ "access_token": "x", "id_token": "x" }), TokenError::Malformed),
        (json!({ "access_token": "x", "token_type": "DPoP", "id_token": "x" }), TokenError::NotBearer),
        (json!({ "access_token": "x", "token_type": "Bearer" }), TokenError::NoIdToken),
        (json!({ "access_token": "x", "token_type": "Bearer", "id_token": null }), TokenError::NoIdToken),
        (json!({ "access_token": "x", "token_type": "Bearer", "id_token": {} }), TokenError::Malformed),
        (json!(["access_token"]), TokenError::Malformed),
        (json!("access_token"), TokenError::Malformed),
    ] {
        world.idp.answer_code(&answer);
        assert_eq!(refused(&world).await, error.into(), "{answer}");
    }
    let twice = r#"{"access_token":"x","token_type":"Bearer","id_token":"x","id_token":"y"}"#;
    for body in [twice, "", "<html>", "access_token=x&id_token=y"] {
        world.outbound.json(&world.idp.at("token"), body);
        assert_eq!(refused(&world).await, TokenError::Malformed.into(), "{body}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_token_endpoint_says_who_mends_it() {
    let world = World::new().await;
    for (status, error, who) in [
        (400, Some("invalid_grant"), WhoMends::Person),
        (401, Some("invalid_client"), WhoMends::TenantAdmin),
        (400, Some("unauthorized_client"), WhoMends::TenantAdmin),
        (404, None, WhoMends::TenantAdmin),
        (429, None, WhoMends::Later),
        (503, None, WhoMends::Later),
    ] {
        let description = error.map(|code| format!("{code}: in other words"));
        let answer = |code| json!({ "error": code, "error_description": description }).to_string();
        let body = error.map_or("<html>".to_owned(), answer);
        let mut response = http::Response::new(body.into_bytes());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        world.outbound.respond(&world.idp.at("token"), response);
        let refused = refused(&world).await;
        let expected = TokenError::TokenEndpoint { status, error: error.map(str::to_owned), description };
        assert_eq!((refused.who(), refused), (who, expected.into()));
    }
    world.outbound.fail(&world.idp.at("token"), NetError::TimedOut);
    let refused = refused(&world).await;
    assert_eq!(
        (refused.who(), refused),
        (WhoMends::Later, TokenError::Unreachable(NetError::TimedOut).into())
    );
}
