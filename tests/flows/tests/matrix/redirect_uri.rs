//! Where the answer goes: rows RU. What may be registered is tested beside `RedirectUri`.

use doorward_domain::RedirectUri;
use doorward_flows::{Relying, World};
use http::StatusCode;

use crate::support::{authorize, code, reregister, signed_in};

/// Asserts that an app is not answered at any of these places, not even with an error.
async fn nobody_is_sent_to(world: &World, id: &str, places: &[&str]) {
    let mut browser = signed_in(world, "alice").await;
    let before = world.digest().await;
    for place in places {
        let app = Relying { redirect_uri: (*place).to_owned(), ..world.relying(id) };
        for changes in [&[][..], &[("prompt", "none login")], &[("response_type", "token")]] {
            let page = browser.get(&app.authorize(world, changes)).await;
            page.assert_told(400);
            assert!(!page.body.contains("evil.test"), "{place}: {}", page.body);
        }
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn ru_02_tricks_with_the_authority_lead_nowhere() {
    let world = World::new().await;
    let tricks = [
        "https://c1.test@evil.test/cb",
        "https://evil.test@c1.test/cb",
        "https://c1.test@c1.test/cb",
        "https://a@b@c1.test/cb",
        "https://c1.test%40evil.test/cb",
        "https://c1.test\\@evil.test/cb",
        "https://c1.test:443@evil.test/cb",
        "https://c1.test#@evil.test/cb",
        "https://c1.test/cb#",
        "https://c1.test:443/cb",
        "https://c1.test/cb\t",
        "https://c1.test/cb\r\nLocation: https://evil.test/",
        "https://c1.test\u{2044}cb",
        "//c1.test/cb",
        "https:/c1.test/cb",
        "https:\\\\c1.test\\cb",
    ];
    nobody_is_sent_to(&world, "c1", &tricks).await;
}

#[tokio::test]
async fn ru_03_every_character_is_itself() {
    let world = World::new().await;
    let near = [
        "https://c1.test.evil.test/cb",
        "https://c1xtest/cb",
        "https://c1.test*",
        "https://*.test/cb",
        "https://c1.test/cb*",
        "https://c1.test/cb/",
        "https://c1.test/cb/../cb",
        "https://c1.test/cb/evil",
        "https://c1.test/cb?x=1",
        "https://c1.test/c%62",
        "https://C1.test/cb",
        "https://c1.test/CB",
        "HTTPS://c1.test/cb",
        "http://c1.test/cb",
        "https://\u{441}1.test/cb",
        "https://xn--1-jtb.test/cb",
        "https://c1.test.:443/cb",
        "https://sub.c1.test/cb",
        ".*",
        "https://c2.test/cb",
    ];
    nobody_is_sent_to(&world, "c1", &near).await;
}

#[tokio::test]
async fn ru_04_only_the_port_of_a_loopback_address_is_free() {
    let world = World::new().await;
    let mut browser = signed_in(&world, "alice").await;
    for uri in ["http://127.0.0.1/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb"] {
        let app = Relying { redirect_uri: uri.to_owned(), ..world.relying("native") };
        let page = browser.get(&app.authorize(&world, &[])).await;
        assert!(page.location().unwrap().as_str().starts_with(&format!("{uri}?code=")), "{page:?}");
        assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
    }
    let others = [
        "http://localhost:51004/cb",
        "http://127.1:51004/cb",
        "http://0177.0.0.1:51004/cb",
        "http://2130706433:51004/cb",
        "http://0x7f000001:51004/cb",
        "http://127.0.0.2:51004/cb",
        "http://[::1]:51004/cb",
        "http://[::ffff:127.0.0.1]:51004/cb",
        "http://127.0.0.1.evil.test/cb",
        "http://127.0.0.1:51004@evil.test/cb",
        "http://127.0.0.1:51004/other",
        "http://127.0.0.1:51004/cb?x=1",
        "http://127.0.0.1:51004",
        "http://127.0.0.1:99999/cb",
        "http://127.0.0.1:-1/cb",
        "https://127.0.0.1:51004/cb",
    ];
    nobody_is_sent_to(&world, "native", &others).await;
    // An app on a server has no such exception.
    reregister(&world, "native", |client| client.native = false).await;
    nobody_is_sent_to(&world, "native", &["http://127.0.0.1:51004/cb"]).await;
}

#[tokio::test]
async fn ru_06_without_a_registered_uri_nobody_is_answered() {
    let world = World::new().await;
    reregister(&world, "c2", |client| client.redirect_uris.clear()).await;
    reregister(&world, "public", |client| client.redirect_uris.truncate(1)).await;
    let before = world.digest().await;
    for id in ["c1", "c2", "public"] {
        authorize(&world, &world.relying(id), &[("redirect_uri", "")]).await.assert_told(400);
    }
    for _ in 0..2 {
        authorize(&world, &world.relying("c2"), &[]).await.assert_told(400);
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn ru_07_a_code_is_redeemed_where_it_was_sent() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    for place in
        ["", "https://c1.test/other", "https://c1.test/cb/", "https://C1.test/cb", "https://evil.test/"]
    {
        let code = code(&world, &mut browser, &app, &[]).await;
        let answer = app.redeem_code(&world, &code, &[("redirect_uri", place)]).await;
        answer.assert_error(400, "invalid_grant");
        app.redeem_code(&world, &code, &[]).await.assert_error(400, "invalid_grant");
    }
}

#[tokio::test]
async fn ru_07_a_native_apps_port_is_part_of_it() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("native"));
    let code = code(&world, &mut browser, &app, &[]).await;
    let answer = app.redeem_code(&world, &code, &[("redirect_uri", "http://127.0.0.1:51005/cb")]).await;
    answer.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn an_answer_keeps_the_registered_query() {
    let world = World::new().await;
    let uri = "https://c1.test/cb?tenant=1&x=%2F";
    reregister(&world, "c1", |client| client.redirect_uris.push(RedirectUri::parse(uri).unwrap())).await;
    let mut browser = signed_in(&world, "alice").await;
    let app = Relying { redirect_uri: uri.to_owned(), ..world.relying("c1") };
    let page = browser.get(&app.authorize(&world, &[])).await;
    assert!(page.location().unwrap().as_str().starts_with(&format!("{uri}&code=")), "{page:?}");
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_app_scheme_is_answered_at_its_own_uri() {
    let world = World::new().await;
    let uri = "com.example.app:/cb";
    reregister(&world, "native", |client| client.redirect_uris = vec![RedirectUri::parse(uri).unwrap()])
        .await;
    let mut browser = signed_in(&world, "alice").await;
    let app = Relying { redirect_uri: uri.to_owned(), ..world.relying("native") };
    let page = browser.get(&app.authorize(&world, &[])).await;
    assert!(page.location().unwrap().as_str().starts_with("com.example.app:/cb?code="), "{page:?}");
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
    nobody_is_sent_to(&world, "native", &["com.example.app:/cb2", "com.example.app://cb", "x:/cb"]).await;
}
