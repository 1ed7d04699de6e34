//! HaloPSA, as it may be set up: nobody outside has written down which way is the real one.

use doorward_domain::User;
use doorward_flows::World;
use doorward_flows::upstreams::halopsa::Msp;
use doorward_test_idp::halopsa::{App, HaloPsaSwitch, Variant};
use rstest::rstest;
use serde_json::json;

const TYPED: &str = "tess@msp.example";

#[tokio::test]
async fn somebody_signs_in_whichever_way_the_instance_is_set_up() {
    for variant in Variant::matrix("acme") {
        let world = World::new().await;
        let msp = Msp::new(&world, &variant).await;
        let tess = msp.connected.learnt(&world, TYPED, "tess").await;
        assert_eq!(tess["name"], "Tess Technician", "{variant:?}");
    }
}

#[rstest]
#[case(Variant { trailing_slash: true, ..Variant::dedicated() })]
#[case(Variant { tenant_in_issuer: true, ..Variant::hosted("acme") })]
#[tokio::test]
async fn ss_06_an_issuer_that_nobody_expected_is_refused(#[case] variant: Variant) {
    let world = World::new().await;
    let msp = Msp::with(&world, &variant, json!({ "expected_issuer": null }), |app| app).await;
    let mut browser = world.browser();
    let start = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    browser.submit(&start, &[("username", TYPED)]).await.assert_told(400);
    assert!(world.all::<User>(msp.connected.tenant).await.is_empty());
}

#[tokio::test]
async fn without_its_tenant_a_shared_instance_lets_nobody_in() {
    let world = World::new().await;
    let msp =
        Msp::with(&world, &Variant::hosted("acme"), json!({ "tenant_parameter": null }), |app| app).await;
    let mut browser = world.browser();
    let start = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let page = browser.submit(&start, &[("username", TYPED)]).await;
    assert_eq!(page.status, 400, "HaloPSA says so itself: {}", page.body);
    assert!(world.all::<User>(msp.connected.tenant).await.is_empty());
}

#[tokio::test]
async fn an_address_is_never_believed_whatever_is_said_of_it() {
    let world = World::new().await;
    let variant = Variant { email_verified: Some(true), ..Variant::dedicated() };
    let msp = Msp::new(&world, &variant).await;
    let tess = msp.connected.learnt(&world, TYPED, "tess").await;
    assert_eq!(tess["email"], "tess@msp.example");
    assert_eq!(tess.get("email_verified").unwrap_or(&json!(false)), &json!(false));
}

#[tokio::test]
async fn a_public_client_has_no_secret() {
    let world = World::new().await;
    let native = |_| App::native("Doorward", "");
    let msp = Msp::with(&world, &Variant::dedicated(), json!({}), native).await;
    assert_eq!(msp.connected.view(&world).await["authentication"], "none");
    msp.connected.learnt(&world, TYPED, "tess").await;
}

#[rstest]
#[case(HaloPsaSwitch::TenantMissing)]
#[case(HaloPsaSwitch::UnverifiedNonceNotEchoed)]
#[tokio::test]
async fn what_it_gets_wrong_lets_nobody_in(#[case] switch: HaloPsaSwitch) {
    let world = World::new().await;
    let msp = Msp::new(&world, &Variant::hosted("acme")).await;
    let mut browser = world.browser();
    let start = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let page = browser.submit(&start, &[("username", TYPED)]).await;
    msp.halo.switches().once(switch);
    browser.submit(&page, &[("username", "tess"), ("password", "test")]).await;
    assert_eq!(msp.halo.switches().fired(switch), 1);
    assert!(world.all::<User>(msp.connected.tenant).await.is_empty());
}
