//! Where does this person belong? What the app says of it, and what nobody else may say.

use doorward_domain::{Clock as _, ConnectionId};
use doorward_flows::World;
use doorward_flows::world::IDP;
use doorward_store::records::at;
use rstest::rstest;

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
