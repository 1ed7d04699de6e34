//! The token endpoint.

use doorward_test_idp::Switch;
use doorward_test_idp::entra::{App, EntraSwitch};
use serde_json::json;

use super::world::{CALLBACK, World};
use crate::browser::{part, signer};

#[tokio::test]
async fn s1_7_the_answer_and_its_order() {
    let mut world = World::new();
    let page = world.sign_in("ana@contoso.example", &[("scope", "openid profile offline_access")]).await;
    let answer = world.redeem(&page, &[]).await;
    let names =
        ["token_type", "scope", "expires_in", "ext_expires_in", "access_token", "refresh_token", "id_token"];
    let places: Vec<_> =
        names.iter().map(|name| answer.body.find(&format!("\"{name}\":")).expect(name)).collect();
    assert!(places.is_sorted(), "{}", answer.body);
    let tokens = answer.json();
    assert_eq!(tokens["scope"], "openid profile User.Read", "more than was asked for, and less");
    assert!(answer.headers["cache-control"].to_str().unwrap().contains("no-store"));
    let without = world.tokens("ana@contoso.example", &[("prompt", "login")]).await;
    assert!(without.get("refresh_token").is_none(), "offline_access was not asked for");
}

#[tokio::test]
async fn s1_7_the_access_token_is_graphs_and_verifies_with_no_published_key() {
    let mut world = World::new();
    let tokens = world.tokens("ana@contoso.example", &[]).await;
    let token = tokens["access_token"].as_str().unwrap();
    let keys = world.document("common/discovery/v2.0/keys").await;
    assert!(part(token, 0)["nonce"].is_string());
    assert!(signer(token, &keys).is_none());
    assert_eq!(part(token, 1)["aud"], "00000003-0000-0000-c000-000000000000");
}

#[tokio::test]
async fn s1_9_4_without_openid_there_is_no_id_token() {
    let mut world = World::new();
    let tokens = world.tokens("ana@contoso.example", &[("scope", "User.Read")]).await;
    assert!(tokens.get("id_token").is_none());
    world.entra.switches().once(Switch::NoIdToken);
    let tokens = world.tokens("ana@contoso.example", &[("prompt", "login")]).await;
    assert!(tokens.get("id_token").is_none());
}

#[tokio::test]
async fn s1_9_3_54005_for_a_code_that_was_redeemed_and_70008_for_a_late_one() {
    let mut world = World::new();
    let page = world.sign_in("ana@contoso.example", &[]).await;
    assert_eq!(world.redeem(&page, &[]).await.status, 200);
    let again = world.redeem(&page, &[]).await;
    again.assert_refused(400, "invalid_grant", "AADSTS54005: OAuth2 Authorization code was already redeemed");
    let page = world.authorize(&[]).await;
    world.advance(600);
    world.redeem(&page, &[]).await.assert_refused(400, "invalid_grant", "AADSTS70008");
}

#[tokio::test]
async fn s1_9_3_501481_for_another_verifier_or_none() {
    let mut world = World::new();
    for verifier in ["another-verifier-another-verifier-another-verifier", ""] {
        let page = world.sign_in("ana@contoso.example", &[("prompt", "login")]).await;
        world.redeem(&page, &[("code_verifier", verifier)]).await.assert_refused(
            400,
            "invalid_grant",
            "AADSTS501481",
        );
    }
    let plain = [("code_challenge", crate::browser::VERIFIER), ("code_challenge_method", "plain")];
    let page = world.authorize(&plain).await;
    assert_eq!(world.redeem(&page, &[]).await.status, 200, "plain is supported");
}

#[tokio::test]
async fn s1_9_3_700005_at_another_tenant() {
    let mut world = World::multi_tenant();
    let page = world.sign_in("ana@contoso.example", &[]).await;
    let code = page.returned("code").unwrap();
    let url = world.at(&world.fabrikam.id, "oauth2/v2.0/token");
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
    world.token_at(&url, &fields).await.assert_refused(400, "invalid_grant", "AADSTS700005");
    world.entra.switches().once(EntraSwitch::RedeemWrongTenant);
    let page = world.authorize(&[]).await;
    world.redeem(&page, &[]).await.assert_refused(400, "invalid_grant", "AADSTS700005");
}

#[tokio::test]
async fn s1_7_the_redirect_uri_must_be_that_of_the_request() {
    let mut world = World::new();
    let page = world.sign_in("ana@contoso.example", &[]).await;
    let page = world.redeem(&page, &[("redirect_uri", "https://broker.example/elsewhere")]).await;
    page.assert_refused(400, "invalid_grant", "AADSTS500112");
}

#[tokio::test]
async fn s1_9_3_requests_that_are_none() {
    let mut world = World::new();
    world.token(&[]).await.assert_refused(400, "invalid_request", "AADSTS900144");
    world.token(&[("grant_type", "password")]).await.assert_refused(
        400,
        "unsupported_grant_type",
        "AADSTS70003",
    );
    let url = world.at(&world.contoso.id, "oauth2/v2.0/token");
    world.browser.open(&url).await.assert_says("AADSTS900561");
    world.entra.switches().once(EntraSwitch::TransientError);
    let page = world.token(&[("grant_type", "refresh_token")]).await;
    page.assert_refused(503, "temporarily_unavailable", "AADSTS90033");
}

#[tokio::test]
async fn s2_1_an_app_gets_a_token_even_without_permissions() {
    let permissions = vec!["User.Read.All".to_owned()];
    let mut world = World::without_consent(|app| App { application_permissions: permissions, ..app });
    let fields = [("grant_type", "client_credentials"), ("scope", "https://graph.microsoft.com/.default")];
    let tokens = world.token(&fields).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    assert!(part(token, 1).get("roles").is_none());
    assert!(tokens.get("id_token").is_none() && tokens.get("refresh_token").is_none());
    world.entra.grant_admin_consent(&world.contoso, &world.app.client_id);
    let tokens = world.token(&fields).await.json();
    assert_eq!(part(tokens["access_token"].as_str().unwrap(), 1)["roles"], json!(["User.Read.All"]));
}

#[tokio::test]
async fn s2_1_client_credentials_need_a_tenant_and_a_default_scope() {
    let mut world = World::multi_tenant();
    let fields = [("grant_type", "client_credentials"), ("scope", "https://graph.microsoft.com/.default")];
    let url = world.at("common", "oauth2/v2.0/token");
    world.token_at(&url, &fields).await.assert_refused(400, "invalid_request", "AADSTS9001023");
    let fields = [("grant_type", "client_credentials"), ("scope", "User.Read.All")];
    world.token(&fields).await.assert_refused(400, "invalid_request", "AADSTS1002012");
}
