//! At Microsoft Entra.

use doorward_flows::World;
use doorward_flows::upstreams::entra::Contoso;
use doorward_test_idp::Arm;
use doorward_test_idp::entra::{App, EntraSwitch};
use rstest::rstest;
use serde_json::json;

use super::{Told, assert_told, tried};

const ANA: &str = "ana@contoso.example";

#[rustfmt::skip]
#[rstest]
#[case::a_secret_that_ran_out(EntraSwitch::SecretExpired, Told("entra/secret-expired", "tenant_admin", "Certificates & secrets"))]
#[case::the_id_of_the_secret(EntraSwitch::SecretWrong, Told("entra/secret-wrong", "tenant_admin", "Value"))]
#[case::nobody_assigned(EntraSwitch::UserUnassignedReturns, Told("entra/unassigned", "tenant_admin", "Assign the person"))]
#[case::nobody_assigned_on_its_page(EntraSwitch::UserUnassigned, Told("entra/unassigned", "tenant_admin", "Users and groups"))]
#[case::a_redirect_uri_that_differs(EntraSwitch::RedirectMismatchAfterPassword, Told("entra/redirect-uri", "tenant_admin", "https://id.test/federation/"))]
#[case::an_app_of_another_directory(EntraSwitch::AppMissing, Told("entra/app-unknown", "tenant_admin", "Application (client) ID"))]
#[case::an_app_that_is_disabled(EntraSwitch::AppDisabled, Told("entra/app-disabled", "tenant_admin", ""))]
#[case::conditional_access(EntraSwitch::ConditionalAccessBlocks, Told("entra/conditional-access", "tenant_admin", ""))]
#[case::an_account_that_is_disabled(EntraSwitch::UserDisabled, Told("entra/account-disabled", "tenant_admin", ""))]
#[case::a_password_that_ran_out(EntraSwitch::PasswordExpired, Told("entra/password-expired", "person", ""))]
#[case::no_such_directory(EntraSwitch::TenantMissing, Told("entra/tenant-unknown", "tenant_admin", "Tenant ID"))]
#[case::another_directory(EntraSwitch::OtherTid, Told("entra.tenant", "person", "this organisation"))]
#[case::a_key_of_personal_accounts(EntraSwitch::ConsumerKey, Told("id_token.unknown_key", "provider", "a key of its own"))]
#[tokio::test]
async fn what_goes_wrong_at_microsoft(#[case] wrong: EntraSwitch, #[case] told: Told) {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    contoso.entra.switches().arm(Arm::from(wrong));
    let page = tried(&world, ANA, ANA).await;
    assert_told(&world, "contoso", &page, told).await;
}

#[tokio::test]
async fn a_redirect_uri_that_was_never_registered() {
    let world = World::new().await;
    let wrong = |app| App { redirect_uris: vec!["https://id.test/callback".to_owned()], ..app };
    let contoso = Contoso::with(&world, json!({}), wrong).await;
    let page = tried(&world, ANA, ANA).await;
    let told = Told("entra/redirect-uri", "tenant_admin", "https://id.test/federation/");
    assert_told(&world, "contoso", &page, told).await;
    let verdict = super::verdict(&world, "contoso", &page).await;
    assert!(verdict.to_string().contains(&contoso.connected.callback_url), "{verdict}");
}

#[tokio::test]
async fn a_client_id_with_a_typing_error() {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    let other = "11111111-1111-4111-8111-111111111111";
    let changed = json!({ "client_id": other, "client_secret": "abc8Q~the.value_of-a~secret" });
    contoso.connected.change(&world, changed).await.unwrap();
    let page = tried(&world, ANA, ANA).await;
    assert_told(&world, "contoso", &page, Told("entra/app-unknown", "tenant_admin", other)).await;
}
