//! Microsoft Graph, as far as a sign-in needs it.

use axum::body::Body;
use axum::http::Request;
use doorward_test_idp::entra::{App, EntraSwitch, GRAPH_URL, Group};
use serde_json::{Value, json};

use super::world::World;
use crate::browser::Page;

async fn get(world: &mut World, path: &str, token: &str) -> Page {
    world.browser.get_with(&format!("{GRAPH_URL}{path}"), token).await
}

async fn access_token(world: &mut World, scope: &str) -> String {
    let tokens = world.tokens("ana@contoso.example", &[("scope", scope), ("prompt", "login")]).await;
    tokens["access_token"].as_str().unwrap().to_owned()
}

/// A token of the app's own.
async fn app_token(world: &mut World) -> String {
    let fields = [("grant_type", "client_credentials"), ("scope", "https://graph.microsoft.com/.default")];
    world.token(&fields).await.json()["access_token"].as_str().unwrap().to_owned()
}

async fn member_objects(world: &mut World, oid: &str, token: &str) -> Page {
    let request = Request::post(format!("{GRAPH_URL}/v1.0/users/{oid}/getMemberObjects"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let body = json!({ "securityEnabledOnly": true }).to_string();
    world.browser.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn s1_7_userinfo_tells_less_than_the_id_token() {
    let mut world = World::new();
    let tokens = world.tokens("ana@contoso.example", &[]).await;
    let sub = crate::browser::part(tokens["id_token"].as_str().unwrap(), 1)["sub"].clone();
    let token = tokens["access_token"].as_str().unwrap();
    let claims = get(&mut world, "/oidc/userinfo", token).await.json();
    let mut names: Vec<_> = claims.as_object().unwrap().keys().cloned().collect();
    names.sort_unstable();
    assert_eq!(names, ["email", "family_name", "given_name", "name", "picture", "sub"]);
    assert_eq!(claims["sub"], sub);
    world.entra.switches().once(doorward_test_idp::Switch::UserinfoSubMismatch);
    assert_ne!(get(&mut world, "/oidc/userinfo", token).await.json()["sub"], sub);
    let app = app_token(&mut world).await;
    assert_eq!(get(&mut world, "/oidc/userinfo", &app).await.status, 403);
}

#[tokio::test]
async fn s2_3_me_tells_account_enabled_only_when_selected() {
    let mut world = World::new();
    let token = access_token(&mut world, "openid").await;
    let me = get(&mut world, "/v1.0/me", &token).await.json();
    assert_eq!(me["userPrincipalName"], "ana@contoso.example");
    assert!(me.get("accountEnabled").is_none());
    let me = get(&mut world, "/v1.0/me?$select=id,accountEnabled", &token).await.json();
    assert_eq!((me["accountEnabled"].clone(), me.get("mail")), (json!(true), None));
}

#[tokio::test]
async fn s2_1_errors_have_codes_and_request_ids() {
    let mut world = World::new();
    let token = access_token(&mut world, "openid").await;
    let page = get(&mut world, "/v1.0/me/memberOf", &token).await;
    assert_eq!(page.status, 403);
    assert_eq!(page.json()["error"]["code"], "Authorization_RequestDenied");
    assert_eq!(page.json()["error"]["message"], "Insufficient privileges to complete the operation.");
    let told = &page.json()["error"]["innerError"]["request-id"];
    assert_eq!(told, page.headers["request-id"].to_str().unwrap());
    let page = get(&mut world, "/v1.0/me", "nonsense").await;
    assert_eq!(page.status, 401);
    assert_eq!(page.json()["error"]["code"], "InvalidAuthenticationToken");
    assert!(page.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer "));
    world.advance(3600);
    assert_eq!(get(&mut world, "/v1.0/me", &token).await.status, 401, "an hour later");
}

#[tokio::test]
async fn s1_5_member_objects_are_all_groups_through_groups() {
    let permissions = vec!["GroupMember.Read.All".to_owned()];
    let mut world = World::with(|app| App { application_permissions: permissions, ..app });
    let ana = world.entra_user("ana@contoso.example");
    let inner = Group::new("inner", &[&ana]);
    let outer = Group::new("outer", &[&inner.id]);
    for group in [&inner, &outer] {
        world.entra.add_group(&world.contoso, group.clone());
    }
    let token = app_token(&mut world).await;
    let page = member_objects(&mut world, &ana, &token).await;
    assert_eq!(page.json()["value"], json!([inner.id, outer.id]));
    let page = member_objects(&mut world, "00000000-0000-4000-8000-000000000000", &token).await;
    assert_eq!(
        (page.status.as_u16(), page.json()["error"]["code"].clone()),
        (404, json!("Request_ResourceNotFound"))
    );
    world.entra.switches().once(EntraSwitch::GraphPermissionMissing);
    assert_eq!(member_objects(&mut world, &ana, &token).await.status, 403);
}

#[tokio::test]
async fn s2_1_a_permission_that_is_added_later_needs_a_new_token() {
    let mut world = World::without_consent(|app| App {
        application_permissions: vec!["GroupMember.Read.All".to_owned()],
        ..app
    });
    let ana = world.entra_user("ana@contoso.example");
    let before = app_token(&mut world).await;
    assert_eq!(member_objects(&mut world, &ana, &before).await.status, 403);
    world.entra.grant_admin_consent(&world.contoso, &world.app.client_id);
    assert_eq!(member_objects(&mut world, &ana, &before).await.status, 403);
    let after = app_token(&mut world).await;
    assert_eq!(member_objects(&mut world, &ana, &after).await.status, 200);
}

#[tokio::test]
async fn s1_5_member_of_is_direct_and_paged() {
    let mut world = World::new();
    let ana = world.entra_user("ana@contoso.example");
    for n in 0..120 {
        world.entra.add_group(&world.contoso, Group::new(&format!("g{n}"), &[&ana]));
    }
    let token = access_token(&mut world, "openid GroupMember.Read.All").await;
    let page = get(&mut world, "/v1.0/me/memberOf", &token).await.json();
    let count = |page: &Value| page["value"].as_array().unwrap().len();
    let next = page["@odata.nextLink"].as_str().unwrap().strip_prefix(GRAPH_URL).unwrap().to_owned();
    let last = get(&mut world, &next, &token).await.json();
    assert_eq!((count(&page), count(&last)), (100, 20));
    assert!(last.get("@odata.nextLink").is_none());
}

#[tokio::test]
async fn s2_6_throttling_says_when_to_come_back() {
    let mut world = World::new();
    let token = access_token(&mut world, "openid").await;
    world.entra.switches().once(EntraSwitch::GraphThrottled);
    let page = get(&mut world, "/v1.0/me", &token).await;
    assert_eq!((page.status.as_u16(), page.headers["retry-after"].to_str().unwrap()), (429, "10"));
    assert_eq!(page.json()["error"]["code"], "TooManyRequests");
}
