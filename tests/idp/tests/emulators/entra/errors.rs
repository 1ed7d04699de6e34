//! The errors, each where Entra shows it.

use doorward_test_idp::entra::{App, Audience, EntraSwitch, LOGIN_URL, Tenant};
use doorward_test_idp::{Arm, Fault, Switch};
use serde_json::json;

use super::world::World;
use crate::browser::Page;

/// Microsoft's own page: the browser is still there.
#[track_caller]
fn assert_stuck(page: &Page, code: &str) {
    assert!(page.url.as_str().starts_with(LOGIN_URL), "{}", page.url);
    page.assert_says(code).assert_says("Correlation Id");
}

#[tokio::test]
async fn s1_9_1_the_body_of_an_error() {
    let mut world = World::new();
    let page = world.token(&[("grant_type", "authorization_code"), ("code", "x")]).await;
    let body = page.json();
    assert_eq!(body["timestamp"], "2023-11-14 22:13:20Z");
    assert_eq!(body["error_codes"], json!([9002313]));
    let expected = format!(
        "AADSTS9002313: Invalid request. Request is malformed or invalid. Trace ID: {} Correlation ID: {} Timestamp: 2023-11-14 22:13:20Z",
        body["trace_id"].as_str().unwrap(),
        body["correlation_id"].as_str().unwrap()
    );
    assert_eq!(body["error_description"], expected);
    assert_eq!(body["error_uri"], format!("{LOGIN_URL}/error?code=9002313"));
    let names: Vec<_> = page.body.split('"').skip(1).step_by(2).collect();
    assert_eq!(names[0], "error", "{names:?}");
    world.entra.switches().once(EntraSwitch::ErrorLineBreaks);
    let body = world.token(&[("grant_type", "authorization_code"), ("code", "x")]).await.json();
    assert!(body["error_description"].as_str().unwrap().contains("\r\nTrace ID: "));
}

#[tokio::test]
async fn s1_9_3_50011_never_comes_back() {
    let mut world = World::new();
    let page = world.authorize(&[("redirect_uri", "https://broker.example/callback/entra/")]).await;
    assert_stuck(
        &page,
        "AADSTS50011: The redirect URI 'https://broker.example/callback/entra/' specified in",
    );
    page.assert_says(&world.app.client_id);
    world.entra.switches().once(EntraSwitch::RedirectMismatchAfterPassword);
    assert_stuck(&world.sign_in("ana@contoso.example", &[]).await, "AADSTS50011");
}

#[tokio::test]
async fn s1_9_3_500113_and_900971_when_no_reply_address_is_registered() {
    let mut world = World::with(|app| App { redirect_uris: Vec::new(), ..app });
    assert_stuck(&world.authorize(&[]).await, "AADSTS500113: No reply address is registered");
    assert_stuck(&world.authorize(&[("redirect_uri", "")]).await, "AADSTS900971: No reply address provided.");
}

#[tokio::test]
async fn s1_9_3_700016_for_an_unknown_app_or_its_object_id() {
    let mut world = World::new();
    let object_id = world.app.object_id.clone();
    let page = world.authorize(&[("client_id", &object_id)]).await;
    assert_stuck(&page, "was not found in the directory 'Contoso'");
    world.entra.switches().once(EntraSwitch::AppMissing);
    assert_stuck(&world.authorize(&[]).await, "AADSTS700016");
    let fields = [("grant_type", "authorization_code"), ("code", "x"), ("client_id", object_id.as_str())];
    world.token(&fields).await.assert_refused(400, "unauthorized_client", "AADSTS700016");
    let url = world.authorize_url(&world.fabrikam.id.clone(), &[]);
    assert_stuck(&world.browser.open(&url).await, "directory 'Fabrikam'");
}

#[tokio::test]
async fn s1_9_3_90002_for_an_unknown_tenant() {
    let mut world = World::new();
    let url = world.authorize_url("00000000-0000-4000-8000-000000000000", &[]);
    assert_stuck(&world.browser.open(&url).await, "AADSTS90002");
    let url = world.at("nobody.example", "oauth2/v2.0/token");
    let page = world.token_at(&url, &[("grant_type", "client_credentials")]).await;
    page.assert_refused(400, "invalid_request", "AADSTS90002");
}

#[tokio::test]
async fn s1_9_3_50194_for_a_single_tenant_app_at_common() {
    let mut world = World::new();
    let page = world.browser.open(&world.authorize_url("common", &[])).await;
    assert_stuck(&page, "AADSTS50194");
}

#[tokio::test]
async fn s1_9_3_7000112_when_the_app_is_disabled() {
    let mut world = World::new();
    world.entra.switches().once(EntraSwitch::AppDisabled);
    assert_stuck(&world.sign_in("ana@contoso.example", &[]).await, "AADSTS7000112");
    world.entra.change_enterprise_app(&world.contoso, &world.app.client_id, |app| app.disabled = true);
    assert_stuck(&world.authorize(&[]).await, "AADSTS7000112");
}

#[tokio::test]
async fn s1_9_3_50105_unless_assigned_by_name_or_a_direct_group() {
    let mut world = World::new();
    let client_id = world.app.client_id.clone();
    world.entra.change_enterprise_app(&world.contoso, &client_id, |app| app.assignment_required = true);
    let page = world.sign_in("ana@contoso.example", &[]).await;
    assert_stuck(&page, "block users unless they are specifically granted ('assigned') access");
    world.authorize(&[("prompt", "none")]).await.assert_returned("interaction_required", "AADSTS50105");
    let ana = world.entra_user("ana@contoso.example");
    let inner = doorward_test_idp::entra::Group::new("inner", &[&ana]);
    let outer = doorward_test_idp::entra::Group::new("outer", &[&inner.id]);
    for group in [&inner, &outer] {
        world.entra.add_group(&world.contoso, group.clone());
    }
    let assign = |world: &World, to: &str| {
        world.entra.change_enterprise_app(&world.contoso, &client_id, |app| {
            app.assignments = vec![(to.to_owned(), None)];
        });
    };
    assign(&world, &outer.id);
    assert_stuck(&world.authorize(&[]).await, "AADSTS50105");
    assign(&world, &inner.id);
    assert!(world.authorize(&[]).await.returned("code").is_some());
    assign(&world, &ana);
    assert!(world.authorize(&[]).await.returned("code").is_some());
}

#[tokio::test]
async fn s1_9_3_50105_for_one_person_by_a_switch_and_back_at_the_app_as_older_flows_had_it() {
    let mut world = World::new();
    world
        .entra
        .switches()
        .arm(Arm::from(EntraSwitch::UserUnassigned).person("nora@contoso.example").times(1));
    assert!(world.sign_in("ana@contoso.example", &[]).await.returned("code").is_some());
    let again = [("prompt", "login")];
    assert_stuck(&world.sign_in("nora@contoso.example", &again).await, "AADSTS50105");
    world.entra.switches().once(EntraSwitch::UserUnassignedReturns);
    let page = world.sign_in("ana@contoso.example", &again).await;
    page.assert_returned("access_denied", "AADSTS50105");
}

#[tokio::test]
async fn s1_9_3_50020_50034_and_50126_for_accounts_from_elsewhere_nowhere_and_wrong_passwords() {
    let mut world = World::new();
    world
        .entra
        .add_user(&world.fabrikam, doorward_test_idp::entra::User::member(&world.fabrikam, "fay", "Fay F"));
    assert_stuck(&world.sign_in("fay@fabrikam.example", &[]).await, "AADSTS50020");
    world.sign_in("nobody@contoso.example", &[]).await.assert_says("AADSTS50034");
    let page = world.authorize(&[]).await;
    let page =
        world.browser.submit(&page, &[("username", "ana@contoso.example"), ("password", "wrong")]).await;
    page.assert_says("AADSTS50126").assert_says("name=\"password\"");
}

#[tokio::test]
async fn s1_9_3_50057_50053_50055_for_the_state_of_the_account() {
    let mut world = World::new();
    for (code, change) in [
        ("AADSTS50057", (|user| user.enabled = false) as fn(&mut doorward_test_idp::entra::User)),
        ("AADSTS50053", |user| (user.enabled, user.locked) = (true, true)),
        ("AADSTS50055", |user| (user.locked, user.password_expired) = (false, true)),
    ] {
        world.entra.change_user(&world.contoso, "ana@contoso.example", change);
        assert_stuck(&world.sign_in("ana@contoso.example", &[("prompt", "login")]).await, code);
    }
    for (switch, code) in [
        (EntraSwitch::UserDisabled, "AADSTS50057"),
        (EntraSwitch::AccountLocked, "AADSTS50053"),
        (EntraSwitch::PasswordExpired, "AADSTS50055"),
    ] {
        world.entra.switches().once(switch);
        assert_stuck(&world.sign_in("nora@contoso.example", &[("prompt", "login")]).await, code);
    }
}

#[tokio::test]
async fn s1_9_3_50076_50079_and_53003_from_conditional_access() {
    let mut world = World::new();
    world.entra.switches().arm(Arm::from(EntraSwitch::MfaRequired).times(2));
    world.sign_in("ana@contoso.example", &[]).await.assert_says("name=\"otp\"");
    world.authorize(&[("prompt", "none")]).await.assert_returned("interaction_required", "AADSTS50076");
    world.entra.switches().once(EntraSwitch::MfaRequired);
    world.entra.change_user(&world.contoso, "nora@contoso.example", |user| user.mfa_registered = false);
    let again = [("prompt", "login")];
    assert_stuck(&world.sign_in("nora@contoso.example", &again).await, "AADSTS50079");
    world.entra.switches().arm(Arm::from(EntraSwitch::ConditionalAccessBlocks).times(2));
    assert_stuck(&world.sign_in("ana@contoso.example", &again).await, "AADSTS53003: Access has been blocked");
    world.authorize(&[("prompt", "none")]).await.assert_returned("interaction_required", "AADSTS53003");
}

#[tokio::test]
async fn s1_9_3_65001_and_65004_consent_is_asked_for_and_may_be_declined() {
    let mut world = World::without_consent(|app| app);
    let page = world.sign_in("ana@contoso.example", &[]).await;
    page.assert_says("Permissions requested");
    world.authorize(&[("prompt", "none")]).await.assert_returned("consent_required", "AADSTS65001");
    let declined = world.browser.submit(&page, &[("consent", "cancel")]).await;
    declined.assert_returned("access_denied", "AADSTS65004");
    assert_eq!(declined.returned("error_subcode").as_deref(), Some("cancel"));
    let accepted = world.browser.submit(&page, &[("consent", "accept")]).await;
    assert!(accepted.returned("code").is_some());
    assert!(world.authorize(&[]).await.returned("code").is_some(), "once");
    world.authorize(&[("prompt", "consent")]).await.assert_says("Permissions requested");
    world.entra.switches().once(EntraSwitch::ConsentRequired);
    world.authorize(&[]).await.assert_says("Permissions requested");
}

#[tokio::test]
async fn s1_9_3_90094_a_page_first_and_then_access_denied() {
    let mut world = World::without_consent(|app| app);
    let client_id = world.app.client_id.clone();
    let ana = world.entra_user("ana@contoso.example");
    world.entra.change_enterprise_app(&world.contoso, &client_id, |app| {
        app.assignment_required = true;
        app.assignments = vec![(ana, None)];
    });
    let page = world.sign_in("ana@contoso.example", &[]).await;
    page.assert_says("Need admin approval").assert_says("AADSTS90094");
    let back = world.browser.submit(&page, &[("consent", "return")]).await;
    back.assert_returned("access_denied", "AADSTS90094");
    let page = world.sign_in("root@contoso.example", &[("prompt", "login")]).await;
    page.assert_says("on behalf of your organization");
    let page = world.browser.submit(&page, &[("consent", "organization")]).await;
    assert!(page.returned("code").is_some());
    assert!(world.sign_in("ana@contoso.example", &[("prompt", "login")]).await.returned("code").is_some());
    world.entra.switches().once(EntraSwitch::AdminConsentRequired);
    world.authorize(&[]).await.assert_says("AADSTS90094");
}

#[tokio::test]
async fn s1_9_3_90095_where_people_may_ask_for_approval() {
    let mut world = World::new();
    let tenant = Tenant {
        users_may_consent: false,
        consent_requests: true,
        ..Tenant::new("Workflow", "workflow.example")
    };
    world.entra.add_tenant(tenant.clone());
    let user = doorward_test_idp::entra::User::member(&tenant, "wes", "Wes Work");
    world.entra.add_user(&tenant, user);
    world.entra.change_app(&world.app.client_id, |app| app.audience = Audience::MultiTenant);
    let page = world.browser.open(&world.authorize_url(&tenant.id, &[])).await;
    let page = world.type_in(&page, "wes@workflow.example").await;
    page.assert_says("Approval required");
    assert_stuck(&world.browser.submit(&page, &[("consent", "request")]).await, "AADSTS90095");
}

#[tokio::test]
async fn s1_9_3_650053_a_scope_groups_does_not_exist() {
    let mut world = World::new();
    let page = world.authorize(&[("scope", "openid groups")]).await;
    page.assert_returned(
        "invalid_client",
        "AADSTS650053: The application 'Doorward' asked for scope 'groups'",
    );
}

#[tokio::test]
async fn s1_9_3_700054_an_id_token_from_the_front_must_be_enabled() {
    let mut world = World::new();
    for kind in ["id_token", "code id_token"] {
        let page = world.authorize(&[("response_type", kind)]).await;
        page.assert_returned("unsupported_response_type", "AADSTS700054");
    }
}

#[tokio::test]
async fn s1_9_3_900144_and_90023_for_malformed_requests() {
    let mut world = World::new();
    world.authorize(&[("response_type", "")]).await.assert_returned("invalid_request", "'response_type'");
    world.authorize(&[("scope", "")]).await.assert_returned("invalid_request", "'scope'");
    world.authorize(&[("prompt", "maybe")]).await.assert_returned("invalid_request", "AADSTS90023");
    world
        .authorize(&[("response_type", "token")])
        .await
        .assert_returned("unsupported_response_type", "AADSTS70005");
    assert_stuck(&world.authorize(&[("client_id", "")]).await, "AADSTS900144");
}

#[tokio::test]
async fn s7_1_the_look_up_page_knows_the_numbers() {
    let mut world = World::new();
    let page = world.browser.open(&format!("{LOGIN_URL}/error?code=50105")).await;
    page.assert_says("block users unless");
}

#[tokio::test]
async fn s7_0_common_switches_work_here_too() {
    let mut world = World::new();
    world.entra.switches().once(Switch::AuthorizeError);
    world.authorize(&[]).await.assert_returned("access_denied", "");
    world.entra.switches().once(Switch::TokenError);
    world.token(&[("grant_type", "x")]).await.assert_refused(400, "invalid_client", "switched on");
    world.entra.switches().once(Fault::Status);
    assert_eq!(world.authorize(&[]).await.status, 503);
}
