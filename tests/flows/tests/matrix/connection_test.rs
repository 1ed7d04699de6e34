//! Test connection: the whole way of a sign-in in a tab of its own, which creates nothing.

use doorward_domain::{Connection, Provisioning, Stage};
use doorward_flows::upstreams::okta::Acme;
use doorward_flows::{Browser, Page, World};
use doorward_store::records::at;
use doorward_test_idp::okta::{App, Method};
use doorward_test_idp::{Arm, Switch};
use serde_json::{Value, json};

use crate::admin::{Operator, assert_problem};
use crate::support::signed_in;

/// A test that an administrator has begun: its identifier and its link.
pub async fn begun(world: &World) -> (String, String) {
    let made = Operator::of(world).post("/tenants/victim/connections/staff/test", &json!({})).await;
    assert_eq!((&made.json["state"], &made.json["created_by"]), (&json!("waiting"), &json!("operator")));
    (made.str("id").to_owned(), made.str("url").to_owned())
}

/// What the administrator reads of it.
pub async fn told(world: &World, id: &str) -> Value {
    let path = format!("/tenants/victim/connections/staff/tests/{id}");
    let answer = Operator::of(world).get(&path).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json
}

/// Opens the link, presses its button, and signs in as Alice at the provider.
pub async fn tried(browser: &mut Browser, url: &str) -> Page {
    let page = browser.open(url).await;
    let page = browser.submit(&page, &[]).await;
    match page.url.as_str().starts_with("https://idp.test") {
        true => browser.submit(&page, &[("username", "alice"), ("password", "test")]).await,
        false => page,
    }
}

async fn change(world: &World, change: impl FnOnce(&mut Connection)) {
    world.change(&at::connection(world.victim, world.k1), change).await;
}

#[tokio::test]
async fn a_test_goes_the_whole_way_and_creates_nothing() {
    let world = World::new().await;
    let (mut browser, before) = (world.browser(), world.records().await);
    let (id, url) = begun(&world).await;
    let page = tried(&mut browser, &url).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains("would come in") && page.body.contains("alice@"), "{}", page.body);
    assert_eq!(browser.session(), None);
    assert_eq!(world.records().await, before);
    let test = told(&world, &id).await;
    let result = &test["result"];
    assert_eq!((&test["state"], &result["would_come_in"]), (&json!("finished"), &json!(true)));
    assert_eq!(result["trace"]["came"], "created");
    assert!(result["trace"].get("user_id").is_none(), "nobody was created: {result}");
    let steps = result["trace"]["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["state"] == "done"), "{steps:?}");
    assert!(steps[1]["says"].as_str().unwrap().contains("code_challenge"), "{steps:?}");
    let claims = result["trace"]["claims"].as_array().unwrap();
    assert!(claims.iter().any(|it| it["name"] == "email" && it["value"].as_str().is_some()), "{claims:?}");
    assert!(page.parameter("code").is_none());
}

#[tokio::test]
async fn whoever_is_known_is_told_by_whose_account_it_is_and_stays_signed_in() {
    let world = World::new().await;
    let mut browser = signed_in(&world, "alice").await;
    let (session, before) = (browser.session(), world.records().await);
    let (id, url) = begun(&world).await;
    tried(&mut browser, &url).await;
    assert_eq!(browser.session(), session);
    assert_eq!(world.records().await, before);
    let trace = told(&world, &id).await["result"]["trace"].clone();
    assert_eq!(trace["came"], "known");
    assert!(trace["user_id"].as_str().unwrap().starts_with("usr_"), "{trace}");
}

#[tokio::test]
async fn a_connection_that_is_not_in_use_can_be_tested_and_signs_nobody_in() {
    for stage in [Stage::Draft, Stage::Paused] {
        let world = World::new().await;
        change(&world, |it| it.stage = stage).await;
        let (id, url) = begun(&world).await;
        let mut browser = world.browser();
        let page = tried(&mut browser, &url).await;
        assert!(page.body.contains("would come in"), "{}", page.body);
        assert_eq!(told(&world, &id).await["state"], "finished");
        assert_eq!((browser.session(), world.left_behind().await), (None, 0));
        let after = world.read::<Connection>(&at::connection(world.victim, world.k1)).await.unwrap().stage;
        assert_eq!(after, if stage == Stage::Draft { Stage::Tested } else { stage });
    }
}

#[tokio::test]
async fn a_failed_test_says_what_to_mend_on_its_page_and_to_the_administrator() {
    let world = World::new().await;
    let good = world.idp.issuer("good").unwrap();
    good.switches().arm(Arm::from(Switch::WrongAudience).times(1));
    let (id, url) = begun(&world).await;
    let mut browser = world.browser();
    let page = tried(&mut browser, &url).await;
    assert!(page.body.contains("The ID token is for another app"), "{}", page.body);
    assert!(page.body.contains("another-client"), "{}", page.body);
    let test = told(&world, &id).await;
    assert_eq!((&test["state"], &test["result"]["works"]), (&json!("failed"), &json!(false)));
    assert_eq!(test["result"]["trace"]["verdict"]["row"], "id_token.audience");
    let found = Operator::of(&world)
        .get(&format!("/traces/{}", test["result"]["trace"]["reference"].as_str().unwrap()))
        .await;
    assert_eq!(found.json["test"], true);
    let again = tried(&mut browser, &url).await;
    assert!(again.body.contains("would come in"), "the same link, once it is mended: {}", again.body);
    assert_eq!(told(&world, &id).await["state"], "finished");
}

#[tokio::test]
async fn who_would_not_come_in_is_told_so_though_the_connection_works() {
    let world = World::new().await;
    change(&world, |it| it.provisioning = Provisioning::KnownOnly).await;
    let (id, url) = begun(&world).await;
    let page = tried(&mut world.browser(), &url).await;
    assert!(page.body.contains("this person would not come in"), "{}", page.body);
    let result = told(&world, &id).await["result"].clone();
    assert_eq!((&result["works"], &result["would_come_in"]), (&json!(true), &json!(false)));
    assert_eq!(result["trace"]["verdict"]["row"], "account.unknown");
}

#[tokio::test]
async fn a_wrong_way_of_client_authentication_is_noticed() {
    let world = World::new().await;
    let post = |app| App { method: Method::ClientSecretPost, ..app };
    let acme = Acme::with(&world, json!({}), post).await;
    let tested = async || {
        let operator = Operator::of(&world);
        let begun = operator.post("/tenants/acme/connections/staff/test", &json!({})).await;
        let mut browser = world.browser();
        let page = browser.open(begun.str("url")).await;
        let page = browser.submit(&page, &[]).await;
        browser.submit(&page, &[("username", "joe@acme.example"), ("password", "test")]).await;
        operator.get(&format!("/tenants/acme/connections/staff/tests/{}", begun.str("id"))).await.json
    };
    let test = tested().await;
    assert_eq!(test["result"]["works_with"], "client_secret_post", "{test:#}");
    assert_eq!(test["result"]["trace"]["verdict"]["row"], "okta/credentials-method");
    acme.connected.change(&world, json!({ "authentication": "client_secret_post" })).await.unwrap();
    assert_eq!(tested().await["state"], "finished");
}

#[tokio::test]
async fn pw_04_opening_the_link_begins_nothing_and_one_browser_has_it_for_itself() {
    let world = World::new().await;
    let (id, url) = begun(&world).await;
    for _ in 0..3 {
        let page = world.browser().open(&url).await;
        assert!(page.body.contains("Start the test"), "{}", page.body);
    }
    assert_eq!(told(&world, &id).await["state"], "waiting");
    let mut browser = world.browser();
    let page = browser.open(&url).await;
    browser.submit_unfollowed(&page, &[]).await;
    assert_eq!(told(&world, &id).await["state"], "started");
    let mut other = world.browser();
    let page = other.open(&url).await;
    other.submit(&page, &[]).await.assert_told(400);
}

#[tokio::test]
async fn up_02_the_answer_to_a_test_counts_once_and_only_in_its_browser() {
    let world = World::new().await;
    let (_, url) = begun(&world).await;
    let mut browser = world.browser();
    let page = browser.open(&url).await;
    let page = browser.submit(&page, &[]).await;
    let answer = browser.submit_unfollowed(&page, &[("username", "alice"), ("password", "test")]).await;
    let callback = answer.location().unwrap();
    world.browser().get(callback.as_str()).await.assert_told(400);
    assert!(browser.get(callback.as_str()).await.body.contains("would come in"));
    browser.get(callback.as_str()).await.assert_told(400);
    assert_eq!(world.left_behind().await, 0);
}

#[tokio::test]
async fn a_link_is_over_after_a_quarter_of_an_hour_and_claims_are_in_clear_no_longer() {
    let world = World::new().await;
    let (id, url) = begun(&world).await;
    tried(&mut world.browser(), &url).await;
    assert!(told(&world, &id).await.to_string().contains("alice@"));
    let (waiting, _) = begun(&world).await;
    world.pass(15 * 60);
    world.browser().open(&url).await.assert_told(400);
    assert!(!told(&world, &id).await.to_string().contains("alice@"));
    assert_eq!(told(&world, &waiting).await["state"], "timed_out");
}

#[tokio::test]
async fn ad_02_a_test_takes_the_scope_and_no_other_connection_has_it() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let reader = operator.delegate(&["connections:read", "traces:read"]).await;
    let refused = reader.post("/tenants/victim/connections/staff/test", &json!({})).await;
    assert_problem(&refused, 403, "insufficient_scope");
    let (id, _) = begun(&world).await;
    let other = operator.get(&format!("/tenants/attacker/connections/staff/tests/{id}")).await;
    assert_problem(&other, 404, "not_found");
}

#[tokio::test]
async fn what_stands_on_a_page_of_the_provider_s_is_explained_beside_the_test() {
    let world = World::new().await;
    let (_, url) = begun(&world).await;
    let mut browser = world.browser();
    let page = browser.post(&url, &[("text", "invalid_client: who are you?")]).await;
    assert!(page.body.contains("does not accept our credentials"), "{}", page.body);
    let page = browser.post(&url, &[("text", "<b>hello</b>")]).await;
    assert!(page.body.contains("Nobody here knows this text"), "{}", page.body);
    let page = world.browser().post(&world.url("/test/nonsense"), &[("text", "x")]).await;
    page.assert_told(400);
}
