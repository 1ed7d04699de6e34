use doorward_domain::{Client, Plain, RegistrationToken, ScopeSet, TenantId};
use doorward_flows::app::{Answer, send};
use doorward_flows::{Setup, World};
use doorward_service::management::RegistrationPolicy;
use doorward_service::management::document::Tenants;
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Operator, assert_problem};
use crate::support::client;

async fn world() -> World {
    let policy = RegistrationPolicy {
        open: false,
        initial_access_token: Some(Plain::new("the-token-of-the-configuration").hash()),
        tenants: Tenants::All,
        scope: ScopeSet::parse("openid profile").unwrap(),
        resources: Vec::new(),
        token_endpoint_audience: false,
        require_pkce: true,
        most: 100,
    };
    World::with(Setup { registration: Some(policy), ..Setup::default() }).await
}

async fn call(world: &World, method: Method, path: &str, token: &str, body: &Value) -> Answer {
    let request = http::Request::builder()
        .method(method)
        .uri(world.url(path))
        .header(AUTHORIZATION, format!("Bearer {token}"));
    send(world, request.body(body.to_string().into_bytes()).unwrap()).await
}

async fn register(world: &World, token: &str) -> Answer {
    call(world, Method::POST, "/register", token, &json!({"redirect_uris": ["https://new.test/cb"]})).await
}

async fn made(world: &World, body: &Value) -> Answer {
    let made = Operator::of(world).post("/registration-tokens", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    made
}

#[tokio::test]
async fn dr_01_a_token_registers_as_many_as_it_says() {
    let world = world().await;
    let once = made(&world, &json!({"name": "partner"})).await;
    let token = once.str("token");
    let hostile = json!({"redirect_uris": ["javascript:alert(1)"]});
    let refused = call(&world, Method::POST, "/register", token, &hostile).await;
    refused.assert_error(400, "invalid_redirect_uri");
    assert_eq!(register(&world, token).await.status, StatusCode::CREATED, "a refusal used nothing up");
    register(&world, token).await.assert_error(401, "invalid_token");
    assert!(world.all::<RegistrationToken>(TenantId::BROKER).await.is_empty());

    let twice = made(&world, &json!({"name": "partner", "uses": 2})).await;
    let secret = twice.str("token").split_once('.').unwrap().1.to_owned();
    for left in [1, 0] {
        assert_eq!(register(&world, twice.str("token")).await.status, StatusCode::CREATED);
        let listed = Operator::of(&world).get("/registration-tokens").await;
        assert!(!listed.json.to_string().contains(&secret));
        let items = listed.json["items"].as_array().unwrap();
        assert_eq!(items.first().map_or(0, |item| item["uses_left"].as_i64().unwrap()), left);
    }
    assert_eq!(register(&world, "the-token-of-the-configuration").await.status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn dr_01_of_many_at_once_as_many_succeed_as_there_are_uses() {
    let world = world().await;
    let token = made(&world, &json!({"name": "partner", "uses": 3})).await.str("token").to_owned();
    let all = (0..8).map(|_| register(&world, &token));
    let answers = futures_util::future::join_all(all).await;
    let good = answers.iter().filter(|answer| answer.status == StatusCode::CREATED).count();
    assert_eq!(good, 3, "{answers:?}");
}

#[tokio::test]
async fn dr_01_a_token_ends_when_it_is_revoked_or_its_time_is_over() {
    let world = world().await;
    let operator = Operator::of(&world);
    let short = made(&world, &json!({"name": "short", "uses": 9, "expires_in": 60})).await;
    world.pass(60);
    register(&world, short.str("token")).await.assert_error(401, "invalid_token");
    let long = made(&world, &json!({"name": "long", "uses": 9})).await;
    let path = format!("/registration-tokens/{}", long.str("id"));
    assert_eq!(operator.ask(Method::DELETE, &path, &[], &Value::Null).await.status, StatusCode::NO_CONTENT);
    register(&world, long.str("token")).await.assert_error(401, "invalid_token");
    assert_problem(&operator.ask(Method::DELETE, &path, &[], &Value::Null).await, 404, "not_found");
    for (field, value) in [
        ("uses", json!(0)),
        ("uses", json!(1_001)),
        ("tenant", json!("nobody")),
        ("expires_in", json!(0)),
        ("name", json!(" ")),
    ] {
        let mut body = json!({"name": "x"});
        body[field] = value;
        let answer = operator.post("/registration-tokens", &body).await;
        assert_problem(&answer, 422, "invalid_body");
        assert_eq!(answer.json["errors"][0]["pointer"], format!("/{field}"));
    }
    // A token of the one API is none of the other.
    register(&world, &operator.token).await.assert_error(401, "invalid_token");
    let admin = operator.delegate(&["*"]).await;
    register(&world, &admin.token).await.assert_error(401, "invalid_token");
    let fresh = made(&world, &json!({"name": "fresh"})).await;
    let stranger = Operator { world: &world, token: fresh.str("token").to_owned() };
    assert_problem(&stranger.get("/clients").await, 401, "invalid_token");
}

/// AD-01: who registers for a tenant serves that tenant, and does not get out of it by changing itself.
#[tokio::test]
async fn ad_01_a_tenants_token_registers_for_that_tenant_alone() {
    let world = world().await;
    let token = made(&world, &json!({"name": "victims", "tenant": "victim"})).await;
    let answer = register(&world, token.str("token")).await;
    let id = answer.str("client_id").to_owned();
    let tenants = async || world.read::<Client>(&client(&id)).await.unwrap().tenants;
    assert_eq!(tenants().await, [world.victim]);
    let changes = json!({"redirect_uris": ["https://new.test/other"], "tenants": "all"});
    let own = answer.str("registration_access_token");
    let changed = call(&world, Method::PUT, &format!("/register/{id}"), own, &changes).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    assert_eq!(tenants().await, [world.victim]);
}
