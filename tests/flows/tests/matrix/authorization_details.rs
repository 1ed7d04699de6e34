//! Authorization details (RFC 9396) at the endpoints that clients call.

use doorward_domain::{GrantType, ScopeSet};
use doorward_flows::{Relying, World};
use http::StatusCode;
use serde_json::{Value, json};

use crate::device::{DEVICE_CODE, question};
use crate::support::{code, reregister, signed_in};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A world in which `c1` pays, in every way there is.
async fn world() -> (World, Relying) {
    let world = World::new().await;
    reregister(&world, "c1", |client| {
        let more = [GrantType::DeviceCode, GrantType::ClientCredentials, GrantType::TokenExchange];
        client.grant_types.extend(more);
        client.authorization_details_types = vec!["payment".to_owned()];
        client.scope = ScopeSet::parse("openid email offline_access read").unwrap();
    })
    .await;
    let app = world.relying("c1");
    (world, app)
}

fn payment(value: &str) -> Value {
    json!({"type": "payment", "amount": {"currency": "EUR", "value": value}})
}

/// What introspection tells of a token's details.
async fn told(world: &World, app: &Relying, token: &str) -> Value {
    let about = app.call(world, "/introspect", &[("token", token)]).await;
    assert_eq!(about.json["active"], json!(true), "{about:?}");
    about.json["authorization_details"].clone()
}

#[tokio::test]
async fn a_token_request_names_some_of_what_was_granted() {
    let (world, app) = world().await;
    let both = json!([payment("1.00"), payment("2.00")]);
    let [first, second] = [json!([payment("1.00")]), json!([payment("2.00")])];
    let mut browser = signed_in(&world, "alice").await;
    let asked = [("authorization_details", &*both.to_string())];
    let issued = code(&world, &mut browser, &app, &asked).await;
    let some = app.redeem_code(&world, &issued, &[("authorization_details", &first.to_string())]).await;
    assert_eq!(some.json["authorization_details"], first, "{some:?}");
    assert_eq!(some.claims("access_token")["authorization_details"], first);
    assert_eq!(told(&world, &app, some.str("access_token")).await, first);
    let token = some.str("refresh_token");
    for (wrong, error) in [
        (json!([payment("3.00")]), "invalid_authorization_details"),
        (json!([payment("1.00"), {"type": "payment"}]), "invalid_authorization_details"),
        (json!({"type": "payment"}), "invalid_authorization_details"),
        (json!("x"), "invalid_authorization_details"),
    ] {
        let wrong = wrong.to_string();
        app.refresh(&world, token, &[("authorization_details", &wrong)]).await.assert_error(400, error);
    }
    // The refresh token is for all that was granted.
    let all = app.refresh(&world, token, &[]).await;
    assert_eq!(all.json["authorization_details"], both, "{all:?}");
    let named = second.to_string();
    let other = [("authorization_details", &*named)];
    let other = app.refresh(&world, all.str("refresh_token"), &other).await;
    assert_eq!(told(&world, &app, other.str("access_token")).await, second);
    assert_eq!(told(&world, &app, all.str("access_token")).await, both);
}

#[tokio::test]
async fn a_client_asks_for_itself_what_it_is_registered_for() {
    let (world, app) = world().await;
    let details = json!([payment("1.00")]);
    let grant = ("grant_type", "client_credentials");
    let answer = app.token(&world, &[grant, ("authorization_details", &details.to_string())]).await;
    assert_eq!((answer.status, &answer.json["authorization_details"]), (StatusCode::OK, &details));
    assert_eq!(told(&world, &app, answer.str("access_token")).await, details);
    for wrong in [json!([{"type": "account"}]), json!([{}]), json!([[]]), json!(1)] {
        let answer = app.token(&world, &[grant, ("authorization_details", &wrong.to_string())]).await;
        answer.assert_error(400, "invalid_authorization_details");
    }
    let plain = app.token(&world, &[grant]).await;
    assert_eq!(told(&world, &app, plain.str("access_token")).await, Value::Null);
}

#[tokio::test]
async fn a_person_is_shown_what_a_device_asks_for() {
    let (world, app) = world().await;
    let details = json!([payment("1.00"), payment("2.00")]);
    let one = json!([payment("2.00")]).to_string();
    let ask = |details: String| {
        let (world, app) = (&world, &app);
        async move {
            let fields = [("scope", "openid"), ("authorization_details", &*details)];
            app.call(world, "/device_authorization", &fields).await
        }
    };
    let device = ask(details.to_string()).await;
    let mut browser = signed_in(&world, "alice").await;
    let page = question(&world, &mut browser, &device).await;
    assert!(page.body.contains("payment"), "{}", page.body);
    browser.submit(&page, &[("decision", "allow")]).await;
    let poll = [("grant_type", DEVICE_CODE), ("device_code", device.str("device_code"))];
    let wrong = json!([payment("3.00")]).to_string();
    let wrong = app.token(&world, &[&poll[..], &[("authorization_details", &wrong)]].concat()).await;
    wrong.assert_error(400, "invalid_authorization_details");
    let answer = app.token(&world, &[&poll[..], &[("authorization_details", &one)]].concat()).await;
    assert_eq!(told(&world, &app, answer.str("access_token")).await, json!([payment("2.00")]));
    let unknown = ask(json!([{"type": "account"}]).to_string()).await;
    unknown.assert_error(400, "invalid_authorization_details");
    let endless = ask(json!([payment(&"9".repeat(4_000))]).to_string()).await;
    endless.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn tx_03_an_exchange_passes_on_no_detail_that_was_not_granted() {
    let (world, app) = world().await;
    let granted = json!([payment("1.00"), payment("2.00")]).to_string();
    let mut browser = signed_in(&world, "alice").await;
    let issued = code(&world, &mut browser, &app, &[("authorization_details", &granted)]).await;
    let tokens = app.redeem_code(&world, &issued, &[]).await;
    let exchange = |details: Option<Value>| {
        let details = details.map(|details| details.to_string()).unwrap_or_default();
        let (world, app, tokens) = (&world, &app, &tokens);
        async move {
            let fields = [
                ("grant_type", EXCHANGE),
                ("subject_token", tokens.str("access_token")),
                ("subject_token_type", ACCESS_TOKEN),
                ("authorization_details", &details),
            ];
            app.token(world, &fields).await
        }
    };
    let one = json!([payment("2.00")]);
    let answer = exchange(Some(one.clone())).await;
    assert_eq!(answer.json["authorization_details"], one, "{answer:?}");
    assert_eq!(told(&world, &app, answer.str("access_token")).await, one);
    let more = exchange(Some(json!([payment("3.00")]))).await;
    more.assert_error(400, "invalid_authorization_details");
    let none = exchange(None).await;
    assert_eq!(told(&world, &app, none.str("access_token")).await, Value::Null);
}
