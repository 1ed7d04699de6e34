//! The way back from the identity provider: state, mix-up, injection (rows UP-01 to UP-08).

use std::sync::Arc;

use doorward_domain::{Connection, ConnectionId, Session, TenantId};
use doorward_flows::world::ISSUER;
use doorward_flows::{Browser, Page, World};
use doorward_test_idp::{Client, Endpoint, Mode, Setting, Switch};
use futures_util::future::join;
use rstest::rstest;
use url::Url;

use crate::journey::{OnTheWay, at_the_idp, sent_back, with};
use crate::support::signed_in;

fn token_requests(world: &World) -> u64 {
    world.idp.issuers().map(|issuer| issuer.requests(Endpoint::Token)).sum()
}

/// Asserts that `page` is an error page and that nothing came of it, neither here nor at an IdP.
async fn assert_nothing_came_of_it(world: &World, page: &Page) {
    page.assert_told(400);
    assert!(page.headers.get("set-cookie").is_none(), "{page:?}");
    assert_eq!((world.left_behind().await, token_requests(world)), (0, 0), "{}", page.url);
}

#[tokio::test]
async fn up_01_a_callback_is_good_in_the_browser_it_began_in() {
    let world = World::new().await;
    let attacker = OnTheWay::new(&world, "victim", "uma").await;
    let callback = attacker.callback.as_str();

    let mut bare = world.browser();
    assert_nothing_came_of_it(&world, &bare.get(callback).await).await;

    let mut victim = OnTheWay::new(&world, "victim", "alice").await;
    assert_nothing_came_of_it(&world, &victim.browser.get(callback).await).await;
    // Not even with a cookie of the right name: its value is bound to the name it was sealed for.
    victim.browser.plant(&attacker.cookie.0, &victim.cookie.1);
    assert_nothing_came_of_it(&world, &victim.browser.get(callback).await).await;

    let own = victim.browser.get(victim.callback.as_str()).await;
    assert!(own.parameter("code").is_some(), "the victim's own sign-in goes on: {}", own.body);
}

#[tokio::test]
async fn up_01_an_attackers_answer_does_not_replace_a_session() {
    let world = World::new().await;
    let mut victim = signed_in(&world, "alice").await;
    let (session, asked) = (victim.session(), token_requests(&world));
    let attacker = OnTheWay::new(&world, "victim", "uma").await;
    victim.get(attacker.callback.as_str()).await.assert_told(400);
    assert_eq!((victim.session(), token_requests(&world)), (session, asked));
}

#[tokio::test]
async fn up_02_a_state_is_good_once() {
    let world = World::new().await;
    let mut person = OnTheWay::new(&world, "victim", "alice").await;
    let (first, second) = (person.callback.clone(), {
        let again = sent_back(&mut person.browser, &person.idp_page, "alice").await;
        assert_eq!(with(&again, &[("code", "")]), with(&person.callback, &[("code", "")]));
        again
    });
    assert!(person.browser.get(first.as_str()).await.parameter("code").is_some());
    let left = world.left_behind().await;

    person.browser.get(first.as_str()).await.assert_told(400);
    // With the cookie put back and with a fresh code, too.
    person.browser.plant(&person.cookie.0, &person.cookie.1);
    person.browser.get(first.as_str()).await.assert_told(400);
    let page = person.browser.get(second.as_str()).await;
    page.assert_told(400);
    assert!(page.body.contains("finished already"), "{}", page.body);
    assert_eq!(world.left_behind().await, left);
    assert_eq!(world.all::<Session>(world.victim).await.len(), 1);
}

#[rstest]
#[case::in_one_browser(true)]
#[case::in_a_copy_of_it(false)]
#[tokio::test(flavor = "multi_thread")]
async fn up_02_of_two_callbacks_at_once_one_wins(#[case] new_person: bool) {
    for _ in 0..20 {
        let world = World::new().await;
        if !new_person {
            signed_in(&world, "alice").await;
        }
        let mut person = OnTheWay::new(&world, "victim", "alice").await;
        let other_code = sent_back(&mut person.browser, &person.idp_page, "alice").await;
        let world = Arc::new(world);
        let come = |url: Url| {
            let mut browser = person.browser.clone();
            tokio::spawn(async move { browser.get(url.as_str()).await })
        };
        let (one, two) = join(come(person.callback.clone()), come(other_code)).await;
        let pages = [one.unwrap(), two.unwrap()];
        assert_eq!(pages.iter().filter(|page| page.parameter("code").is_some()).count(), 1, "{pages:?}");
        let sessions = world.all::<Session>(world.victim).await.len();
        assert_eq!(sessions, if new_person { 1 } else { 2 });
    }
}

#[tokio::test]
async fn up_02_a_state_is_bound_to_its_login() {
    let world = World::new().await;
    let mut person = OnTheWay::new(&world, "victim", "alice").await;
    let other = OnTheWay::new(&world, "victim", "alice").await;
    let state = person.state();
    let (name, secret) = state.split_once('.').unwrap();
    let (other_name, other_secret) = (other.state(), other.state());
    let (other_name, other_secret) =
        (other_name.split_once('.').unwrap().0, other_secret.split_once('.').unwrap().1);
    let wrong = [
        String::new(),
        name.to_owned(),
        format!("{name}."),
        format!("{name}.{other_secret}"),
        format!("{other_name}.{secret}"),
        format!("{name}.{secret}A"),
        state[..state.len() - 1].to_owned(),
        state.to_ascii_uppercase(),
        format!("{state}\u{0}"),
        other.state(),
    ];
    for wrong in wrong {
        let page = person.browser.get(&with(&person.callback, &[("state", &wrong)])).await;
        assert_nothing_came_of_it(&world, &page).await;
    }
    let twice = format!("{}&state={state}", person.callback);
    assert_nothing_came_of_it(&world, &person.browser.get(&twice).await).await;
    world.pass(600);
    let late = person.browser.get(person.callback.as_str()).await;
    assert_nothing_came_of_it(&world, &late).await;
}

#[tokio::test]
async fn up_02_an_altered_transaction_is_none() {
    let world = World::new().await;
    let mut person = OnTheWay::new(&world, "victim", "alice").await;
    let (name, sealed) = person.cookie.clone();
    for at in [0, 1, sealed.len() / 2, sealed.len() - 1] {
        let flip = if &sealed[at..=at] == "A" { "B" } else { "A" };
        person.browser.plant(&name, &format!("{}{flip}{}", &sealed[..at], &sealed[at + 1..]));
        let page = person.browser.get(person.callback.as_str()).await;
        assert_nothing_came_of_it(&world, &page).await;
    }
}

/// Whom EvilIdP's trick sends the victim's browser to: GoodIdP, with our state and challenge.
async fn bounced_to_good(world: &World, person: &mut Browser, redirect_to: ConnectionId) -> Url {
    let page = at_the_idp(world, person, &world.relying("c1"), "attacker").await;
    assert!(page.url.path().starts_with("/evil/"), "{}", page.url);
    let mut bounce = Url::parse(&with(
        &page.url,
        &[("redirect_uri", &format!("{ISSUER}/federation/{redirect_to}/callback"))],
    ))
    .unwrap();
    bounce.set_path("/good/authorize");
    let page = person.open(bounce.as_str()).await;
    sent_back(person, &page, "alice").await
}

#[tokio::test]
async fn up_04_an_answer_of_another_provider_goes_to_no_token_endpoint() {
    let world = World::new().await;
    let mut person = world.browser();
    let callback = bounced_to_good(&world, &mut person, world.k1).await;
    assert_nothing_came_of_it(&world, &person.get(callback.as_str()).await).await;
    // The attacker moves the answer to the callback it began for: then `iss` tells.
    let moved = callback.as_str().replace(&world.k1.to_string(), &world.ke.to_string());
    assert_nothing_came_of_it(&world, &person.get(&moved).await).await;
    let silent = with(&Url::parse(&moved).unwrap(), &[("iss", "")]);
    assert_nothing_came_of_it(&world, &person.get(&silent).await).await;
}

#[tokio::test]
async fn up_04_a_provider_that_knows_the_wrong_callback_is_told_by_its_name() {
    let world = World::new().await;
    world.idp.issuer("good").unwrap().register(Client {
        client_id: "doorward".to_owned(),
        client_secret: Some("upstream-secret".to_owned()),
        redirect_uris: vec![format!("{ISSUER}/federation/{}/callback", world.ke)],
        ..Client::default()
    });
    let mut person = world.browser();
    let callback = bounced_to_good(&world, &mut person, world.ke).await;
    assert_nothing_came_of_it(&world, &person.get(callback.as_str()).await).await;
}

/// A second connection of the victim at the issuer of the first, with a client of its own there.
async fn second_connection(world: &World) -> ConnectionId {
    let k2 = ConnectionId::new(doorward_domain::Clock::now(&*world.clock), &*world.entropy);
    let connection =
        Connection { client_id: "doorward-2".to_owned(), ..world.connection(world.victim, k2, "good") };
    world.put(&connection).await;
    world.idp.issuer("good").unwrap().register(Client {
        client_id: "doorward-2".to_owned(),
        client_secret: Some("upstream-secret".to_owned()),
        redirect_uris: vec![format!("{ISSUER}/federation/{k2}/callback")],
        ..Client::default()
    });
    k2
}

/// Sends a person to the IdP through one of several connections.
async fn chosen(world: &World, browser: &mut Browser, connection: ConnectionId) -> Page {
    let page = browser.open(&world.relying("c1").authorize(world, &[])).await;
    let page = browser.submit(&page, &[("username", "victim")]).await;
    browser.submit(&page, &[("connection", &connection.to_string())]).await
}

#[tokio::test]
async fn up_05_two_connections_at_one_issuer_do_not_take_each_others_answers() {
    let world = World::new().await;
    let k2 = second_connection(&world).await;
    for (own, other) in [(world.k1, k2), (k2, world.k1)] {
        let mut browser = world.browser();
        let page = chosen(&world, &mut browser, own).await;
        let callback = sent_back(&mut browser, &page, "alice").await;
        let moved = callback.as_str().replace(&own.to_string(), &other.to_string());
        assert_nothing_came_of_it(&world, &browser.get(&moved).await).await;
    }
}

#[tokio::test]
async fn up_05_an_id_token_for_the_other_connection_is_refused() {
    let world = World::new().await;
    let k2 = second_connection(&world).await;
    let switches = world.idp.issuer("good").unwrap().switches();
    let value = Some("doorward".to_owned());
    switches.set(Setting { switch: Switch::WrongAudience, mode: Mode::Once, value }).unwrap();
    let mut browser = world.browser();
    let page = chosen(&world, &mut browser, k2).await;
    let callback = sent_back(&mut browser, &page, "alice").await;
    browser.get(callback.as_str()).await.assert_told(400);
    assert_eq!((switches.fired(Switch::WrongAudience), world.left_behind().await), (1, 0));
}

#[tokio::test]
async fn up_06_two_tenants_logins_do_not_mix() {
    let world = World::new().await;
    let mut victim = OnTheWay::new(&world, "victim", "alice").await;
    let attacker = OnTheWay::new(&world, "attacker", "alice").await;
    // All of it in one browser: both cookies are there, only the paths and names are swapped.
    victim.browser.plant(&attacker.cookie.0, &attacker.cookie.1);
    let at_the_other = [victim.at(world.ke), attacker.at(world.k1)];
    let other_state = [
        with(&victim.callback, &[("state", &attacker.state())]),
        with(&attacker.callback, &[("state", &victim.state())]),
    ];
    let other_issuer = [
        with(&victim.callback, &[("iss", "https://idp.test/evil")]),
        with(&attacker.callback, &[("iss", "https://idp.test/good")]),
    ];
    for url in at_the_other.iter().chain(&other_state).chain(&other_issuer) {
        assert_nothing_came_of_it(&world, &victim.browser.get(url).await).await;
    }
    // The cookies themselves, swapped.
    victim.browser.plant(&victim.cookie.0, &attacker.cookie.1);
    victim.browser.plant(&attacker.cookie.0, &victim.cookie.1);
    for url in [&victim.callback, &attacker.callback] {
        assert_nothing_came_of_it(&world, &victim.browser.get(url.as_str()).await).await;
    }
    let nobody = TenantId::from_bytes([9; 16]);
    assert_eq!(world.all::<Session>(nobody).await, []);
}

#[tokio::test]
async fn up_08_a_stolen_upstream_code_fits_no_other_login() {
    let world = World::new().await;
    let bob = OnTheWay::new(&world, "victim", "alice").await;
    let mut attacker = OnTheWay::new(&world, "victim", "uma").await;
    let code = bob.callback.query_pairs().find(|(name, _)| name == "code").unwrap().1;
    let page = attacker.browser.get(&with(&attacker.callback, &[("code", &code)])).await;
    page.assert_told(400);
    assert_eq!((world.left_behind().await, token_requests(&world)), (0, 1), "the IdP refused the verifier");
    let authorize = bob.idp_page.url;
    for (name, value) in [("code_challenge_method", "S256"), ("response_type", "code")] {
        assert!(authorize.query_pairs().any(|pair| pair == (name.into(), value.into())), "{authorize}");
    }
    assert!(authorize.query_pairs().any(|(name, value)| name == "nonce" && value.len() >= 22));
}

#[rstest]
#[case::the_person_cancelled(Switch::AuthorizeError, "access_denied")]
#[case::the_code_was_refused(Switch::TokenError, "invalid_grant")]
#[case::our_secret_ran_out(Switch::TokenError, "invalid_client")]
#[tokio::test]
async fn up_a_refusal_of_the_idp_ends_on_a_page_with_a_way_back(#[case] switch: Switch, #[case] error: &str) {
    let world = World::new().await;
    let value = Some(error.to_owned());
    let switches = world.idp.issuer("good").unwrap().switches();
    switches.set(Setting { switch, mode: Mode::Once, value }).unwrap();
    let app = world.relying("c1");
    let mut browser = world.browser();
    let page = world.sign_in(&mut browser, &app, "victim", "alice").await;
    page.assert_told(400);
    assert_eq!((switches.fired(switch), world.left_behind().await), (1, 0));
    let back = format!("{}?error=access_denied", app.redirect_uri);
    assert!(page.body.contains(&back), "{}", page.body);
    let again = page.body.split("href=\"").find(|it| it.starts_with("/sign-in?tx=")).unwrap();
    let again = world.url(again.split('"').next().unwrap());
    let page = browser.get(&again).await;
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    assert!(page.parameter("code").is_some(), "trying again works: {}", page.body);
}
