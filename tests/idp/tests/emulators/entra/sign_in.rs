//! Where people sign in.

use doorward_test_idp::entra::{App, CONSUMERS, LOGIN_URL, Tenant, User};

use super::world::{CALLBACK, World};
use crate::browser::part;

#[tokio::test]
async fn s1_7_a_code_comes_back_with_state_and_without_iss() {
    let mut world = World::new();
    let page = world.sign_in("ana@contoso.example", &[]).await;
    assert!(page.url.as_str().starts_with(CALLBACK));
    assert_eq!(page.returned("state").as_deref(), Some("s & t"));
    assert!(page.returned("code").is_some() && page.returned("session_state").is_some());
    assert_eq!(page.returned("iss"), None);
}

#[tokio::test]
async fn s1_7_without_a_redirect_uri_a_registered_one_is_picked() {
    let mut world = World::new();
    let page = world.sign_in("ana@contoso.example", &[("redirect_uri", "")]).await;
    assert!(page.url.as_str().starts_with(CALLBACK));
}

#[tokio::test]
async fn s1_7_the_path_of_a_redirect_uri_is_compared_with_its_case() {
    let mut world = World::new();
    for uri in [CALLBACK.to_uppercase(), format!("{CALLBACK}/"), CALLBACK.replace("callback", "Callback")] {
        world.authorize(&[("redirect_uri", &uri)]).await.assert_says("AADSTS50011");
    }
}

#[tokio::test]
async fn s1_7_response_modes_and_hybrid() {
    let mut world = World::with(|app| App { id_tokens_from_front: true, ..app });
    let page = world.sign_in("ana@contoso.example", &[("response_type", "code id_token")]).await;
    assert!(page.url.fragment().is_some(), "the default of what has an ID token");
    let claims = part(&page.returned("id_token").unwrap(), 1);
    assert!(claims["c_hash"].is_string() && claims["nonce"] == "n-1");
    let page = world.authorize(&[("response_type", "id_token"), ("response_mode", "form_post")]).await;
    page.assert_says("name=\"id_token\"").assert_says(&format!("action=\"{CALLBACK}\""));
    let page = world.authorize(&[("response_type", "id_token"), ("response_mode", "query")]).await;
    page.assert_returned("unsupported_response_mode", "AADSTS70007");
}

#[tokio::test]
async fn s1_a_member_signs_in_at_the_tenant_common_and_organizations() {
    let mut world = World::multi_tenant();
    for place in [world.contoso.id.clone(), "contoso.example".into(), "common".into(), "organizations".into()]
    {
        let page = world.browser.open(&world.authorize_url(&place, &[("prompt", "login")])).await;
        let page = world.type_in(&page, "ana@contoso.example").await;
        assert!(page.returned("code").is_some(), "{place}");
    }
}

#[tokio::test]
async fn s1_a_guest_signs_in_where_the_tenant_is_named_and_lands_at_home_elsewhere() {
    let mut world = World::multi_tenant();
    world.entra.grant_admin_consent(&world.fabrikam, &world.app.client_id);
    let page = world.browser.open(&world.authorize_url("common", &[])).await;
    let page = world.type_in(&page, "gus@fabrikam.example").await;
    let url = world.at("common", "oauth2/v2.0/token");
    let code = page.returned("code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", crate::browser::VERIFIER),
    ];
    let tokens = world.token_at(&url, &fields).await.json();
    let at_home = part(tokens["id_token"].as_str().unwrap(), 1);
    assert_eq!(at_home["tid"], world.fabrikam.id);
    assert_eq!(at_home["iss"], format!("{LOGIN_URL}/{}/v2.0", world.fabrikam.id));
    let page = world.authorize(&[]).await;
    let tokens = world.redeem(&page, &[]).await.json();
    let as_guest = part(tokens["id_token"].as_str().unwrap(), 1);
    assert_eq!(as_guest["tid"], world.contoso.id);
    assert_ne!(as_guest["oid"], at_home["oid"]);
}

#[tokio::test]
async fn s1_personal_accounts_are_of_the_consumer_tenant_and_stay_out_of_organizations() {
    let mut world = World::multi_tenant();
    world.entra.add_personal_account("pat@outlook.example", "Pat Personal");
    let page = world.browser.open(&world.authorize_url("organizations", &[])).await;
    world.type_in(&page, "pat@outlook.example").await.assert_says("AADSTS50020");
    let page = world.browser.open(&world.authorize_url("consumers", &[])).await;
    let page = world.type_in(&page, "pat@outlook.example").await;
    page.assert_says("Permissions requested");
    let page = world.browser.submit(&page, &[("consent", "accept")]).await;
    let url = world.at("consumers", "oauth2/v2.0/token");
    let code = page.returned("code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", crate::browser::VERIFIER),
    ];
    let tokens = world.token_at(&url, &fields).await.json();
    let claims = part(tokens["id_token"].as_str().unwrap(), 1);
    assert_eq!(claims["tid"], CONSUMERS);
    assert_eq!(claims["iss"], format!("{LOGIN_URL}/{CONSUMERS}/v2.0"));
}

#[tokio::test]
async fn s1_8_prompt_none_is_silent_or_login_required() {
    let mut world = World::new();
    let silent = [("prompt", "none")];
    world.authorize(&silent).await.assert_returned("login_required", "AADSTS50058");
    world.sign_in("ana@contoso.example", &[]).await;
    assert!(world.authorize(&silent).await.returned("code").is_some());
}

#[tokio::test]
async fn s1_8_prompt_login_and_max_age_ask_again() {
    let mut world = World::new();
    world.sign_in("ana@contoso.example", &[]).await;
    for changes in [("prompt", "login"), ("prompt", "select_account"), ("max_age", "0")] {
        world.authorize(&[changes]).await.assert_says("name=\"password\"");
    }
    world.advance(100);
    assert!(world.authorize(&[("max_age", "100")]).await.returned("code").is_some());
    world.authorize(&[("max_age", "99")]).await.assert_says("name=\"password\"");
}

#[tokio::test]
async fn s1_8_login_hint_fills_the_name_in() {
    let mut world = World::new();
    world
        .authorize(&[("login_hint", "ana@contoso.example")])
        .await
        .assert_says("value=\"ana@contoso.example\"");
}

#[tokio::test]
async fn s1_8_claims_ask_for_an_authentication_context() {
    let mut world = World::new();
    let tenant = Tenant { contexts: vec!["c1".into()], ..Tenant::new("Strict", "strict.example") };
    let app = App::new("Strict app", super::world::SECRET, CALLBACK);
    world.entra.add_tenant(tenant.clone());
    world.entra.register(&tenant, app.clone());
    world.entra.grant_admin_consent(&tenant, &app.client_id);
    world.entra.add_user(&tenant, User::member(&tenant, "sam", "Sam Strict"));
    (world.contoso, world.app) = (tenant, app);
    let claims = r#"{"id_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    let page = world.sign_in("sam@strict.example", &[("claims", claims)]).await;
    page.assert_says("name=\"otp\"");
    let page = world.browser.submit(&page, &[("otp", "123456")]).await;
    let tokens = world.redeem(&page, &[]).await.json();
    let claims = part(tokens["id_token"].as_str().unwrap(), 1);
    assert_eq!(claims["acrs"], serde_json::json!(["c1"]));
    assert!(claims.get("amr").is_none() && claims.get("acr").is_none());
}
