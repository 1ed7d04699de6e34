//! The authorization endpoint: rows AZ.

use doorward_domain::{Client, Clock as _, ConnectionId, Tenant};
use doorward_flows::app::claims;
use doorward_flows::{Relying, World};
use doorward_store::records::at;
use doorward_test_idp::Endpoint;
use http::StatusCode;
use serde_json::json;
use url::Url;

use crate::support::{authorize, client, code, jwt, reregister, signed_in};

#[tokio::test]
async fn az_01_a_client_that_may_not_act_is_no_open_redirector() {
    let world = World::new().await;
    reregister(&world, "c1", |client| client.enabled = false).await;
    world.remove(client("c2")).await;
    let before = world.digest().await;
    for id in ["nope", "c1", "c2", "", "C1", "c1 ", &"c".repeat(5000)] {
        for uri in ["https://evil.test/", "https://c1.test/cb", "https://c2.test/cb", "\"><svg onload=x()>"] {
            let app = Relying { id: id.to_owned(), redirect_uri: uri.to_owned(), ..world.relying("c1") };
            let page = authorize(&world, &app, &[("prompt", "none")]).await;
            page.assert_told(400);
            assert!(!page.body.contains("evil.test") && !page.body.contains("<svg on"), "{}", page.body);
        }
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn az_02_no_parameter_comes_twice() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let before = world.digest().await;
    let untrusted = ["client_id=c2", "redirect_uri=https://c1.test/other", "response_mode=query"];
    let answered = [
        "response_type=token",
        "scope=openid",
        "nonce=another",
        "code_challenge=AAAA",
        "code_challenge_method=plain",
        "prompt=login",
        "unknown=1&unknown=2",
    ];
    let plain = app.authorize(&world, &[("response_mode", "query")]);
    for second in untrusted {
        browser.get(&format!("{plain}&{second}")).await.assert_told(400);
        browser
            .get(&format!("{}?{second}&{}", world.url("/authorize"), query(&plain)))
            .await
            .assert_told(400);
    }
    for second in answered {
        let plain = app.authorize(&world, &[("prompt", "none")]);
        browser.get(&format!("{plain}&{second}")).await.assert_sent_back(&app, "invalid_request");
    }
    // Of two states neither is given back.
    for url in [format!("{plain}&state=the-state"), format!("{plain}&state="), format!("{plain}&st%61te=x")] {
        browser.get(&url).await.assert_sent_back_with_state(&app, "invalid_request", None);
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn az_02_query_and_body_are_one_request() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let plain = app.authorize(&world, &[]);
    let before = world.digest().await;
    browser.post(&plain, &[("client_id", "c1")]).await.assert_told(400);
    browser.post(&plain, &[("scope", "openid")]).await.assert_sent_back(&app, "invalid_request");
    assert_eq!(world.digest().await, before);
    // A name in other case is another name, and unknown ones mean nothing.
    let page = browser.get(&format!("{plain}&State=x&CLIENT_ID=c2&redirect_URI=https://evil.test/")).await;
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
}

fn query(url: &str) -> String {
    Url::parse(url).unwrap().query().unwrap().to_owned()
}

#[tokio::test]
async fn az_04_an_unsupported_response_mode_is_told_in_the_default_one() {
    let world = World::new().await;
    let mut browser = signed_in(&world, "alice").await;
    let app = world.relying("c1");
    let before = world.digest().await;
    for mode in ["foo", "fragment", "web_message", "fragment.jwt", "QUERY", "query "] {
        let page = browser.get(&app.authorize(&world, &[("response_mode", mode)])).await;
        page.assert_sent_back(&app, "invalid_request");
        assert!(page.location().unwrap().fragment().is_none());
    }
    for response_type in ["token", "id_token", "code id_token", "code token", "none", "CODE"] {
        let page = browser.get(&app.authorize(&world, &[("response_type", response_type)])).await;
        page.assert_sent_back(&app, "unsupported_response_type");
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn az_05_nobody_goes_on_with_a_login_that_was_begun_in_another_browser() {
    let world = World::new().await;
    let app = world.relying("c1");
    let mut bob = signed_in(&world, "alice").await;
    let mut attacker = world.browser();
    let page = attacker.open(&app.authorize(&world, &[])).await;
    let transaction = page.form().hidden.into_iter().find(|(name, _)| name == "tx").unwrap().1;
    let page = attacker.submit_unfollowed(&page, &[("username", "victim")]).await;
    let upstream = page.location().unwrap();
    let before = world.digest().await;

    bob.get(&world.url(&format!("/sign-in?tx={transaction}"))).await.assert_told(400);
    for (path, field, value) in [
        ("/sign-in", "username", "victim".to_owned()),
        ("/sign-in/connection", "connection", world.k1.to_string()),
        ("/consent", "decision", "allow".to_owned()),
    ] {
        bob.post(&world.url(path), &[("tx", &transaction), (field, &value)]).await.assert_told(400);
    }
    // He is signed in at the identity provider as well, which sends him back at once.
    let page = bob.open(upstream.as_str()).await;
    assert!(page.url.path().ends_with("/callback") && page.url.query().unwrap().contains("code="));
    page.assert_told(400);
    assert_eq!(world.digest().await, before);

    let page = attacker.get(&app.authorize(&world, &[("prompt", "none")])).await;
    page.assert_sent_back(&app, "login_required");
}

#[tokio::test]
async fn az_05_nobody_consents_to_a_request_from_another_browser() {
    let world = World::new().await;
    let app = world.relying("third");
    let mut attacker = world.browser();
    let question = world.sign_in(&mut attacker, &app, "victim", "uma").await;
    let mut bob = signed_in(&world, "alice").await;
    let before = world.digest().await;
    bob.submit(&question, &[("decision", "allow")]).await.assert_told(400);
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn az_06_prompt_none_shows_and_starts_nothing() {
    let world = World::new().await;
    let app = world.relying("c1");
    let before = world.digest().await;
    for changes in [&[("prompt", "none")][..], &[("prompt", "none"), ("login_hint", "kim@victim.test")]] {
        let page = authorize(&world, &app, changes).await;
        page.assert_sent_back(&app, "login_required");
        assert!(page.body.is_empty() && !page.headers.contains_key("set-cookie"), "{page:?}");
    }
    for prompt in ["none login", "login none", "none consent", "none select_account", "silent", "None"] {
        authorize(&world, &app, &[("prompt", prompt)]).await.assert_sent_back(&app, "invalid_request");
    }
    assert_eq!(world.digest().await, before);
    assert_eq!(world.idp.issuer("good").unwrap().requests(Endpoint::Authorize), 0);
}

#[tokio::test]
async fn az_06_prompt_none_never_consents() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("third"));
    let before = world.digest().await;
    let page = browser.get(&app.authorize(&world, &[("prompt", "none")])).await;
    page.assert_sent_back(&app, "consent_required");
    assert_eq!(world.digest().await, before);
    let question = browser.get(&app.authorize(&world, &[("scope", "openid")])).await;
    browser.submit(&question, &[("decision", "allow")]).await;
    // Consent to a part is no consent to the whole.
    let page = browser.get(&app.authorize(&world, &[("prompt", "none")])).await;
    page.assert_sent_back(&app, "consent_required");
    let page = browser.get(&app.authorize(&world, &[("prompt", "none"), ("scope", "openid")])).await;
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
}

#[tokio::test]
async fn az_08_a_hint_of_somebody_else_never_signs_in() {
    let world = World::new().await;
    let (mut alice, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let of_alice = app.redeem_code(&world, &code(&world, &mut alice, &app, &[]).await, &[]).await;
    let mut uma = signed_in(&world, "uma").await;
    let hint = ("id_token_hint", of_alice.str("id_token"));
    let before = world.digest().await;
    authorize(&world, &app, &[hint, ("prompt", "none")]).await.assert_sent_back(&app, "login_required");
    let page = uma.get(&app.authorize(&world, &[hint, ("prompt", "none")])).await;
    page.assert_sent_back(&app, "login_required");
    let page = uma.get(&app.authorize(&world, &[hint])).await;
    page.assert_asks_to_sign_in();
    assert_eq!(world.digest().await, before);
    // Whoever signs in now must be the one who was expected.
    let page = uma.submit(&page, &[("username", "victim")]).await;
    page.assert_told(403);
    assert_eq!(world.digest().await, before);

    world.pass(3600 - 1);
    let page = alice.get(&app.authorize(&world, &[hint, ("prompt", "none")])).await;
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK, "an expired hint is still one");
}

#[tokio::test]
async fn az_08_what_is_no_id_token_of_the_client_is_no_hint() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let tokens = app.redeem_code(&world, &code(&world, &mut browser, &app, &[]).await, &[]).await;
    let genuine = tokens.str("id_token");
    let other = world.relying("c2");
    let of_other = other.redeem_code(&world, &code(&world, &mut browser, &other, &[]).await, &[]).await;
    let cx = world.relying("cx");
    let page = world.sign_in(&mut world.browser(), &cx, "attacker", "alice").await;
    let of_attacker = cx.redeem(&world, &page).await;
    let mut tampered = claims(genuine);
    tampered["sub"] = claims(of_attacker.str("id_token"))["sub"].clone();
    let parts: Vec<_> = genuine.split('.').collect();
    let payload = |claims| jwt(&json!({}), claims, "").split('.').nth(1).unwrap().to_owned();
    let before = world.digest().await;
    for hint in [
        of_other.str("id_token"),
        of_attacker.str("id_token"),
        tokens.str("access_token"),
        tokens.str("refresh_token"),
        &jwt(&json!({"alg": "none", "typ": "JWT"}), &claims(genuine), ""),
        &jwt(&json!({"alg": "none", "typ": "JWT"}), &claims(genuine), parts[2]),
        &jwt(&json!({"alg": "HS256", "typ": "JWT"}), &claims(genuine), parts[2]),
        &format!("{}.{}.{}", parts[0], payload(&tampered), parts[2]),
        &format!("{}.{}.", parts[0], parts[1]),
        &genuine[..genuine.len() - 1],
        "x",
        &"x".repeat(5_000),
    ] {
        for prompt in [("prompt", "none"), ("prompt", "")] {
            let page = browser.get(&app.authorize(&world, &[("id_token_hint", hint), prompt])).await;
            page.assert_sent_back(&app, "invalid_request");
        }
    }
    let url = app.authorize(&world, &[]);
    browser
        .post(&url, &[("id_token_hint", &"x".repeat(60_000))])
        .await
        .assert_sent_back(&app, "invalid_request");
    let page = browser.post(&url, &[("id_token_hint", &"x".repeat(1 << 20))]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn az_09_what_comes_in_goes_back_as_it_was_and_nowhere_else() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    for state in
        ["a\r\nSet-Cookie: x=1", "'\"><svg onload=x()>", "a&code=planted#x", "ünïcode 日本", "%00%0d%0a"]
    {
        for changes in [[("state", state), ("nonce", state)], [("state", state), ("response_mode", "foo")]] {
            let page = browser.get(&app.authorize(&world, &changes)).await;
            assert_eq!(page.parameter("state").as_deref(), Some(state));
            let location = page.headers["location"].to_str().unwrap();
            assert!(location.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'"'), "{location}");
            assert!(page.parameter("code").as_deref() != Some("planted"), "{location}");
            if page.parameter("code").is_some() {
                assert_eq!(app.redeem(&world, &page).await.claims("id_token")["nonce"], state);
            }
        }
    }
}

#[tokio::test]
async fn az_09_a_hint_is_shown_as_text() {
    let world = World::new().await;
    let app = world.relying("c1");
    for name in ["login_hint", "ui_locales", "acr_values", "error_hint", "error_description"] {
        let page = authorize(&world, &app, &[(name, "'\"><svg onload=x()>\r\n")]).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains("<svg on"), "{}", page.body);
    }
    let page =
        authorize(&world, &Relying { id: "nope".to_owned(), ..app }, &[("error_hint", "<svg onload=x()>")])
            .await;
    assert!(!page.body.contains("<svg on"), "{}", page.body);
}

#[tokio::test]
async fn az_09_what_is_no_text_or_too_long_is_refused() {
    let world = World::new().await;
    let app = world.relying("c1");
    let plain = app.authorize(&world, &[("state", "")]);
    for state in ["%00", "a%00b", "%ff", "%ed%a0%80", "%1b[31m", "%7f"] {
        world.browser().get(&format!("{plain}&state={state}")).await.assert_told(400);
    }
    for (name, most) in [("state", 1024), ("nonce", 512), ("login_hint", 320), ("ui_locales", 256)] {
        let page = authorize(&world, &app, &[(name, &"x".repeat(most + 1))]).await;
        assert_eq!(page.parameter("error").as_deref(), Some("invalid_request"), "{name}");
        let page = authorize(&world, &app, &[(name, &"x".repeat(60_000))]).await;
        assert_eq!(page.status, StatusCode::URI_TOO_LONG);
        let page = world.browser().post(&plain, &[(name, &"x".repeat(64 * 1024))]).await;
        assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
    let many = "&x=1".repeat(100);
    world.browser().get(&format!("{plain}{many}")).await.assert_told(400);
}

/// The login under way lives in a cookie, and browsers drop long cookies without a word: a request is
/// refused where its author sees it, or fits.
#[tokio::test]
async fn az_09_the_longest_request_that_is_accepted_fits_into_the_browser() {
    let world = World::new().await;
    let app = world.relying("third");
    let typed = format!("{}@victim.test", "\"".repeat(300));
    let mut accepted = 0;
    for length in [100, 200, 250, 300, 320, 400, 512, 700, 1024] {
        for letter in ["x", "\"", "ü"] {
            let text = letter.repeat(length / letter.len());
            let [hint, locales, acr] = [320, 256, 512].map(|most| &text[..text.len().min(most)]);
            let changes = [
                ("prompt", "consent"),
                ("state", text.as_str()),
                ("nonce", &text[..text.len().min(512)]),
                ("login_hint", hint),
                ("ui_locales", locales),
                ("acr_values", acr),
            ];
            let mut browser = world.browser();
            let page = browser.get(&app.authorize(&world, &changes)).await;
            if page.parameter("error").as_deref() == Some("invalid_request") {
                continue;
            }
            let page = world.go_on(&mut browser, page, &typed, "alice").await;
            let page = browser.submit(&page, &[("decision", "allow")]).await;
            assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK, "{length} times {letter}");
            accepted += 1;
        }
    }
    assert!((1..27).contains(&accepted), "the border lies between the cases");
}

#[tokio::test]
async fn az_10_no_request_leads_a_tenants_app_to_another_tenants_provider() {
    let world = World::new().await;
    let app = world.relying("c1");
    reregister(&world, "c1", |client: &mut Client| client.tenants = vec![world.victim]).await;
    let before = world.digest().await;
    let (evil, attacker) = (world.ke.to_string(), world.attacker.to_string());
    for name in ["connection", "idp_hint", "kc_idp_hint", "organization", "domain_hint", "hd", "tenant"] {
        for value in [evil.as_str(), &attacker, "attacker", "attacker.test"] {
            let page = authorize(&world, &app, &[(name, value)]).await;
            page.assert_asks_to_sign_in();
        }
    }
    for hint in ["kim@attacker.test", "attacker"] {
        let page = authorize(&world, &app, &[("login_hint", hint)]).await;
        page.assert_asks_to_sign_in();
        let mut browser = world.browser();
        let page = browser.open(&app.authorize(&world, &[])).await;
        let page = browser.submit(&page, &[("username", hint)]).await;
        assert!(page.body.contains("does not use this app"), "{}", page.body);
    }
    let page =
        authorize(&world, &app, &[("scope", "openid organization:attacker"), ("prompt", "none")]).await;
    page.assert_sent_back(&app, "login_required");
    for path in ["/attacker/authorize", "/t/attacker/authorize"] {
        let url = app.authorize(&world, &[]).replace("/authorize", path);
        assert_eq!(world.browser().get(&url).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(world.idp.issuer("evil").unwrap().requests(Endpoint::Authorize), 0);
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn az_10_only_an_offered_connection_can_be_chosen() {
    let world = World::new().await;
    let k2 = ConnectionId::new(world.clock.now(), &*world.entropy);
    world.connect(world.victim, k2, "good").await;
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let page = browser.submit(&page, &[("username", "victim")]).await;
    assert!(page.body.contains(&k2.to_string()), "{}", page.body);
    for chosen in [world.ke.to_string(), "x".to_owned(), String::new(), world.attacker.to_string()] {
        let page = browser.submit(&page, &[("connection", &chosen)]).await;
        page.assert_asks_to_sign_in();
    }
    assert_eq!(world.idp.issuer("evil").unwrap().requests(Endpoint::Authorize), 0);
}

#[tokio::test]
async fn az_10_a_session_of_one_tenant_is_none_at_an_app_of_another() {
    let world = World::new().await;
    let cx = world.relying("cx");
    let mut browser = signed_in(&world, "alice").await;
    let page = browser.get(&cx.authorize(&world, &[("prompt", "none")])).await;
    page.assert_sent_back(&cx, "login_required");
    world.change::<Tenant>(&at::tenant(world.victim), |tenant| tenant.enabled = false).await;
    let app = world.relying("c1");
    let page = browser.get(&app.authorize(&world, &[("prompt", "none")])).await;
    page.assert_sent_back(&app, "login_required");
}

#[tokio::test]
async fn az_04_an_answer_travels_as_it_was_asked_to() {
    let world = World::new().await;
    let mut browser = signed_in(&world, "alice").await;
    let app = world.relying("c1");
    let page = browser.get(&app.authorize(&world, &[("response_mode", "form_post")])).await;
    assert_eq!(page.status, StatusCode::OK);
    let form = page.form();
    assert_eq!(form.action, app.redirect_uri);
    let value =
        |name: &str| form.hidden.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    assert_eq!(value("iss").as_deref(), Some(doorward_flows::world::ISSUER));
    assert!(value("code").is_some() && value("state").is_some());

    for mode in ["jwt", "query.jwt"] {
        let page = browser.get(&app.authorize(&world, &[("response_mode", mode)])).await;
        let answer = page.location().unwrap();
        let names: Vec<_> = answer.query_pairs().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["response"]);
    }
}
