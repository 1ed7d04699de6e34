//! What people are, and where: roles and sites by rules of the tenant's own, and whose status lets them in
//! (row UP-16).

use doorward_domain::{Connection, StandingRules, User};
use doorward_flows::app::userinfo;
use doorward_flows::upstreams::entra::Contoso;
use doorward_flows::{Page, Setup, World};
use doorward_store::records::at;
use doorward_test_idp::entra::{App, Group, GroupClaims};
use doorward_test_idp::{IssuerConfig, Persona};
use http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::admin::Operator;

/// A world with people of these claims, and with these rules at the victim's connection.
async fn with(rules: Value, people: &[(&str, &str, Value)]) -> World {
    let mut good = IssuerConfig::new("good");
    good.personas.extend(people.iter().map(|(name, sub, claims)| {
        let nobody = Persona::new(name, Persona::PASSWORD, sub);
        let claims = claims.as_object().unwrap().iter();
        claims.fold(nobody, |person, (name, value)| person.with(name, value.clone()))
    }));
    let world =
        World::with(Setup { issuers: vec![good, IssuerConfig::new("evil")], ..Setup::default() }).await;
    give(&world, rules).await;
    world
}

async fn give(world: &World, rules: Value) {
    let rules: StandingRules = serde_json::from_value(rules).unwrap();
    world
        .change(&at::connection(world.victim, world.k1), |connection: &mut Connection| {
            connection.standing = rules;
        })
        .await;
}

async fn sign_in(world: &World, person: &str, scope: &str) -> Page {
    let (app, mut browser) = (world.relying("c1"), world.browser());
    let page = browser.open(&app.authorize(world, &[("scope", scope)])).await;
    world.go_on(&mut browser, page, "victim", person).await
}

/// What the app learns of somebody's standing, from ID token and userinfo alike.
async fn standing(world: &World, person: &str) -> (Value, Value) {
    let page = sign_in(world, person, "openid groups").await;
    let tokens = world.relying("c1").redeem(world, &page).await;
    let id_token = tokens.claims("id_token");
    let info = userinfo(world, tokens.str("access_token")).await.json;
    for claim in ["roles", "sites"] {
        assert_eq!(id_token.get(claim), info.get(claim), "{claim}");
    }
    (info["roles"].clone(), info["sites"].clone())
}

fn halo() -> Value {
    json!({
        "roles": [
            {"gives": "agent", "groups": ["GH-Agents", "GH-Leads"]},
            {"gives": "lead", "groups": ["GH-Leads"], "claims": {"department": ["Service"]}},
        ],
        "default_roles": ["end-user"],
        "sites": [{"gives": "Bern", "claims": {"office": ["Bern", "7"]}}],
    })
}

#[tokio::test]
async fn groups_and_claims_become_roles_and_sites() {
    let people = [
        ("lea", "1", json!({"groups": ["GH-Leads"], "department": "Service", "office": 7})),
        ("ada", "2", json!({"groups": ["GH-Agents"], "department": "Service"})),
        ("eve", "3", json!({"groups": ["gh-agents"], "roles": ["lead"], "sites": ["Bern"]})),
    ];
    let world = with(halo(), &people).await;
    assert_eq!(standing(&world, "lea").await, (json!(["agent", "lead"]), json!(["Bern"])));
    assert_eq!(standing(&world, "ada").await, (json!(["agent"]), Value::Null));
    assert_eq!(standing(&world, "eve").await, (json!(["end-user"]), Value::Null), "nobody names their own");
}

#[tokio::test]
async fn a_role_goes_when_the_group_goes_and_with_the_rule() {
    let people = [
        ("kim", "1", json!({"groups": ["GH-Agents"], "office": "Bern"})),
        ("later", "1", json!({"groups": ["Canteen"]})),
    ];
    let world = with(halo(), &people).await;
    let page = sign_in(&world, "kim", "openid groups offline_access").await;
    let tokens = world.relying("c1").redeem(&world, &page).await;
    assert_eq!(tokens.claims("id_token")["roles"], json!(["agent"]));
    assert_eq!(standing(&world, "later").await, (json!(["end-user"]), Value::Null));
    let told = userinfo(&world, tokens.str("access_token")).await.json;
    assert_eq!(told["roles"], json!(["end-user"]), "and for what began before");
    assert_eq!(world.all::<User>(world.victim).await.len(), 1);
    give(&world, json!({})).await;
    assert_eq!(standing(&world, "kim").await, (Value::Null, Value::Null));
}

#[tokio::test]
async fn without_its_scope_no_app_learns_of_it() {
    let world = with(halo(), &[("kim", "1", json!({"groups": ["GH-Agents"]}))]).await;
    let page = sign_in(&world, "kim", "openid profile email").await;
    let tokens = world.relying("c1").redeem(&world, &page).await;
    let told = userinfo(&world, tokens.str("access_token")).await.json;
    assert_eq!((told.get("roles"), tokens.claims("id_token").get("roles")), (None, None));
    let listed = world.browser().get(&world.url("/.well-known/openid-configuration")).await;
    let document: Value = serde_json::from_str(&listed.body).unwrap();
    for claim in ["roles", "sites"] {
        assert!(document["claims_supported"].as_array().unwrap().contains(&json!(claim)));
    }
}

/// A second sign-in that tells nothing new changes nothing about the person.
#[tokio::test]
async fn who_is_known_and_has_not_changed_is_not_written_again() {
    let world = with(halo(), &[("kim", "1", json!({"groups": ["GH-Agents"]}))]).await;
    standing(&world, "kim").await;
    let user = world.all::<User>(world.victim).await.remove(0);
    world.pass(60);
    standing(&world, "kim").await;
    assert_eq!(world.all::<User>(world.victim).await, [user]);
}

#[rstest]
#[case::active(json!({"status": "active"}), true)]
#[case::on_trial(json!({"status": "trial"}), true)]
#[case::one_of_several(json!({"status": ["active", "new"]}), true)]
#[case::left(json!({"status": "left"}), false)]
#[case::left_after_all(json!({"status": ["active", "left"]}), false)]
#[case::in_other_letters(json!({"status": "Active"}), false)]
#[case::unheard_of(json!({"status": "new"}), false)]
#[case::none(json!({}), false)]
#[case::of_another_type(json!({"status": {"is": "active"}}), false)]
#[tokio::test]
async fn only_whose_status_is_active_comes_in(#[case] later: Value, #[case] comes_in: bool) {
    let rules = json!({"status": {"claim": "status", "active": ["active", "trial"], "inactive": ["left"]}});
    let world =
        with(rules, &[("kim", "1", json!({"status": "active"})), ("later", "1", later.clone())]).await;
    if !comes_in {
        sign_in(&world, "later", "openid").await.assert_told(403);
        assert!(world.all::<User>(world.victim).await.is_empty(), "nobody new");
    }
    assert!(sign_in(&world, "kim", "openid").await.parameter("code").is_some());
    let before = world.digest().await;
    let page = sign_in(&world, "later", "openid").await;
    assert_eq!(page.parameter("code").is_some(), comes_in, "{page:?}");
    if !comes_in {
        page.assert_told(403);
        assert!(page.body.contains("You are not active"), "{}", page.body);
        assert_eq!(world.digest().await, before, "nor somebody known");
    }
}

#[tokio::test]
async fn a_rule_may_let_in_everybody_but_some() {
    let rules = json!({"status": {"claim": "status", "inactive": ["left"], "otherwise": "active"}});
    let people = [("kim", "1", json!({})), ("lee", "2", json!({"status": "left"}))];
    let world = with(rules, &people).await;
    assert!(sign_in(&world, "kim", "openid").await.parameter("code").is_some());
    sign_in(&world, "lee", "openid").await.assert_told(403);
}

/// Groups that did not fit into the token are not known, and nothing that hangs on them is given.
#[tokio::test]
async fn groups_that_are_not_known_give_nothing() {
    let world = World::new().await;
    let change = |app| App { group_claims: GroupClaims::SecurityGroup, ..app };
    let rules = json!({"roles": [{"gives": "agent", "groups": ["none"]}], "default_roles": ["end-user"]});
    let contoso = Contoso::with(&world, json!({"standing": rules}), change).await;
    let ana = "ana@contoso.example";
    assert_eq!(contoso.connected.learnt(&world, ana, ana).await["roles"], json!(["end-user"]));
    let mut oid = String::new();
    contoso.change("ana", |user| oid.clone_from(&user.oid));
    for n in 0..230 {
        contoso.entra.add_group(&contoso.directory, Group::new(&format!("group {n}"), &[&oid]));
    }
    assert_eq!(contoso.connected.learnt(&world, ana, ana).await.get("roles"), None);
}

#[rstest]
#[case(json!({"roles": [{"gives": "admin"}]}))]
#[case(json!({"roles": [{"gives": "admin", "claims": {"amr": ["mfa"]}}]}))]
#[case(json!({"roles": [{"gives": "admin", "group": "IT"}]}))]
#[case(json!({"status": {"claim": "status", "inactive": ["left"]}}))]
#[case(json!({"status": {"active": ["active"]}}))]
#[tokio::test]
async fn up_16_rules_that_give_too_much_are_refused(#[case] rules: Value) {
    let world = World::new().await;
    let connection = json!({
        "name": "new", "kind": "oidc", "issuer": "https://idp.test/good", "client_id": "new", "standing": rules,
    });
    let document = json!({"tenant": [{"slug": "newcomer", "name": "Newcomer", "connection": [connection]}]});
    let refused = Operator::of(&world).post("/plan", &document).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    assert!(refused.json.to_string().contains("standing"), "{refused:?}");
}
