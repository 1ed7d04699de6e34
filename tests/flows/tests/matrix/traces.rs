//! What became of every attempt to sign in, found by the reference on the error page.

use doorward_domain::audit::Action;
use doorward_domain::{Connection, Provisioning};
use doorward_flows::{Page, World};
use doorward_store::records::at;
use doorward_test_idp::{Arm, Switch};
use http::Method;
use serde_json::{Value, json};

use crate::admin::{Operator, assert_problem};

/// The reference that the person reads.
pub fn reference(page: &Page) -> String {
    let (_, rest) =
        page.body.split_once("<code translate=\"no\">").unwrap_or_else(|| panic!("no reference: {page:?}"));
    rest.split_once('<').unwrap().0.to_owned()
}

/// What the operator finds by the reference on a page.
pub async fn found(world: &World, page: &Page) -> Value {
    let answer = Operator::of(world).get(&format!("/traces/{}", reference(page))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json
}

/// A sign-in of Alice's that fails because of this.
pub async fn failing(world: &World, arm: impl Into<Arm>) -> Page {
    let good = world.idp.issuer("good").unwrap();
    good.switches().arm(arm.into().times(1));
    world.sign_in(&mut world.browser(), &world.relying("c1"), "victim", "alice").await
}

fn steps(trace: &Value) -> Vec<(&str, &str)> {
    let steps = trace["steps"].as_array().unwrap().iter();
    steps.map(|it| (it["step"].as_str().unwrap(), it["state"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_failed_sign_in_is_found_by_the_reference_on_its_page() {
    let world = World::new().await;
    let page = failing(&world, Switch::WrongAudience).await;
    let trace = found(&world, &page).await;
    assert_eq!(trace["outcome"], "failed");
    assert_eq!((&trace["tenant"], &trace["connection"]), (&json!("victim"), &json!("staff")));
    assert_eq!(trace["client_id"], "c1");
    let verdict = &trace["verdict"];
    assert_eq!((&verdict["row"], &verdict["who"]), (&json!("id_token.audience"), &json!("tenant_admin")));
    assert_eq!((&verdict["expected"], &verdict["received"]), (&json!("doorward"), &json!("another-client")));
    assert!(verdict["how"][0].as_str().unwrap().contains("doorward"), "the real value: {verdict}");
    let done =
        ["asked", "routed", "sent", "returned", "agreed", "provider", "redeemed"].map(|it| (it, "done"));
    let rest = [("verified", "failed"), ("filled_up", "not_reached"), ("mapped", "not_reached")];
    assert_eq!(steps(&trace), [&done[..], &rest, &[("admitted", "not_reached")]].concat());
    let own = Operator::of(&world).get(&format!("/tenants/victim/traces/{}", reference(&page))).await;
    assert_eq!(own.json, trace);
}

#[tokio::test]
async fn somebody_who_comes_in_leaves_a_trace_of_their_claims_names_and_of_what_they_filled() {
    let world = World::new().await;
    world.tokens(&world.relying("c1"), "victim", "alice").await;
    let list = Operator::of(&world).get("/tenants/victim/traces").await.json;
    let [item] = list["items"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!((&item["outcome"], &list["lost"]), (&json!("entered"), &json!(0)));
    let path = format!("/tenants/victim/traces/{}", item["reference"].as_str().unwrap());
    let trace = Operator::of(&world).get(&path).await.json;
    assert_eq!(trace["came"], "created");
    assert!(steps(&trace).iter().all(|(_, state)| *state == "done"), "{trace}");
    let email = trace["mapping"].as_array().unwrap().iter().find(|it| it["field"] == "email").unwrap();
    assert_eq!((&email["claim"], &email["outcome"]), (&json!("email"), &json!("filled")));
    let claims = trace["claims"].as_array().unwrap();
    assert!(claims.iter().any(|it| it["name"] == "email" && it["type"] == "string"), "{trace}");
    assert!(!trace.to_string().contains("alice"), "nobody's name or address: {trace}");
    assert_eq!(trace["opened"], false);
}

#[tokio::test]
async fn ad_02_no_tenant_sees_anothers_traces_and_no_token_without_the_scope_any() {
    let world = World::new().await;
    let page = failing(&world, Switch::NoIdToken).await;
    let operator = Operator::of(&world);
    let reference = reference(&page);
    let others = operator.get(&format!("/tenants/attacker/traces/{reference}")).await;
    assert_problem(&others, 404, "not_found");
    assert_eq!(operator.get("/tenants/attacker/traces").await.json["items"], json!([]));
    let blind = operator.delegate(&["connections:write", "tenants:read"]).await;
    for path in [format!("/traces/{reference}"), "/traces".to_owned(), "/tenants/victim/traces".to_owned()] {
        assert_problem(&blind.get(&path).await, 403, "insufficient_scope");
    }
    let reader = operator.delegate(&["traces:read"]).await;
    assert_eq!(reader.get(&format!("/traces/{reference}")).await.status, 200);
    let opened = reader.post("/tenants/victim/connections/staff/traces/open", &json!({})).await;
    assert_problem(&opened, 403, "insufficient_scope");
}

#[tokio::test]
async fn sr_01_no_token_code_or_secret_is_in_any_trace() {
    let world = World::new().await;
    let good = world.idp.issuer("good").unwrap();
    let mut canaries = Vec::new();
    for switch in [None, Some(Switch::TokenError), Some(Switch::WrongNonce), Some(Switch::BadSignature)] {
        if let Some(switch) = switch {
            good.switches().arm(Arm::from(switch).times(1));
        }
        let mut browser = world.browser();
        let page = browser.open(&world.relying("c1").authorize(&world, &[("state", "state-of-app")])).await;
        let page = browser.submit(&page, &[("username", "victim")]).await;
        canaries.extend(page.url.query_pairs().filter_map(|(name, value)| {
            ["state", "nonce", "code_challenge"].contains(&&*name).then(|| value.into_owned())
        }));
        let page = browser.submit_unfollowed(&page, &[("username", "alice"), ("password", "test")]).await;
        canaries.extend(page.parameter("code"));
        let location = page.location().unwrap();
        canaries
            .extend(location.query_pairs().filter(|(name, _)| name == "code").map(|(_, v)| v.into_owned()));
        browser.follow(page).await;
        world.pass(61);
    }
    assert!(canaries.len() > 12, "{canaries:?}");
    canaries.extend(["upstream-secret", "secret-of-", "alice@", "eyJ", "state-of-app"].map(str::to_owned));
    let operator = Operator::of(&world);
    let list = operator.get("/tenants/victim/traces").await.json;
    assert_eq!(list["items"].as_array().unwrap().len(), 4);
    for item in list["items"].as_array().unwrap() {
        let text =
            operator.get(&format!("/traces/{}", item["reference"].as_str().unwrap())).await.json.to_string();
        for canary in &canaries {
            assert!(!text.contains(canary.as_str()), "{canary} in {text}");
        }
    }
}

#[tokio::test]
async fn claims_are_in_clear_for_a_quarter_of_an_hour_after_an_administrator_said_so() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let newest = async || {
        world.sign_in(&mut world.browser(), &world.relying("c1"), "victim", "alice").await;
        let list = operator.get("/tenants/victim/traces?limit=1").await.json;
        let reference = list["items"][0]["reference"].as_str().unwrap().to_owned();
        operator.get(&format!("/traces/{reference}")).await.json
    };
    assert!(!newest().await.to_string().contains("alice"));
    let opened = operator.post("/tenants/victim/connections/staff/traces/open", &json!({})).await;
    assert_eq!(opened.json["connection"], "staff");
    assert_eq!(world.audited(world.victim, Action::TracesOpened).await, 1);
    let clear = newest().await;
    assert_eq!(clear["opened"], true);
    assert!(clear.to_string().contains("alice"), "{clear}");
    world.pass(15 * 60);
    assert!(!newest().await.to_string().contains("alice"));
    world.pass(2 * 60 * 60);
    let path = format!("/traces/{}", clear["reference"].as_str().unwrap());
    let later = operator.get(&path).await.json;
    assert!(!later.to_string().contains("alice"), "what was open closes: {later}");
}

#[tokio::test]
async fn ss_10_a_token_endpoint_cannot_be_read_through_a_trace() {
    let world = World::new().await;
    let page = failing(&world, Arm::from(Switch::TokenError).value("root:x:0:0:of-10.0.0.1")).await;
    let trace = found(&world, &page).await;
    assert_eq!(trace["verdict"]["row"], "provider.unknown_error");
    assert!(!trace.to_string().contains("10.0.0.1"), "{trace}");
}

#[tokio::test]
async fn what_led_to_nobody_is_the_operator_s_to_see() {
    let world = World::new().await;
    let before = world.digest().await;
    let page = world.browser().open(&world.relying("nobody").authorize(&world, &[])).await;
    let trace = found(&world, &page).await;
    assert_eq!((&trace["outcome"], &trace["verdict"]["row"]), (&json!("failed"), &json!("app.unknown")));
    assert_eq!(trace["verdict"]["who"], "app_developer");
    assert!(trace.get("tenant").is_none());
    let lost = world.browser().open(&world.url(&format!("/federation/{}/callback?state=x", world.k1))).await;
    assert_eq!(found(&world, &lost).await["verdict"]["row"], "browser.no_sign_in");
    let listed = Operator::of(&world).get("/traces").await.json;
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert_eq!(world.digest().await, before, "nothing is written without authentication");
}

#[tokio::test]
async fn who_is_at_the_provider_and_never_comes_back_is_seen_too() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    browser.submit(&page, &[("username", "victim")]).await;
    let operator = Operator::of(&world);
    let outcome = async || operator.get("/tenants/victim/traces").await.json["items"][0]["outcome"].clone();
    assert_eq!(outcome().await, "under_way");
    world.pass(11 * 60);
    assert_eq!(outcome().await, "never_came_back");
    let filtered = operator.get("/tenants/victim/traces?outcome=never_came_back&connection=staff").await.json;
    assert_eq!(filtered["items"].as_array().unwrap().len(), 1);
    let reference = filtered["items"][0]["reference"].as_str().unwrap();
    let trace = operator.get(&format!("/traces/{reference}")).await.json;
    let sent = &trace["steps"][2];
    assert!(sent["says"].as_str().unwrap().contains("code_challenge"), "{sent}");
    assert_eq!(steps(&trace)[3], ("returned", "waiting"));
}

#[tokio::test]
async fn a_second_try_of_one_sign_in_has_a_trace_and_a_reference_of_its_own() {
    let world = World::new().await;
    let good = world.idp.issuer("good").unwrap();
    good.switches().arm(Arm::from(Switch::NoIdToken).times(2));
    let mut browser = world.browser();
    let first = world.sign_in(&mut browser, &world.relying("c1"), "victim", "alice").await;
    world.pass(5);
    let transaction = first.body.split_once("/sign-in?tx=").unwrap().1.split_once('"').unwrap().0;
    let page = browser.open(&world.url(&format!("/sign-in?tx={transaction}"))).await;
    let second = world.go_on(&mut browser, page, "victim", "alice").await;
    assert_ne!(reference(&first), reference(&second));
    let verdict = found(&world, &second).await["verdict"].clone();
    assert_eq!(verdict["like_this"]["count"], 2, "{verdict}");
    assert_eq!(found(&world, &first).await["outcome"], "failed");
}

#[tokio::test]
async fn somebody_who_may_not_come_in_is_told_by_name_of_the_check() {
    let world = World::new().await;
    world
        .change(&at::connection(world.victim, world.k1), |it: &mut Connection| {
            it.provisioning = Provisioning::KnownOnly;
        })
        .await;
    let page = world.sign_in(&mut world.browser(), &world.relying("c1"), "victim", "alice").await;
    let trace = found(&world, &page).await;
    assert_eq!(trace["verdict"]["row"], "account.unknown");
    assert_eq!(steps(&trace).last().unwrap(), &("admitted", "failed"));
}

#[tokio::test]
async fn a_code_from_a_page_of_the_provider_s_is_explained_with_the_real_values() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let path = "/tenants/victim/connections/staff/explain";
    let explained = operator.post(path, &json!({ "text": "error=invalid_client" })).await.json;
    assert_eq!(explained["verdict"]["row"], "oidc/invalid-client");
    assert!(explained["verdict"]["how"][0].as_str().unwrap().contains("doorward"));
    assert!(operator.post(path, &json!({ "text": "hello" })).await.json.get("verdict").is_none());
    let wrong = operator.ask(Method::POST, path, &[], &json!({ "txt": "x" })).await;
    assert_problem(&wrong, 422, "invalid_body");
}
