//! The claims parameter (OIDC Core section 5.5) and what else a request may ask of a sign-in: row UI-02, and
//! the questions of the conformance suite's `oidcc-claims-essential` and
//! `fapi2-security-profile-final-test-claims-parameter-identity-claims`.

use doorward_domain::ScopeSet;
use doorward_flows::World;
use doorward_flows::app::userinfo;
use serde_json::json;

use crate::support::{authorize, code, reregister, signed_in};

#[tokio::test]
async fn single_claims_go_where_they_are_asked_for() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let asked =
        json!({"id_token": {"email": null}, "userinfo": {"name": {"essential": true}, "nickname": null}});
    let asked = asked.to_string();
    let changes = [("scope", "openid"), ("claims", asked.as_str())];
    let issued = code(&world, &mut browser, &app, &changes).await;
    let answer = app.redeem_code(&world, &issued, &[]).await;
    let id_token = answer.claims("id_token");
    assert!(id_token["email"].is_string() && id_token.get("name").is_none(), "{id_token}");
    let info = userinfo(&world, answer.str("access_token")).await.json;
    assert!(
        info["name"].is_string() && info.get("email").is_none() && info.get("nickname").is_none(),
        "{info}"
    );
}

#[tokio::test]
async fn ui_02_no_claim_that_the_client_could_not_have_by_scope() {
    let world = World::new().await;
    let mut browser = signed_in(&world, "alice").await;
    reregister(&world, "c2", |client| client.scope = ScopeSet::parse("openid profile").unwrap()).await;
    let asked =
        json!({"id_token": {"email": {"essential": true}}, "userinfo": {"email": null, "groups": null}});
    let asked = asked.to_string();
    let app = world.relying("c2");
    let issued = code(&world, &mut browser, &app, &[("scope", "openid"), ("claims", &asked)]).await;
    let answer = app.redeem_code(&world, &issued, &[]).await;
    assert!(answer.claims("id_token").get("email").is_none(), "{answer:?}");
    assert!(userinfo(&world, answer.str("access_token")).await.json.get("email").is_none());
    // People were asked about scopes, so an app that asks them gets no more than those.
    let app = world.relying("third");
    let question = browser.open(&app.authorize(&world, &[("scope", "openid"), ("claims", &asked)])).await;
    let page = browser.submit(&question, &[("decision", "allow")]).await;
    let answer = app.redeem(&world, &page).await;
    assert!(answer.claims("id_token").get("email").is_none(), "{answer:?}");
    assert!(userinfo(&world, answer.str("access_token")).await.json.get("email").is_none());
}

#[tokio::test]
async fn a_sub_that_is_asked_for_is_binding() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let issued = code(&world, &mut browser, &app, &[]).await;
    let sub = app.redeem_code(&world, &issued, &[]).await.claims("id_token")["sub"].clone();
    let asked = json!({"id_token": {"sub": {"value": sub}}}).to_string();
    let silent = [("claims", asked.as_str()), ("prompt", "none")];
    code(&world, &mut browser, &app, &silent).await;
    let mut other = signed_in(&world, "uma").await;
    other.get(&app.authorize(&world, &silent)).await.assert_sent_back(&app, "login_required");
    let nobody = r#"{"id_token":{"sub":{"value":"nobody"}}}"#;
    browser.get(&app.authorize(&world, &[("claims", nobody)])).await.assert_sent_back(&app, "login_required");
}

#[tokio::test]
async fn an_essential_acr_with_values_is_binding() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let gold = r#"{"id_token":{"acr":{"essential":true,"values":["urn:gold"]}}}"#;
    let before = world.left_behind().await;
    let page = browser.open(&app.authorize(&world, &[("claims", gold)])).await;
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    page.assert_sent_back(&app, "unmet_authentication_requirements");
    assert_eq!(world.left_behind().await, before);
    let silent = app.authorize(&world, &[("claims", gold), ("prompt", "none")]);
    browser.get(&silent).await.assert_sent_back(&app, "login_required");
    // Voluntary ones bind nobody.
    let wish = r#"{"id_token":{"acr":{"values":["urn:gold"]},"auth_time":{"essential":true}}}"#;
    for changes in [("claims", wish), ("acr_values", "urn:gold")] {
        let issued = code(&world, &mut browser, &app, &[changes]).await;
        assert!(app.redeem_code(&world, &issued, &[]).await.claims("id_token")["auth_time"].is_i64());
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let world = World::new().await;
    let app = world.relying("c1");
    for (name, value) in [
        ("claims", "x"),
        ("claims", "[]"),
        ("claims", r#"{"id_token":{"sub":1}}"#),
        ("display", "hologram"),
        ("dpop_jkt", "short"),
        ("dpop_jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I="),
        ("prompt", "none create"),
    ] {
        authorize(&world, &app, &[(name, value)]).await.assert_sent_back(&app, "invalid_request");
    }
}

#[tokio::test]
async fn a_registration_says_what_requests_mean_by_default() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    code(&world, &mut browser, &app, &[("display", "popup")]).await;
    browser.open(&app.authorize(&world, &[("prompt", "create")])).await.assert_asks_to_sign_in();
    reregister(&world, "c1", |client| {
        client.defaults.max_age = Some(60);
        client.defaults.acr_values = vec!["urn:silver".to_owned()];
    })
    .await;
    world.pass(61);
    let silent = app.authorize(&world, &[("prompt", "none")]);
    browser.get(&silent).await.assert_sent_back(&app, "login_required");
    code(&world, &mut browser, &app, &[("max_age", "3600")]).await;
    let page = browser.get(&app.authorize(&world, &[("login_hint", "alice@victim.test")])).await;
    let location = page.location().unwrap();
    assert!(location.as_str().contains("acr_values=urn%3Asilver"), "{location}");
}
