//! At Okta.

use doorward_flows::World;
use doorward_flows::upstreams::okta::Acme;
use doorward_test_idp::Arm;
use doorward_test_idp::okta::{App, Method, OktaSwitch};
use rstest::rstest;
use serde_json::json;

use super::{Told, assert_told, tried};

const JOE: &str = "joe@acme.example";

#[rustfmt::skip]
#[rstest]
#[case::nobody_assigned(OktaSwitch::UserNotAssigned, Told("okta/unassigned", "tenant_admin", "Assign"))]
#[case::no_access_policy(OktaSwitch::PolicyDenies, Told("okta/policy-failed", "tenant_admin", ""))]
#[case::a_network_zone(OktaSwitch::NetworkZoneDenied, Told("okta/network-zone", "tenant_admin", ""))]
#[case::the_person_cancels(OktaSwitch::UserCancels, Told("okta/cancelled", "person", ""))]
#[case::a_password_that_ran_out(OktaSwitch::PasswordExpired, Told("okta/password-expired", "person", ""))]
#[case::the_orgs_issuer(OktaSwitch::IssuerOfTheOrg, Told("id_token.issuer", "tenant_admin", "Issuer decides"))]
#[tokio::test]
async fn what_goes_wrong_at_okta(#[case] wrong: OktaSwitch, #[case] told: Told) {
    let world = World::new().await;
    let acme = Acme::with(&world, json!({ "authorization_server": "default" }), |app| app).await;
    acme.okta.switches().arm(Arm::from(wrong));
    let page = tried(&world, JOE, JOE).await;
    assert_told(&world, "acme", &page, told).await;
}

#[rustfmt::skip]
#[rstest]
#[case::another_secret(|app| App { secrets: vec![("another-one".to_owned(), true)], ..app }, Told("okta/secret-wrong", "tenant_admin", "secret"))]
#[case::another_method(|app| App { method: Method::ClientSecretPost, ..app }, Told("okta/credentials-method", "tenant_admin", ""))]
#[case::another_redirect_uri(|app| App { redirect_uris: vec!["https://id.test/callback".to_owned()], ..app }, Told("okta/redirect-uri", "tenant_admin", "https://id.test/federation/"))]
#[tokio::test]
async fn what_is_set_up_wrongly_at_okta(#[case] wrong: fn(App) -> App, #[case] told: Told) {
    let world = World::new().await;
    let _acme = Acme::with(&world, json!({}), wrong).await;
    let page = tried(&world, JOE, JOE).await;
    assert_told(&world, "acme", &page, told).await;
}
