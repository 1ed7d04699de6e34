//! At HaloPSA.

use doorward_flows::World;
use doorward_flows::upstreams::halopsa::Msp;
use doorward_test_idp::halopsa::Variant;
use serde_json::json;

use super::{Told, assert_told, tried};

const TESS: &str = "tess@msp.example";

#[tokio::test]
async fn an_instance_without_its_tenant() {
    let world = World::new().await;
    let wrong = json!({ "tenant_parameter": null });
    let _msp = Msp::with(&world, &Variant::hosted("acme"), wrong, |app| app).await;
    let page = tried(&world, TESS, "tess").await;
    assert_told(&world, "msp", &page, Told("halopsa/tenant", "tenant_admin", "")).await;
}

#[tokio::test]
async fn an_issuer_that_nobody_expected() {
    let world = World::new().await;
    let variant = Variant { trailing_slash: true, ..Variant::dedicated() };
    let _msp = Msp::with(&world, &variant, json!({ "expected_issuer": null }), |app| app).await;
    let page = tried(&world, TESS, "tess").await;
    assert_told(&world, "msp", &page, Told("metadata.issuer", "tenant_admin", "acme.halopsa.com")).await;
}

#[tokio::test]
async fn a_secret_with_a_typing_error() {
    let world = World::new().await;
    let secret = "11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222";
    let wrong = json!({ "client_secret": secret });
    let _msp = Msp::with(&world, &Variant::dedicated(), wrong, |app| app).await;
    let page = tried(&world, TESS, "tess").await;
    assert_told(&world, "msp", &page, Told("halopsa/client", "tenant_admin", "Client ID")).await;
}
