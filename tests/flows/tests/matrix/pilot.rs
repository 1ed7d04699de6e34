//! Pilots: some try a connection, and everybody else goes the way they went before.

use doorward_domain::{Clock as _, Connection, ConnectionId, Domain, Pilot, Provisioning, Stage, Tenant};
use doorward_flows::World;
use doorward_flows::local::{allow, person};
use doorward_flows::world::IDP;
use doorward_store::records::{TenantOf, at};
use http::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::admin::{Operator, assert_problem};
use crate::support::authorize;

/// The victim with the connection `staff`, which everybody uses, and with `next`, whose provider is `evil`
/// and which these people try.
async fn trying(pilot: Pilot) -> World {
    let world = World::new().await;
    let domain = Domain::parse("evil.example").unwrap();
    world.put(&TenantOf { name: domain.clone(), tenant: world.victim }).await;
    world.change::<Tenant>(&at::tenant(world.victim), |tenant| tenant.domains.push(domain)).await;
    let next = ConnectionId::new(world.clock.now(), &*world.entropy);
    world.connect(world.victim, next, "evil").await;
    let change = |it: &mut Connection| {
        (it.name, it.stage, it.pilot) = ("next".to_owned(), Stage::Pilot, pilot);
    };
    world.change(&at::connection(world.victim, next), change).await;
    world
}

fn people(names: &[&str]) -> Pilot {
    Pilot { people: names.iter().map(|name| (*name).to_owned()).collect(), ..Pilot::default() }
}

fn group(name: &str) -> Pilot {
    Pilot { groups: vec![name.to_owned()], ..Pilot::default() }
}

/// The provider that somebody who types this is led to.
async fn led(world: &World, typed: &str) -> String {
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(world, &[])).await;
    let page = browser.submit_unfollowed(&page, &[("username", typed)]).await;
    let by_hint = authorize(world, &world.relying("c1"), &[("login_hint", typed)]).await;
    let place = |to: &url::Url| to.path_segments().unwrap().next().unwrap().to_owned();
    let (typed, hinted) = (page.location().unwrap(), by_hint.location().unwrap());
    assert_eq!(place(&typed), place(&hinted));
    place(&typed)
}

#[tokio::test]
async fn what_people_type_leads_those_who_take_part() {
    let world = trying(people(&["alice@evil.example"])).await;
    let leads = [
        ("alice@evil.example", "evil"),
        (" Alice@EVIL.example", "evil"),
        ("uma@evil.example", "good"),
        ("alice@victim.test", "good"),
        ("victim", "good"),
    ];
    for (typed, provider) in leads {
        assert_eq!(led(&world, typed).await, provider, "{typed}");
    }
    let named = [("tenant", "victim"), ("connection", "next")];
    let page = authorize(&world, &world.relying("c1"), &named).await;
    assert!(
        page.location().unwrap().as_str().starts_with(&format!("{IDP}/evil/")),
        "who names it goes there"
    );
    let named = [("tenant", "victim"), ("connection", "staff"), ("login_hint", "alice@evil.example")];
    let page = authorize(&world, &world.relying("c1"), &named).await;
    assert!(page.location().unwrap().as_str().starts_with(&format!("{IDP}/good/")), "or to the other");
}

#[rstest]
#[case::by_their_address(people(&["alice@evil.example"]), "alice", true)]
#[case::by_a_group(group("engineering"), "alice", true)]
#[case::by_the_share_of_all(Pilot { share: 100, ..Pilot::default() }, "alice", true)]
#[case::by_another_address(people(&["kim@evil.example"]), "alice", false)]
#[case::by_an_address_that_nobody_verified(people(&["uma@evil.example"]), "uma", false)]
#[case::by_a_name_at_the_provider(people(&["alice"]), "alice", false)]
#[case::by_no_group(group("group-001"), "alice", false)]
#[case::by_the_share_of_none(group("nobody"), "alice", false)]
#[case::without_an_address_in_the_share_of_all(Pilot { share: 100, ..Pilot::default() }, "nora", false)]
#[tokio::test]
async fn who_takes_part_is_decided_when_they_are_known(
    #[case] pilot: Pilot,
    #[case] persona: &str,
    #[case] takes_part: bool,
) {
    let world = trying(pilot).await;
    let before = world.left_behind().await;
    let mut browser = world.browser();
    let named = [("tenant", "victim"), ("connection", "next")];
    let page = browser.open(&world.relying("c1").authorize(&world, &named)).await;
    let page = browser.submit(&page, &[("username", persona), ("password", "test")]).await;
    assert_eq!(page.parameter("code").is_some(), takes_part, "{page:?}");
    if !takes_part {
        page.assert_told(403);
        assert!(page.body.contains("trying out a new way to sign in"), "{}", page.body);
        assert_eq!(world.left_behind().await, before);
    }
}

/// What was typed leads to the pilot; whoever signs in there as somebody else takes no part by that.
#[tokio::test]
async fn what_somebody_types_lets_nobody_take_part() {
    let world = trying(people(&["alice@evil.example"])).await;
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let page = browser.submit(&page, &[("username", "alice@evil.example")]).await;
    assert!(page.url.as_str().starts_with(&format!("{IDP}/evil/")), "{page:?}");
    let page = browser.submit(&page, &[("username", "greg"), ("password", "test")]).await;
    page.assert_told(403);
    assert_eq!(world.left_behind().await, 0);
}

#[tokio::test]
async fn a_name_at_doorward_itself_takes_part_too() {
    let world = trying(people(&["kim"])).await;
    let kim = person(&world, "kim", |_| {}).await;
    let next = world.all::<Connection>(world.victim).await.into_iter().find(|it| it.name == "next").unwrap();
    let subject = doorward_domain::Subject { issuer: format!("{IDP}/evil"), subject: "evil-nora".to_owned() };
    let linked_at = world.clock.now();
    let identity = doorward_domain::Identity {
        tenant: world.victim,
        connection: next.id,
        subject,
        user: kim,
        linked_at,
        told: None,
    };
    world.put(&identity).await;
    let mut browser = world.browser();
    let named = [("tenant", "victim"), ("connection", "next")];
    let page = browser.open(&world.relying("c1").authorize(&world, &named)).await;
    let page = browser.submit(&page, &[("username", "nora"), ("password", "test")]).await;
    assert!(page.parameter("code").is_some(), "{page:?}");
}

#[tokio::test]
async fn where_there_is_only_a_pilot_the_others_sign_in_here() {
    let world = trying(people(&["alice@evil.example"])).await;
    world.remove(at::connection(world.victim, world.k1)).await;
    allow(&world).await;
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let page = browser.submit(&page, &[("username", "kim@victim.test")]).await;
    assert!(page.body.contains("id=\"password\""), "{page:?}");
}

#[tokio::test]
async fn an_operator_says_who_tries_a_connection() {
    let world = World::new().await;
    world
        .change::<Connection>(&at::connection(world.victim, world.k1), |it| {
            it.provisioning = Provisioning::JustInTime;
        })
        .await;
    let operator = Operator::of(&world);
    let ask = async |pilot: Value| {
        let change = json!({"stage": "pilot", "pilot": pilot});
        operator.change(Method::POST, crate::rollout::STAGE, "*", &change).await
    };
    for wrong in [
        json!({}),
        json!({"share": 101}),
        json!({"people": ["kim@acme@acme.test"]}),
        json!({"people": vec!["kim"; 101]}),
    ] {
        assert_problem(&ask(wrong).await, 409, "not_ready");
    }
    assert_problem(&ask(json!({"everybody": true})).await, 422, "invalid_body");
    let moved = ask(json!({"people": [" Kim@VICTIM.test"], "share": 5})).await;
    assert_eq!(moved.status, StatusCode::OK, "{moved:?}");
    let pilot = json!({"people": ["kim@victim.test"], "share": 5});
    assert_eq!(moved.json["connection"]["pilot"], pilot);
    let exported = operator.get("/export").await.json;
    assert_eq!(exported["tenant"][1]["connection"][0]["pilot"], pilot, "{exported}");
    let applied = operator.post("/apply", &exported).await;
    assert_eq!(applied.json["changes"], json!([]), "{applied:?}");
}
