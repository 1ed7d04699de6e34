//! At Google.

use doorward_flows::World;
use doorward_flows::upstreams::google::Workspace;
use doorward_test_idp::Arm;
use doorward_test_idp::google::GoogleSwitch;
use rstest::rstest;
use serde_json::json;

use super::{Told, assert_told, tried};

const WIM: &str = "wim@workspace.example";

#[rustfmt::skip]
#[rstest]
#[case::another_organisation(GoogleSwitch::HostedDomainOther, Told("google.hosted_domain", "person", "organisation"))]
#[case::a_private_account(GoogleSwitch::HostedDomainMissing, Told("google.hosted_domain", "person", "organisation"))]
#[case::an_app_that_nobody_trusts(GoogleSwitch::AdminPolicyEnforced, Told("google/admin-policy", "tenant_admin", ""))]
#[case::a_client_that_was_deleted(GoogleSwitch::DeletedClient, Told("google/client-deleted", "tenant_admin", ""))]
#[tokio::test]
async fn what_goes_wrong_at_google(#[case] wrong: GoogleSwitch, #[case] told: Told) {
    let world = World::new().await;
    let workspace = Workspace::new(&world).await;
    workspace.google.switches().arm(Arm::from(wrong));
    let page = tried(&world, WIM, WIM).await;
    assert_told(&world, "workspace", &page, told).await;
}

#[tokio::test]
async fn a_secret_with_a_typing_error() {
    let world = World::new().await;
    let wrong = json!({ "client_secret": "GOCSPX-another-secret" });
    let _workspace = Workspace::with(&world, wrong).await;
    let page = tried(&world, WIM, WIM).await;
    assert_told(&world, "workspace", &page, Told("google/secret-wrong", "tenant_admin", "")).await;
}
