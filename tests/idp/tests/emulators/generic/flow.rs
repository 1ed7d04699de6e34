//! Sign-ins that go well.

use axum::http::{StatusCode, header};
use doorward_test_idp::Endpoint;
use serde_json::{Value, json};

use super::world::{CALLBACK, SECRET, VERIFIER, World, basic, redemption, verified};
use crate::party::START;

#[tokio::test]
async fn discovery_names_the_issuer_and_its_endpoints() {
    let mut world = World::new();
    let metadata = world.get("/acme/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["issuer"], "http://localhost:8081/acme");
    assert_eq!(metadata["token_endpoint"], "http://localhost:8081/acme/token");
    assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(["ES256"]));
    let keys = world.get("/acme/jwks").await.json();
    let key = &keys["keys"][0];
    assert_eq!((&key["kty"], &key["use"], &key["alg"]), (&json!("EC"), &json!("sig"), &json!("ES256")));
    assert!(key.get("d").is_none(), "the private half stays home");
    assert_eq!(world.get("/nobody/jwks").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_click_leads_through_code_and_pkce_to_an_id_token() {
    let mut world = World::new();
    let page = world.authorize("acme", &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    for id in ["persona-alice", "username", "password", "sign-in", "cancel"] {
        assert!(page.body.contains(&format!("id=\"{id}\"")), "{id} is on the page");
    }
    assert!(page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("default-src 'none'"));

    let action = page.body.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
    let action = action.replace("&#38;", "&").replace("&amp;", "&");
    let back = world.post(&action, &[("persona", "alice")], None).await;
    assert!(back.headers[header::LOCATION].to_str().unwrap().starts_with(CALLBACK));
    assert_eq!(back.returned("state").as_deref(), Some("s & t"));
    assert_eq!(back.returned("iss").as_deref(), Some("http://localhost:8081/acme"));

    let tokens = world.redeem("acme", &back.returned("code").unwrap()).await;
    assert_eq!(tokens.headers[header::CACHE_CONTROL], "no-store");
    let tokens = tokens.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert!(tokens.get("refresh_token").is_none(), "offline_access was not asked for");

    let claims =
        Value::Object(verified(&tokens["id_token"], &world.jwks("acme").await).expect("a signature"));
    assert_eq!(claims["iss"], "http://localhost:8081/acme");
    assert_eq!(claims["sub"], "acme-alice");
    assert_eq!(claims["aud"], "web");
    assert_eq!(claims["nonce"], "n-1");
    assert_eq!(claims["amr"], json!(["pwd"]));
    assert_eq!(claims["iat"].as_i64(), Some(START), "an integer");
    assert_eq!(claims["exp"].as_i64(), Some(START + 300));
    assert_eq!(claims["auth_time"].as_i64(), Some(START));
    assert_eq!(claims["email"], "alice@acme.example");
    assert!(claims["sid"].is_string());

    let userinfo = world.userinfo("acme", &tokens).await.json();
    assert_eq!((&userinfo["sub"], &userinfo["name"]), (&json!("acme-alice"), &json!("Alice Archer")));
}

#[tokio::test]
async fn typed_credentials_do_as_well_by_username_or_email() {
    let mut world = World::new();
    let query = "/acme/sign-in?client_id=web&response_type=code&scope=openid&redirect_uri=";
    let path = format!("{query}{}", "http%3A%2F%2Flocalhost%3A8080%2Fcallback%3Ffrom%3Dacme");
    for login in ["alice", "Alice@acme.example"] {
        let back = world.post(&path, &[("username", login), ("password", "test")], None).await;
        assert!(back.returned("code").is_some());
    }
    for (login, password) in [("alice", "wrong"), ("alice", ""), ("nobody", "test"), ("", "test")] {
        let page = world.post(&path, &[("username", login), ("password", password)], None).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(page.body.contains("id=\"error\"") && !page.headers.contains_key(header::SET_COOKIE));
    }
}

#[tokio::test]
async fn a_thin_id_token_leaves_the_profile_to_userinfo() {
    let mut world = World::new();
    let tokens = world.tokens("globex", "alice").await;
    let claims = verified(&tokens["id_token"], &world.jwks("globex").await).expect("an RS256 signature");
    assert_eq!(claims["sub"], "globex-alice");
    for claim in ["name", "email", "groups"] {
        assert!(!claims.contains_key(claim), "{claim}");
    }
    let userinfo = world.userinfo("globex", &tokens).await.json();
    assert_eq!(userinfo["email"], "alice@globex.example");
    assert_eq!(userinfo["groups"], json!(["staff", "engineering"]));
}

#[tokio::test]
async fn the_default_personas_are_the_cases_a_broker_must_master() {
    let mut world = World::new();
    let mut userinfo = Vec::new();
    for persona in ["nora", "uma", "greg"] {
        let tokens = world.tokens("acme", persona).await;
        userinfo.push(world.userinfo("acme", &tokens).await.json());
    }
    assert!(userinfo[0].get("email").is_none() && userinfo[0].get("email_verified").is_none());
    assert_eq!(userinfo[1]["email_verified"], false);
    assert_eq!(userinfo[2]["groups"].as_array().unwrap().len(), 250);
}

#[tokio::test]
async fn scopes_decide_what_is_told() {
    let mut world = World::new();
    let code = world.pick("acme", "alice", &[("scope", "openid")]).await.returned("code").unwrap();
    let tokens = world.redeem("acme", &code).await.json();
    let claims = verified(&tokens["id_token"], &world.jwks("acme").await).unwrap();
    assert!(!claims.contains_key("email") && !claims.contains_key("name"));
}

#[tokio::test]
async fn every_way_of_client_authentication_works() {
    let mut world = World::new();
    let post = [("client_id", "web"), ("client_secret", SECRET)];
    let code = world.code("acme", "alice").await;
    let fields: Vec<_> = redemption(&code).into_iter().chain(post).collect();
    assert_eq!(world.post("/acme/token", &fields, None).await.status, StatusCode::OK);

    let code = world.pick("acme", "alice", &[("client_id", "spa")]).await.returned("code").unwrap();
    let fields: Vec<_> = redemption(&code).into_iter().chain([("client_id", "spa")]).collect();
    assert_eq!(world.post("/acme/token", &fields, None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_open_issuer_takes_any_client_that_is_on_loopback() {
    let mut world = World::new();
    let own = [("client_id", "whoever"), ("redirect_uri", "http://127.0.0.1:1234/cb")];
    let code = world.pick("open", "alice", &own).await.returned("code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:1234/cb"),
        ("code_verifier", VERIFIER),
    ];
    let tokens = world.post("/open/token", &fields, Some(&basic("whoever", "whatever"))).await;
    assert_eq!(tokens.status, StatusCode::OK);
    let away = [("client_id", "whoever"), ("redirect_uri", "https://app.example/cb")];
    assert_eq!(world.authorize("open", &away).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn form_post_puts_the_answer_into_a_form() {
    let mut world = World::new();
    let page = world.pick("acme", "alice", &[("response_mode", "form_post")]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("action=\"http://localhost:8080/callback?from=acme\""));
    for name in ["code", "state", "iss"] {
        assert!(page.body.contains(&format!("name=\"{name}\"")), "{name}");
    }
}

#[tokio::test]
async fn an_authorization_request_may_be_posted() {
    let mut world = World::new();
    let fields =
        [("client_id", "web"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("scope", "openid")];
    let page = world.post("/acme/authorize", &fields, None).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("persona-alice"));
}

#[tokio::test]
async fn a_refresh_token_is_given_for_offline_access_and_rotates() {
    let mut world = World::new();
    let asked = [("scope", "openid offline_access")];
    let code = world.pick("acme", "alice", &asked).await.returned("code").unwrap();
    let first = world.redeem("acme", &code).await.json();
    let spent = first["refresh_token"].as_str().unwrap();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", spent)];
    let second = world.post("/acme/token", &fields, Some(&basic("web", SECRET))).await.json();
    let claims = verified(&second["id_token"], &world.jwks("acme").await).unwrap();
    assert!(!claims.contains_key("nonce"), "a refreshed ID token has none");
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    let again = world.post("/acme/token", &fields, Some(&basic("web", SECRET))).await;
    assert_eq!(again.oauth_error(StatusCode::BAD_REQUEST), "invalid_grant");
}

#[tokio::test]
async fn requests_are_counted_per_endpoint_and_issuer() {
    let mut world = World::new();
    world.tokens("acme", "alice").await;
    world.jwks("acme").await;
    let acme = world.issuer("acme");
    assert_eq!(acme.requests(Endpoint::Token), 1);
    assert_eq!(acme.requests(Endpoint::Jwks), 1);
    assert_eq!(acme.requests(Endpoint::Userinfo), 0);
    assert_eq!(world.issuer("globex").requests(Endpoint::Token), 0);
    let listed = world.get("/acme/requests").await.json();
    assert_eq!(listed, json!({ "jwks": 1, "sign_in": 1, "token": 1 }));
}

#[tokio::test]
async fn the_home_page_shows_who_can_sign_in_where() {
    let mut world = World::new();
    let page = world.get("/").await;
    assert!(page.body.contains("http://localhost:8081/acme") && page.body.contains("Alice Archer"));
    assert_eq!(world.get("/ui.css").await.headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
}
