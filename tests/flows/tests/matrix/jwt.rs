//! Upstream ID tokens, hints, and our own access tokens, as whole flows meet them (rows JW). What a
//! single token may be is tested where tokens are verified.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_flows::app::userinfo;
use doorward_flows::{Page, Relying, World};
use doorward_test_idp::{Endpoint, Mode, Setting, Switch};
use http::StatusCode;
use rstest::rstest;
use serde_json::json;
use tokio::time::Instant;

use crate::forgery::forgeries;
use crate::support::{assert_signed_nobody_in, jwt};

/// Signs alice in while the IdP misbehaves.
async fn misled(world: &World, switch: Switch) -> Page {
    world.idp.issuer("good").unwrap().switches().once(switch);
    world.sign_in(&mut world.browser(), &world.relying("c1"), "victim", "alice").await
}

#[rstest]
#[case::jw_02_key_nobody_published(Switch::UnknownKey)]
#[case::jw_06_wrong_signature(Switch::BadSignature)]
#[case::jw_07_expired(Switch::ExpiredToken)]
#[case::jw_08_other_audience(Switch::WrongAudience)]
#[case::jw_08_other_issuer(Switch::WrongIssuer)]
#[case::jw_08_other_nonce(Switch::WrongNonce)]
#[tokio::test]
async fn jw_a_false_id_token_signs_nobody_in(#[case] switch: Switch) {
    let world = World::new().await;
    let before = world.digest().await;
    let page = misled(&world, switch).await;
    page.assert_told(400);
    assert!(page.body.contains("We could not sign you in"), "{}", page.body);
    assert_signed_nobody_in(&page);
    assert_eq!(world.idp.issuer("good").unwrap().switches().fired(switch), 1);
    assert_eq!(world.left_behind().await, 0);
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn jw_08_every_misspelling_of_the_issuer_is_another_issuer() {
    for issuer in [
        "https://idp.test/good/",
        "https://idp.test/Good",
        "https://IDP.test/good",
        "https://idp.test/evil",
        "http://idp.test/good",
        "https://idp.test:443/good",
        "",
    ] {
        let world = World::new().await;
        let setting =
            Setting { switch: Switch::WrongIssuer, mode: Mode::Once, value: Some(issuer.to_owned()) };
        world.idp.issuer("good").unwrap().switches().set(setting).unwrap();
        let app = world.relying("c1");
        world.sign_in(&mut world.browser(), &app, "victim", "alice").await.assert_told(400);
        assert_eq!(world.left_behind().await, 0, "{issuer}");
    }
}

#[tokio::test]
async fn jw_03_a_new_key_is_fetched_once_a_minute() {
    let world = World::new().await;
    let good = world.idp.issuer("good").unwrap();
    let app = world.relying("c1");
    world.sign_in(&mut world.browser(), &app, "victim", "alice").await;
    assert_eq!(good.requests(Endpoint::Jwks), 1);

    let page = misled(&world, Switch::RotateKey).await;
    assert!(page.parameter("code").is_some(), "a published key is a good one: {}", page.body);
    assert_eq!(good.requests(Endpoint::Jwks), 2);

    misled(&world, Switch::RotateKey).await.assert_told(400);
    misled(&world, Switch::UnknownKey).await.assert_told(400);
    assert_eq!(good.requests(Endpoint::Jwks), 2, "tokens do not make us ask and ask");

    world.pass(60);
    let page = world.sign_in(&mut world.browser(), &app, "victim", "alice").await;
    assert!(page.parameter("code").is_some(), "{}", page.body);
    assert_eq!(good.requests(Endpoint::Jwks), 3);
}

#[tokio::test]
async fn jw_02_our_own_access_tokens_are_not_for_sale() {
    let world = World::new().await;
    let app = world.relying("c1");
    let tokens = world.tokens(&app, "victim", "alice").await;
    let genuine = tokens.str("access_token");
    let later = json!(tokens.claims("access_token")["exp"].as_i64().unwrap() + 3600);
    let claims = [
        ("exp", later),
        ("scope", json!("openid profile email groups")),
        ("sub", json!("usr_00000000000000000000000000000000")),
        ("tenant_id", json!(world.attacker.to_string())),
    ];
    let id_token = tokens.str("id_token").to_owned();
    for forged in forgeries(genuine, &claims).into_iter().chain([id_token]) {
        let about = app.call(&world, "/introspect", &[("token", &forged)]).await;
        assert_eq!(about.json, json!({"active": false}), "{forged}");
        // Blanks around a header's value are no part of it.
        if forged.is_ascii() && forged.trim() != genuine {
            assert_eq!(userinfo(&world, &forged).await.status, StatusCode::UNAUTHORIZED, "{forged}");
        }
    }
    assert!(app.is_active(&world, genuine).await);
}

#[tokio::test]
async fn jw_08_a_hint_is_genuine_or_an_error() {
    let world = World::new().await;
    let (mut browser, app) = (world.browser(), world.relying("c1"));
    let page = world.sign_in(&mut browser, &app, "victim", "alice").await;
    let tokens = app.redeem(&world, &page).await;
    let other = world.relying("c2");
    let page = browser.open(&other.authorize(&world, &[])).await;
    let others = other.redeem(&world, &page).await;
    let before = world.digest().await;

    let claims = [("sub", json!("usr_00000000000000000000000000000000")), ("aud", json!(["c1", "c2"]))];
    let mut wrong = forgeries(tokens.str("id_token"), &claims);
    wrong.push(others.str("id_token").to_owned());
    wrong.push(tokens.str("access_token").to_owned());
    for hint in wrong {
        let url = app.authorize(&world, &[("id_token_hint", &hint), ("prompt", "none")]);
        browser.get(&url).await.assert_sent_back(&app, "invalid_request");
    }
    assert_eq!(world.digest().await, before);

    let bob = world.tokens(&app, "victim", "uma").await;
    let expects_bob = [("id_token_hint", bob.str("id_token")), ("prompt", "none")];
    browser.get(&app.authorize(&world, &expects_bob)).await.assert_sent_back(&app, "login_required");
    world.pass(3600 - 1);
    let old_hint = [("id_token_hint", tokens.str("id_token")), ("prompt", "none")];
    let page = browser.get(&app.authorize(&world, &old_hint)).await;
    assert!(page.parameter("code").is_some(), "a hint may have run out: {}", page.url);
}

#[tokio::test]
async fn jw_08_whoever_signs_in_is_the_one_that_was_hinted_at() {
    let world = World::new().await;
    let app = world.relying("c1");
    let bob = world.tokens(&app, "victim", "uma").await;
    let mut browser = world.browser();
    let page = browser.open(&app.authorize(&world, &[("id_token_hint", bob.str("id_token"))])).await;
    let left = world.left_behind().await;
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    page.assert_told(403);
    assert!(page.body.contains("You signed in as somebody else"), "{}", page.body);
    assert_eq!((world.left_behind().await, browser.session()), (left, None));
}

#[tokio::test]
async fn jw_10_a_token_that_is_a_bomb_is_refused_at_once() {
    let world = World::new().await;
    let app = world.relying("c1");
    let bombs = [
        ".".repeat(60_000),
        jwt(
            &json!({"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 1_000_000_000}),
            &json!({}),
            "a.b.c",
        ),
        jwt(&json!({"alg": "dir", "enc": "A128GCM", "zip": "DEF"}), &json!({}), "a.b.c"),
        format!("{}.{}.c", BASE64.encode("[".repeat(20_000)), BASE64.encode("{\"a\":".repeat(5_000))),
    ];
    let started = Instant::now();
    for bomb in &bombs {
        assert!(!app.is_active(&world, bomb).await);
        let answer = app.call(&world, "/revoke", &[("token", bomb)]).await;
        assert_eq!(answer.status, StatusCode::OK);
        let client = Relying { secret: None, ..app.clone() };
        let assertion = [
            ("grant_type", "refresh_token"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", bomb.as_str()),
        ];
        client.token(&world, &assertion).await.assert_error(401, "invalid_client");
    }
    assert!(started.elapsed().as_millis() < 1_000, "generous, for a busy machine");
}
