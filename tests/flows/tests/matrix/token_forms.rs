//! The forms in which a client gets what is issued, besides the usual ones.

use doorward_domain::client::AccessTokenForm;
use doorward_domain::{Algorithm, ClientAuthentication, Clock as _};
use doorward_flows::World;
use doorward_flows::app::{claims, userinfo};
use doorward_flows::browser::encode;
use doorward_flows::world::ISSUER;
use doorward_service::keys::{Audience, Expected, Expiry, Typ, verify};
use http::Method;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::support::reregister;

/// Asks for `path` and gives the answer's media type and text.
async fn text(world: &World, request: http::request::Builder, body: &str) -> (String, String) {
    let response = world.network.send(request.body(body.as_bytes().to_vec()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200, "{response:?}");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let media_type = response.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
    (media_type, String::from_utf8(response.into_body()).unwrap())
}

/// The claims of a JWT of ours for `c1`, its signature checked.
fn verified(world: &World, token: &str, typ: &str) -> Value {
    let expected = Expected {
        algorithms: &[Algorithm::ES256],
        typ: Typ::Exactly(typ),
        issuer: ISSUER,
        audience: Audience::Exactly("c1"),
        required: &["iat"],
        expiry: Expiry::Enforced,
        now: world.clock.now(),
        leeway: Default::default(),
    };
    verify(token, &world.keys.verifying_keys(), &expected).unwrap();
    claims(token)
}

#[tokio::test]
async fn ui_03_userinfo_is_signed_for_who_registered_so() {
    let world = World::new().await;
    let tokens = world.tokens(&world.relying("c1"), "victim", "alice").await;
    let bearer = format!("Bearer {}", tokens.str("access_token"));
    let request = || http::Request::get(world.url("/userinfo")).header(AUTHORIZATION, &bearer);
    let (media_type, plain) = text(&world, request(), "").await;
    assert_eq!(media_type, "application/json");
    reregister(&world, "c1", |client| client.tokens.userinfo = Some(Algorithm::ES256)).await;
    let (media_type, signed) = text(&world, request(), "").await;
    assert_eq!(media_type, "application/jwt");
    let mut told = verified(&world, &signed, "JWT");
    for name in ["iss", "aud", "iat"] {
        told.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(told, serde_json::from_str::<Value>(&plain).unwrap());
    // It is no ID token: nothing in it says when it ends.
    assert_eq!(told.get("exp"), None);
}

#[tokio::test]
async fn ti_03_introspection_is_signed_for_who_asks_so() {
    let world = World::new().await;
    let app = world.relying("c1");
    let tokens = world.tokens(&app, "victim", "alice").await;
    let media_type = "application/token-introspection+jwt";
    let secret = [("client_id", "c1"), ("client_secret", "secret-of-c1")];
    reregister(&world, "c1", |client| {
        let secrets = vec![world.secret("secret-of-c1")];
        client.authentication = ClientAuthentication::ClientSecretPost { secrets };
    })
    .await;
    for token in [tokens.str("access_token"), tokens.str("refresh_token"), "unknown"] {
        let form = encode(&[&secret[..], &[("token", token)]].concat());
        let request = || {
            http::Request::builder()
                .method(Method::POST)
                .uri(world.url("/introspect"))
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        };
        let (plain_type, plain) = text(&world, request(), &form).await;
        let (signed_type, signed) = text(&world, request().header(ACCEPT, media_type), &form).await;
        assert_eq!((plain_type.as_str(), signed_type.as_str()), ("application/json", media_type));
        let told = verified(&world, &signed, "token-introspection+jwt");
        let plain: Value = serde_json::from_str(&plain).unwrap();
        assert_eq!(told["token_introspection"], plain);
        assert_eq!((plain["active"] == json!(true), told.get("sub")), (token != "unknown", None));
        for (accepted, wanted) in [
            ("application/json;q=0.9, application/token-introspection+jwt", media_type),
            ("application/token-introspection+jwt;q=0.1, */*", "application/json"),
        ] {
            assert_eq!(text(&world, request().header(ACCEPT, accepted), &form).await.0, wanted);
        }
    }
}

#[tokio::test]
async fn an_opaque_access_token_is_as_good_and_says_nothing() {
    let world = World::new().await;
    reregister(&world, "c1", |client| client.tokens.access_token = AccessTokenForm::Opaque).await;
    let app = world.relying("c1");
    let tokens = world.tokens(&app, "victim", "alice").await;
    let token = tokens.str("access_token");
    assert!(!token.contains('.'), "{token}");
    assert_eq!(userinfo(&world, token).await.json["sub"], tokens.claims("id_token")["sub"]);
    let there = world.another_broker().await;
    assert_eq!(userinfo(&there, token).await.json["sub"], tokens.claims("id_token")["sub"]);
    let about = app.call(&world, "/introspect", &[("token", token)]).await.json;
    assert_eq!((&about["active"], &about["client_id"]), (&json!(true), &json!("c1")));
    for at in [0, token.len() / 2, token.len() - 2] {
        let mut changed = token.as_bytes().to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        userinfo(&world, &changed).await.assert_error(401, "invalid_token");
    }
    world.pass(600);
    userinfo(&world, token).await.assert_error(401, "invalid_token");
    userinfo(&there, token).await.assert_error(401, "invalid_token");
}

#[tokio::test]
async fn an_opaque_access_token_is_revoked_like_any_other() {
    let world = World::new().await;
    reregister(&world, "c1", |client| client.tokens.access_token = AccessTokenForm::Opaque).await;
    let app = world.relying("c1");
    let tokens = world.tokens(&app, "victim", "alice").await;
    let token = tokens.str("access_token");
    let other = world.relying("c2").call(&world, "/revoke", &[("token", token)]).await;
    assert_eq!(other.status, 200);
    assert_eq!(userinfo(&world, token).await.status, 200, "another's token is not touched");
    assert_eq!(app.call(&world, "/revoke", &[("token", token)]).await.status, 200);
    userinfo(&world, token).await.assert_error(401, "invalid_token");
    app.refresh(&world, tokens.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
}
