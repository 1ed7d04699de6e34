//! The way of a login, as it should go.

use doorward_flows::World;
use doorward_flows::app::userinfo;
use http::StatusCode;

#[tokio::test]
async fn a_person_signs_in_and_the_app_learns_who_it_is() {
    let world = World::new().await;
    let (mut browser, app) = (world.browser(), world.relying("c1"));
    let page = world.sign_in(&mut browser, &app, "kim@victim.test", "alice").await;
    assert!(page.url.as_str().starts_with("https://c1.test/cb?code="), "{} {}", page.url, page.body);
    assert_eq!(page.parameter("state").as_deref(), Some("the-state"));
    assert_eq!(page.parameter("iss").as_deref(), Some("https://id.test"));

    let answer = app.redeem(&world, &page).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let claims = answer.claims("id_token");
    assert_eq!(claims["iss"], "https://id.test");
    assert_eq!(claims["aud"], "c1");
    assert_eq!(claims["nonce"], "the-nonce");
    assert_eq!(claims["email"], "alice@good.example");

    let info = userinfo(&world, answer.str("access_token")).await;
    assert_eq!(info.json["sub"], claims["sub"]);

    let again = app.refresh(&world, answer.str("refresh_token"), &[]).await;
    assert_eq!(again.claims("id_token")["sub"], claims["sub"]);
    assert_ne!(again.str("refresh_token"), answer.str("refresh_token"));
}

#[tokio::test]
async fn the_second_app_signs_the_person_in_silently() {
    let world = World::new().await;
    let mut browser = world.browser();
    world.sign_in(&mut browser, &world.relying("c1"), "victim", "alice").await;
    let other = world.relying("c2");
    let page = browser.open(&other.authorize(&world, &[("prompt", "none")])).await;
    assert_eq!(other.redeem(&world, &page).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_third_party_app_asks_once() {
    let world = World::new().await;
    let (mut browser, app) = (world.browser(), world.relying("third"));
    let page = world.sign_in(&mut browser, &app, "victim", "alice").await;
    assert!(page.body.contains("id=\"allow\""), "{}", page.body);
    let page = browser.submit(&page, &[("decision", "allow")]).await;
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
    let page = browser.open(&app.authorize(&world, &[])).await;
    assert!(page.parameter("code").is_some(), "{}", page.url);
}
