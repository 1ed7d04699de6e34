//! Refusals in Okta's words.

use doorward_test_idp::okta::{App, AuthorizationServer, OktaSwitch, Rule, Status, User};

use super::world::{DEFAULT, ORG, ORG_SERVER, World};
use crate::browser::Page;

/// Okta's own page: the browser is still there.
#[track_caller]
fn assert_stuck(page: &Page, text: &str) {
    assert!(page.url.as_str().starts_with(ORG) && page.status == 400, "{} {}", page.status, page.url);
    page.assert_says(text);
}

#[tokio::test]
async fn s3_5_a_bad_client_or_redirect_uri_is_a_page_with_status_400() {
    let mut world = World::new();
    let page = world.authorize(ORG_SERVER, &[("client_id", "0oanobody")]).await;
    assert_stuck(&page, "Invalid value for 'client_id' parameter.");
    let page =
        world.authorize(ORG_SERVER, &[("redirect_uri", "https://broker.example/callback/okta/")]).await;
    assert_stuck(
        &page,
        "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings: https://acme-admin.okta.com/",
    );
}

#[tokio::test]
async fn s3_3_state_is_required() {
    let mut world = World::new();
    let page = world.authorize(ORG_SERVER, &[("state", "")]).await;
    page.assert_returned("invalid_request", "The authentication request has an invalid 'state' parameter.");
}

#[tokio::test]
async fn s3_5_groups_is_no_scope_of_a_custom_server() {
    let mut world = World::new();
    let asked = [("scope", "openid groups")];
    let page = world.authorize(DEFAULT, &asked).await;
    page.assert_returned(
        "invalid_scope",
        "One or more scopes are not configured for the authorization server resource.",
    );
    world.authorize(ORG_SERVER, &asked).await.assert_says("name=\"password\"");
}

#[tokio::test]
async fn s3_5_pkce_may_be_required() {
    let mut world = World::with(|app| App { requires_pkce: true, ..app });
    let page = world.authorize(ORG_SERVER, &[("code_challenge", ""), ("code_challenge_method", "")]).await;
    page.assert_returned("invalid_request", "PKCE code challenge is required by the application.");
    let page = world.authorize(ORG_SERVER, &[("code_challenge_method", "plain")]).await;
    page.assert_returned("invalid_request", "code_challenge_method");
}

#[tokio::test]
async fn s3_5_response_types_must_be_granted() {
    let mut world = World::new();
    let page = world.authorize(ORG_SERVER, &[("response_type", "id_token")]).await;
    page.assert_returned("unsupported_response_type", "not supported");
}

#[tokio::test]
async fn s3_5_an_app_may_not_use_a_custom_server() {
    let mut world = World::with(|app| App { uses_custom_servers: false, ..app });
    let page = world.authorize(DEFAULT, &[]).await;
    page.assert_returned("unauthorized_client", "This client cannot use a custom authorization server.");
}

#[tokio::test]
async fn s3_5_nobody_who_is_not_assigned() {
    let text = "User is not assigned to the client application.";
    let mut world = World::with(|app| App { assignments: vec!["staff".into()], ..app });
    let page = world.sign_in(ORG_SERVER, "eve@acme.example", &[]).await;
    page.assert_returned("access_denied", text);
    let page = world.sign_in(ORG_SERVER, "joe@acme.example", &[("prompt", "login")]).await;
    assert!(page.returned("code").is_some(), "by a group");
    world
        .okta
        .switches()
        .arm(doorward_test_idp::Arm::from(OktaSwitch::UserNotAssigned).person("joe@acme.example"));
    world.authorize(ORG_SERVER, &[]).await.assert_returned("access_denied", text);
}

#[tokio::test]
async fn s3_5_a_custom_server_without_a_rule_that_fits_denies() {
    let text = "Policy evaluation failed for this request, please check the policy configurations.";
    let mut world = World::new();
    world.okta.add_server(AuthorizationServer::without_rules("bare"));
    let bare = format!("{ORG}/oauth2/bare/v1");
    world.sign_in(&bare, "joe@acme.example", &[]).await.assert_returned("access_denied", text);
    let rule = Rule { groups: Some(vec!["staff".into()]), ..Rule::default() };
    world.okta.change_server("bare", |server| server.rules = vec![rule]);
    assert!(world.authorize(&bare, &[]).await.returned("code").is_some());
    let page = world.sign_in(&bare, "eve@acme.example", &[("prompt", "login")]).await;
    page.assert_returned("access_denied", text);
    world.okta.switches().once(OktaSwitch::PolicyDenies);
    world.authorize(ORG_SERVER, &[]).await.assert_returned("access_denied", text);
}

#[tokio::test]
async fn s3_5_a_rule_denies_some_or_all_of_the_scopes() {
    let mut world = World::new();
    let allow = |world: &World, scopes: &[&str]| {
        let scopes = Some(scopes.iter().map(|scope| (*scope).to_owned()).collect());
        world.okta.change_server("default", |it| it.rules = vec![Rule { scopes, ..Rule::default() }]);
    };
    allow(&world, &["openid"]);
    let page = world.sign_in(DEFAULT, "joe@acme.example", &[]).await;
    let text = "Some of the requested scopes were denied by the policy. Denied scopes: [profile, email].";
    page.assert_returned("access_denied", text);
    allow(&world, &["phone"]);
    let text = "Policy evaluation succeeded, but all the requested scopes were rejected.";
    world.authorize(DEFAULT, &[]).await.assert_returned("access_denied", text);
    world.okta.switches().once(OktaSwitch::ScopesDenied);
    world.authorize(ORG_SERVER, &[]).await.assert_returned("access_denied", text);
}

#[tokio::test]
async fn s3_5_zones_sign_on_policies_hints_and_cancelling() {
    let mut world = World::new();
    world.sign_in(ORG_SERVER, "joe@acme.example", &[]).await;
    for (switch, text) in [
        (
            OktaSwitch::NetworkZoneDenied,
            "The request is made from outside the client's permitted network zones.",
        ),
        (OktaSwitch::SignOnPolicyDenies, "The resource owner or authorization server denied the request."),
        (OktaSwitch::LoginHintMismatch, "'login_hint' did not match a user assigned to the client app."),
    ] {
        world.okta.switches().once(switch);
        world.authorize(ORG_SERVER, &[]).await.assert_returned("access_denied", text);
    }
    world.okta.switches().once(OktaSwitch::UserCancels);
    let page = world.sign_in(ORG_SERVER, "joe@acme.example", &[("prompt", "login")]).await;
    page.assert_returned("access_denied", "User canceled the authentication.");
}

#[tokio::test]
async fn s3_6_only_active_accounts_sign_in_and_nothing_is_said_of_why() {
    let mut world = World::new();
    for status in [
        Status::Staged,
        Status::Provisioned,
        Status::Recovery,
        Status::LockedOut,
        Status::Suspended,
        Status::Deprovisioned,
    ] {
        world.okta.change_user("joe@acme.example", |user| user.status = status);
        let page = world.sign_in(ORG_SERVER, "joe@acme.example", &[]).await;
        page.assert_says("Unable to sign in");
    }
    let page = world.authorize(ORG_SERVER, &[]).await;
    let page = world.browser.submit(&page, &[("username", "eve@acme.example"), ("password", "wrong")]).await;
    page.assert_says("Unable to sign in");
    world.okta.change_user("joe@acme.example", |user| user.status = Status::PasswordExpired);
    let page = world.sign_in(ORG_SERVER, "joe@acme.example", &[]).await;
    page.assert_returned("access_denied", "The user's password is expired.");
    world.okta.switches().once(OktaSwitch::PasswordExpired);
    let page = world.sign_in(ORG_SERVER, "eve@acme.example", &[]).await;
    page.assert_returned("access_denied", "The user's password is expired.");
}

#[tokio::test]
async fn s3_5_a_session_of_somebody_who_was_suspended_is_no_good() {
    let mut world = World::new();
    world.sign_in(ORG_SERVER, "joe@acme.example", &[]).await;
    world.okta.change_user("joe@acme.example", |user| user.status = Status::Suspended);
    world.authorize(ORG_SERVER, &[]).await.assert_returned("access_denied", "User status is invalid.");
}

#[tokio::test]
async fn s3_5_prompt_none_needs_a_session_that_is_young_enough() {
    let mut world = World::new();
    let silent = [("prompt", "none"), ("max_age", "100")];
    let text = "The client specified not to prompt, but the user is not logged in.";
    world.authorize(ORG_SERVER, &silent).await.assert_returned("login_required", text);
    world.sign_in(ORG_SERVER, "joe@acme.example", &[]).await;
    assert!(world.authorize(ORG_SERVER, &silent).await.returned("code").is_some());
    world.advance(101);
    let text = "The client specified not to prompt, but the client app requires re-authentication or MFA.";
    world.authorize(ORG_SERVER, &silent).await.assert_returned("login_required", text);
    world.authorize(ORG_SERVER, &[("max_age", "0")]).await.assert_says("name=\"password\"");
}

#[tokio::test]
async fn s3_5_consent_where_the_app_requires_it() {
    let mut world = World::with(|app| App { requires_consent: true, ..app });
    let page = world.sign_in(ORG_SERVER, "joe@acme.example", &[]).await;
    page.assert_says("Allow Access");
    let text = "The following scopes require user consent: [openid, profile, email].";
    world.authorize(ORG_SERVER, &[("prompt", "none")]).await.assert_returned("consent_required", text);
    let declined = world.browser.submit(&page, &[("consent", "cancel")]).await;
    declined
        .assert_returned("access_denied", "The resource owner or authorization server denied the request.");
    assert!(world.browser.submit(&page, &[("consent", "accept")]).await.returned("code").is_some());
    assert!(world.authorize(ORG_SERVER, &[]).await.returned("code").is_some(), "once");
    world.authorize(ORG_SERVER, &[("prompt", "consent")]).await.assert_says("Allow Access");
}

#[tokio::test]
async fn s3_3_acr_values_are_met_asked_for_impossible_or_ignored() {
    let mut world = World::new();
    let two = [("acr_values", "urn:okta:loa:2fa:any")];
    let page = world.sign_in(ORG_SERVER, "joe@acme.example", &two).await;
    page.assert_says("name=\"otp\"");
    let page = world.browser.submit(&page, &[("otp", "123456")]).await;
    let tokens = world.redeem(ORG_SERVER, &page, &[]).await.json();
    let claims = crate::browser::part(tokens["id_token"].as_str().unwrap(), 1);
    assert_eq!(claims["acr"], "urn:okta:loa:2fa:any");
    assert_eq!(claims["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
    let unmet = "Unable to meet the authentication requirements imposed by 'acr_values' parameter.";
    let page = world.authorize(ORG_SERVER, &[("acr_values", "phr")]).await;
    page.assert_returned("unmet_authentication_requirements", unmet);
    world.okta.change_user("eve@acme.example", |user: &mut User| user.has_otp = false);
    let again = [two[0], ("prompt", "login")];
    let page = world.sign_in(ORG_SERVER, "eve@acme.example", &again).await;
    page.assert_returned("unmet_authentication_requirements", unmet);
    for ignored in ["urn:okta:loa:2fa:any:ifpossible", "nonsense"] {
        assert!(world.authorize(ORG_SERVER, &[("acr_values", ignored)]).await.returned("code").is_some());
    }
}
