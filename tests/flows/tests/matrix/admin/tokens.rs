use doorward_domain::{AdminScope, AdminToken, AuditEvent, TenantId};
use doorward_flows::World;
use doorward_flows::app::Answer;
use http::header::WWW_AUTHENTICATE;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Operator, app, assert_problem};

/// What a described operation takes: its method, a path with nothing there, and its scopes.
async fn described(world: &World) -> Vec<(Method, String, Vec<String>)> {
    let request = http::Request::get(world.url("/admin/openapi.json")).body(Vec::new()).unwrap();
    let document = doorward_flows::app::send(world, request).await.json;
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.replace(['{', '}'], "");
        for (method, operation) in methods.as_object().unwrap() {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            let scopes = operation["security"][0]["admin"].as_array().cloned().unwrap_or_default();
            let scopes = scopes.iter().map(|scope| scope.as_str().unwrap().to_owned()).collect();
            operations.push((method, path.clone(), scopes));
        }
    }
    operations
}

async fn call(world: &World, token: &str, method: &Method, path: &str) -> Answer {
    let path = path.strip_prefix("/admin/v1").unwrap();
    let operator = Operator { world, token: token.to_owned() };
    operator.ask(method.clone(), path, &[("if-match", "*")], &json!({})).await
}

#[tokio::test]
async fn ad_09_every_operation_takes_its_own_scope() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let guarded: Vec<_> =
        described(&world).await.into_iter().filter(|(_, path, _)| path != "/admin/openapi.json").collect();
    assert!(guarded.len() > 20, "{guarded:?}");
    for (method, path, scopes) in guarded {
        assert!(!scopes.is_empty(), "{method} {path} says no scope");
        for needed in &scopes {
            let others: Vec<_> = AdminScope::ALL
                .iter()
                .map(|scope| scope.as_str())
                .filter(|scope| scope != needed && *scope != "*")
                .collect();
            let almost = operator.delegate(&others).await;
            let refused = call(&world, &almost.token, &method, &path).await;
            assert_problem(&refused, 403, "insufficient_scope");
            let challenge = refused.headers[WWW_AUTHENTICATE].to_str().unwrap();
            let expected =
                format!("Bearer realm=\"doorward admin\", error=\"insufficient_scope\", scope=\"{needed}\"");
            assert_eq!(challenge, expected, "{method} {path}");
        }
        let scopes: Vec<_> = scopes.iter().map(String::as_str).collect();
        let exactly = operator.delegate(&scopes).await;
        let answer = call(&world, &exactly.token, &method, &path).await;
        assert!(![401, 403].contains(&answer.status.as_u16()), "{method} {path}: {answer:?}");
        let nobody = call(&world, "adm_00000000000000000000000000000000.x", &method, &path).await;
        assert_problem(&nobody, 401, "invalid_token");
    }
}

#[tokio::test]
async fn ad_09_a_token_ends_when_it_is_revoked_or_its_time_is_over() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let made = operator.post("/tokens", &json!({"name": "short", "scopes": ["*"], "expires_in": 60})).await;
    let short = Operator { world: &world, token: made.str("token").to_owned() };
    assert_eq!(short.get("/tenants").await.status, StatusCode::OK);
    let long = operator.delegate(&["*"]).await;
    world.pass(60);
    assert_problem(&short.get("/tenants").await, 401, "invalid_token");

    let id = long.token.split('.').next().unwrap().to_owned();
    let path = format!("/tokens/{id}");
    assert_eq!(long.get("/tenants").await.status, StatusCode::OK);
    let revoked = long.ask(Method::DELETE, &path, &[], &Value::Null).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    let refused = long.get("/tenants").await;
    assert_problem(&refused, 401, "invalid_token");
    assert_eq!(refused.headers[WWW_AUTHENTICATE], "Bearer realm=\"doorward admin\", error=\"invalid_token\"");
    assert_problem(&operator.ask(Method::DELETE, &path, &[], &Value::Null).await, 404, "not_found");
    assert_eq!(operator.get("/tokens").await.json["items"], json!([]));

    for wrong in [json!({"expires_in": 0}), json!({"expires_in": 400 * 24 * 60 * 60}), json!({"scopes": []})]
    {
        let mut body = json!({"name": "x", "scopes": ["*"]});
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        assert_problem(&operator.post("/tokens", &body).await, 422, "invalid_body");
    }
    let unknown = operator.post("/tokens", &json!({"name": "x", "scopes": ["clients:*"]})).await;
    assert_eq!(unknown.json["errors"][0]["pointer"], "/scopes/0", "{unknown:?}");
}

#[tokio::test]
async fn ad_02_no_token_makes_one_that_may_do_more() {
    let world = World::new().await;
    let clerk = Operator::of(&world).delegate(&["tokens:write", "clients:read"]).await;
    // The first use of a token is noted.
    assert_eq!(clerk.get("/clients").await.status, StatusCode::OK);
    let before = world.digest().await;
    for scopes in [json!(["*"]), json!(["clients:write"]), json!(["clients:read", "documents:write"])] {
        let answer = clerk.post("/tokens", &json!({"name": "more", "scopes": scopes})).await;
        assert_problem(&answer, 403, "insufficient_scope");
    }
    assert_eq!(world.digest().await, before);
    let less = clerk.delegate(&["clients:read"]).await;
    assert_eq!(less.get("/clients").await.status, StatusCode::OK);
    assert_problem(&less.post("/clients", &app("new")).await, 403, "insufficient_scope");
}

#[tokio::test]
async fn an_audit_event_names_the_token() {
    let world = World::new().await;
    let clerk = Operator::of(&world).delegate(&["clients:write"]).await;
    clerk.post("/clients", &app("new")).await;
    let events = world.all::<AuditEvent>(TenantId::BROKER).await;
    let event = events.iter().find(|event| event.target == "new").unwrap();
    assert!(clerk.token.starts_with(&format!("{}.", event.actor)), "{event:?}");
}

#[tokio::test]
async fn ad_09_of_a_token_the_hash_alone_is_kept() {
    let world = World::new().await;
    let clerk = Operator::of(&world).delegate(&["clients:read"]).await;
    let secret = clerk.token.split_once('.').unwrap().1;
    for (key, value) in world.records().await {
        assert!(!String::from_utf8_lossy(&value.bytes).contains(secret), "{key:?}");
    }
    let listed = Operator::of(&world).get("/tokens").await;
    assert!(!listed.json.to_string().contains(secret));
    // Whoever knows the one half has nothing.
    let id = clerk.token.split('.').next().unwrap();
    for wrong in [format!("{id}."), format!("{id}.x"), format!("{id}{secret}"), secret.to_owned()] {
        let thief = Operator { world: &world, token: wrong };
        assert_problem(&thief.get("/clients").await, 401, "invalid_token");
    }
}

#[tokio::test]
async fn the_use_of_a_token_is_noted_once_an_hour() {
    let world = World::new().await;
    let clerk = Operator::of(&world).delegate(&["clients:read"]).await;
    let used = async || world.all::<AdminToken>(TenantId::BROKER).await[0].used_at;
    assert_eq!(used().await, None);
    clerk.get("/clients").await;
    let first = used().await;
    assert!(first.is_some());
    let before = world.records().await;
    world.pass(3599);
    clerk.get("/clients").await;
    assert_eq!(world.records().await, before, "a request writes nothing");
    world.pass(1);
    clerk.get("/clients").await;
    assert!(used().await > first);
}
