//! Okta.

use doorward_domain::Identity;
use doorward_flows::World;
use doorward_flows::upstreams::okta::{Acme, CUSTOM, ORG};
use doorward_test_idp::Arm;
use doorward_test_idp::okta::{App, AuthorizationServer, GroupsFilter, OktaSwitch};
use rstest::rstest;
use serde_json::{Value, json};

const JOE: &str = "joe@acme.example";

#[rstest]
#[case::org(json!({}), ORG.to_owned())]
#[case::custom(json!({ "authorization_server": "default" }), format!("{ORG}/oauth2/default"))]
#[tokio::test]
async fn somebody_signs_in_at_the_org_s_server_and_at_a_custom_one(
    #[case] entry: Value,
    #[case] issuer: String,
) {
    let world = World::new().await;
    let acme = Acme::with(&world, entry, |app| app).await;
    let joe = acme.joe(&world).await;
    assert_eq!((&joe["email"], &joe["email_verified"]), (&json!(JOE), &json!(true)));
    assert!(joe["amr"].as_array().unwrap().contains(&json!("pwd")), "{joe}");
    let identity = world.all::<Identity>(acme.connected.tenant).await.remove(0);
    assert_eq!(identity.subject.issuer, issuer);
    assert!(identity.subject.subject.starts_with("00u"), "{identity:?}");
}

#[tokio::test]
async fn a_custom_domain_is_an_issuer_of_its_own() {
    let world = World::new().await;
    let mode = doorward_test_idp::okta::IssuerMode::Custom;
    let acme = Acme::with(&world, json!({ "org": CUSTOM, "authorization_server": "own" }), |app| app).await;
    acme.okta.add_server(AuthorizationServer { issuer_mode: mode, ..AuthorizationServer::new("own") });
    acme.joe(&world).await;
    acme.okta.change_server("own", |server| server.issuer_mode = doorward_test_idp::okta::IssuerMode::Org);
    acme.connected.sign_in(&world, JOE, JOE).await.assert_told(400);
}

#[tokio::test]
async fn a_token_in_the_org_s_name_is_not_the_custom_server_s() {
    let world = World::new().await;
    let acme = Acme::with(&world, json!({ "authorization_server": "default" }), |app| app).await;
    acme.okta.switches().once(OktaSwitch::IssuerOfTheOrg);
    acme.connected.sign_in(&world, JOE, JOE).await.assert_told(400);
    assert_eq!(acme.okta.switches().fired(OktaSwitch::IssuerOfTheOrg), 1);
}

#[tokio::test]
async fn a_thin_token_is_filled_up_from_userinfo() {
    let world = World::new().await;
    let acme = Acme::new(&world).await;
    acme.okta.switches().sticky(OktaSwitch::ThinIdToken);
    assert_eq!(acme.joe(&world).await["email"], JOE);
}

#[tokio::test]
async fn groups_come_by_name_when_they_are_asked_for() {
    let world = World::new().await;
    let entry = json!({ "scopes": ["openid", "profile", "email", "groups"] });
    let acme = Acme::with(&world, entry, |app| App {
        groups_claim: Some(GroupsFilter::StartsWith("app-".into())),
        ..app
    })
    .await;
    assert_eq!(acme.joe(&world).await["groups"], json!(["app-readers"]));
}

#[tokio::test]
async fn what_the_org_calls_unverified_is_unverified() {
    let world = World::new().await;
    let acme = Acme::new(&world).await;
    acme.okta.switches().sticky(OktaSwitch::EmailUnverified);
    let joe = acme.joe(&world).await;
    assert_eq!(joe.get("email_verified").unwrap_or(&json!(false)), &json!(false));
}

#[tokio::test]
async fn how_somebody_signed_in_is_passed_on() {
    let world = World::new().await;
    let acme = Acme::new(&world).await;
    acme.okta.switches().arm(Arm::from(OktaSwitch::Amr).value("fed,mfa"));
    assert_eq!(acme.joe(&world).await["amr"], json!(["fed", "mfa"]));
}

#[rstest]
#[case(OktaSwitch::UserNotAssigned)]
#[case(OktaSwitch::SignOnPolicyDenies)]
#[case(OktaSwitch::UserCancels)]
#[tokio::test]
async fn a_refusal_is_told_in_our_words(#[case] switch: OktaSwitch) {
    let world = World::new().await;
    let acme = Acme::new(&world).await;
    acme.okta.switches().once(switch);
    acme.connected.sign_in(&world, JOE, JOE).await.assert_told(400);
    assert_eq!(acme.okta.switches().fired(switch), 1);
}

#[tokio::test]
async fn a_pinned_key_is_found_by_the_client_s_name() {
    let world = World::new().await;
    let acme = Acme::with(&world, json!({}), |app| App { pinned_key: Some(7), ..app }).await;
    acme.joe(&world).await;
}

#[tokio::test]
async fn one_context_is_asked_for_and_nothing_that_okta_does_not_know() {
    let world = World::new().await;
    let acme = Acme::with(&world, json!({ "acr": { "urn:okta:loa:2fa:any": "mfa" } }), |app| app).await;
    let asked = [("acr_values", "mfa other"), ("prompt", "select_account"), ("ui_locales", "de")];
    let mut browser = world.browser();
    let start = browser.open(&world.relying("c1").authorize(&world, &asked)).await;
    let page = browser.submit_unfollowed(&start, &[("username", JOE)]).await;
    let location = page.location().unwrap();
    let said = |name: &str| {
        location.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    };
    assert_eq!(said("acr_values").as_deref(), Some("urn:okta:loa:2fa:any"));
    assert_eq!(said("prompt").as_deref(), Some("login"));
    assert_eq!((said("ui_locales"), said("sessionToken")), (None, None));
    drop(acme);
}
