//! The token endpoint: rows TK.

use doorward_flows::World;
use doorward_flows::app::{Answer, post, send};
use doorward_flows::browser::encode;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, StatusCode};
use serde_json::json;

use crate::client_authentication::basic;
use crate::support::{authorize, code, reregister, signed_in};

const FORM: &str = "application/x-www-form-urlencoded";

async fn call(world: &World, method: Method, target: &str, content_type: &str, body: &str) -> Answer {
    let (authorization, credentials) = basic("c1", "secret-of-c1");
    assert_eq!(authorization, AUTHORIZATION);
    let request = http::Request::builder()
        .method(method)
        .uri(world.url(target))
        .header(AUTHORIZATION, credentials)
        .header(CONTENT_TYPE, content_type)
        .body(body.as_bytes().to_vec());
    send(world, request.unwrap()).await
}

#[tokio::test]
async fn tk_01_only_a_form_in_the_body_of_a_post_counts() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let code = code(&world, &mut browser, &app, &[]).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &app.redirect_uri),
        ("code_verifier", doorward_flows::app::VERIFIER),
    ];
    let form = encode(&fields);
    let in_query = format!("/token?{form}");
    let json = json!({"grant_type": "authorization_code", "code": code}).to_string();
    let before = world.digest().await;
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD, Method::TRACE] {
        let answer = call(&world, method.clone(), &in_query, FORM, &form).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    for (target, content_type, body) in [
        (in_query.as_str(), FORM, ""),
        (in_query.as_str(), "application/json", ""),
        ("/token", "application/json", json.as_str()),
        ("/token", "text/plain", form.as_str()),
        ("/token", "multipart/form-data; boundary=x", form.as_str()),
        ("/token", "", form.as_str()),
        ("/token", "application/x-www-form-urlencoded-not", form.as_str()),
        ("/token", FORM, &format!("{form}&grant_type=authorization_code")),
        ("/token", FORM, &format!("{form}&code={code}")),
        ("/token", FORM, &format!("{form}&c%6fde={code}")),
        ("/token", FORM, &format!("{form}&unknown=1&unknown=2")),
        ("/token", FORM, &format!("{form}&x=%00")),
        ("/token", FORM, &format!("{form}&x=%ff")),
        ("/token", FORM, &format!("{form}{}", "&x=1".repeat(100))),
        ("/token", FORM, &form.replace("grant_type", "grant_Type")),
    ] {
        let answer = call(&world, Method::POST, target, content_type, body).await;
        answer.assert_error(400, "invalid_request");
    }
    let bomb = format!("{form}&x={}", "x".repeat(1 << 20));
    let answer = call(&world, Method::POST, "/token", FORM, &bomb).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(world.digest().await, before, "none of this used the code up");
    // What stands in the query is not read, not even beside a good body.
    let target = "/token?code=x&client_id=c2&client_secret=y&grant_type=password";
    let with_charset = "application/x-www-form-urlencoded; charset=UTF-8";
    let answer = call(&world, Method::POST, target, with_charset, &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

#[tokio::test]
async fn tk_01_a_secret_in_the_query_authenticates_nobody() {
    let world = World::new().await;
    let target = "/token?client_id=c1&client_secret=secret-of-c1";
    let answer = post(&world, target, &[], "grant_type=authorization_code&code=x").await;
    answer.assert_error(401, "invalid_client");
}

#[tokio::test]
async fn tk_02_no_grant_but_those_that_exist() {
    let world = World::new().await;
    let before = world.digest().await;
    for id in ["c1", "public"] {
        let app = world.relying(id);
        for grant_type in [
            "password",
            "implicit",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "urn:example:unknown",
            "Authorization_Code",
            "authorization_code ",
            "authorization_code refresh_token",
        ] {
            let fields = [
                ("grant_type", grant_type),
                ("username", "alice"),
                ("password", "test"),
                ("assertion", "a.b.c"),
                ("scope", "openid"),
            ];
            app.token(&world, &fields).await.assert_error(400, "unsupported_grant_type");
        }
        let unregistered = [
            "client_credentials",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:ietf:params:oauth:grant-type:device_code",
        ];
        for grant_type in unregistered {
            app.token(&world, &[("grant_type", grant_type)]).await.assert_error(400, "unauthorized_client");
        }
        app.token(&world, &[("grant_type", "")]).await.assert_error(400, "invalid_request");
        app.token(&world, &[("grant_type", "authorization_code")]).await.assert_error(400, "invalid_request");
        app.token(&world, &[("grant_type", "refresh_token")]).await.assert_error(400, "invalid_request");
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn tk_02_a_client_without_refresh_tokens_gets_and_uses_none() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let granted = code(&world, &mut browser, &app, &[]).await;
    let granted = app.redeem_code(&world, &granted, &[]).await;
    reregister(&world, "c1", |client| client.scope = "openid email".to_owned().into()).await;
    let before = world.digest().await;
    for token in [granted.str("refresh_token"), "garbage"] {
        app.refresh(&world, token, &[]).await.assert_error(400, "unauthorized_client");
    }
    assert_eq!(world.digest().await, before);
    let code = code(&world, &mut browser, &app, &[]).await;
    let answer = app.redeem_code(&world, &code, &[]).await;
    assert_eq!(answer.str("scope"), "openid email");
    assert!(answer.json.get("refresh_token").is_none(), "{answer:?}");
}

#[tokio::test]
async fn tk_03_never_more_than_is_registered() {
    let world = World::new().await;
    reregister(&world, "c1", |client| client.scope = "openid email".to_owned().into()).await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    for (asked, granted) in [
        ("openid email", "openid email"),
        ("email openid", "email openid"),
        ("openid admin groups offline_access", "openid"),
        ("openid  openid openid", "openid"),
        ("admin email", "email"),
    ] {
        let code = code(&world, &mut browser, &app, &[("scope", asked)]).await;
        // The redemption cannot ask for anything either.
        let changes = [("scope", "openid email groups offline_access admin")];
        let answer = app.redeem_code(&world, &code, &changes).await;
        assert_eq!((answer.str("scope"), answer.json.get("refresh_token")), (granted, None), "{asked}");
        assert_eq!(answer.claims("access_token")["scope"], granted);
        assert_eq!(answer.json.get("id_token").is_some(), granted.contains("openid"), "{asked}");
    }
    let before = world.digest().await;
    for asked in ["admin", "groups offline_access", "open\"id", "OPENID", "openid\\", "\"", "öpenid openid"]
    {
        let page = browser.get(&app.authorize(&world, &[("scope", asked)])).await;
        page.assert_sent_back(&app, "invalid_scope");
    }
    assert_eq!(world.digest().await, before);
}

/// RFC 6749 section 3.3, OIDC Core section 11: who asks for nothing gets no refresh token.
#[tokio::test]
async fn tk_03_a_refresh_token_must_be_asked_for() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let code = code(&world, &mut browser, &app, &[("scope", "")]).await;
    let answer = app.redeem_code(&world, &code, &[]).await;
    assert_eq!(
        (answer.str("scope"), answer.json.get("refresh_token")),
        ("openid profile email groups", None)
    );
}

#[tokio::test]
async fn tk_03_a_scope_that_was_taken_from_a_client_is_not_redeemed() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let code = code(&world, &mut browser, &app, &[]).await;
    reregister(&world, "c1", |client| client.scope = "openid".to_owned().into()).await;
    let answer = app.redeem_code(&world, &code, &[]).await;
    assert_eq!(answer.str("scope"), "openid", "{answer:?}");
    assert!(answer.json.get("refresh_token").is_none(), "{answer:?}");
    assert!(answer.claims("id_token").get("email").is_none(), "{answer:?}");
}

#[tokio::test]
async fn tk_03_a_scope_bomb_does_not_go_off() {
    let world = World::new().await;
    let app = world.relying("c1");
    let many: String = (0..20_000).map(|n| format!("{n} ")).collect();
    let bomb = format!("openid {}", &many[..60_000]);
    let url = app.authorize(&world, &[("scope", "")]);
    let page = world.browser().post(&url, &[("scope", &bomb)]).await;
    page.assert_sent_back(&app, "invalid_scope");
    authorize(&world, &app, &[("scope", &bomb[..5_000])]).await.assert_sent_back(&app, "invalid_scope");
    let larger = "0 ".repeat(100_000);
    let page = world.browser().post(&url, &[("scope", &larger)]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn an_answer_of_the_token_endpoint_is_for_its_client_alone() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let code = code(&world, &mut browser, &app, &[]).await;
    let answer = app.redeem_code(&world, &code, &[]).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["pragma"], "no-cache");
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!((answer.str("token_type"), answer.json["expires_in"].as_u64()), ("Bearer", Some(600)));
    assert!(answer.headers.get("set-cookie").is_none() && answer.headers.get("location").is_none());
}
