//! What HaloPSA refuses.

use doorward_test_idp::Switch;
use doorward_test_idp::halopsa::{App, HaloPsaSwitch, Variant};

use super::world::{HALO, TENANT, World};

#[tokio::test]
async fn s5_1_a_shared_instance_wants_its_tenant_in_the_query_not_in_the_body() {
    let mut world = World::new(Variant::hosted(TENANT));
    let page = world.sign_in("uwe", &[]).await;
    let code = page.returned("code").unwrap();
    let (client_id, secret) = (world.app.client_id.clone(), world.app.secret().unwrap().to_owned());
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("client_id", client_id.as_str()),
        ("client_secret", secret.as_str()),
        ("tenant", TENANT),
    ];
    let page = world.browser.post(&format!("{HALO}/auth/token"), &fields).await;
    page.assert_refused(400, "invalid_request", "tenant");
    let page = world.browser.post(&format!("{HALO}/auth/token?tenant=other"), &fields).await;
    page.assert_refused(400, "invalid_request", "tenant");
    let page = world.authorize(&[("tenant", "other")]).await;
    page.assert_says("invalid_request");
    world.halo.switches().once(HaloPsaSwitch::TenantMissing);
    world.ask(&[("grant_type", "x")]).await.assert_refused(400, "invalid_request", "tenant");
}

#[tokio::test]
async fn s5_1_an_unknown_scope_is_invalid_scope() {
    let mut world = World::new(Variant::dedicated());
    let page = world.authorize(&[("scope", "openid groups")]).await;
    page.assert_returned("invalid_scope", "");
    assert!(
        world
            .sign_in("tess", &[("scope", "openid read:tickets edit:tickets")])
            .await
            .returned("code")
            .is_some()
    );
}

#[tokio::test]
async fn s5_1_wrong_clients_secrets_and_redirect_uris() {
    let mut world = World::new(Variant::dedicated());
    world.authorize(&[("client_id", "nobody")]).await.assert_says("invalid_client");
    world.authorize(&[("redirect_uri", "https://broker.example/callback")]).await.assert_says("redirect_uri");
    world.authorize(&[("response_type", "id_token")]).await.assert_returned("unsupported_response_type", "");
    world.ask(&[("grant_type", "x"), ("client_secret", "wrong")]).await.assert_refused(
        401,
        "invalid_client",
        "",
    );
    world.ask(&[("grant_type", "x"), ("client_id", "nobody")]).await.assert_refused(
        401,
        "invalid_client",
        "",
    );
    world.ask(&[("grant_type", "x")]).await.assert_refused(400, "unsupported_grant_type", "");
    let fields = [("grant_type", "client_credentials"), ("scope", "all")];
    world.ask(&fields).await.assert_refused(400, "unauthorized_client", "");
    let mut world = world.with_app(App::services("Sync", "tess"));
    world.ask(&[("grant_type", "client_credentials")]).await.assert_refused(400, "invalid_scope", "");
}

#[tokio::test]
async fn s7_0_codes_live_five_minutes_and_once_and_want_their_verifier() {
    let mut world = World::new(Variant::dedicated());
    let page = world.sign_in("uwe", &[]).await;
    assert_eq!(world.redeem(&page, &[]).await.status, 200);
    world.redeem(&page, &[]).await.assert_refused(400, "invalid_grant", "");
    let page = world.authorize(&[]).await;
    world.redeem(&page, &[("code_verifier", &"x".repeat(43))]).await.assert_refused(400, "invalid_grant", "");
    let page = world.authorize(&[]).await;
    world.advance(300);
    world.redeem(&page, &[]).await.assert_refused(400, "invalid_grant", "");
}

#[tokio::test]
async fn s7_3_too_many_requests_and_common_switches() {
    let mut world = World::new(Variant::dedicated());
    world.halo.switches().once(HaloPsaSwitch::RateLimited);
    assert_eq!(world.ask(&[]).await.status, 429);
    world.halo.switches().once(Switch::TokenError);
    world.ask(&[]).await.assert_refused(400, "invalid_client", "");
    world.halo.switches().once(Switch::AuthorizeError);
    world.authorize(&[]).await.assert_returned("access_denied", "");
    let page = world.authorize(&[]).await;
    world.browser.submit(&page, &[("cancel", "yes")]).await.assert_returned("access_denied", "");
    let page = world.authorize(&[]).await;
    let page = world.browser.submit(&page, &[("username", "tess"), ("password", "wrong")]).await;
    page.assert_says("Invalid username or password");
}
