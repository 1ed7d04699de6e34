//! From the app's request to the company's identity provider and back: the pages and ways between.

use doorward_domain::{Clock as _, Connection, ConnectionId, Provisioning, Session, Stage};
use doorward_flows::browser::{TRANSACTION, encode};
use doorward_flows::world::{IDP, ISSUER};
use doorward_flows::{Browser, Page, World};
use doorward_store::records::at;
use doorward_test_idp::Endpoint;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use rstest::rstest;

use crate::support::authorize;

/// The sign-in page for `c1` in a new browser.
async fn sign_in_page(world: &World) -> (Browser, Page) {
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(world, &[])).await;
    page.assert_asks_to_sign_in();
    (browser, page)
}

#[rstest]
#[case::an_address("kim@victim.test", Some("kim@victim.test"))]
#[case::in_other_case("Kim@VICTIM.Test", Some("Kim@VICTIM.Test"))]
#[case::a_company_code("victim", None)]
#[case::in_other_case(" Victim ", None)]
#[case::a_domain("victim.test", None)]
#[tokio::test]
async fn what_a_person_types_leads_to_their_company(#[case] typed: &str, #[case] passed_on: Option<&str>) {
    let world = World::new().await;
    let (mut browser, page) = sign_in_page(&world).await;
    let by_page = browser.submit_unfollowed(&page, &[("username", typed)]).await;
    let by_hint = authorize(&world, &world.relying("c1"), &[("login_hint", typed)]).await;
    for page in [by_page, by_hint] {
        let location = page.location().unwrap();
        assert!(location.as_str().starts_with(&format!("{IDP}/good/authorize?")), "{location}");
        assert_eq!(page.parameter("login_hint").as_deref(), passed_on);
        let callback = format!("{ISSUER}/federation/{}/callback", world.k1);
        assert_eq!(page.parameter("redirect_uri"), Some(callback));
        for always in ["state", "nonce", "code_challenge"] {
            assert!(page.parameter(always).is_some(), "{location}");
        }
    }
}

#[rstest]
#[case::nothing("", "Enter your work email")]
#[case::blanks("  ", "Enter your work email")]
#[case::an_unknown_address("kim@nowhere.test", "We found no company")]
#[case::an_unknown_code("nowhere", "We found no company")]
#[case::two_signs("kim@evil.test@victim.test", "We found no company")]
#[case::a_subdomain("kim@sub.victim.test", "We found no company")]
#[case::markup("\"><svg onload=x()>", "We found no company")]
#[tokio::test]
async fn what_leads_nowhere_is_said_and_can_be_corrected(#[case] typed: &str, #[case] says: &str) {
    let world = World::new().await;
    let before = world.digest().await;
    let (mut browser, page) = sign_in_page(&world).await;
    let page = browser.submit(&page, &[("username", typed)]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains(says) && !page.body.contains("<svg on"), "{}", page.body);
    let page = browser.submit_unfollowed(&page, &[("username", "victim")]).await;
    assert!(page.location().is_some(), "{page:?}");
    // As a hint of the app it is no fault of the person, and nothing is said.
    let page = authorize(&world, &world.relying("c1"), &[("login_hint", typed)]).await;
    page.assert_asks_to_sign_in();
    assert!(!page.body.contains(says), "{}", page.body);
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn of_several_connections_the_person_chooses() {
    let world = World::new().await;
    let k2 = ConnectionId::new(world.clock.now(), &*world.entropy);
    world.connect(world.victim, k2, "evil").await;
    for (chosen, issuer) in [(world.k1, "good"), (k2, "evil")] {
        let (mut browser, page) = sign_in_page(&world).await;
        let page = browser.submit(&page, &[("username", "kim@victim.test")]).await;
        assert!(page.body.contains(&world.k1.to_string()) && page.body.contains(&k2.to_string()));
        let page = browser.submit_unfollowed(&page, &[("connection", &chosen.to_string())]).await;
        let location = page.location().unwrap();
        assert!(location.as_str().starts_with(&format!("{IDP}/{issuer}/authorize?")), "{location}");
        assert_eq!(page.parameter("login_hint").as_deref(), Some("kim@victim.test"));
    }
    // A connection that is paused between the pages is no choice any more.
    let (mut browser, page) = sign_in_page(&world).await;
    let page = browser.submit(&page, &[("username", "victim")]).await;
    let pause = |connection: &mut Connection| connection.stage = Stage::Paused;
    world.change(&at::connection(world.victim, k2), pause).await;
    let chosen = browser.submit_unfollowed(&page, &[("connection", &k2.to_string())]).await;
    assert_ne!(chosen.location().map(|to| to.path().to_owned()), Some("/evil/authorize".to_owned()));
}

#[tokio::test]
async fn where_nobody_is_created_only_known_people_come_in() {
    let world = World::new().await;
    let app = world.relying("c1");
    world.sign_in(&mut world.browser(), &app, "victim", "alice").await;
    let close = |connection: &mut Connection| connection.provisioning = Provisioning::KnownOnly;
    world.change(&at::connection(world.victim, world.k1), close).await;
    let before = world.digest().await;
    let mut uma = world.browser();
    let page = world.sign_in(&mut uma, &app, "victim", "uma").await;
    page.assert_told(403);
    assert!(page.body.contains("do not have an account") && uma.session().is_none(), "{}", page.body);
    assert_eq!(world.digest().await, before);
    let page = world.sign_in(&mut world.browser(), &app, "victim", "alice").await;
    assert!(page.parameter("code").is_some(), "{page:?}");
}

#[tokio::test]
async fn a_person_goes_back_and_comes_again() {
    let world = World::new().await;
    let (mut browser, page) = sign_in_page(&world).await;
    let transaction = page.form().hidden.remove(0).1;
    let again = world.url(&format!("/sign-in?tx={transaction}"));
    browser.submit(&page, &[("username", "kim@victim.test")]).await;
    let page = browser.get(&again).await;
    assert!(page.body.contains("value=\"kim@victim.test\""), "typed once: {}", page.body);
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    assert_eq!(world.relying("c1").redeem(&world, &page).await.status, StatusCode::OK);
    assert_eq!(browser.broker_cookies(TRANSACTION), []);
    browser.get(&again).await.assert_told(400);
    for nonsense in ["/sign-in", "/sign-in?tx=", "/sign-in?tx=x", "/sign-in?tx=%00"] {
        browser.get(&world.url(nonsense)).await.assert_told(400);
    }
}

/// Whenever an error page offers another try, the try works.
#[rstest]
#[case::by_the_page(&[])]
#[case::by_a_hint(&[("login_hint", "kim@victim.test")])]
#[tokio::test]
async fn a_provider_that_is_down_can_be_tried_again(#[case] changes: &[(&str, &str)]) {
    let world = World::new().await;
    world.network.remove(IDP);
    let mut browser = world.browser();
    let mut page = browser.open(&world.relying("c1").authorize(&world, changes)).await;
    if changes.is_empty() {
        page = browser.submit(&page, &[("username", "victim")]).await;
    }
    page.assert_told(503);
    let (_, rest) = page.body.split_once("href=\"/sign-in?").unwrap_or_else(|| panic!("{}", page.body));
    let again = world.url(&format!("/sign-in?{}", rest.split('"').next().unwrap()));
    assert!(page.body.contains("access_denied"), "and a way back to the app: {}", page.body);

    world.network.add(IDP, world.idp.router());
    world.pass(120);
    let page = browser.get(&again).await;
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    assert_eq!(world.relying("c1").redeem(&world, &page).await.status, StatusCode::OK);
}

#[tokio::test]
async fn two_tabs_come_to_their_ends() {
    let world = World::new().await;
    let (mut browser, first) = sign_in_page(&world).await;
    let other = world.relying("c2");
    let second = browser.open(&other.authorize(&world, &[])).await;
    assert_eq!(browser.broker_cookies(TRANSACTION).len(), 2);
    let first = browser.submit_unfollowed(&first, &[("username", "victim")]).await;
    let second = browser.submit_unfollowed(&second, &[("username", "victim")]).await;
    let second = browser.follow(second).await;
    let second = world.go_on(&mut browser, second, "victim", "alice").await;
    let first = browser.follow(first).await;
    let first = world.go_on(&mut browser, first, "victim", "alice").await;
    let (first, second) =
        (world.relying("c1").redeem(&world, &first).await, other.redeem(&world, &second).await);
    assert_eq!(first.claims("id_token")["sub"], second.claims("id_token")["sub"]);
    assert_eq!(browser.broker_cookies(TRANSACTION), []);
    assert_eq!(world.all::<Session>(world.victim).await.len(), 1);
}

#[tokio::test]
async fn of_very_many_tabs_the_oldest_are_forgotten() {
    let world = World::new().await;
    let (mut browser, first) = sign_in_page(&world).await;
    let mut last = first.clone();
    for _ in 0..20 {
        world.pass(1);
        last = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    }
    assert_eq!(browser.broker_cookies(TRANSACTION).len(), 8);
    browser.submit(&first, &[("username", "victim")]).await.assert_told(400);
    let page = world.go_on(&mut browser, last, "victim", "alice").await;
    assert!(page.parameter("code").is_some(), "{page:?}");
}

#[rstest]
#[case::at_the_page(false)]
#[case::at_the_provider(true)]
#[tokio::test]
async fn a_login_has_ten_minutes(#[case] left_for_the_provider: bool) {
    let world = World::new().await;
    let before = world.digest().await;
    let (mut browser, mut page) = sign_in_page(&world).await;
    if left_for_the_provider {
        world.pass(1);
        page = browser.submit(&page, &[("username", "victim")]).await;
        world.pass(599);
        page = browser.submit(&page, &[("username", "alice"), ("password", "test")]).await;
    } else {
        world.pass(600);
        page = browser.submit(&page, &[("username", "victim")]).await;
    }
    page.assert_told(400);
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn an_abandoned_request_writes_nothing() {
    let world = World::new().await;
    let before = world.digest().await;
    let (mut browser, page) = sign_in_page(&world).await;
    browser.submit(&page, &[("username", "victim")]).await;
    assert_eq!(world.digest().await, before);
    assert_eq!(world.idp.issuer("good").unwrap().requests(Endpoint::Token), 0);
}

/// The forms are ours alone: no other site's page submits them.
#[tokio::test]
async fn another_sites_form_is_refused() {
    let world = World::new().await;
    let (mut browser, page) = sign_in_page(&world).await;
    let transaction = page.form().hidden.remove(0).1;
    let before = world.digest().await;
    for path in ["/sign-in", "/sign-in/connection", "/sign-in/cancel", "/consent", "/end-session/confirm"] {
        for origin in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.test"),
            ("origin", "null"),
        ] {
            let request = http::Request::builder()
                .method(Method::POST)
                .uri(world.url(path))
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(origin.0, origin.1)
                .body(encode(&[("tx", &transaction), ("username", "victim")]).into_bytes());
            let page = browser.request(request.unwrap()).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path} {origin:?}");
        }
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn a_person_who_does_not_want_to_sign_in_goes_back_to_the_app() {
    let world = World::new().await;
    let before = world.digest().await;
    let (mut browser, page) = sign_in_page(&world).await;
    let transaction = page.form().hidden.into_iter().find(|(name, _)| name == "tx").unwrap().1;
    let cancel = world.url("/sign-in/cancel");
    world.browser().post(&cancel, &[("tx", &transaction)]).await.assert_told(400);
    let page = browser.post(&cancel, &[("tx", &transaction), ("username", "")]).await;
    page.assert_sent_back(&world.relying("c1"), "access_denied");
    browser.get(&world.url(&format!("/sign-in?tx={transaction}"))).await.assert_told(400);
    assert_eq!(world.digest().await, before);
}
