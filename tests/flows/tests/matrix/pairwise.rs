//! Clients that know people by a `sub` of their sector's own (OIDC Core section 8): what one sector is told
//! cannot be compared with what another is.

use std::sync::Arc;

use doorward_domain::client::SubjectType;
use doorward_domain::{GrantType, ScopeSet};
use doorward_flows::app::{claims, send, userinfo};
use doorward_flows::world::ADMIN_TOKEN;
use doorward_flows::{Browser, Relying, World};
use doorward_service::management::backup::{BackedUp, restore};
use doorward_store::records::{PairwiseKey, at};
use doorward_store::{MemoryStore, Store};
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};

use crate::support::{code, reregister, signed_in};

/// Puts a client into a sector.
async fn put(world: &World, id: &str, sector: &str) {
    let pairwise = SubjectType::Pairwise { sector: sector.to_owned(), uri: None };
    reregister(world, id, |client| client.subject_type = pairwise).await;
}

/// `c1` in a sector of its own, and alice signed in.
async fn world() -> (World, Relying, Browser) {
    let world = World::new().await;
    let browser = signed_in(&world, "alice").await;
    put(&world, "c1", "c1.test").await;
    let app = world.relying("c1");
    (world, app, browser)
}

async fn sub(world: &World, browser: &mut Browser, app: &Relying) -> Value {
    let issued = code(world, browser, app, &[]).await;
    app.redeem_code(world, &issued, &[]).await.claims("id_token")["sub"].clone()
}

#[tokio::test]
async fn a_client_is_told_one_sub_everywhere() {
    let (world, app, mut browser) = world().await;
    let issued = code(&world, &mut browser, &app, &[]).await;
    let tokens = app.redeem_code(&world, &issued, &[]).await;
    let sub = tokens.claims("id_token")["sub"].clone();
    let known = sub.as_str().unwrap();
    assert_eq!(tokens.claims("access_token")["sub"], sub);
    assert_eq!(userinfo(&world, tokens.str("access_token")).await.json["sub"], sub);
    for token in ["access_token", "refresh_token"] {
        let about = app.call(&world, "/introspect", &[("token", tokens.str(token))]).await;
        assert_eq!((&about.json["active"], &about.json["sub"]), (&json!(true), &sub), "{token}");
    }
    let again = app.refresh(&world, tokens.str("refresh_token"), &[]).await;
    assert_eq!((&again.claims("id_token")["sub"], &again.claims("access_token")["sub"]), (&sub, &sub));
    // Nothing of the sub that public clients know stands in anything that it was told.
    let user = world.all::<doorward_domain::User>(world.victim).await.remove(0).id.to_string();
    assert_ne!(known, user);
    for told in [&tokens.json, &again.json] {
        for name in ["id_token", "access_token"] {
            assert!(!claims(told[name].as_str().unwrap()).to_string().contains(&user));
        }
    }
}

#[tokio::test]
async fn sectors_differ_and_their_clients_agree() {
    let (world, app, mut browser) = world().await;
    let second = world.relying("c2");
    let own = sub(&world, &mut browser, &app).await;
    let public = sub(&world, &mut browser, &second).await;
    put(&world, "c2", "c2.test").await;
    let other = sub(&world, &mut browser, &second).await;
    assert!(own != public && own != other && public != other);
    put(&world, "c2", "c1.test").await;
    assert_eq!(sub(&world, &mut browser, &second).await, own);
    // Other people are others, whatever their identity provider calls them.
    let uma = world.tokens(&app, "victim", "uma").await.claims("id_token")["sub"].clone();
    let mallory = world.tokens(&app, "attacker", "alice").await.claims("id_token")["sub"].clone();
    assert!(uma != own && mallory != own && uma != mallory);
}

#[tokio::test]
async fn a_hint_and_a_sub_that_is_asked_for_are_the_clients_own() {
    let (world, app, mut browser) = world().await;
    let second = world.relying("c2");
    let issued = code(&world, &mut browser, &app, &[]).await;
    let tokens = app.redeem_code(&world, &issued, &[]).await;
    let own = tokens.claims("id_token")["sub"].clone();
    let public = sub(&world, &mut browser, &second).await;
    let silent = ("prompt", "none");
    let hint = [silent, ("id_token_hint", tokens.str("id_token"))];
    assert!(browser.get(&app.authorize(&world, &hint)).await.parameter("code").is_some());
    let uma = world.tokens(&app, "victim", "uma").await;
    let hint = [silent, ("id_token_hint", uma.str("id_token"))];
    browser.get(&app.authorize(&world, &hint)).await.assert_sent_back(&app, "login_required");
    for (asked, found) in [(&own, true), (&public, false), (&json!("nobody"), false)] {
        let claims = json!({"id_token": {"sub": {"value": asked}}}).to_string();
        let page = browser.get(&app.authorize(&world, &[silent, ("claims", &claims)])).await;
        assert_eq!(page.parameter("code").is_some(), found, "{asked}: {page:?}");
    }
    // Whoever has the hint is signed out without a question; somebody else's changes nothing.
    let page = browser.get(&world.url(&format!("/end-session?id_token_hint={}", uma.str("id_token")))).await;
    assert!(page.body.contains("<form"), "{}", page.body);
    let page =
        browser.get(&world.url(&format!("/end-session?id_token_hint={}", tokens.str("id_token")))).await;
    assert!(!page.body.contains("<form"), "{}", page.body);
    browser.get(&app.authorize(&world, &[silent])).await.assert_sent_back(&app, "login_required");
}

#[tokio::test]
async fn an_exchanged_token_is_about_the_same_person_as_its_own_client_knows_them() {
    let (world, app, mut browser) = world().await;
    put(&world, "c2", "c2.test").await;
    for (id, resources) in [("c1", ["c2", "https://api.test"]), ("c2", ["https://files.test", "c3"])] {
        reregister(&world, id, |client| {
            client.grant_types.push(GrantType::TokenExchange);
            client.resources = resources.map(str::to_owned).to_vec();
            client.scope = ScopeSet::parse("openid profile email offline_access read").unwrap();
        })
        .await;
    }
    let service = world.relying("c2");
    let (own, others) = (sub(&world, &mut browser, &app).await, sub(&world, &mut browser, &service).await);
    let issued = code(&world, &mut browser, &app, &[("scope", "openid read")]).await;
    let tokens = app.redeem_code(&world, &issued, &[]).await;
    let access_token = "urn:ietf:params:oauth:token-type:access_token";
    let exchange = async |app: &Relying, token: &str, more: &[(&str, &str)]| {
        let plain = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", token),
            ("subject_token_type", access_token),
            ("scope", "read"),
        ];
        let answer = app.token(&world, &[&plain, more].concat()).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer
    };
    let acting =
        [("audience", "c2"), ("actor_token", tokens.str("access_token")), ("actor_token_type", access_token)];
    let first = exchange(&app, tokens.str("access_token"), &acting).await;
    let told = first.claims("access_token");
    assert_eq!((&told["sub"], &told["act"]["sub"]), (&own, &own));
    let second = exchange(&service, first.str("access_token"), &[("resource", "https://files.test")]).await;
    let told = second.claims("access_token");
    assert_eq!((&told["sub"], &told["act"]["sub"]), (&others, &others), "{told}");
    let about = service.call(&world, "/introspect", &[("token", second.str("access_token"))]).await.json;
    assert_eq!((&about["sub"], &about["act"]["sub"]), (&others, &others));
}

#[tokio::test]
async fn a_third_party_is_allowed_by_the_person_it_asked() {
    let (world, _, mut browser) = world().await;
    put(&world, "third", "third.test").await;
    let app = world.relying("third");
    let question = browser.get(&app.authorize(&world, &[])).await;
    let page = browser.submit_unfollowed(&question, &[("decision", "allow")]).await;
    let told = app.redeem(&world, &page).await.claims("id_token")["sub"].clone();
    assert_eq!(sub(&world, &mut browser, &app).await, told);
    // Who signed in meanwhile cannot answer for who was asked.
    let question = browser.get(&app.authorize(&world, &[("prompt", "consent")])).await;
    let again = browser.open(&world.relying("c2").authorize(&world, &[("prompt", "login")])).await;
    world.go_on(&mut browser, again, "victim", "uma").await;
    browser.submit_unfollowed(&question, &[("decision", "allow")]).await.assert_told(400);
}

async fn backup(world: &World) -> Vec<BackedUp> {
    let request = http::Request::get(world.url("/admin/v1/backup?limit=500"));
    let request = request.header(AUTHORIZATION, format!("Bearer {ADMIN_TOKEN}")).body(Vec::new());
    let answer = send(world, request.unwrap()).await;
    assert_eq!((answer.status, answer.json.get("next")), (StatusCode::OK, None), "{answer:?}");
    serde_json::from_value(answer.json["items"].clone()).unwrap()
}

#[tokio::test]
async fn the_key_of_subjects_is_made_once_and_survives() {
    let (world, app, mut browser) = world().await;
    let own = sub(&world, &mut browser, &app).await;
    let key: PairwiseKey = world.read(&at::pairwise_key()).await.unwrap();
    world.keys.rotate(doorward_domain::Algorithm::ES256, "kim").await.unwrap();
    world.pass(2 * 86_400);
    world.keys.maintain().await.unwrap();
    let there = world.another_broker().await;
    assert_eq!(there.read::<PairwiseKey>(&at::pairwise_key()).await.unwrap(), key);
    assert_eq!(there.tokens(&app, "victim", "alice").await.claims("id_token")["sub"], own);
    // A copy that was restored knows the same people by the same names.
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    restore(&*store, &backup(&there).await).await.unwrap();
    let restored = there.restarted(|| store).await;
    assert_eq!(restored.tokens(&app, "victim", "alice").await.claims("id_token")["sub"], own);
}
