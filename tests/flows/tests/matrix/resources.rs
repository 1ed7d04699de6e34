//! Resource indicators (RFC 8707) and authorization details (RFC 9396).

use doorward_domain::{ClientProfile, Grant, GrantType};
use doorward_flows::World;
use doorward_flows::app::userinfo;
use http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{code, reregister, signed_in};

const ONE: &str = "https://one.test/api";
const TWO: &str = "https://two.test/";

async fn with_resources() -> World {
    let world = World::new().await;
    reregister(&world, "c1", |client| client.resources = vec![ONE.to_owned(), TWO.to_owned()]).await;
    world
}

#[tokio::test]
async fn a_token_is_for_the_resources_that_were_asked_for() {
    let world = with_resources().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let both = [("resource", ONE), ("resource", TWO)];
    let issued = code(&world, &mut browser, &app, &both).await;
    let answer = app.redeem_code(&world, &issued, &[("resource", TWO)]).await;
    assert_eq!(answer.claims("access_token")["aud"], json!(["https://id.test", TWO]));
    assert_eq!(userinfo(&world, answer.str("access_token")).await.status, StatusCode::OK);
    // The refresh token is for all that was granted.
    let refreshed = app.refresh(&world, answer.str("refresh_token"), &[]).await;
    assert_eq!(refreshed.claims("access_token")["aud"], json!(["https://id.test", ONE, TWO]));
    let token = refreshed.str("refresh_token");
    let evil = [("resource", "https://evil.test/")];
    app.refresh(&world, token, &evil).await.assert_error(400, "invalid_target");
    let narrowed = app.refresh(&world, token, &[("resource", ONE)]).await;
    assert_eq!(narrowed.claims("access_token")["aud"], json!(["https://id.test", ONE]));
    let about = app.call(&world, "/introspect", &[("token", narrowed.str("access_token"))]).await;
    assert_eq!(about.json["aud"], json!(["https://id.test", ONE]), "{about:?}");
}

#[tokio::test]
async fn a_token_without_openid_is_for_the_resource_alone() {
    let world = with_resources().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let issued = code(&world, &mut browser, &app, &[("resource", ONE), ("scope", "email")]).await;
    let answer = app.redeem_code(&world, &issued, &[]).await;
    assert_eq!(answer.claims("access_token")["aud"], json!(ONE));
    assert_eq!(userinfo(&world, answer.str("access_token")).await.status, StatusCode::UNAUTHORIZED);
    assert!(app.is_active(&world, answer.str("access_token")).await);
}

#[tokio::test]
async fn what_is_not_registered_is_no_target() {
    let world = with_resources().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    reregister(&world, "c1", |client| client.resources.push("https://one.test/#part".to_owned())).await;
    for resource in ["https://evil.test/", "https://one.test/api/", "/api", "https://one.test/#part", "x"] {
        browser
            .get(&app.authorize(&world, &[("resource", resource)]))
            .await
            .assert_sent_back(&app, "invalid_target");
        let changes = [("resource", ONE), ("resource", resource)];
        browser.get(&app.authorize(&world, &changes)).await.assert_sent_back(&app, "invalid_target");
    }
    let issued = code(&world, &mut browser, &app, &[("resource", ONE)]).await;
    app.redeem_code(&world, &issued, &[("resource", TWO)]).await.assert_error(400, "invalid_target");
}

/// Userinfo is a resource of ours, by the name that its metadata has, or by the issuer's.
#[rstest]
#[case("https://id.test/userinfo")]
#[case("https://id.test")]
#[case("https://id.test/")]
#[tokio::test]
async fn userinfo_may_be_named_as_a_resource(#[case] ours: &str) {
    let world = with_resources().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let issued = code(&world, &mut browser, &app, &[("resource", ours)]).await;
    let answer = app.redeem_code(&world, &issued, &[("resource", ours)]).await;
    assert_eq!(answer.claims("access_token")["aud"], json!("https://id.test"));
    assert_eq!(userinfo(&world, answer.str("access_token")).await.status, StatusCode::OK);
    // Beside others, and alone again.
    let issued = code(&world, &mut browser, &app, &[("resource", ours), ("resource", ONE)]).await;
    let answer = app.redeem_code(&world, &issued, &[]).await;
    assert_eq!(answer.claims("access_token")["aud"], json!(["https://id.test", ONE]));
    let narrowed = app.refresh(&world, answer.str("refresh_token"), &[("resource", ours)]).await;
    assert_eq!(narrowed.claims("access_token")["aud"], json!("https://id.test"));
    assert_eq!(userinfo(&world, narrowed.str("access_token")).await.status, StatusCode::OK);
    // What was granted for another resource alone does not open it.
    let issued = code(&world, &mut browser, &app, &[("resource", ONE), ("scope", "email")]).await;
    app.redeem_code(&world, &issued, &[("resource", ours)]).await.assert_error(400, "invalid_target");
    // Nobody has a token for it that is about nobody.
    reregister(&world, "c1", |client| client.grant_types.push(GrantType::ClientCredentials)).await;
    let alone = [("grant_type", "client_credentials"), ("resource", ours)];
    app.token(&world, &alone).await.assert_error(400, "invalid_target");
    // An app whose profile wants a resource has named one.
    reregister(&world, "c1", |client| client.profile = ClientProfile::Mcp).await;
    code(&world, &mut browser, &app, &[("resource", ours)]).await;
}

#[tokio::test]
async fn what_only_looks_like_userinfo_is_no_target() {
    let world = with_resources().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    for resource in [
        "https://id.test/userinfo/",
        "https://id.test/userinfo?x=1",
        "https://id.test/userinfo#x",
        "https://id.test/token",
        "https://id.test//",
        "https://id.test.evil.test/userinfo",
        "https://id.test@evil.test/userinfo",
        "http://id.test/userinfo",
        "https://ID.test/userinfo",
    ] {
        browser
            .get(&app.authorize(&world, &[("resource", resource)]))
            .await
            .assert_sent_back(&app, "invalid_target");
    }
}

#[tokio::test]
async fn the_mcp_profile_names_a_resource() {
    let world = with_resources().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    reregister(&world, "c1", |client| client.profile = ClientProfile::Mcp).await;
    browser.get(&app.authorize(&world, &[])).await.assert_sent_back(&app, "invalid_target");
    code(&world, &mut browser, &app, &[("resource", ONE)]).await;
}

#[tokio::test]
async fn authorization_details_go_where_the_grant_goes() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    reregister(&world, "c1", |client| client.authorization_details_types = vec!["payment".to_owned()]).await;
    let details = json!([{"type": "payment", "amount": {"currency": "EUR", "value": "12.50"}}]);
    let asked = details.to_string();
    let issued = code(&world, &mut browser, &app, &[("authorization_details", &asked)]).await;
    let answer = app.redeem_code(&world, &issued, &[]).await;
    assert_eq!(answer.json["authorization_details"], details);
    assert_eq!(answer.claims("access_token")["authorization_details"], details);
    let about = app.call(&world, "/introspect", &[("token", answer.str("access_token"))]).await;
    assert_eq!(about.json["authorization_details"], details);
    let refreshed = app.refresh(&world, answer.str("refresh_token"), &[]).await;
    assert_eq!(refreshed.json["authorization_details"], details);
    for wrong in [
        json!({"type": "payment"}),
        json!([{"type": "another"}]),
        json!([{"type": "payment"}, {"amount": 1}]),
        json!([{"type": 7}]),
        json!(["payment"]),
        Value::from("x"),
    ] {
        let page =
            browser.get(&app.authorize(&world, &[("authorization_details", &wrong.to_string())])).await;
        page.assert_sent_back(&app, "invalid_authorization_details");
    }
}

#[tokio::test]
async fn authorization_details_are_consented_to_each_time() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("third"));
    reregister(&world, "third", |client| client.authorization_details_types = vec!["payment".to_owned()])
        .await;
    let url = app.authorize(&world, &[("authorization_details", r#"[{"type":"payment"}]"#)]);
    for _ in 0..2 {
        let question = browser.open(&url).await;
        assert!(
            question.body.contains("id=\"allow\"") && question.body.contains("payment"),
            "{}",
            question.body
        );
        browser.submit(&question, &[("decision", "allow")]).await;
    }
    assert_eq!(world.all::<Grant>(world.victim).await.len(), 3);
}
