//! Who administers one tenant alone: they link their own provider, and see and change nothing else (AD-01).

use doorward_domain::Connection;
use doorward_flows::World;
use doorward_store::records::at;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Operator, assert_problem};

impl<'w> Operator<'w> {
    /// Makes a token for everything of one tenant.
    pub async fn administrator_of(&self, tenant: &str) -> Operator<'w> {
        let asked = json!({"name": "its own", "scopes": ["*"], "tenant": tenant});
        let made = self.post("/tokens", &asked).await;
        assert_eq!((made.status, made.str("tenant")), (StatusCode::CREATED, tenant), "{made:?}");
        Operator { world: self.world, token: made.str("token").to_owned() }
    }
}

/// The document of a tenant, as its administrators get it, with `change`.
async fn document(of: &Operator<'_>, tenant: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut document = of.get(&format!("/tenants/{tenant}/export")).await.json;
    change(&mut document["tenant"][0]);
    document
}

#[tokio::test]
async fn whoever_administers_a_tenant_links_its_provider_alone() {
    let world = World::new().await;
    let own = Operator::of(&world).administrator_of("attacker").await;
    let retitled = document(&own, "attacker", |it| it["connection"][0]["title"] = json!("New title")).await;
    let planned = own.post("/tenants/attacker/plan", &retitled).await;
    assert_eq!(planned.json["changes"][0]["path"], "tenant[attacker].connection[staff]", "{planned:?}");
    let applied = own.post("/tenants/attacker/apply", &retitled).await;
    assert_eq!(applied.status, StatusCode::OK, "{applied:?}");
    let connection = world.read::<Connection>(&at::connection(world.attacker, world.ke)).await.unwrap();
    assert_eq!(connection.title, "New title");
    // What is the operator's may be left out, and stays.
    let short = document(&own, "attacker", |it| drop(it.as_object_mut().unwrap().remove("domains"))).await;
    assert_eq!(own.post("/tenants/attacker/apply", &short).await.json["changes"], json!([]));
}

#[tokio::test]
async fn ad_01_who_administers_a_tenant_says_nothing_of_domains_parents_apps_and_others() {
    let world = World::new().await;
    let own = Operator::of(&world).administrator_of("attacker").await;
    own.get("/tenants/attacker").await;
    let before = world.digest().await;
    for (field, value) in [
        ("domains", json!(["victim.test"])),
        ("domains", json!(["attacker.test", "new.test"])),
        ("parent", json!("victim")),
        ("enabled", json!(false)),
        ("slug", json!("victim")),
    ] {
        let wrong = document(&own, "attacker", |it| it[field] = value.clone()).await;
        let refused = own.post("/tenants/attacker/apply", &wrong).await;
        assert_problem(&refused, 422, "invalid_body");
    }
    let two = json!({"tenant": [{"slug": "victim", "name": "Mine"}], "client": [{"client_id": "c1"}]});
    for path in ["/tenants/attacker/apply", "/tenants/attacker/plan"] {
        assert_problem(&own.post(path, &two).await, 422, "invalid_body");
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn ad_01_a_token_of_one_tenant_opens_no_route_that_is_not_about_it() {
    let world = World::new().await;
    let own = Operator::of(&world).administrator_of("attacker").await;
    let before = world.digest_of(world.victim).await;
    let request = http::Request::get(world.url("/admin/openapi.json")).body(Vec::new()).unwrap();
    let described = doorward_flows::app::send(&world, request).await.json;
    let mut refused = 0;
    for (path, methods) in described["paths"].as_object().unwrap() {
        let Some(path) = path.strip_prefix("/admin/v1") else { continue };
        for slug in ["victim", "nobody", "attacker%2F..%2Fvictim", "victim%00", "VICTIM"] {
            let path = path.replace("{slug}", slug).replace(['{', '}'], "");
            for method in methods.as_object().unwrap().keys() {
                let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
                let answer = own.ask(method, &path, &[("if-match", "*")], &json!({})).await;
                assert_problem(&answer, 403, "other_tenant");
                refused += 1;
            }
        }
    }
    assert!(refused > 100, "{refused}");
    for path in ["/tenants/attacker/../victim", "//tenants/victim", "/tenants", "/nothing"] {
        let answer = own.get(path).await;
        assert!([403, 404].contains(&answer.status.as_u16()), "{path}: {answer:?}");
    }
    assert_eq!(world.digest_of(world.victim).await, before);
}

#[tokio::test]
async fn who_administers_an_organisation_administers_its_parts() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let part = json!({"tenant": [{"slug": "part", "name": "A part", "parent": "attacker"}]});
    assert_eq!(operator.post("/apply", &part).await.status, StatusCode::OK);
    let above = operator.administrator_of("attacker").await;
    assert_eq!(above.get("/tenants/part").await.str("slug"), "part");
    let below = operator.administrator_of("part").await;
    assert_problem(&below.get("/tenants/attacker").await, 403, "other_tenant");
}
