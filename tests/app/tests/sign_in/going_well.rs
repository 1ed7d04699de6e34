//! What the app is for.

use doorward_test_idp::{Endpoint, Switch};

use crate::world::{Browser, World};

#[tokio::test]
async fn a_confidential_client_signs_in_refreshes_and_signs_out() {
    let world = World::new(true).await;
    let mut browser = Browser::new();
    let welcome = browser.open(&world.app_url).await;
    assert!(welcome.body.contains("id=\"sign-in\""));
    assert_eq!(world.issuer().requests(Endpoint::Discovery), 0, "discovery waits for the first sign-in");

    let home = browser.sign_in(&world.at("/login")).await;
    assert_eq!((home.url.as_str(), home.status), (world.at("/").as_str(), 200));
    assert_eq!(home.text("claim-sub").as_deref(), Some("acme-alice"));
    assert_eq!(home.text("claim-email").as_deref(), Some("alice@acme.example"));
    assert_eq!(home.text("claim-groups").as_deref(), Some("[\"staff\",\"engineering\"]"));
    let userinfo = home.text("userinfo").unwrap();
    assert!(userinfo.contains("Alice Archer") && userinfo.contains("engineering"), "{userinfo}");

    let refreshed = browser.submit(&world.at("/refresh"), &[]).await;
    assert_eq!(refreshed.text("claim-sub").as_deref(), Some("acme-alice"));
    for token in ["id-token", "access-token", "refresh-token"] {
        let (old, new) = (home.text(token).unwrap(), refreshed.text(token).unwrap());
        assert!(!new.is_empty() && old != new, "{token} is a new one");
    }

    let bye = browser.submit(&world.at("/logout"), &[]).await;
    assert_eq!(bye.url.as_str(), world.at("/signed-out"));
    assert_eq!(world.issuer().requests(Endpoint::EndSession), 1);
    assert!(browser.open(&world.app_url).await.body.contains("Nobody is signed in"));
    assert_eq!(browser.open(&world.at("/login?prompt=none")).await.error(), "login_required");
}

#[tokio::test]
async fn a_public_client_does_too() {
    let world = World::new(false).await;
    let mut browser = Browser::new();
    let home = browser.sign_in(&world.at("/login")).await;
    assert_eq!(home.text("claim-sub").as_deref(), Some("acme-alice"));
    let refreshed = browser.submit(&world.at("/refresh"), &[]).await;
    assert_eq!(refreshed.status, 200);
    assert_eq!(world.issuer().requests(Endpoint::Token), 2);
}

#[tokio::test]
async fn a_second_sign_in_is_silent_and_needs_no_second_discovery() {
    let world = World::new(true).await;
    let mut browser = Browser::new();
    let first = browser.sign_in(&world.at("/login")).await;
    let second = browser.open(&world.at("/login?prompt=none")).await;
    assert_eq!(second.text("claim-sid"), first.text("claim-sid"));
    assert_ne!(second.text("id-token"), first.text("id-token"));
    assert_eq!(world.issuer().requests(Endpoint::Discovery), 1);
}

#[tokio::test]
async fn options_reach_the_provider() {
    let world = World::new(true).await;
    let mut browser = Browser::new();
    browser.sign_in(&world.at("/login")).await;
    let page = browser.open(&world.at("/login?prompt=login&login_hint=uma&max_age=")).await;
    let query = page.url.query().unwrap();
    assert!(query.contains("prompt=login") && query.contains("login_hint=uma"), "{query}");
    assert!(!query.contains("max_age"), "an empty field is not sent");
    assert!(query.contains("code_challenge_method=S256") && query.contains("nonce="));
}

#[tokio::test]
async fn a_rotated_key_is_fetched() {
    let world = World::new(true).await;
    Browser::new().sign_in(&world.at("/login")).await;
    world.issuer().switches().once(Switch::RotateKey);
    let home = Browser::new().sign_in(&world.at("/login")).await;
    assert_eq!(home.text("claim-sub").as_deref(), Some("acme-alice"));
    assert_eq!(world.issuer().switches().fired(Switch::RotateKey), 1);
    assert_eq!(world.issuer().requests(Endpoint::Jwks), 2);
}
