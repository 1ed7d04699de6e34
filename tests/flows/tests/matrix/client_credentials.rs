//! Clients that act for themselves (RFC 6749 section 4.4): rows TK-02, TK-03, UI-01 and UI-05 for tokens
//! without a person.

use doorward_domain::audit::Action;
use doorward_domain::{ClientAuthentication, GrantType, RevokedToken, ScopeSet, TenantId};
use doorward_flows::app::{Answer, claims, userinfo};
use doorward_flows::world::ISSUER;
use doorward_flows::{Relying, World};
use http::StatusCode;
use serde_json::json;

use crate::support::{authorize, reregister};

/// A world in which `c1` may act for itself.
async fn world() -> (World, Relying) {
    let world = World::new().await;
    reregister(&world, "c1", |client| {
        client.grant_types = vec![GrantType::ClientCredentials];
        client.scope = ScopeSet::parse("openid profile email offline_access read write").unwrap();
        client.resources = vec!["https://api.test".to_owned(), "https://files.test/v1".to_owned()];
    })
    .await;
    let app = world.relying("c1");
    (world, app)
}

async fn ask(world: &World, app: &Relying, more: &[(&str, &str)]) -> Answer {
    app.token(world, &[&[("grant_type", "client_credentials")], more].concat()).await
}

#[tokio::test]
async fn a_client_gets_a_token_for_itself_and_nothing_is_written() {
    let (world, app) = world().await;
    let before = world.records().await;
    let answer = ask(&world, &app, &[("scope", "write")]).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!((answer.str("token_type"), answer.json["expires_in"].as_u64()), ("Bearer", Some(600)));
    assert_eq!(answer.str("scope"), "write");
    assert!(answer.json.get("id_token").is_none() && answer.json.get("refresh_token").is_none());
    let token = claims(answer.str("access_token"));
    assert_eq!((&token["sub"], &token["client_id"]), (&json!("c1"), &json!("c1")));
    assert_eq!((&token["iss"], &token["aud"]), (&json!(ISSUER), &json!(ISSUER)));
    for of_people in ["sid", "gid", "tenant_id", "auth_time"] {
        assert!(token.get(of_people).is_none(), "{of_people}: {token}");
    }
    assert_eq!(world.records().await, before, "not even an audit event");
    let about = app.call(&world, "/introspect", &[("token", answer.str("access_token"))]).await.json;
    assert_eq!(
        (&about["active"], &about["sub"], &about["scope"]),
        (&json!(true), &json!("c1"), &json!("write"))
    );
    world.pass(600);
    assert!(!app.is_active(&world, answer.str("access_token")).await);
}

#[tokio::test]
async fn tk_02_only_a_client_that_is_registered_for_it_acts_for_itself() {
    let (world, app) = world().await;
    let before = world.digest().await;
    for stranger in ["c2", "cx", "public", "native"] {
        ask(&world, &world.relying(stranger), &[]).await.assert_error(400, "unauthorized_client");
    }
    // Whatever its registration says, a public client's name is anybody's.
    reregister(&world, "public", |it| it.grant_types = vec![GrantType::ClientCredentials]).await;
    let public = world.relying("public");
    let changed = world.digest().await;
    assert_ne!(changed, before);
    ask(&world, &public, &[]).await.assert_error(400, "unauthorized_client");
    // And who has this grant alone has no other.
    app.redeem_code(&world, "x", &[]).await.assert_error(400, "unauthorized_client");
    app.refresh(&world, "x", &[]).await.assert_error(400, "unauthorized_client");
    authorize(&world, &app, &[]).await.assert_sent_back(&app, "unauthorized_client");
    assert_eq!(world.digest().await, changed);
}

#[tokio::test]
async fn tk_03_a_client_gets_no_scope_of_people_and_none_that_it_lacks() {
    let (world, app) = world().await;
    assert_eq!(ask(&world, &app, &[]).await.str("scope"), "read write");
    let answer = ask(&world, &app, &[("scope", "read openid profile email offline_access admin")]).await;
    assert_eq!(answer.str("scope"), "read");
    assert!(answer.json.get("id_token").is_none() && answer.json.get("refresh_token").is_none());
    for asked in ["admin", "openid", "offline_access profile", "re\"ad"] {
        ask(&world, &app, &[("scope", asked)]).await.assert_error(400, "invalid_scope");
    }
}

#[tokio::test]
async fn a_token_is_for_the_resources_that_were_asked_for() {
    let (world, app) = world().await;
    let one = ask(&world, &app, &[("resource", "https://api.test")]).await;
    assert_eq!(one.claims("access_token")["aud"], "https://api.test");
    let both = [("resource", "https://api.test"), ("resource", "https://files.test/v1")];
    let both = ask(&world, &app, &both).await;
    let audience = json!(["https://api.test", "https://files.test/v1"]);
    assert_eq!(both.claims("access_token")["aud"], audience);
    let about = app.call(&world, "/introspect", &[("token", both.str("access_token"))]).await.json;
    assert_eq!(about["aud"], audience);
    for other in ["https://api.test/", "https://evil.test", "https://API.test", "api", ISSUER] {
        let fields = [("resource", "https://api.test"), ("resource", other)];
        ask(&world, &app, &fields).await.assert_error(400, "invalid_target");
    }
}

#[tokio::test]
async fn ui_01_userinfo_knows_nobody_by_a_client_s_own_token() {
    let (world, app) = world().await;
    for more in [&[][..], &[("resource", "https://api.test")]] {
        let answer = ask(&world, &app, more).await;
        userinfo(&world, answer.str("access_token")).await.assert_error(401, "invalid_token");
    }
}

#[tokio::test]
async fn ui_05_a_client_revokes_its_own_token_alone() {
    let (world, app) = world().await;
    let [first, second] = [ask(&world, &app, &[]).await, ask(&world, &app, &[]).await];
    let (first, second) = (first.str("access_token"), second.str("access_token"));
    let before = world.digest().await;
    for stranger in ["c2", "cx"] {
        let answer = world.relying(stranger).call(&world, "/revoke", &[("token", first)]).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!world.relying(stranger).is_active(&world, first).await);
    }
    assert_eq!(world.digest().await, before);
    assert!(app.is_active(&world, first).await);
    for _ in 0..2 {
        assert_eq!(app.call(&world, "/revoke", &[("token", first)]).await.status, StatusCode::OK);
    }
    for world in [&world, &world.another_broker().await] {
        assert!(!app.is_active(world, first).await && app.is_active(world, second).await);
    }
    assert_eq!(world.audited(TenantId::BROKER, Action::TokenRevoked).await, 1);
    // The mark lasts as long as the token would have, and no longer.
    world.pass(599);
    assert_eq!(world.all::<RevokedToken>(TenantId::BROKER).await.len(), 1);
    assert!(!app.is_active(&world, first).await);
    world.pass(1);
    assert_eq!(world.all::<RevokedToken>(TenantId::BROKER).await.len(), 0);
}

#[tokio::test]
async fn what_a_client_may_no_longer_do_its_tokens_may_not_either() {
    let (world, app) = world().await;
    let answer = ask(&world, &app, &[("scope", "read write")]).await;
    let token = answer.str("access_token");
    let registered = |change: fn(&mut doorward_domain::Client)| reregister(&world, "c1", change);
    registered(|it| it.scope = ScopeSet::parse("read").unwrap()).await;
    let about = app.call(&world, "/introspect", &[("token", token)]).await.json;
    assert_eq!((&about["active"], &about["scope"]), (&json!(true), &json!("read")));
    registered(|it| it.grant_types = GrantType::usual()).await;
    assert!(!app.is_active(&world, token).await);
    registered(|it| it.grant_types = vec![GrantType::ClientCredentials]).await;
    assert!(app.is_active(&world, token).await);
    registered(|it| it.enabled = false).await;
    app.call(&world, "/introspect", &[("token", token)]).await.assert_error(401, "invalid_client");
    ask(&world, &app, &[]).await.assert_error(401, "invalid_client");
    registered(|it| (it.enabled, it.authentication) = (true, ClientAuthentication::None)).await;
    let public = Relying { secret: None, ..app };
    public.call(&world, "/introspect", &[("token", token)]).await.assert_error(401, "invalid_client");
}
