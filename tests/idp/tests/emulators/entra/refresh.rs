//! Refresh tokens, and what only they tell.

use doorward_test_idp::entra::EntraSwitch;
use serde_json::json;

use super::world::World;
use crate::browser::{Page, part};

/// A sign-in with a refresh token.
async fn refresh_token(world: &mut World) -> String {
    let changes = [("scope", "openid profile offline_access"), ("prompt", "login")];
    let tokens = world.tokens("ana@contoso.example", &changes).await;
    tokens["refresh_token"].as_str().unwrap().to_owned()
}

async fn refresh(world: &mut World, token: &str) -> Page {
    world.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

#[tokio::test]
async fn s1_7_a_new_one_comes_along_and_the_old_one_stays_good() {
    let mut world = World::new();
    let first = refresh_token(&mut world).await;
    let answer = refresh(&mut world, &first).await.json();
    assert_ne!(answer["refresh_token"], json!(first));
    assert!(part(answer["id_token"].as_str().unwrap(), 1).get("nonce").is_none());
    assert_eq!(refresh(&mut world, &first).await.status, 200, "not revoked by its use");
    let second = answer["refresh_token"].as_str().unwrap();
    assert_eq!(refresh(&mut world, second).await.status, 200);
    refresh(&mut world, "nonsense").await.assert_refused(400, "invalid_grant", "AADSTS70000");
}

#[tokio::test]
async fn s1_9_3_50057_is_how_a_disabled_user_is_noticed_and_nothing_is_sent() {
    let mut world = World::new();
    let token = refresh_token(&mut world).await;
    world.entra.change_user(&world.contoso, "ana@contoso.example", |user| user.enabled = false);
    refresh(&mut world, &token).await.assert_refused(400, "invalid_grant", "AADSTS50057");
}

#[tokio::test]
async fn s1_9_3_50173_after_a_revocation() {
    let mut world = World::new();
    let token = refresh_token(&mut world).await;
    world.entra.revoke_sessions(&world.contoso, "ana@contoso.example");
    refresh(&mut world, &token).await.assert_refused(400, "invalid_grant", "AADSTS50173");
    world.authorize(&[("prompt", "none")]).await.assert_returned("login_required", "AADSTS50058");
    world.advance(2);
    let token = refresh_token(&mut world).await;
    assert_eq!(refresh(&mut world, &token).await.status, 200, "what came after is good");
    world.entra.switches().once(EntraSwitch::RefreshRevoked);
    refresh(&mut world, &token).await.assert_refused(400, "invalid_grant", "AADSTS50173");
}

#[tokio::test]
async fn s1_7_90_days_from_the_last_use_then_700082() {
    let mut world = World::new();
    let token = refresh_token(&mut world).await;
    world.advance(89 * 86_400);
    assert_eq!(refresh(&mut world, &token).await.status, 200);
    world.advance(89 * 86_400);
    assert_eq!(refresh(&mut world, &token).await.status, 200, "sliding");
    world.advance(90 * 86_400);
    refresh(&mut world, &token).await.assert_refused(400, "invalid_grant", "AADSTS700082");
    let token = refresh_token(&mut world).await;
    world.entra.switches().once(EntraSwitch::RefreshExpired);
    refresh(&mut world, &token).await.assert_refused(400, "invalid_grant", "AADSTS700082");
}

#[tokio::test]
async fn s1_9_3_what_would_be_a_page_is_a_refusal_here() {
    let mut world = World::new();
    let token = refresh_token(&mut world).await;
    let client_id = world.app.client_id.clone();
    for (switch, error, code) in [
        (EntraSwitch::MfaRequired, "interaction_required", "AADSTS50076"),
        (EntraSwitch::ConditionalAccessBlocks, "interaction_required", "AADSTS53003"),
        (EntraSwitch::AppDisabled, "unauthorized_client", "AADSTS7000112"),
        (EntraSwitch::UserUnassigned, "invalid_grant", "AADSTS50105"),
    ] {
        world.entra.switches().once(switch);
        refresh(&mut world, &token).await.assert_refused(400, error, code);
    }
    world.entra.change_enterprise_app(&world.contoso, &client_id, |app| app.admin_consent = false);
    let page = refresh(&mut world, &token).await;
    page.assert_refused(400, "invalid_grant", "AADSTS65001");
    assert_eq!(page.json()["suberror"], "consent_required");
}

#[tokio::test]
async fn s1_9_1_a_second_factor_comes_with_claims_to_send_back() {
    let mut world = World::new();
    let token = refresh_token(&mut world).await;
    world.entra.switches().once(EntraSwitch::MfaRequired);
    let body = refresh(&mut world, &token).await.json();
    assert_eq!(body["suberror"], "basic_action");
    assert!(body["claims"].as_str().unwrap().contains("acrs"));
}
