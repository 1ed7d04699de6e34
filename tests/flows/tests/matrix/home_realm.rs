//! Where does this person belong? What the app says of it, and what nobody else may say.

use doorward_domain::{Clock as _, ConnectionId};
use doorward_flows::app::{post, send};
use doorward_flows::world::IDP;
use doorward_flows::{World, local};
use doorward_store::records::at;
use http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{authorize, signed_in};

/// A second connection of the victim's, named `partners`.
pub async fn with_partners(world: &World) -> ConnectionId {
    let k2 = ConnectionId::new(world.clock.now(), &*world.entropy);
    world.connect(world.victim, k2, "evil").await;
    let name = |connection: &mut doorward_domain::Connection| connection.name = "partners".to_owned();
    world.change(&at::connection(world.victim, k2), name).await;
    k2
}

#[rstest]
#[case::the_company(&[("tenant", "victim")])]
#[case::in_other_case(&[("tenant", "Victim")])]
#[case::its_domain(&[("domain_hint", "victim.test")])]
#[case::its_connection(&[("tenant", "victim"), ("connection", "staff")])]
#[case::the_company_before_the_person(&[("tenant", "victim"), ("login_hint", "kim@attacker.test")])]
#[case::the_next_when_one_leads_nowhere(&[("tenant", "nowhere"), ("domain_hint", "victim.test")])]
#[tokio::test]
async fn an_app_that_knows_the_company_spares_people_the_question(#[case] hints: &[(&str, &str)]) {
    let world = World::new().await;
    let page = authorize(&world, &world.relying("c1"), hints).await;
    let location = page.location().unwrap();
    assert!(location.as_str().starts_with(&format!("{IDP}/good/authorize?")), "{location}");
}

#[rstest]
#[case::an_unknown_company(&[("tenant", "nowhere")])]
#[case::a_connection_without_its_company(&[("connection", "staff")])]
#[case::an_unknown_domain(&[("domain_hint", "nowhere.test")])]
#[case::nonsense(&[("tenant", "../victim"), ("domain_hint", "@victim.test"), ("connection", "%00")])]
#[case::somebody_wants_to_be_asked(&[("tenant", "victim"), ("prompt", "select_account")])]
#[tokio::test]
async fn a_hint_that_leads_nowhere_is_no_fault_of_the_person(#[case] hints: &[(&str, &str)]) {
    let world = World::new().await;
    let before = world.digest().await;
    authorize(&world, &world.relying("c1"), hints).await.assert_asks_to_sign_in();
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn a_company_with_several_connections_asks_which_unless_the_app_says() {
    let world = World::new().await;
    let k2 = with_partners(&world).await;
    let app = world.relying("c1");
    let mut browser = world.browser();
    let page = browser.open(&app.authorize(&world, &[("tenant", "victim")])).await;
    assert!(page.body.contains(&world.k1.to_string()) && page.body.contains(&k2.to_string()));
    let page = browser.submit_unfollowed(&page, &[("connection", &k2.to_string())]).await;
    assert!(page.location().unwrap().as_str().starts_with(&format!("{IDP}/evil/authorize?")));

    let page = authorize(&world, &app, &[("tenant", "victim"), ("connection", "partners")]).await;
    assert!(page.location().unwrap().as_str().starts_with(&format!("{IDP}/evil/authorize?")));
}

/// A link could otherwise replace who is signed in, without a click.
#[rstest]
#[case(&[("tenant", "attacker")])]
#[case(&[("domain_hint", "attacker.test")])]
#[tokio::test]
async fn over_a_session_no_hint_leads_to_another_company(#[case] hints: &[(&str, &str)]) {
    let world = World::new().await;
    let mut browser = signed_in(&world, "alice").await;
    let asked = [hints, &[("prompt", "login")]].concat();
    let page = browser.open(&world.relying("c1").authorize(&world, &asked)).await;
    page.assert_asks_to_sign_in();
}

/// Only what was offered can be chosen: the choice of a company is that of nobody else.
#[tokio::test]
async fn az_10_a_choice_that_was_not_offered_is_none() {
    let world = World::new().await;
    with_partners(&world).await;
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(&world, &[("tenant", "victim")])).await;
    for other in [world.ke, ConnectionId::new(world.clock.now(), &*world.entropy)] {
        let chosen = browser.submit_unfollowed(&page, &[("connection", &other.to_string())]).await;
        chosen.assert_asks_to_sign_in();
    }
}

/// What the endpoint for native apps says.
async fn realm(world: &World, asked: &[(&str, &str)]) -> Value {
    let query = doorward_flows::browser::encode(&[&[("client_id", "c1")], asked].concat());
    let get = http::Request::builder().uri(world.url(&format!("/home-realm?{query}"))).body(Vec::new());
    let got = send(world, get.unwrap()).await;
    let posted = post(world, "/home-realm", &[], &query).await;
    assert_eq!((got.status, &got.json), (StatusCode::OK, &posted.json), "{got:?} {posted:?}");
    assert_eq!(got.headers["access-control-allow-origin"], "*");
    assert_eq!(got.headers["cache-control"], "no-store");
    let members: Vec<_> = got.json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["next", "tenant", "connections", "password"], "one shape for everybody");
    got.json
}

#[tokio::test]
async fn a_native_app_learns_what_the_sign_in_page_would_do() {
    let world = World::new().await;
    let before = world.digest().await;
    let staff = json!([{ "name": "staff", "title": "Staff" }]);
    for asked in [
        ("login_hint", "kim@victim.test"),
        ("login_hint", "nobody-at-all@victim.test"),
        ("login_hint", "Victim"),
        ("tenant", "victim"),
        ("domain_hint", "victim.test"),
    ] {
        let told = realm(&world, &[asked]).await;
        let expected =
            json!({ "next": "redirect", "tenant": "victim", "connections": staff, "password": false });
        assert_eq!(told, expected, "{asked:?}");
    }
    for (asked, next) in [
        (("login_hint", "nowhere"), "ask"),
        (("login_hint", "kim@nowhere.test"), "ask"),
        (("login_hint", ""), "ask"),
        (("tenant", "nowhere"), "ask"),
        (("login_hint", "somebody@gmail.com"), "password"),
        (("login_hint", "kim@victim"), "password"),
    ] {
        let told = realm(&world, &[asked]).await;
        let expected =
            json!({ "next": next, "tenant": null, "connections": [], "password": next == "password" });
        assert_eq!(told, expected, "{asked:?}");
    }
    assert_eq!(world.digest().await, before, "rule 5");
    with_partners(&world).await;
    let told = realm(&world, &[("login_hint", "kim@victim.test")]).await;
    assert_eq!((&told["next"], told["connections"].as_array().unwrap().len()), (&json!("choose"), 2));
    let told = realm(&world, &[("tenant", "victim"), ("connection", "partners")]).await;
    assert_eq!((&told["next"], &told["connections"][0]["name"]), (&json!("redirect"), &json!("partners")));
}

/// The company is named where the sign-in page would lead there, and nowhere else.
#[tokio::test]
async fn a_company_that_leads_nowhere_is_not_named() {
    let world = World::new().await;
    for client in ["cx", "c1"] {
        if client == "c1" {
            world.remove(at::connection(world.victim, world.k1)).await;
        }
        let next = if client == "c1" { "unavailable" } else { "not_served" };
        let asked = [("client_id", client), ("login_hint", "kim@victim.test")];
        let told = post(&world, "/home-realm", &[], &doorward_flows::browser::encode(&asked)).await;
        let expected = json!({ "next": next, "tenant": null, "connections": [], "password": false });
        assert_eq!(told.json, expected);
    }
}

/// What the page tells of somebody with a password here it tells of everybody.
#[tokio::test]
async fn pw_01_who_exists_decides_nothing() {
    let world = World::new().await;
    local::allow(&world).await;
    local::person(&world, "kim", |_| ()).await;
    for (known, unknown) in [("kim@victim.test", "nobody@victim.test"), ("kim@victim", "nobody@victim")] {
        let [known, unknown] = [known, unknown].map(|typed| [("login_hint", typed)]);
        assert_eq!(realm(&world, &known).await, realm(&world, &unknown).await);
    }
    let told = realm(&world, &[("login_hint", "victim")]).await;
    assert_eq!((&told["next"], &told["password"]), (&json!("choose"), &json!(true)));
}

#[tokio::test]
async fn the_endpoint_knows_apps_and_bears_no_crowd() {
    let world = World::new().await;
    for (client, error) in [("nobody", "unauthorized_client"), ("", "invalid_request")] {
        let form = doorward_flows::browser::encode(&[("client_id", client)]);
        post(&world, "/home-realm", &[], &form).await.assert_error(400, error);
    }
    let form = doorward_flows::browser::encode(&[("client_id", "c1"), ("login_hint", "guess")]);
    let mut last = StatusCode::OK;
    for _ in 0..60 {
        last = post(&world, "/home-realm", &[], &form).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    world.pass(61);
    assert_eq!(post(&world, "/home-realm", &[], &form).await.status, StatusCode::OK);
}
