//! What tokens and userinfo say.

use doorward_test_idp::Switch;
use doorward_test_idp::okta::{App, GroupsFilter, OktaSwitch, User};
use serde_json::{Value, json};

use super::world::{DEFAULT, ORG, ORG_SERVER, World};
use crate::party::START;

async fn userinfo(world: &mut World, server: &str, tokens: &Value) -> crate::browser::Page {
    let url = format!("{server}/userinfo");
    world.browser.get_with(&url, tokens["access_token"].as_str().unwrap()).await
}

#[tokio::test]
async fn s3_4_what_every_id_token_has() {
    let mut world = World::new();
    let claims = world.claims(ORG_SERVER, &[("scope", "openid")]).await;
    let mut names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected =
        ["amr", "at_hash", "aud", "auth_time", "exp", "iat", "idp", "iss", "jti", "nonce", "sub", "ver"];
    assert_eq!(names, expected);
    assert!(
        claims["sub"].as_str().unwrap().starts_with("00u") && claims["sub"].as_str().unwrap().len() == 20
    );
    assert!(claims["jti"].as_str().unwrap().starts_with("ID."));
    assert!(claims["idp"].as_str().unwrap().starts_with("00o"));
    assert_eq!((claims["iat"].as_i64(), claims["exp"].as_i64()), (Some(START), Some(START + 3600)));
    assert_eq!((&claims["ver"], &claims["iss"], &claims["amr"]), (&json!(1), &json!(ORG), &json!(["pwd"])));
}

#[tokio::test]
async fn s3_4_scopes_tell_of_the_person() {
    let mut world = World::new();
    let claims = world.claims(ORG_SERVER, &[]).await;
    assert_eq!(claims["preferred_username"], "joe@acme.example");
    assert_eq!((&claims["email"], &claims["email_verified"]), (&json!("joe@acme.example"), &json!(true)));
    world.okta.change_user("joe@acme.example", |user| user.email = Some("joe@elsewhere.example".into()));
    world.okta.switches().once(OktaSwitch::EmailUnverified);
    let claims = world.claims(ORG_SERVER, &[]).await;
    assert_eq!(
        (&claims["email"], &claims["email_verified"]),
        (&json!("joe@elsewhere.example"), &json!(false))
    );
    assert_eq!(claims["preferred_username"], "joe@acme.example", "a login, not an address");
    world.okta.switches().once(Switch::NoEmail);
    assert!(world.claims(ORG_SERVER, &[]).await.get("email").is_none());
}

#[tokio::test]
async fn s3_4_fed_when_another_provider_authenticated() {
    let mut world = World::new();
    world.okta.change_user("joe@acme.example", |user| user.identity_provider = Some("0oa123".into()));
    let claims = world.claims(ORG_SERVER, &[]).await;
    assert_eq!((&claims["amr"], &claims["idp"]), (&json!(["fed"]), &json!("0oa123")));
    world.okta.switches().arm(doorward_test_idp::Arm::from(OktaSwitch::Amr).value("hwk,mfa,phr").times(1));
    assert_eq!(world.claims(ORG_SERVER, &[]).await["amr"], json!(["hwk", "mfa", "phr"]));
}

#[tokio::test]
async fn s3_4_groups_of_the_org_server_need_a_filter_and_the_scope() {
    let with = [("scope", "openid groups")];
    let mut world = World::new();
    assert!(world.claims(ORG_SERVER, &with).await.get("groups").is_none(), "no filter");
    let mut world = World::with(|app| App { groups_claim: Some(GroupsFilter::All), ..app });
    assert!(world.claims(ORG_SERVER, &[]).await.get("groups").is_none(), "no scope");
    let groups = world.claims(ORG_SERVER, &with).await["groups"].clone();
    assert_eq!(groups, json!(["Everyone", "staff", "app-readers"]), "names");
    for (filter, told) in [
        (GroupsFilter::StartsWith("app-".into()), json!(["app-readers"])),
        (GroupsFilter::Equals("staff".into()), json!(["staff"])),
        (GroupsFilter::Contains("ea".into()), json!(["app-readers"])),
    ] {
        world.okta.change_app(&world.app.client_id, |app| app.groups_claim = Some(filter));
        assert_eq!(world.claims(ORG_SERVER, &with).await["groups"], told);
    }
}

#[tokio::test]
async fn s3_4_groups_of_a_custom_server_are_a_claim_of_its_own() {
    let mut world = World::new();
    assert_eq!(world.claims(DEFAULT, &[]).await["groups"], json!(["app-readers"]), "always");
    world.okta.change_server("default", |server| {
        server.scopes.push("teams".into());
        server.groups_scope = Some("teams".into());
    });
    assert!(world.claims(DEFAULT, &[]).await.get("groups").is_none());
    assert_eq!(world.claims(DEFAULT, &[("scope", "openid teams")]).await["groups"], json!(["app-readers"]));
}

#[tokio::test]
async fn s3_4_more_than_100_groups_make_the_request_fail() {
    let mut world =
        World::with(|app| App { groups_claim: Some(GroupsFilter::StartsWith("g".into())), ..app });
    world.okta.change_user("joe@acme.example", |user| {
        user.groups = (0..100).map(|n| format!("g{n}")).collect();
    });
    let asked = [("scope", "openid groups"), ("prompt", "login")];
    assert_eq!(world.claims(ORG_SERVER, &asked[..1]).await["groups"].as_array().unwrap().len(), 100);
    world.okta.change_user("joe@acme.example", |user| user.groups.push("g100".into()));
    let page = world.sign_in(ORG_SERVER, "joe@acme.example", &asked).await;
    world.redeem(ORG_SERVER, &page, &[]).await.assert_refused(400, "invalid_request", "100 groups");
}

#[tokio::test]
async fn s3_4_a_thin_token_leaves_the_person_to_userinfo() {
    let implicit = vec!["authorization_code", "implicit"];
    let mut world = World::with(|app| App { grant_types: implicit, ..app });
    let kind = [("response_type", "id_token token")];
    let page = world.sign_in(ORG_SERVER, "joe@acme.example", &kind).await;
    let claims = crate::browser::part(&page.returned("id_token").unwrap(), 1);
    assert!(claims.get("email").is_none() && claims["at_hash"].is_string());
    let told =
        userinfo(&mut world, ORG_SERVER, &json!({ "access_token": page.returned("access_token") })).await;
    assert_eq!((&told.json()["email"], &told.json()["sub"]), (&json!("joe@acme.example"), &claims["sub"]));
    world.okta.switches().once(OktaSwitch::ThinIdToken);
    assert!(world.claims(ORG_SERVER, &[]).await.get("email").is_none());
}

#[tokio::test]
async fn s3_4_userinfo_belongs_to_its_server_and_to_openid() {
    let mut world = World::new();
    let tokens = world.tokens(DEFAULT, &[]).await;
    assert_eq!(userinfo(&mut world, DEFAULT, &tokens).await.status, 200);
    assert_eq!(userinfo(&mut world, ORG_SERVER, &tokens).await.status, 401);
    world.okta.switches().once(Switch::UserinfoSubMismatch);
    assert_eq!(userinfo(&mut world, DEFAULT, &tokens).await.json()["sub"], "another-subject");
    let tokens = world.tokens(DEFAULT, &[("scope", "profile")]).await;
    assert!(tokens.get("id_token").is_none());
    let page = userinfo(&mut world, DEFAULT, &tokens).await;
    assert_eq!(page.status, 403);
    assert!(page.headers["www-authenticate"].to_str().unwrap().contains("error=\"insufficient_scope\""));
    world.advance(3600);
    assert_eq!(userinfo(&mut world, DEFAULT, &tokens).await.status, 401, "an hour later");
}

#[tokio::test]
async fn s5_5_athenahealth_is_an_okta_org_under_another_name() {
    let clock = std::sync::Arc::new(|| START);
    let athena = doorward_test_idp::okta::Okta::new("https://api.platform.athenahealth.com", None, clock);
    athena.add_user(User::new("doc@clinic.example", "Doc", "Holiday"));
    let hosts = [("https://api.platform.athenahealth.com", athena.router())];
    let mut browser = crate::browser::Browser::new(&hosts);
    let document =
        browser.open("https://api.platform.athenahealth.com/.well-known/openid-configuration").await.json();
    assert_eq!(document["token_endpoint"], "https://api.platform.athenahealth.com/oauth2/v1/token");
}
