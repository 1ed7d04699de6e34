//! What went wrong is found by its reference after a restart too.

use std::sync::Arc;

use doorward_flows::World;
use doorward_store::sled::SledOptions;
use doorward_store::{Kind, SledStore, Store};
use doorward_test_idp::Switch;
use serde_json::{Value, json};

use crate::admin::Operator;
use crate::connection_test::{begun, told, tried};
use crate::traces::{failing, found, reference};

async fn traces(world: &World) -> usize {
    world.records().await.iter().filter(|(key, _)| key.kind() == Kind::Trace).count()
}

#[tokio::test]
async fn a_failed_sign_in_is_told_the_same_by_another_broker() {
    let world = World::new().await;
    let page = failing(&world, Switch::WrongAudience).await;
    let before = found(&world, &page).await;
    world.write_traces().await;
    let other = world.another_broker().await;
    assert_eq!(found(&other, &page).await, before);
    let path = format!("/tenants/victim/traces/{}", reference(&page));
    assert_eq!(Operator::of(&other).get(&path).await.json, before);
    let path = format!("/tenants/attacker/traces/{}", reference(&page));
    assert_eq!(Operator::of(&other).get(&path).await.status, 404);

    // What happens there stands in one list with it, and is counted with it.
    let again = failing(&other, Switch::WrongAudience).await;
    let list = Operator::of(&other).get("/tenants/victim/traces").await.json;
    let references: Vec<_> =
        list["items"].as_array().unwrap().iter().map(|it| it["reference"].clone()).collect();
    assert_eq!(references.len(), 2);
    assert!(references.contains(&json!(reference(&page))) && references.contains(&json!(reference(&again))));
    assert_eq!(found(&other, &page).await["verdict"]["like_this"]["count"], 2);
    let entered = Operator::of(&other).get("/tenants/victim/traces?outcome=entered").await.json;
    assert_eq!(entered["items"], json!([]));
}

#[tokio::test]
async fn what_a_killed_broker_had_not_written_is_lost_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let open =
        || -> Arc<dyn Store> { Arc::new(SledStore::open(folder.path(), SledOptions::default()).unwrap()) };
    let world = World::on(open()).await;
    let first = failing(&world, Switch::NoIdToken).await;
    world.write_traces().await;
    let last = failing(&world, Switch::NoIdToken).await;
    let world = world.restarted(open).await;
    assert_eq!(found(&world, &first).await["verdict"]["like_this"]["count"], 1);
    assert_eq!(Operator::of(&world).get(&format!("/traces/{}", reference(&last))).await.status, 404);
    world.tokens(&world.relying("c1"), "victim", "alice").await;
}

#[tokio::test]
async fn who_comes_in_writes_no_trace() {
    let world = World::new().await;
    world.tokens(&world.relying("c1"), "victim", "alice").await;
    let before = world.records().await;
    world.write_traces().await;
    assert_eq!((world.records().await, traces(&world).await), (before, 0));
}

#[tokio::test]
async fn what_led_to_nobody_is_kept_too() {
    let world = World::new().await;
    let page = world.browser().open(&world.relying("nobody").authorize(&world, &[])).await;
    world.write_traces().await;
    let other = world.another_broker().await;
    assert_eq!(found(&other, &page).await["verdict"]["row"], "app.unknown");
    assert_eq!(Operator::of(&other).get("/traces").await.json["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn sr_02_what_an_administrator_opened_is_not_in_the_store() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    operator.post("/tenants/victim/connections/staff/traces/open", &json!({})).await;
    world
        .change(
            &doorward_store::records::at::connection(world.victim, world.k1),
            |it: &mut doorward_domain::Connection| it.provisioning = doorward_domain::Provisioning::KnownOnly,
        )
        .await;
    let page = world.sign_in(&mut world.browser(), &world.relying("c1"), "victim", "alice").await;
    let clear = found(&world, &page).await;
    assert!(clear["opened"] == true && clear.to_string().contains("alice"), "{clear}");
    world.write_traces().await;
    let kept = found(&world.another_broker().await, &page).await;
    assert_eq!(kept["opened"], false);
    assert!(!kept.to_string().contains("alice"), "{kept}");
    let names = |trace: &Value| {
        let claims = trace["claims"].as_array().unwrap().iter();
        claims.map(|it| (it["name"].clone(), it["hash"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(names(&kept), names(&clear));
}

#[tokio::test]
async fn what_a_test_came_to_is_told_after_a_restart() {
    let world = World::new().await;
    let (id, url) = begun(&world).await;
    tried(&mut world.browser(), &url).await;
    let (begun_only, _) = begun(&world).await;
    let before = told(&world, &id).await;
    assert_eq!(before["result"]["name"], "Alice Archer", "{before}");
    world.write_traces().await;
    let other = world.another_broker().await;
    let after = told(&other, &id).await;
    let same = |of: &str| assert_eq!(after[of], before[of], "{of}");
    ["id", "state", "connection", "expires_at", "created_by"].into_iter().for_each(same);
    let result = |of: &str| assert_eq!(after["result"][of], before["result"][of], "{of}");
    ["works", "would_come_in", "remarks"].into_iter().for_each(result);
    assert_eq!(after["result"]["trace"]["steps"], before["result"]["trace"]["steps"]);
    assert!(after["result"].get("name").is_none() && !after.to_string().contains("alice"), "{after}");
    let path = |id: &str| format!("/tenants/victim/connections/staff/tests/{id}");
    assert_eq!(Operator::of(&other).get(&path(&begun_only)).await.status, 404);
    let path = format!("/tenants/attacker/connections/staff/tests/{id}");
    assert_eq!(Operator::of(&other).get(&path).await.status, 404);
}
