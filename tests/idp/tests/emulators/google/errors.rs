//! Refusals: on Google's pages, and at its token endpoint.

use doorward_test_idp::Switch;
use doorward_test_idp::google::{App, Audience, GoogleSwitch};

use super::world::{CALLBACK, World};
use crate::browser::Page;

/// Google's own page: the browser is still there.
#[track_caller]
fn assert_stuck(page: &Page, error: &str) {
    assert!(page.url.as_str().starts_with("https://accounts.google.com/"), "{}", page.url);
    page.assert_says("Access blocked: Authorization Error").assert_says(error);
}

#[tokio::test]
async fn s5_2_errors_of_requests_stay_on_googles_page() {
    let mut world = World::new();
    for (changes, error) in [
        ([("redirect_uri", "https://broker.example/callback/google/")], "Error 400: redirect_uri_mismatch"),
        ([("client_id", "nobody.apps.googleusercontent.com")], "Error 401: invalid_client"),
        ([("scope", "openid offline_access")], "Error 400: invalid_scope"),
        ([("scope", "openid groups")], "Error 400: invalid_scope"),
        ([("scope", "")], "Error 400: invalid_request"),
        ([("response_type", "")], "Error 400: invalid_request"),
        ([("response_type", "id_token")], "Error 400: unsupported_response_type"),
    ] {
        assert_stuck(&world.authorize(&changes).await, error);
    }
    world.google.switches().once(GoogleSwitch::DeletedClient);
    assert_stuck(&world.authorize(&[]).await, "Error 401: deleted_client");
}

#[tokio::test]
async fn s5_2_org_internal_keeps_everybody_else_out() {
    let internal = Audience::Internal("acme.example".into());
    let mut world = World::with(|app| App { audience: internal, ..app });
    assert!(world.sign_in("kim@acme.example", &[]).await.returned("code").is_some());
    for outsider in ["pat@gmail.example", "former@acme.example"] {
        assert_stuck(&world.sign_in(outsider, &[]).await, "Error 403: org_internal");
    }
}

#[tokio::test]
async fn s5_2_an_app_in_testing_is_for_testers() {
    let testing = Audience::Testing(vec!["pat@gmail.example".into()]);
    let mut world = World::with(|app| App { audience: testing, ..app });
    assert!(world.sign_in("pat@gmail.example", &[]).await.returned("code").is_some());
    assert_stuck(&world.sign_in("kim@acme.example", &[]).await, "Error 403: access_denied");
}

#[tokio::test]
async fn s5_2_an_administrator_may_block_the_app() {
    let mut world = World::new();
    world.google.switches().once(GoogleSwitch::AdminPolicyEnforced);
    assert_stuck(&world.sign_in("kim@acme.example", &[]).await, "Error 400: admin_policy_enforced");
}

#[tokio::test]
async fn s5_2_cancelling_is_access_denied_without_a_description() {
    let mut world = World::new();
    let page = world.authorize(&[]).await;
    let page = world.browser.submit(&page, &[("cancel", "yes")]).await;
    assert!(page.url.as_str().starts_with(CALLBACK));
    assert_eq!(page.returned("error").as_deref(), Some("access_denied"));
    assert_eq!(page.returned("error_description"), None);
    let page = world.authorize(&[]).await;
    let page = world.browser.submit(&page, &[("username", "kim@acme.example"), ("password", "wrong")]).await;
    page.assert_says("Wrong password");
    world.authorize(&[("prompt", "none")]).await.assert_returned("interaction_required", "");
}

#[tokio::test]
async fn s5_2_the_token_endpoint_refuses() {
    let mut world = World::new();
    let page = world.sign_in("kim@acme.example", &[]).await;
    world.redeem(&page, &[("client_secret", "wrong")]).await.assert_refused(
        401,
        "invalid_client",
        "The provided client secret is invalid.",
    );
    world.redeem(&page, &[("client_secret", "")]).await.assert_refused(
        400,
        "invalid_request",
        "client_secret is missing.",
    );
    world.redeem(&page, &[("client_id", "nobody")]).await.assert_refused(
        401,
        "invalid_client",
        "The OAuth client was not found.",
    );
    world.redeem(&page, &[("code", "4/0Anonsense")]).await.assert_refused(
        400,
        "invalid_grant",
        "Malformed auth code.",
    );
    assert_eq!(world.redeem(&page, &[]).await.status, 200, "the code was not touched");
    world.redeem(&page, &[]).await.assert_refused(400, "invalid_grant", "Bad Request");
    for (changes, error, text) in [
        ([("redirect_uri", "https://broker.example/x")], "redirect_uri_mismatch", "Bad Request"),
        ([("code_verifier", "")], "invalid_grant", "Missing code verifier."),
        (
            [("code_verifier", "another-verifier-another-verifier-another-verifier")],
            "invalid_grant",
            "Invalid code verifier.",
        ),
        ([("grant_type", "password")], "unsupported_grant_type", "Invalid grant_type: password"),
    ] {
        let page = world.authorize(&[]).await;
        world.redeem(&page, &changes).await.assert_refused(400, error, text);
    }
    let page = world.authorize(&[]).await;
    world.advance(600);
    world.redeem(&page, &[]).await.assert_refused(400, "invalid_grant", "Bad Request");
    world.google.switches().once(Switch::TokenError);
    world.ask(&[]).await.assert_refused(400, "invalid_client", "");
}
