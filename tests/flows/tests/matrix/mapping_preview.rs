//! A changed mapping, tried before it is there: who gains, who loses, and that it comes so.

use doorward_domain::{Connection, Identity, RefreshProfile, StandingRules, User};
use doorward_flows::{Setup, World};
use doorward_store::records::at;
use doorward_test_idp::{IssuerConfig, Persona};
use http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::admin::Operator;

const PREVIEW: &str = "/tenants/victim/connections/staff/mapping/preview";

/// A world whose people of these claims have signed in.
async fn with(people: &[(&str, Value)]) -> World {
    let mut good = IssuerConfig::new("good");
    good.personas.extend(people.iter().map(|(name, claims)| {
        let nobody = Persona::new(name, Persona::PASSWORD, &format!("sub-{name}"));
        let claims = claims.as_object().unwrap().iter();
        claims.fold(nobody, |person, (name, value)| person.with(name, value.clone()))
    }));
    let world =
        World::with(Setup { issuers: vec![good, IssuerConfig::new("evil")], ..Setup::default() }).await;
    let rules = json!({"roles": [{"gives": "agent", "groups": ["Service"]}], "default_roles": ["guest"]});
    give(&world, &rules).await;
    for (name, _) in people {
        roles(&world, name).await;
    }
    world
}

async fn give(world: &World, rules: &Value) {
    let rules: StandingRules = serde_json::from_value(rules.clone()).unwrap();
    let change = |connection: &mut Connection| connection.standing = rules;
    world.change(&at::connection(world.victim, world.k1), change).await;
}

/// The roles that somebody signs in with; nothing when they do not come in.
async fn roles(world: &World, person: &str) -> Option<Vec<String>> {
    let (app, mut browser) = (world.relying("c1"), world.browser());
    let page = browser.open(&app.authorize(world, &[("scope", "openid groups")])).await;
    let page = world.go_on(&mut browser, page, "victim", person).await;
    page.parameter("code")?;
    let claims = app.redeem(world, &page).await.claims("id_token");
    Some(serde_json::from_value(claims.get("roles").cloned().unwrap_or(json!([]))).unwrap())
}

fn people() -> Vec<(&'static str, Value)> {
    vec![
        ("ada", json!({"groups": ["Service"], "name": "Ada", "email": "ada@victim.test"})),
        ("bo", json!({"groups": ["Service", "Leads"], "name": "Bo"})),
        ("cy", json!({"groups": ["Canteen"], "preferred_username": "cy"})),
    ]
}

#[tokio::test]
async fn who_gains_and_who_loses_is_told_before_and_comes_so() {
    let world = with(&people()).await;
    let rules = json!({
        "roles": [{"gives": "lead", "groups": ["Leads"]}, {"gives": "guest", "groups": ["Service"]}],
        "sites": [{"gives": "Bern", "groups": ["Canteen"]}],
    });
    let before = world.digest().await;
    let change = json!({"standing": rules, "mapping": {"name": "preferred_username"}});
    let told = Operator::of(&world).post(PREVIEW, &change).await;
    assert_eq!(told.status, StatusCode::OK, "{told:?}");
    assert_eq!(world.digest().await, before, "nothing is written");
    let counts = &told.json["counts"];
    assert_eq!((&counts["people"], &counts["changed"]), (&json!(3), &json!(3)), "{counts}");
    assert_eq!(counts["roles_gained"], json!({"guest": 2, "lead": 1}));
    assert_eq!(counts["roles_lost"], json!({"agent": 2, "guest": 1}));
    assert_eq!(counts["sites_gained"], json!({"Bern": 1}));
    let items = told.json["items"].as_array().unwrap();
    let of = |sub: &str| items.iter().find(|item| item["identity"]["subject"] == sub).unwrap();
    let ada = of("sub-ada");
    assert_eq!((&ada["roles_gained"], &ada["roles_lost"]), (&json!(["guest"]), &json!(["agent"])));
    assert_eq!(ada["fields"], json!([{"field": "name", "before": "Ada"}]));
    assert_eq!(ada["name"], "ada@victim.test");
    give(&world, &rules).await;
    for (name, now) in [("ada", &["guest"][..]), ("bo", &["lead", "guest"]), ("cy", &[])] {
        assert_eq!(roles(&world, name).await.unwrap(), now, "{name}");
    }
    let again = Operator::of(&world).post(PREVIEW, &json!({"standing": rules})).await;
    assert_eq!((&again.json["counts"]["same"], &again.json["items"]), (&json!(3), &json!([])));
}

#[tokio::test]
async fn who_would_not_come_in_any_more_is_told_with_the_reason() {
    let world = with(&people()).await;
    let change = json!({"mapping": {"preferred_username": {"required": true}}});
    let told = Operator::of(&world).post(PREVIEW, &change).await;
    assert_eq!((&told.json["counts"]["refused"], &told.json["counts"]["same"]), (&json!(2), &json!(1)));
    let item = &told.json["items"][0];
    assert!(item["refused"].as_str().unwrap().contains("`preferred_username`"), "{item}");
    let mapping = serde_json::from_value(change["mapping"].clone()).unwrap();
    let strict = |connection: &mut Connection| connection.mapping = mapping;
    world.change(&at::connection(world.victim, world.k1), strict).await;
    assert_eq!((roles(&world, "ada").await, roles(&world, "cy").await.is_some()), (None, true));
    let back = Operator::of(&world).post(PREVIEW, &json!({"mapping": {}})).await;
    assert_eq!(back.json["counts"]["let_in"], 2, "{back:?}");
}

/// A claim that was never looked for may be there or not: nobody is said to gain or lose by it.
#[tokio::test]
async fn what_was_not_looked_for_is_not_guessed() {
    let world = with(&[("ada", json!({"department": "IT"}))]).await;
    let rules = json!({"roles": [{"gives": "admin", "claims": {"department": ["IT"]}}]});
    let told = Operator::of(&world).post(PREVIEW, &json!({"standing": rules})).await;
    assert_eq!((&told.json["counts"]["undecided"], &told.json["counts"]["changed"]), (&json!(1), &json!(0)));
    assert_eq!(told.json["items"][0]["unknown_claims"], json!(["department"]));
    // Once a rule looks for it, the next sign-in tells.
    let harmless = json!({"roles": [{"gives": "agent", "claims": {"department": ["none"]}}]});
    give(&world, &harmless).await;
    roles(&world, "ada").await;
    let told = Operator::of(&world).post(PREVIEW, &json!({"standing": rules})).await;
    assert_eq!(told.json["counts"]["roles_gained"], json!({"admin": 1}), "{told:?}");
}

#[tokio::test]
async fn the_people_come_in_pages_and_the_counts_first() {
    let world = with(&people()).await;
    let operator = Operator::of(&world);
    let change = json!({"standing": {"default_roles": ["everybody"]}});
    let first = operator.post(&format!("{PREVIEW}?limit=2"), &change).await;
    assert_eq!(
        (first.json["items"].as_array().unwrap().len(), &first.json["counts"]["changed"]),
        (2, &json!(3))
    );
    let next = first.str("next");
    let second = operator.post(&format!("{PREVIEW}?limit=2&after={next}"), &change).await;
    assert_eq!(second.json["items"].as_array().unwrap().len(), 1, "{second:?}");
    assert_eq!((second.json.get("counts"), second.json.get("next")), (None, None));
    let another = json!({"standing": {"default_roles": ["nobody"]}});
    let mixed = operator.post(&format!("{PREVIEW}?limit=2&after={next}"), &another).await;
    assert_eq!(mixed.status, StatusCode::BAD_REQUEST, "a page is of one question");
}

#[rstest]
#[case(json!({"mapping": {"name": "sub"}}), "/mapping/name")]
#[case(json!({"standing": {"roles": [{"gives": "admin"}]}}), "/standing/roles")]
#[case(json!({"roles": []}), "")]
#[tokio::test]
async fn up_16_a_change_that_cannot_be_is_not_tried(#[case] change: Value, #[case] pointer: &str) {
    let world = World::new().await;
    let refused = Operator::of(&world).post(PREVIEW, &change).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    assert!(refused.json["errors"][0]["pointer"].as_str().unwrap().starts_with(pointer), "{refused:?}");
}

#[tokio::test]
async fn what_a_provider_told_is_kept_once_and_holds_no_token() {
    let claims = json!({"groups": ["Service"], "name": "Ada", "secret_note": "not looked at"});
    let world = with(&[("ada", claims)]).await;
    let identity = world.all::<Identity>(world.victim).await.remove(0);
    let told = identity.told.clone().unwrap();
    let names: Vec<_> = told.claims.keys().map(String::as_str).collect();
    assert_eq!(names, ["name", "groups"]);
    let versions = async || {
        let records = world.records().await.into_iter();
        let about_people =
            |kind| [doorward_store::Kind::Identity, doorward_store::Kind::User].contains(&kind);
        let versions = records.filter(|(key, _)| about_people(key.kind())).map(|(_, value)| value.version);
        versions.collect::<Vec<_>>()
    };
    let before = versions().await;
    world.pass(60);
    roles(&world, "ada").await;
    assert_eq!(versions().await, before, "who has not changed is not written again");
}

/// Somebody who is known by a list has not signed in yet: their first sign-in is still to come.
#[tokio::test]
async fn a_listed_identity_takes_the_profile_over_when_its_owner_first_comes() {
    let world = with(&[]).await;
    let once = |connection: &mut Connection| connection.refresh_profile = RefreshProfile::FirstSignIn;
    world.change(&at::connection(world.victim, world.k1), once).await;
    let operator = Operator::of(&world);
    let made = operator.post("/tenants/victim/users", &json!({"username": "alice"})).await;
    assert_eq!(made.status, StatusCode::OK, "{made:?}");
    let list = json!({"list": "subject,account\ngood-alice,alice\n"});
    operator.post("/tenants/victim/connections/staff/identities", &list).await;
    roles(&world, "alice").await.unwrap();
    let user = world.all::<User>(world.victim).await.remove(0);
    assert_eq!(user.profile.name.as_deref(), Some("Alice Archer"));
    world.change(&at::user(world.victim, user.id), |user: &mut User| user.profile.name = None).await;
    roles(&world, "alice").await.unwrap();
    assert_eq!(
        world.all::<User>(world.victim).await[0].profile.name,
        None,
        "from then on it is the tenant's"
    );
}
