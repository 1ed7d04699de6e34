//! Logout (rows LO-02, LO-03).

use doorward_domain::{Grant, Session};
use doorward_flows::app::Answer;
use doorward_flows::browser::encode;
use doorward_flows::{Browser, Page, World};
use http::StatusCode;
use rstest::rstest;
use serde_json::json;

use crate::forgery::forgeries;

/// Alice, signed in at `c1`, with the tokens that it got.
async fn alice(world: &World) -> (Browser, Answer) {
    let (mut browser, app) = (world.browser(), world.relying("c1"));
    let page = world.sign_in(&mut browser, &app, "victim", "alice").await;
    (browser, app.redeem(world, &page).await)
}

fn logout(world: &World, fields: &[(&str, &str)]) -> String {
    world.url(&format!("/end-session?{}", encode(fields)))
}

#[track_caller]
fn assert_asked(page: &Page) {
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("id=\"sign-out\""), "{}", page.body);
}

async fn assert_signed_in(world: &World, browser: &Browser, before: &[u8]) {
    assert!(browser.session().is_some());
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn lo_02_without_proof_the_person_is_asked() {
    let world = World::new().await;
    let (mut browser, _) = alice(&world).await;
    let bob = world.tokens(&world.relying("c1"), "victim", "uma").await;
    let before = world.digest().await;
    let unproven = [
        logout(&world, &[]),
        logout(&world, &[("client_id", "c1")]),
        logout(&world, &[("client_id", "c1"), ("post_logout_redirect_uri", "https://c1.test/out")]),
        logout(&world, &[("id_token_hint", bob.str("id_token"))]),
    ];
    for url in &unproven {
        let mut image = http::Request::get(url).header("sec-fetch-site", "cross-site");
        image = image.header("sec-fetch-dest", "image");
        assert_asked(&browser.request(image.body(Vec::new()).unwrap()).await);
        assert_asked(&browser.get(url).await);
        assert_signed_in(&world, &browser, &before).await;
    }
    let page = browser.get(&unproven[2]).await;
    let page = browser.submit(&page, &[]).await;
    assert_eq!(page.url.as_str(), "https://c1.test/out");
    assert_eq!(browser.session(), None);
    assert_eq!(world.all::<Session>(world.victim).await.len(), 1, "bob's is another");
}

#[tokio::test]
async fn lo_02_no_other_site_presses_the_button() {
    let world = World::new().await;
    let (mut browser, _) = alice(&world).await;
    let before = world.digest().await;
    let foreign = [
        vec![("sec-fetch-site", "cross-site"), ("origin", "https://evil.test")],
        vec![("sec-fetch-site", "same-site"), ("origin", "https://sibling.id.test")],
        vec![("origin", "https://evil.test")],
        vec![("origin", "null")],
    ];
    for headers in foreign {
        for path in ["/end-session/confirm", "/end-session"] {
            let mut post = http::Request::post(world.url(path))
                .header("content-type", "application/x-www-form-urlencoded");
            for (name, value) in &headers {
                post = post.header(*name, *value);
            }
            let page = browser.request(post.body(b"client_id=c1".to_vec()).unwrap()).await;
            match path {
                "/end-session" => assert_asked(&page),
                _ => assert_eq!(page.status, StatusCode::FORBIDDEN, "{headers:?}"),
            }
            assert_signed_in(&world, &browser, &before).await;
        }
    }
    // As browsers do it: another site's form comes without our cookie, and is asked for by GET.
    let kept = browser.session().unwrap();
    browser.forget("__Host-");
    let page = browser.post(&world.url("/end-session"), &[("client_id", "c1")]).await;
    browser.plant(doorward_flows::browser::SESSION, &kept);
    assert_asked(&browser.follow(page).await);
    assert_signed_in(&world, &browser, &before).await;
}

#[tokio::test]
async fn lo_03_a_forged_hint_counts_as_none() {
    let world = World::new().await;
    let (mut browser, tokens) = alice(&world).await;
    let claims = [("sub", json!("usr_00000000000000000000000000000000")), ("aud", json!("c2"))];
    let mut hints = forgeries(tokens.str("id_token"), &claims);
    hints.push(tokens.str("access_token").to_owned());
    hints.push(world.tokens(&world.relying("c1"), "attacker", "alice").await.str("id_token").to_owned());
    let before = world.digest().await;
    for hint in hints.iter().filter(|hint| hint.len() < 6_000) {
        let url = logout(&world, &[("id_token_hint", hint)]);
        assert_asked(&browser.get(&url).await);
        let elsewhere =
            [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "https://c1.test/out")];
        let page = browser.get(&logout(&world, &elsewhere)).await;
        assert_eq!(page.location(), None, "{hint}");
        assert_signed_in(&world, &browser, &before).await;
    }
    let others = [("id_token_hint", tokens.str("id_token")), ("client_id", "c2")];
    assert_asked(&browser.get(&logout(&world, &others)).await);
    assert_signed_in(&world, &browser, &before).await;
}

#[rstest]
#[case::fresh(0)]
#[case::that_has_run_out(3500)]
#[tokio::test]
async fn lo_03_a_genuine_hint_signs_out_and_returns(#[case] seconds: u64) {
    let world = World::new().await;
    let (mut browser, tokens) = alice(&world).await;
    world.pass(seconds);
    let fields = [
        ("id_token_hint", tokens.str("id_token")),
        ("post_logout_redirect_uri", "https://c1.test/out"),
        ("state", "a b&c=d"),
    ];
    let page = browser.get(&logout(&world, &fields)).await;
    assert_eq!(page.location().unwrap().as_str(), "https://c1.test/out?state=a+b%26c%3Dd");
    assert_eq!(browser.session(), None);
    assert_eq!(world.all::<Session>(world.victim).await, []);
    assert_eq!(world.all::<Grant>(world.victim).await, []);
}

#[tokio::test]
async fn lo_03_nobody_is_sent_to_an_address_that_is_not_registered() {
    let world = World::new().await;
    let (mut browser, tokens) = alice(&world).await;
    let before = world.digest().await;
    let hint = ("id_token_hint", tokens.str("id_token"));
    for address in [
        "https://evil.test/",
        "https://c1.test/out/",
        "https://c1.test/OUT",
        "https://c1.test/out?x=1",
        "https://c1.test/out#x",
        "https://c1.test@evil.test/out",
        "https://c2.test/out",
        "https://c1.test/cb",
        "javascript:alert(1)",
        "//evil.test",
        "/",
    ] {
        let page = browser.get(&logout(&world, &[hint, ("post_logout_redirect_uri", address)])).await;
        page.assert_told(400);
        assert_signed_in(&world, &browser, &before).await;
    }
    let without_app = [("post_logout_redirect_uri", "https://c1.test/out")];
    browser.get(&logout(&world, &without_app)).await.assert_told(400);
    let twice = format!("{}&post_logout_redirect_uri=https://evil.test", logout(&world, &without_app));
    browser.get(&twice).await.assert_told(400);
    assert_signed_in(&world, &browser, &before).await;
}

/// What an app may send, and what it does not have to.
#[rstest]
#[case::no_parameters(&[], None)]
#[case::only_state(&["state"], None)]
#[case::no_hint(&["state", "post_logout_redirect_uri"], None)]
#[case::no_redirect_uri(&["id_token_hint", "state"], Some(None))]
#[case::no_state(&["id_token_hint", "post_logout_redirect_uri"], Some(Some("https://c1.test/out")))]
#[case::everything(
    &["id_token_hint", "post_logout_redirect_uri", "state"],
    Some(Some("https://c1.test/out?state=s"))
)]
#[tokio::test]
async fn lo_02_what_is_left_out_is_asked_for(#[case] sent: &[&str], #[case] ends_at: Option<Option<&str>>) {
    let world = World::new().await;
    let (mut browser, tokens) = alice(&world).await;
    let all = [
        ("id_token_hint", tokens.str("id_token")),
        ("post_logout_redirect_uri", "https://c1.test/out"),
        ("state", "s"),
    ];
    let fields: Vec<_> = all.into_iter().filter(|(name, _)| sent.contains(name)).collect();
    let page = browser.get(&logout(&world, &fields)).await;
    assert_eq!(page.location().as_ref().map(url::Url::as_str), ends_at.flatten());
    assert_eq!(browser.session().is_none(), ends_at.is_some());
    let silent = browser.get(&world.relying("c1").authorize(&world, &[("prompt", "none")])).await;
    match ends_at {
        Some(_) => silent.assert_sent_back(&world.relying("c1"), "login_required"),
        None => assert!(silent.parameter("code").is_some(), "{silent:?}"),
    }
}
