//! Start links: what a company puts into its portal, and its identity provider into a tile, ends at the app
//! and goes on at the company's own sign-in without a question.

use doorward_domain::{Client, Connection, ConnectionId, TenantId};
use doorward_flows::upstreams::{admin, apply};
use doorward_flows::world::{IDP, ISSUER};
use doorward_flows::{Browser, Page, World};
use doorward_store::records::at;
use http::{Method, StatusCode};
use rstest::rstest;
use serde_json::json;
use url::Url;

use crate::home_realm::with_partners;
use crate::support::{reregister, signed_in};

/// A world in which logins can be begun at `c1`.
async fn world() -> World {
    let world = World::new().await;
    startable(&world, "c1", |_| ()).await;
    world
}

async fn startable(world: &World, id: &str, change: impl FnOnce(&mut Client)) {
    reregister(world, id, |client| {
        client.initiate_login_uri = Some(format!("https://{id}.test/login"));
        change(client);
    })
    .await;
}

/// What `app` is told when somebody follows a start link.
async fn started(world: &World, browser: &mut Browser, link: &str) -> Url {
    let page = browser.get(&world.url(link)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{link}: {page:?}");
    page.location().unwrap()
}

/// The app begins a login that knows nothing of the company: what it heard, it does not pass on.
async fn begun(world: &World, browser: &mut Browser, asked: &[(&str, &str)]) -> Page {
    browser.get(&world.relying("c1").authorize(world, asked)).await
}

/// The path that a connection's provider calls.
fn tile(tenant: TenantId, connection: ConnectionId, query: &str) -> String {
    format!("/federation/{tenant}/{connection}/start{query}")
}

#[rstest]
#[case::of_the_company("/s/victim")]
#[case::in_other_case("/s/Victim")]
#[case::of_the_connection("/s/victim/staff")]
#[case::of_the_app("/s/victim?app=c1")]
#[case::of_the_app_by_the_connection("/s/victim/staff?app=c1")]
#[tokio::test]
async fn a_companys_link_leads_to_the_app_and_back_to_its_own_sign_in(#[case] link: &str) {
    let world = world().await;
    let before = world.digest().await;
    let mut browser = world.browser();
    let to = started(&world, &mut browser, link).await;
    let parameters: Vec<_> = to.query_pairs().into_owned().collect();
    assert_eq!((to.host_str(), to.path()), (Some("c1.test"), "/login"));
    assert_eq!(parameters, [("iss".to_owned(), ISSUER.to_owned())]);
    let page = begun(&world, &mut browser, &[]).await;
    let location = page.location().unwrap_or_else(|| panic!("a question: {page:?}"));
    assert!(location.as_str().starts_with(&format!("{IDP}/good/authorize?")), "{location}");
    assert_eq!(world.digest().await, before, "rule 5");
    // It was good for one way.
    begun(&world, &mut browser, &[]).await.assert_asks_to_sign_in();
}

#[tokio::test]
async fn a_link_of_one_connection_spares_people_the_choice() {
    let world = world().await;
    with_partners(&world).await;
    let mut browser = world.browser();
    started(&world, &mut browser, "/s/victim/partners").await;
    let location = begun(&world, &mut browser, &[]).await.location().unwrap();
    assert!(location.as_str().starts_with(&format!("{IDP}/evil/authorize?")), "{location}");
    // That of the company leads to the choice.
    started(&world, &mut browser, "/s/victim").await;
    let page = begun(&world, &mut browser, &[]).await;
    assert!(page.body.contains("/sign-in/connection"), "{page:?}");
}

#[tokio::test]
async fn the_app_learns_whom_the_link_is_about_and_where_they_go() {
    let world = world().await;
    let query = "login_hint=kim%40victim.test&target_link_uri=https%3A%2F%2Fc1.test%2Fdeep&utm_source=x";
    for link in [format!("/s/victim?{query}"), tile(world.victim, world.k1, &format!("?{query}"))] {
        let to = started(&world, &mut world.browser(), &link).await;
        let parameters: Vec<_> = to.query_pairs().into_owned().collect();
        let expected =
            [("iss", ISSUER), ("login_hint", "kim@victim.test"), ("target_link_uri", "https://c1.test/deep")];
        assert_eq!(parameters, expected.map(|(name, value)| (name.to_owned(), value.to_owned())), "{link}");
    }
}

/// Scenario 20.
#[rstest]
#[case("https://evil.test/")]
#[case("https://c1.test.evil.test/")]
#[case("https://c1.test@evil.test/")]
#[case("http://c1.test/")]
#[case("javascript:alert(1)")]
#[case("//evil.test")]
#[tokio::test]
async fn az_09_scenario_20_a_target_at_a_foreign_host_is_refused(#[case] target: &str) {
    let world = world().await;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("target_link_uri", target)
        .append_pair("iss", &format!("{IDP}/good"))
        .finish();
    for link in [
        format!("/s/victim?{query}"),
        format!("/s/victim?app=c1&{query}"),
        tile(world.victim, world.k1, &format!("?{query}")),
    ] {
        let page = world.browser().get(&world.url(&link)).await;
        page.assert_told(400);
        assert!(page.headers.get("set-cookie").is_none(), "{link}");
    }
}

#[rstest]
#[case::no_company("/s/nowhere")]
#[case::no_code("/s/%2e%2e%2fvictim")]
#[case::no_connection("/s/victim/nothing")]
#[case::a_connection_of_others("/s/attacker/partners")]
#[case::no_app("/s/victim?app=nobody")]
#[case::an_app_where_no_login_begins("/s/victim?app=c2")]
#[case::an_app_of_others("/s/victim?app=cx")]
#[tokio::test]
async fn a_link_to_nothing_leads_nowhere(#[case] link: &str) {
    let world = world().await;
    startable(&world, "cx", |_| ()).await;
    with_partners(&world).await;
    world.browser().get(&world.url(link)).await.assert_told(404);
}

#[tokio::test]
async fn what_is_out_of_use_leads_nowhere() {
    let world = world().await;
    let link = tile(world.victim, world.k1, "");
    world
        .change(&at::connection(world.victim, world.k1), |it: &mut Connection| {
            it.stage = doorward_domain::Stage::Paused;
        })
        .await;
    for link in [link.as_str(), "/s/victim", "/s/victim/staff"] {
        world.browser().get(&world.url(link)).await.assert_told(404);
    }
    let other = tile(world.attacker, world.k1, "");
    world.browser().get(&world.url(&other)).await.assert_told(404);
    world.browser().get(&world.url("/federation/x/y/start")).await.assert_told(404);
}

#[tokio::test]
async fn ru_08_an_app_that_nobody_vouches_for_is_in_no_companys_portal() {
    let world = world().await;
    reregister(&world, "c1", |client| {
        let access_token = doorward_domain::Plain::new("its own").hash();
        let changed_at = client.created_at;
        client.registration = Some(doorward_domain::client::Registration { access_token, changed_at });
        client.trust = doorward_domain::ClientTrust::ThirdParty;
    })
    .await;
    for link in ["/s/victim", "/s/victim?app=c1"] {
        world.browser().get(&world.url(link)).await.assert_told(404);
    }
}

#[tokio::test]
async fn of_several_apps_the_person_takes_one_unless_the_company_has_said_which() {
    let world = world().await;
    startable(&world, "c2", |_| ()).await;
    let mut browser = world.browser();
    let page = browser.get(&world.url("/s/victim/staff?login_hint=kim")).await;
    assert_eq!(page.status, StatusCode::OK);
    for id in ["c1", "c2"] {
        let link = format!("href=\"/s/victim/staff?app={id}&#38;login_hint=kim\"");
        assert!(page.body.contains(&link) && page.body.contains(&format!("App {id}")), "{}", page.body);
    }
    // A target decides as well.
    let to = started(&world, &mut browser, "/s/victim?target_link_uri=https%3A%2F%2Fc2.test%2Fx").await;
    assert_eq!(to.host_str(), Some("c2.test"));

    let document = |app: &str| json!({ "tenant": [{ "slug": "victim", "name": "victim", "domains": ["victim.test"], "start_app": app }] });
    let problem = apply(&world, &document("public")).await.unwrap_err();
    assert!(problem.to_string().contains("initiate_login_uri"), "{problem}");
    apply(&world, &document("c2")).await.unwrap();
    assert_eq!(started(&world, &mut browser, "/s/victim").await.host_str(), Some("c2.test"));
    assert_eq!(started(&world, &mut browser, "/s/victim?app=c1").await.host_str(), Some("c1.test"));
    let view = admin(&world, Method::GET, "tenants/victim", None).await.1;
    assert_eq!(
        (view["start_app"].as_str(), view["start_url"].as_str()),
        (Some("c2"), Some(format!("{ISSUER}/s/victim").as_str()))
    );
    let view = admin(&world, Method::GET, "tenants/victim/connections/staff", None).await.1;
    assert_eq!(view["start_url"], format!("{ISSUER}/s/victim/staff"));
    assert_eq!(view["initiate_login_uri"], world.url(&tile(world.victim, world.k1, "")));
}

/// Scenarios 18 and 19: what Okta's tile in SPEC mode, Microsoft's My Apps and HaloPSA's button open.
#[rstest]
#[case::okta(&format!("?iss={IDP}%2Fgood"))]
#[case::my_apps("?tenantId=5f3c&unknown=1&unknown=2")]
#[case::halopsa("")]
#[tokio::test]
async fn scenario_18_and_19_a_providers_tile_leads_through_its_own_connection(#[case] query: &str) {
    let world = world().await;
    with_partners(&world).await;
    let link = tile(world.victim, world.k1, query);
    for posted in [false, true] {
        let mut browser = world.browser();
        let page = match posted {
            true => {
                let form: Vec<_> = url::form_urlencoded::parse(query.trim_start_matches('?').as_bytes())
                    .map(|(name, value)| (name.into_owned(), value.into_owned()))
                    .collect();
                let form: Vec<_> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                browser.post(&world.url(&tile(world.victim, world.k1, "")), &form).await
            }
            false => browser.get(&world.url(&link)).await,
        };
        assert_eq!(page.location().unwrap().host_str(), Some("c1.test"), "{page:?}");
        let location = begun(&world, &mut browser, &[]).await.location().unwrap();
        assert!(location.as_str().starts_with(&format!("{IDP}/good/authorize?")), "{location}");
    }
}

#[tokio::test]
async fn a_tile_of_another_provider_is_refused() {
    let world = world().await;
    for iss in [format!("{IDP}/evil"), "https://idp.test".to_owned(), format!("{IDP}/good/")] {
        let link = tile(world.victim, world.k1, &format!("?iss={}", urlencoded(&iss)));
        world.browser().get(&world.url(&link)).await.assert_told(400);
    }
}

/// Okta's other mode: a finished sign-in that nobody asked for (scenario 18).
#[tokio::test]
async fn scenario_18_an_id_token_that_nobody_asked_for_is_refused_in_words_for_the_it_team() {
    let world = world().await;
    let before = world.digest().await;
    let callback = format!("/federation/{}/callback", world.k1);
    for path in [tile(world.victim, world.k1, ""), callback] {
        let page = world.browser().post(&world.url(&path), &[("id_token", "e30.e30.e30")]).await;
        page.assert_told(400);
        assert!(page.body.contains("Redirect to app to initiate login"), "{}", page.body);
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn over_a_session_of_another_company_the_person_says_which_is_meant() {
    let world = world().await;
    let mut browser = signed_in(&world, "alice").await;
    started(&world, &mut browser, "/s/attacker").await;
    let page = begun(&world, &mut browser, &[]).await;
    assert!(page.body.contains("Continue with <bdi>Staff") && page.parameter("code").is_none(), "{page:?}");
    let tx = page.transaction();
    let page = browser.post(&world.url("/sign-in/offered"), &[("tx", &tx)]).await;
    assert!(page.location().unwrap().as_str().starts_with(&format!("{IDP}/evil/authorize?")), "{page:?}");
    // Who is signed in already needs no detour, and where no page may be shown none is.
    started(&world, &mut browser, "/s/victim").await;
    assert!(begun(&world, &mut browser, &[]).await.parameter("code").is_some());
    started(&world, &mut browser, "/s/attacker").await;
    assert!(begun(&world, &mut browser, &[("prompt", "none")]).await.parameter("code").is_some());
}

#[tokio::test]
async fn the_note_of_a_link_is_for_one_app_and_a_few_minutes() {
    let world = world().await;
    let mut browser = world.browser();
    started(&world, &mut browser, "/s/victim").await;
    let note = browser.broker_cookies("__Host-doorward-start");
    assert_eq!(note.len(), 1);
    let page = browser.get(&world.relying("c2").authorize(&world, &[])).await;
    page.assert_asks_to_sign_in();
    let mut later = world.browser();
    later.plant(&note[0].0, &note[0].1);
    world.pass(301);
    begun(&world, &mut later, &[]).await.assert_asks_to_sign_in();
    // Nobody makes one, nor is one kind of note taken for the other.
    for (name, value) in [("__Host-doorward-start", "AAAA"), ("__Host-doorward-home", note[0].1.as_str())] {
        let mut browser = world.browser();
        browser.plant(name, value);
        begun(&world, &mut browser, &[]).await.assert_asks_to_sign_in();
    }
}

#[tokio::test]
async fn what_the_app_says_of_the_company_counts_more_than_the_link() {
    let world = world().await;
    let mut browser = world.browser();
    started(&world, &mut browser, "/s/victim").await;
    let location = begun(&world, &mut browser, &[("tenant", "attacker")]).await.location().unwrap();
    assert!(location.as_str().starts_with(&format!("{IDP}/evil/authorize?")), "{location}");
}

fn urlencoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
