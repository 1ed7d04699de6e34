//! The introspection endpoint (row UI-04).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_flows::app::post;
use doorward_flows::browser::encode;
use doorward_flows::{Relying, World};
use http::StatusCode;
use serde_json::json;

use crate::support::{code, signed_in};

async fn assert_inactive(world: &World, app: &Relying, token: &str) {
    let answer = app.call(world, "/introspect", &[("token", token)]).await;
    assert_eq!((answer.status, &answer.json), (StatusCode::OK, &json!({"active": false})), "{token}");
}

/// Everything that is nearly `token`: cut, longer, with another byte somewhere, in two halves of two.
fn nearly(token: &str, other: &str) -> Vec<String> {
    let middle = token.len() / 2;
    let cut = (1..token.len()).map(|length| token[..length].to_owned());
    let flipped = (0..token.len()).map(|at| {
        let flip = if &token[at..=at] == "A" { "B" } else { "A" };
        format!("{}{flip}{}", &token[..at], &token[at + 1..])
    });
    let longer = ["A", "=", ".", " ", "\u{1F600}", token].map(|more| format!("{token}{more}"));
    let halves = [
        format!("{}{}", &token[..middle], &other[other.len() / 2..]),
        format!("{}{}", &other[..other.len() / 2], &token[middle..]),
    ];
    cut.chain(flipped).chain(longer).chain(halves).filter(|it| it != token && it != other).collect()
}

#[tokio::test]
async fn ui_04_what_is_nearly_a_token_is_none() {
    let world = World::new().await;
    let app = world.relying("c1");
    let tokens = world.tokens(&app, "victim", "alice").await;
    let others = world.tokens(&app, "victim", "uma").await;
    for name in ["refresh_token", "access_token"] {
        for token in nearly(tokens.str(name), others.str(name)) {
            // The last character of base64url may have bits that say nothing: those are refused, too.
            assert_inactive(&world, &app, &token).await;
        }
        assert!(app.is_active(&world, tokens.str(name)).await);
    }
}

#[tokio::test]
async fn ui_04_a_client_learns_of_its_own_tokens_alone() {
    let world = World::new().await;
    let (app, other) = (world.relying("c1"), world.relying("c2"));
    let tokens = world.tokens(&app, "victim", "alice").await;
    let mut browser = signed_in(&world, "alice").await;
    let code = code(&world, &mut browser, &app, &[]).await;
    let session = browser.session().unwrap();
    for token in ["access_token", "refresh_token"] {
        for stranger in [&other, &world.relying("cx")] {
            assert_inactive(&world, stranger, tokens.str(token)).await;
        }
        for hint in ["access_token", "refresh_token", "saml_token", ""] {
            let fields = [("token", tokens.str(token)), ("token_type_hint", hint)];
            let answer = app.call(&world, "/introspect", &fields).await;
            assert_eq!(answer.json["active"], json!(true), "a hint is a hint: {hint}");
        }
    }
    for token in [tokens.str("id_token"), &code, &session, "secret", &BASE64.encode([0; 65])] {
        assert_inactive(&world, &app, token).await;
    }
}

#[tokio::test]
async fn ui_04_nobody_asks_without_saying_who() {
    let world = World::new().await;
    let tokens = world.tokens(&world.relying("c1"), "victim", "alice").await;
    let token = [("token", tokens.str("access_token"))];
    post(&world, "/introspect", &[], &encode(&token)).await.assert_error(401, "invalid_client");
    for nobody in ["public", "native", "nope"] {
        let nobody = Relying { secret: None, ..world.relying(nobody) };
        nobody.call(&world, "/introspect", &token).await.assert_error(401, "invalid_client");
    }
    let wrong = Relying { secret: Some("wrong".to_owned()), ..world.relying("c1") };
    wrong.call(&world, "/introspect", &token).await.assert_error(401, "invalid_client");
    world.relying("c1").call(&world, "/introspect", &[]).await.assert_error(400, "invalid_request");
}
