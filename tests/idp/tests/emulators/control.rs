//! The emulators beside each other, and their control planes.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use doorward_test_idp::{Config, Demo, Now, TestIdp};
use serde_json::{Value, json};

use crate::browser::{Browser, Page};

const BASE: &str = "http://localhost:8081";
const CONTROL: &str = "http://localhost:8091";
const CALLBACK: &str = "http://localhost:8080/callback";

struct World {
    demo: Demo,
    browser: Browser,
}

impl World {
    fn new() -> Self {
        let now: Now = Arc::new(|| 1_700_000_000);
        let idp = TestIdp::new(Config::demo(BASE, now.clone())).unwrap();
        let demo = Demo::new(BASE, &[CALLBACK.to_owned()], &now);
        let hosts = [(BASE, idp.router().merge(demo.router())), (CONTROL, demo.control())];
        Self { browser: Browser::new(&hosts), demo }
    }

    async fn command(&mut self, path: &str, body: Value) -> Page {
        let request = Request::post(format!("{CONTROL}{path}")).header("content-type", "application/json");
        self.browser.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    async fn read(&mut self, path: &str) -> Value {
        self.browser.open(&format!("{CONTROL}{path}")).await.json()
    }
}

#[tokio::test]
async fn s7_0_every_demo_issuer_publishes_itself_and_lets_its_people_sign_in() {
    for (kind, login, tenant) in [
        ("entra", "ana@contoso.example", ""),
        ("okta", "joe@acme.example", ""),
        ("halopsa", "uwe", "&tenant=demo"),
        ("google", "kim@acme.example", ""),
    ] {
        let mut world = World::new();
        let app = world.demo.apps.iter().find(|app| app[0] == kind).unwrap().clone();
        let url = format!("{}/.well-known/openid-configuration", app[1]);
        let document = world.browser.open(&url).await.json();
        assert_eq!(document["issuer"], app[1], "{kind}");
        let keys = world.browser.open(document["jwks_uri"].as_str().unwrap()).await.json();
        assert!(!keys["keys"].as_array().unwrap().is_empty());
        let authorize = document["authorization_endpoint"].as_str().unwrap();
        let query = format!(
            "client_id={}&redirect_uri={CALLBACK}&response_type=code&scope=openid&state=s{tenant}",
            app[2]
        );
        let page = world.browser.open(&format!("{authorize}?{query}")).await;
        let page = world.browser.submit(&page, &[("username", login), ("password", "test")]).await;
        let page = match page.body.contains("name=\"consent\"") {
            true => world.browser.submit(&page, &[("consent", "accept")]).await,
            false => page,
        };
        assert!(
            page.url.as_str().starts_with(CALLBACK) && page.returned("code").is_some(),
            "{kind} {}",
            page.body
        );
    }
}

#[tokio::test]
async fn s7_0_a_clock_is_moved_stopped_and_set_back() {
    let mut world = World::new();
    assert_eq!(world.command("/okta/clock", json!({ "advance": 60 })).await.json()["now"], 1_700_000_060);
    assert_eq!(world.command("/okta/clock", json!({ "set": 5 })).await.json()["now"], 5);
    assert_eq!(world.command("/okta/clock", json!("reset")).await.json()["now"], 1_700_000_000);
    assert_eq!(world.command("/okta/clock", json!({ "sideways": 1 })).await.status, 422);
    world.command("/okta/clock", json!({ "advance": 7 })).await;
    assert_eq!(world.read("/okta/clock").await["now"], 1_700_000_007);
    assert_eq!(world.read("/entra/clock").await["now"], 1_700_000_000, "each has its own");
}

#[tokio::test]
async fn s7_0_a_switch_is_armed_in_a_scope_and_its_silence_can_be_asked_for() {
    let mut world = World::new();
    let order = json!({
        "switch": "tenant_missing", "mode": "once", "scope": { "endpoint": "discovery", "issuer": "nobody.example" }
    });
    assert_eq!(world.command("/entra/switches", order).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.read("/entra/silent").await, json!(["tenant_missing"]));
    let issuer = world.demo.apps[0][1].clone();
    let url = format!("{issuer}/.well-known/openid-configuration");
    assert_eq!(world.browser.open(&url).await.status, 200, "not this tenant");
    let order = json!({ "switch": "tenant_missing", "mode": "once", "scope": { "endpoint": "discovery" } });
    world.command("/entra/switches", order).await;
    assert_eq!(world.browser.open(&url).await.status, 400);
    let report = world.read("/entra/switches").await;
    let fired = json!({ "switch": "tenant_missing", "mode": "off", "fired": 1 });
    assert!(report.as_array().unwrap().contains(&fired), "{report}");
    for wrong in [
        json!({ "switch": "no_such", "mode": "once" }),
        json!({ "switch": "tenant_missing", "mode": "once", "scope": { "planet": "Mars" } }),
    ] {
        assert_eq!(world.command("/entra/switches", wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn s7_0_the_log_is_read_from_where_one_left_off() {
    let mut world = World::new();
    let url = format!("{}/.well-known/openid-configuration", world.demo.apps[1][1]);
    world.browser.open(&url).await;
    world.browser.open(&url).await;
    assert_eq!(world.read("/okta/requests").await, json!({ "discovery": 2 }));
    let log = world.read("/okta/log?since=1").await;
    let entries = log.as_array().unwrap();
    assert_eq!((entries.len(), &entries[0]["number"]), (1, &json!(2)));
    assert_eq!(entries[0]["uri"], "/.well-known/openid-configuration");
}

#[tokio::test]
async fn s7_0_the_control_plane_is_on_no_providers_port() {
    let mut world = World::new();
    for path in ["/switches", "/clock", "/entra/switches", "/okta/clock", "/halopsa/log", "/google/switches"]
    {
        assert_eq!(world.browser.open(&format!("{BASE}{path}")).await.status, 404, "{path}");
    }
}
