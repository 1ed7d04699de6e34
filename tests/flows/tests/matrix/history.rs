//! The history of tenants and connections: every change is remembered, told in words, and can be undone.

use doorward_domain::audit::Action;
use doorward_domain::{Connection, HistoryEntry};
use doorward_flows::World;
use doorward_store::records::at;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::admin::{Operator, assert_problem, version};

const ACME: &str = "/tenants/acme";
const STAFF: &str = "/tenants/acme/connections/staff";
const SECRET: &str = "canary-of-the-first-secret";

/// A document of the tenant `acme`, with another title, issuer or secret.
fn document(changes: Value) -> Value {
    let mut connection = json!({
        "name": "staff", "kind": "oidc", "issuer": "https://idp.test/good", "client_id": "doorward",
        "authentication": "client_secret_basic", "stage": "live",
    });
    for (name, value) in changes.as_object().unwrap() {
        connection[name] = value.clone();
    }
    json!({"tenant": [{"slug": "acme", "name": "Acme", "domains": ["acme.test"], "connection": [connection]}]})
}

async fn with_acme(world: &World) -> Operator<'_> {
    let operator = Operator::of(world);
    apply(&operator, json!({"client_secret": SECRET})).await;
    operator
}

async fn apply(operator: &Operator<'_>, changes: Value) {
    let applied = operator.post("/apply", &document(changes)).await;
    assert_eq!(applied.status, StatusCode::OK, "{applied:?}");
}

async fn changes(operator: &Operator<'_>, of: &str) -> Vec<Value> {
    let answer = operator.get(&format!("{of}/history")).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json["items"].as_array().unwrap().clone()
}

async fn stored(world: &World, operator: &Operator<'_>) -> Connection {
    let id = operator.get(STAFF).await.str("id").parse().unwrap();
    let tenant = operator.get(ACME).await.str("id").parse().unwrap();
    world.read(&at::connection(tenant, id)).await.unwrap()
}

#[tokio::test]
async fn every_change_is_remembered_whoever_makes_it() {
    let world = World::new().await;
    let operator = with_acme(&world).await;
    apply(&operator, json!({"title": "Everybody"})).await;
    world.pass(60);
    apply(&operator, json!({"title": "Everybody", "client_secret": "canary-of-the-second"})).await;
    apply(&operator, json!({"title": "Everybody"})).await;
    let paused = json!({"stage": "paused"});
    operator.change(Method::POST, &format!("{STAFF}/stage"), "*", &paused).await;
    let told = changes(&operator, STAFF).await;
    let numbers: Vec<_> = told.iter().map(|it| it["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [4, 3, 2, 1], "what changes nothing is no change");
    let field = |of: &Value| {
        let field = |name| of["fields"][0][name].clone();
        [field("field"), field("before"), field("after")]
    };
    assert_eq!(field(&told[0]), [json!("stage"), json!("live"), json!("paused")]);
    assert_eq!(field(&told[1]), [json!("client_secret"), json!("set"), json!("replaced")]);
    assert_eq!(field(&told[2]), [json!("title"), json!("staff"), json!("Everybody")]);
    assert!(told[3]["fields"].as_array().unwrap().len() > 5, "it came to be: {}", told[3]);
    assert!(told.iter().all(|it| it["by"] == "operator"), "{told:?}");
    assert_eq!(told[1]["changed_at"].as_i64().unwrap() - told[2]["changed_at"].as_i64().unwrap(), 60_000);
    // The tenant has a history of its own.
    let named = document(json!({}));
    let renamed = named["tenant"][0].as_object().unwrap().clone();
    let mut renamed = json!({"tenant": [renamed]});
    renamed["tenant"][0]["name"] = json!("Acme Dental");
    renamed["tenant"][0]["connection"] = json!([]);
    operator.post("/apply", &renamed).await;
    let told = changes(&operator, ACME).await;
    assert_eq!((told.len(), field(&told[0])), (2, [json!("name"), json!("Acme"), json!("Acme Dental")]));
}

#[tokio::test]
async fn a_history_comes_in_pages_that_go_together() {
    let world = World::new().await;
    let operator = with_acme(&world).await;
    for number in 2..=5 {
        apply(&operator, json!({"title": format!("Title {number}")})).await;
    }
    let whole = changes(&operator, STAFF).await;
    let (mut pages, mut next) = (Vec::new(), String::new());
    loop {
        let page = operator.get(&format!("{STAFF}/history?limit=2{next}")).await;
        pages.extend(page.json["items"].as_array().unwrap().clone());
        match page.json["next"].as_str() {
            Some(cursor) => next = format!("&after={cursor}"),
            None => break,
        }
    }
    assert_eq!(pages, whole, "also where a change's forerunner is on the next page");
    assert_eq!(whole.len(), 5);
}

#[tokio::test]
async fn sr_01_no_history_has_a_secret() {
    let world = World::new().await;
    let operator = with_acme(&world).await;
    apply(&operator, json!({"client_secret": "canary-of-the-second"})).await;
    apply(&operator, json!({"authentication": "private_key_jwt"})).await;
    operator.post(&format!("{STAFF}/keys"), &json!({})).await;
    let tenant = operator.get(ACME).await.str("id").parse().unwrap();
    let kept = world.all::<HistoryEntry>(tenant).await;
    let text = format!("{kept:?}{:?}", changes(&operator, STAFF).await);
    assert_eq!(kept.len(), 5);
    for secret in ["canary", "ciphertext", "private_jwk", "\"d\""] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test]
async fn a_change_is_undone_as_it_was_made() {
    let world = World::new().await;
    let operator = with_acme(&world).await;
    let before = stored(&world, &operator).await;
    apply(&operator, json!({"title": "Everybody", "scopes": ["openid"]})).await;
    let revert = format!("{STAFF}/history/2/revert");
    let dry = operator.change(Method::POST, &revert, "*", &json!({"dry_run": true})).await;
    assert_eq!(dry.json["changes"][0]["fields"].as_array().unwrap().len(), 2, "{dry:?}");
    assert_eq!(stored(&world, &operator).await.title, "Everybody");
    let done = operator.change(Method::POST, &revert, "*", &json!({})).await;
    assert_eq!(done.status, StatusCode::OK, "{done:?}");
    let after = stored(&world, &operator).await;
    assert_eq!((&after.title, &after.scopes), (&before.title, &before.scopes));
    assert_eq!(after.authentication, before.authentication, "the secret stays");
    assert_eq!(changes(&operator, STAFF).await[0]["number"], 3, "and that is a change too");
    // Undone again, which is what was wanted first.
    operator.change(Method::POST, &format!("{STAFF}/history/3/revert"), "*", &json!({})).await;
    assert_eq!(stored(&world, &operator).await.title, "Everybody");
    for (number, status, code) in [(1, 409, "conflict"), (9, 404, "not_found")] {
        let path = format!("{STAFF}/history/{number}/revert");
        assert_problem(&operator.change(Method::POST, &path, "*", &json!({})).await, status, code);
    }
}

#[tokio::test]
async fn a_tenant_goes_back_to_its_domains_and_name() {
    let world = World::new().await;
    let operator = with_acme(&world).await;
    let tenant =
        |name: &str, domain: &str| json!({"tenant": [{"slug": "acme", "name": name, "domains": [domain]}]});
    operator.post("/apply", &tenant("Acme Dental", "dental.test")).await;
    let revert = format!("{ACME}/history/2/revert");
    let stale = operator.change(Method::POST, &revert, "\"0\"", &json!({})).await;
    assert_problem(&stale, 412, "version_mismatch");
    let read = version(&operator.get(ACME).await);
    let done = operator.change(Method::POST, &revert, &read, &json!({})).await;
    assert_eq!(done.status, StatusCode::OK, "{done:?}");
    let view = operator.get(ACME).await.json;
    assert_eq!((&view["name"], &view["domains"]), (&json!("Acme"), &json!(["acme.test"])));
    assert_eq!(operator.get(STAFF).await.status, StatusCode::OK, "its connections stay");
    // What another tenant has by now is not taken from it.
    operator.post("/apply", &tenant("Acme", "dental.test")).await;
    let other = json!({"tenant": [{"slug": "other", "name": "Other", "domains": ["acme.test"]}]});
    assert_eq!(operator.post("/apply", &other).await.status, StatusCode::OK);
    let refused = operator.change(Method::POST, &format!("{ACME}/history/4/revert"), "*", &json!({})).await;
    assert_problem(&refused, 409, "not_ready");
}

/// Whoever administers the tenant alone undoes what is theirs, and no more.
#[tokio::test]
async fn ad_01_a_tenant_takes_no_domain_back_by_its_history() {
    let world = World::new().await;
    let operator = with_acme(&world).await;
    let own = json!({"name": "theirs", "scopes": ["documents:write", "tenants:read"], "tenant": "acme"});
    let made = operator.post("/tokens", &own).await;
    let theirs = Operator { world: &world, token: made.str("token").to_owned() };
    for (number, change) in [(2, json!({"domains": ["dental.test"]})), (3, json!({"name": "Acme Dental"}))] {
        let mut document = json!({"tenant": [{"slug": "acme", "name": "Acme", "domains": ["dental.test"]}]});
        for (name, value) in change.as_object().unwrap() {
            document["tenant"][0][name] = value.clone();
        }
        operator.post("/apply", &document).await;
        let path = format!("{ACME}/history/{number}/revert");
        let answer = theirs.change(Method::POST, &path, "*", &json!({})).await;
        match number {
            2 => assert_problem(&answer, 409, "not_ready"),
            _ => assert_eq!(answer.status, StatusCode::OK, "{answer:?}"),
        }
    }
    let view = operator.get(ACME).await.json;
    assert_eq!((&view["name"], &view["domains"]), (&json!("Acme"), &json!(["dental.test"])));
}

/// The secret was agreed with the issuer that it goes to, and with nobody else.
#[tokio::test]
async fn up_13_an_issuer_that_changes_leaves_no_secret_behind_not_by_reverting_either() {
    let world = World::new().await;
    let operator = with_acme(&world).await;
    let elsewhere = json!({"issuer": "https://idp.test/evil"});
    let refused = operator.post("/apply", &document(elsewhere)).await;
    assert_problem(&refused, 422, "invalid_body");
    let audited = async || {
        let tenant = operator.get(ACME).await.str("id").parse().unwrap();
        world.audited(tenant, Action::Applied).await
    };
    let before = audited().await;
    apply(&operator, json!({"issuer": "https://idp.test/evil", "client_secret": "canary-for-evil"})).await;
    assert_eq!(audited().await, before + 1);
    let secrets = stored(&world, &operator).await.authentication;
    assert!(secrets.secrets().unwrap().older.is_none(), "the first one is gone");
    let revert = format!("{STAFF}/history/2/revert");
    let refused = operator.change(Method::POST, &revert, "*", &json!({})).await;
    assert_problem(&refused, 409, "not_ready");
    assert!(refused.json["detail"].as_str().unwrap().contains("give the new one"), "{refused:?}");
    let given = json!({"client_secret": SECRET});
    let done = operator.change(Method::POST, &revert, "*", &given).await;
    assert_eq!(done.status, StatusCode::OK, "{done:?}");
    let back = stored(&world, &operator).await;
    assert_eq!(back.issuer, "https://idp.test/good");
    assert!(back.authentication.secrets().unwrap().older.is_none());
}

#[tokio::test]
async fn two_administrators_at_once_lose_nothing() {
    let world = World::new().await;
    let operator = with_acme(&world).await;
    apply(&operator, json!({"title": "Everybody"})).await;
    let read = version(&operator.get(STAFF).await);
    apply(&operator, json!({"title": "All of us"})).await;
    let revert = format!("{STAFF}/history/2/revert");
    assert_problem(&operator.change(Method::POST, &revert, &read, &json!({})).await, 412, "version_mismatch");
    assert_eq!(stored(&world, &operator).await.title, "All of us");
    // Who does not say of what is told to, and of many at once each is remembered.
    let titles = ["one", "two", "three"].map(|title| document(json!({"title": title})));
    let [one, two, three] = &titles;
    let _ = tokio::join!(
        operator.post("/apply", one),
        operator.post("/apply", two),
        operator.post("/apply", three)
    );
    let told = changes(&operator, STAFF).await;
    assert_eq!(told.len(), 6);
    let mut after: Vec<_> = told[..3].iter().map(|it| it["fields"][0]["after"].clone()).collect();
    after.sort_by_key(ToString::to_string);
    assert_eq!(after, [json!("one"), json!("three"), json!("two")]);
}
