//! From draft to required: the guard that has no way around it, what a required connection means for people,
//! and the retreat of one that does not work.

use doorward_domain::audit::Action;
use doorward_domain::{Clock as _, Connection, Credentials, Identity, Stage, Subject, Tenant, User, UserId};
use doorward_flows::authenticator::question;
use doorward_flows::local::{
    NEW_PASSWORD, PASSWORD, allow, owner, password_page, person, signed_in, try_password,
};
use doorward_flows::world::{IDP, ISSUER};
use doorward_flows::{Page, World};
use doorward_service::identity::local::Message;
use doorward_store::Record as _;
use doorward_store::records::at;
use http::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::admin::{Operator, assert_problem, version};

/// Where the victim's connection is moved.
pub const STAGE: &str = "/tenants/victim/connections/staff/stage";
const STAFF: &str = "/tenants/victim/connections/staff";

const NO_SIGN_IN: &str = "no owner of the tenant has signed in through this connection";

/// The owner `olivia`, who is `alice` at the provider, and the owner `oscar`; zoe has a password too.
async fn with_owners() -> (World, UserId, UserId) {
    let world = World::new().await;
    let (olivia, oscar) = (owner(&world).await, person(&world, "oscar", |user| user.owner = true).await);
    person(&world, "zoe", |_| {}).await;
    allow(&world).await;
    let subject = Subject { issuer: format!("{IDP}/good"), subject: "good-alice".to_owned() };
    let (tenant, connection, linked_at) = (world.victim, world.k1, world.clock.now());
    world.put(&Identity { tenant, connection, subject, user: olivia, linked_at, told: None }).await;
    (world, olivia, oscar)
}

/// What comes of somebody's sign-in through the connection.
async fn come(world: &World, persona: &str) -> Page {
    let mut browser = world.browser();
    let named = [("tenant", "victim"), ("connection", "staff")];
    let page = browser.open(&world.relying("c1").authorize(world, &named)).await;
    browser.submit(&page, &[("username", persona), ("password", "test")]).await
}

/// The same, when an owner has signed in through the connection.
async fn proven() -> (World, UserId, UserId) {
    let (world, olivia, oscar) = with_owners().await;
    let page = come(&world, "alice").await;
    assert!(page.parameter("code").is_some(), "{page:?}");
    (world, olivia, oscar)
}

/// The same, when the connection is the only way in.
async fn required() -> (World, UserId, UserId) {
    let (world, olivia, oscar) = proven().await;
    let answer = Operator::of(&world).change(Method::POST, STAGE, "*", &json!({"stage": "required"})).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    (world, olivia, oscar)
}

async fn stage(world: &World) -> Stage {
    world.read::<Connection>(&at::connection(world.victim, world.k1)).await.unwrap().stage
}

/// All that a dry run tells.
async fn lacking(world: &World) -> Vec<String> {
    let asked = json!({"stage": "required", "dry_run": true});
    let answer = Operator::of(world).change(Method::POST, STAGE, "*", &asked).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let told = answer.json["lacking"].as_array().unwrap();
    told.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn required_takes_an_owner_who_came_through_and_two_who_could_come_without() {
    let (world, _, oscar) = with_owners().await;
    world.change::<User>(&at::user(world.victim, oscar), |user| user.owner = false).await;
    let before = world.digest().await;
    let told = lacking(&world).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with(NO_SIGN_IN) && told[1].starts_with("1 of the tenant's owners"), "{told:?}");
    let refused = Operator::of(&world).change(Method::POST, STAGE, "*", &json!({"stage": "required"})).await;
    assert_problem(&refused, 409, "not_ready");
    let errors: Vec<_> = refused.json["errors"].as_array().unwrap().iter().map(|it| &it["detail"]).collect();
    assert_eq!(errors, told.iter().collect::<Vec<_>>(), "the same, all at once");
    assert_eq!(world.digest().await, before);
    // One after the other is mended.
    come(&world, "alice").await;
    assert_eq!(lacking(&world).await.len(), 1);
    world.change::<User>(&at::user(world.victim, oscar), |user| user.owner = true).await;
    assert!(lacking(&world).await.is_empty());
    world.pass(24 * 60 * 60);
    assert!(lacking(&world).await[0].starts_with(NO_SIGN_IN), "a day later it says nothing");
}

#[tokio::test]
async fn the_sign_in_of_somebody_else_says_nothing_and_leaves_nothing() {
    let (world, ..) = with_owners().await;
    come(&world, "greg").await;
    assert!(lacking(&world).await[0].starts_with(NO_SIGN_IN));
    let kinds: Vec<_> = world.records().await.iter().map(|(key, _)| key.kind()).collect();
    assert!(!kinds.contains(&doorward_store::Kind::OwnerSignIn));
}

#[rstest]
#[case::without_a_password(|it: &mut Credentials| it.password = None)]
#[case::with_an_address_that_nobody_verified(|it: &mut Credentials| it.username = None)]
#[tokio::test]
async fn a_way_that_does_not_work_does_not_count(#[case] change: fn(&mut Credentials)) {
    let (world, olivia, _) = proven().await;
    world.change(&at::credentials(world.victim, olivia), change).await;
    assert!(lacking(&world).await[0].starts_with("1 of the tenant's owners"));
}

#[tokio::test]
async fn what_worked_before_a_change_says_nothing_of_what_is_there_now() {
    let (world, ..) = proven().await;
    let operator = Operator::of(&world);
    let mut document = operator.get("/export").await.json;
    let victim = entry(&mut document);
    victim["connection"][0]["client_secret"] = json!("another-secret");
    let applied = operator.post("/apply", &document).await;
    assert_eq!(applied.status, StatusCode::OK, "{applied:?}");
    assert!(lacking(&world).await[0].starts_with(NO_SIGN_IN));
}

/// The victim's entry of an export, without its users.
fn entry(document: &mut Value) -> &mut Value {
    document.as_object_mut().unwrap().remove("client");
    let tenants = document["tenant"].as_array_mut().unwrap();
    tenants.retain(|tenant| tenant["slug"] == "victim");
    tenants[0].as_object_mut().unwrap().remove("user");
    &mut tenants[0]
}

#[derive(Clone, Copy, Debug)]
enum Around {
    TheStage,
    ADocument,
    ANewConnection,
    AnotherPlace,
    Reverting,
}

#[rstest]
#[tokio::test]
async fn the_guard_has_no_way_around_it(
    #[values(
        Around::TheStage,
        Around::ADocument,
        Around::ANewConnection,
        Around::AnotherPlace,
        Around::Reverting
    )]
    around: Around,
) {
    let (world, olivia, _) = match around {
        Around::AnotherPlace | Around::Reverting => required().await,
        _ => with_owners().await,
    };
    let operator = Operator::of(&world);
    let mut document = operator.get("/export").await.json;
    let victim = entry(&mut document);
    match around {
        Around::TheStage | Around::Reverting => {}
        Around::ADocument => victim["connection"][0]["stage"] = json!("required"),
        Around::ANewConnection => {
            let mut second = victim["connection"][0].clone();
            second["name"] = json!("second");
            second["stage"] = json!("required");
            second["authentication"] = json!("none");
            victim["connection"].as_array_mut().unwrap().push(second);
        }
        Around::AnotherPlace => {
            victim["connection"][0]["issuer"] = json!(format!("{IDP}/evil"));
            victim["connection"][0]["client_secret"] = json!("upstream-secret");
        }
    }
    if let Around::Reverting = around {
        let lived = operator.change(Method::POST, STAGE, "*", &json!({"stage": "live"})).await;
        assert_eq!(lived.status, StatusCode::OK, "{lived:?}");
        world.change::<User>(&at::user(world.victim, olivia), |user| user.enabled = false).await;
    }
    let (before, came_so_far) = (world.digest().await, stage(&world).await);
    let refused = match around {
        Around::TheStage => operator.change(Method::POST, STAGE, "*", &json!({"stage": "required"})).await,
        Around::Reverting => {
            operator.change(Method::POST, &format!("{STAFF}/history/2/revert"), "*", &json!({})).await
        }
        _ => operator.post("/apply", &document).await,
    };
    assert!([409, 422].contains(&refused.status.as_u16()), "{refused:?}");
    let errors = refused.json["errors"].as_array().unwrap();
    let says = |text: &str| errors.iter().any(|it| it["detail"].as_str().unwrap().contains(text));
    assert!(says(NO_SIGN_IN) || says("1 of the tenant's owners"), "{refused:?}");
    assert_eq!((world.digest().await, stage(&world).await), (before, came_so_far));
}

#[tokio::test]
async fn a_required_connection_is_the_only_way_in_for_all_but_owners() {
    let (world, ..) = proven().await;
    let mut zoes = world.browser();
    let zoe = try_password(&world, &mut zoes, "zoe@victim.test", PASSWORD).await;
    let tokens = world.relying("c1").redeem(&world, &zoe).await;
    let answer = Operator::of(&world).change(Method::POST, STAGE, "*", &json!({"stage": "required"})).await;
    assert_eq!(answer.json["connection"]["stage"], "required", "{answer:?}");
    assert_eq!(answer.json["connection"]["staged_by"], "operator");
    assert_eq!(world.read::<Tenant>(&at::tenant(world.victim)).await.unwrap().required.len(), 1);
    // Whatever is typed leads to the provider, and no page shows another way.
    for typed in ["victim", "zoe@victim.test", "olivia@victim.test", "nobody@victim.test"] {
        let mut browser = world.browser();
        let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
        let page = browser.submit_unfollowed(&page, &[("username", typed)]).await;
        assert!(page.location().unwrap().as_str().starts_with(&format!("{IDP}/good/")), "{typed}: {page:?}");
    }
    // What was begun with a password is over, but for owners.
    let refreshed = world.relying("c1").refresh(&world, tokens.str("refresh_token"), &[]).await;
    refreshed.assert_error(400, "invalid_grant");
    assert!(signed_in(&world, &mut world.browser(), "olivia@victim.test", PASSWORD).await);
    // Once it is not required, everything is as before.
    Operator::of(&world).change(Method::POST, STAGE, "*", &json!({"stage": "live"})).await;
    assert_eq!(world.read::<Tenant>(&at::tenant(world.victim)).await.unwrap().required, []);
    assert!(signed_in(&world, &mut world.browser(), "zoe@victim.test", PASSWORD).await);
}

/// The right password of somebody who may not, wrong ones, and names that nobody has: one answer.
#[tokio::test]
async fn pw_01_where_a_connection_is_required_nobody_learns_who_is_an_owner() {
    let (world, ..) = required().await;
    let mut answers = Vec::new();
    for (name, password) in
        [("zoe", PASSWORD), ("zoe", "wrong"), ("olivia", NEW_PASSWORD), ("nobody", PASSWORD)]
    {
        let mut browser = world.browser();
        let page = password_page(&world, &mut browser).await;
        assert!(page.url.as_str().starts_with(ISSUER) && page.status == StatusCode::OK);
        let login = format!("{name}@victim.test");
        let page = browser.submit(&page, &[("username", login.as_str()), ("password", password)]).await;
        let transaction = page.form().hidden.remove(0).1;
        let challenge = question(&page)["challenge"].as_str().unwrap().to_owned();
        let body = page.body.replace(&transaction, "TX").replace(&challenge, "C").replace(name, "NAME");
        answers.push((page.status, body));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
}

#[derive(Clone, Copy)]
enum Go {
    Disabled,
    OwnerNoMore,
    ByDocument,
}

#[rstest]
#[tokio::test]
async fn while_a_connection_is_required_two_owners_keep_another_way(
    #[values(Go::Disabled, Go::OwnerNoMore, Go::ByDocument)] go: Go,
) {
    let (world, ..) = required().await;
    let operator = Operator::of(&world);
    let leave = async |name: &str| {
        let change = format!("/tenants/victim/users/{name}/change");
        match go {
            Go::Disabled => operator.post(&change, &json!({"action": "disable"})).await,
            Go::OwnerNoMore => operator.post(&change, &json!({"action": "set_owner", "owner": false})).await,
            Go::ByDocument => {
                let mut document = operator.get("/export").await.json;
                entry(&mut document)["user"] = json!([{"username": name, "owner": false}]);
                operator.post("/apply", &document).await
            }
        }
    };
    let before = world.digest().await;
    let refused = leave("oscar").await;
    assert!([409, 422].contains(&refused.status.as_u16()), "{refused:?}");
    assert!(refused.json["detail"].as_str().unwrap().contains("2 owners keep a working way"), "{refused:?}");
    assert_eq!(world.digest().await, before);
    // With a third one, one may go.
    person(&world, "third", |user| user.owner = true).await;
    let left = leave("oscar").await;
    assert_eq!(left.status, StatusCode::OK, "{left:?}");
}

/// The provider knows another secret from now on.
fn break_secret(world: &World) {
    world.idp.issuer("good").unwrap().register(doorward_test_idp::Client {
        client_id: "doorward".to_owned(),
        client_secret: Some("another".to_owned()),
        redirect_uris: vec![format!("{ISSUER}/federation/{}/callback", world.k1)],
        ..Default::default()
    });
}

async fn fail(world: &World) {
    let page = come(world, "alice").await;
    assert!(page.parameter("code").is_none() && page.status.as_u16() >= 400, "{page:?}");
}

#[tokio::test]
async fn a_required_connection_that_does_not_work_retreats_by_itself() {
    let (world, ..) = required().await;
    break_secret(&world);
    for _ in 0..2 {
        fail(&world).await;
        assert_eq!(stage(&world).await, Stage::Required);
    }
    let letters = world.mail.all().await.len();
    fail(&world).await;
    assert_eq!(stage(&world).await, Stage::Live);
    assert_eq!(world.read::<Tenant>(&at::tenant(world.victim)).await.unwrap().required, []);
    assert_eq!(world.audited(world.victim, Action::ConnectionRetreated).await, 1);
    let history = Operator::of(&world).get(&format!("{STAFF}/history")).await;
    let latest = &history.json["items"][0];
    assert_eq!((&latest["by"], &latest["fields"][0]["field"]), (&json!("doorward"), &json!("stage")));
    assert_eq!(latest["fields"][0]["after"], "live");
    assert!(latest["why"].as_str().unwrap().contains("failed"), "{latest}");
    let told = world.mail.all().await.split_off(letters);
    let mut readers: Vec<_> = told.iter().map(|letter| letter.to.to_string()).collect();
    readers.sort();
    assert_eq!(readers, ["olivia@victim.test", "oscar@victim.test"]);
    assert!(told.iter().all(|letter| matches!(letter.message, Message::Retreated { .. })));
    // Nobody is locked out, and it does not come again.
    assert!(signed_in(&world, &mut world.browser(), "zoe@victim.test", PASSWORD).await);
    for _ in 0..4 {
        fail(&world).await;
    }
    assert_eq!(world.audited(world.victim, Action::ConnectionRetreated).await, 1);
}

#[tokio::test]
async fn what_fails_now_and_then_or_after_an_hour_is_no_reason_to_retreat() {
    let (world, ..) = required().await;
    for _ in 0..4 {
        let page = come(&world, "alice").await;
        assert!(page.parameter("code").is_some());
    }
    break_secret(&world);
    for _ in 0..3 {
        fail(&world).await;
    }
    assert_eq!(stage(&world).await, Stage::Required, "three of seven");
    world.pass(60 * 60);
    for _ in 0..5 {
        fail(&world).await;
    }
    assert_eq!(stage(&world).await, Stage::Required, "an hour later it is known to work");
}

/// Rule 5, and whoever could force a retreat could open the other way in.
#[tokio::test]
async fn what_a_browser_alone_brings_about_forces_no_retreat() {
    let (world, ..) = required().await;
    let before = world.digest().await;
    let forged: [&[(&str, &str)]; 5] = [
        &[("error", "access_denied")],
        &[("error", "server_error")],
        &[("error", "invalid_client")],
        &[("code", "no-code-of-theirs")],
        &[("code", "x"), ("iss", "https://elsewhere.test")],
    ];
    for _ in 0..4 {
        for parameters in forged {
            let mut browser = world.browser();
            let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
            let page = browser.submit_unfollowed(&page, &[("username", "victim")]).await;
            let state = page.parameter("state").unwrap();
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(parameters).append_pair("state", &state);
            let callback = world.url(&format!("/federation/{}/callback?{}", world.k1, query.finish()));
            let page = browser.get(&callback).await;
            assert!(page.status.as_u16() >= 400, "{page:?}");
        }
    }
    assert_eq!((stage(&world).await, world.digest().await), (Stage::Required, before));
}

#[tokio::test]
async fn of_two_who_move_a_connection_at_once_one_is_told() {
    let (world, ..) = with_owners().await;
    let operator = Operator::of(&world);
    let read = operator.get(STAFF).await;
    let to = |stage: &str| json!({"stage": stage});
    let first = operator.change(Method::POST, STAGE, &version(&read), &to("paused")).await;
    assert_eq!(first.status, StatusCode::OK, "{first:?}");
    let second = operator.change(Method::POST, STAGE, &version(&read), &to("live")).await;
    assert_problem(&second, 412, "version_mismatch");
    assert_eq!(stage(&world).await, Stage::Paused);
    assert_problem(&operator.ask(Method::POST, STAGE, &[], &to("live")).await, 428, "version_required");
    let now = operator.change(Method::POST, STAGE, &version(&first), &to("live")).await;
    assert_eq!(now.status, StatusCode::OK, "{now:?}");
    assert_ne!(version(&now), version(&first));
}

#[tokio::test]
async fn ad_01_moving_a_connection_takes_its_scope() {
    let (world, ..) = with_owners().await;
    let reader = Operator::of(&world).delegate(&["connections:read"]).await;
    assert_eq!(reader.get(&format!("{STAFF}/history")).await.status, StatusCode::OK);
    let before = world.read::<Connection>(&at::connection(world.victim, world.k1)).await.unwrap();
    for path in [STAGE.to_owned(), format!("{STAFF}/history/1/revert")] {
        let refused = reader.change(Method::POST, &path, "*", &json!({"stage": "paused"})).await;
        assert_problem(&refused, 403, "insufficient_scope");
    }
    assert_eq!(world.read::<Connection>(&before.key()).await, Some(before));
}
