use doorward_flows::World;
use doorward_flows::app::{Answer, send};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Operator;

async fn document(world: &World) -> Answer {
    send(world, http::Request::get(world.url("/admin/openapi.json")).body(Vec::new()).unwrap()).await
}

#[tokio::test]
async fn the_description_is_for_everybody_and_true() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let answer = document(&world).await;
    assert_eq!((answer.status, answer.str("openapi").starts_with("3.1")), (StatusCode::OK, true));
    for (path, described) in answer.json["paths"].as_object().unwrap() {
        let Some(path) = path.strip_prefix("/admin/v1") else { continue };
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let asked = operator.ask(method.clone(), path, &[("if-match", "*")], &Value::Null).await;
            let is_described = described.get(method.as_str().to_lowercase()).is_some();
            assert_eq!(asked.status != 405, is_described, "{method} {path}: {asked:?}");
            assert_ne!(asked.json["detail"], "the admin API has no such path", "{method} {path}");
        }
    }
}

/// Every reference leads somewhere, every operation says what it answers, also when it refuses.
#[tokio::test]
async fn the_description_is_whole() {
    let world = World::new().await;
    let document = document(&world).await.json;
    fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50, "{}", found.len());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path}");
            let answers = operation["responses"].as_object().unwrap();
            assert!(answers.keys().any(|status| status.starts_with('2')), "{method} {path}");
            if path.starts_with("/admin/v1") {
                assert!(["401", "403", "503"].iter().all(|it| answers.contains_key(*it)), "{method} {path}");
            }
        }
    }
    // What is never told is described so, and what is unknown is refused.
    let client = &document["components"]["schemas"]["Client"];
    assert_eq!(client["properties"]["client_secret"]["writeOnly"], true, "{client}");
    assert_eq!(client["required"], json!(["client_id", "name", "tenants"]));
    assert_eq!(document["components"]["schemas"]["Document"]["additionalProperties"], false);
}
