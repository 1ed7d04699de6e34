//! What must not go through, and how it is answered.

use axum::http::{StatusCode, header};

use super::world::{CHALLENGE, SECRET, World, basic, redemption};

#[tokio::test]
async fn an_untrusted_client_or_redirect_uri_gets_a_page_and_no_redirect() {
    let mut world = World::new();
    let cases: [&[(&str, &str)]; 7] = [
        &[("client_id", "nobody")],
        &[("client_id", "")],
        &[("redirect_uri", "")],
        &[("redirect_uri", "http://localhost:8080/callback")],
        &[("redirect_uri", "http://localhost:8080/callback?from=acme#x")],
        &[("redirect_uri", "https://evil.example/")],
        &[("client_id", "web"), ("client_id", "web")],
    ];
    for changes in cases {
        let page = world.authorize("acme", changes).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{changes:?}");
        assert!(!page.headers.contains_key(header::LOCATION) && page.body.contains("id=\"error\""));
    }
}

#[tokio::test]
async fn any_other_mistake_goes_back_to_the_client() {
    let mut world = World::new();
    let cases: [(&[(&str, &str)], &str); 14] = [
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "")], "invalid_request"),
        (&[("response_mode", "fragment")], "invalid_request"),
        (&[("scope", "profile")], "invalid_scope"),
        (&[("scope", "")], "invalid_scope"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge", "short")], "invalid_request"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("client_id", "spa"), ("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("max_age", "-1")], "invalid_request"),
        (&[("nonce", "a"), ("nonce", "b")], "invalid_request"),
        (&[("request", "ey")], "request_not_supported"),
    ];
    for (changes, error) in cases {
        let back = world.authorize("acme", changes).await;
        assert_eq!(back.returned("error").as_deref(), Some(error), "{changes:?}");
        assert_eq!(back.returned("state").as_deref(), Some("s & t"));
        assert_eq!(back.returned("iss").as_deref(), Some("http://localhost:8081/acme"));
        assert_eq!(back.returned("code"), None);
    }
}

#[tokio::test]
async fn cancelling_is_access_denied() {
    let mut world = World::new();
    let query = format!(
        "client_id=web&response_type=code&scope=openid&code_challenge={CHALLENGE}&code_challenge_method=S256\
         &redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fcallback%3Ffrom%3Dacme"
    );
    let back = world.post(&format!("/acme/sign-in?{query}"), &[("cancel", "yes")], None).await;
    assert_eq!(back.returned("error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn a_code_is_good_once_within_a_minute_and_for_its_request_only() {
    let mut world = World::new();
    let web = basic("web", SECRET);
    for (field, value) in [
        ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"),
        ("code_verifier", ""),
        ("redirect_uri", "http://localhost:8080/callback"),
        ("redirect_uri", ""),
        ("code", "made-up"),
    ] {
        let code = world.code("acme", "alice").await;
        let changed = redemption(&code).map(|pair| if pair.0 == field { (field, value) } else { pair });
        let answer = world.post("/acme/token", &changed, Some(&web)).await;
        assert_eq!(answer.oauth_error(StatusCode::BAD_REQUEST), "invalid_grant", "{field}={value}");
    }

    let code = world.code("acme", "alice").await;
    assert_eq!(world.redeem("acme", &code).await.status, StatusCode::OK);
    assert_eq!(world.redeem("acme", &code).await.oauth_error(StatusCode::BAD_REQUEST), "invalid_grant");

    let code = world.code("acme", "alice").await;
    world.advance(60);
    assert_eq!(world.redeem("acme", &code).await.oauth_error(StatusCode::BAD_REQUEST), "invalid_grant");

    let code = world.code("acme", "alice").await;
    let stranger: Vec<_> = redemption(&code).into_iter().chain([("client_id", "spa")]).collect();
    let answer = world.post("/acme/token", &stranger, None).await;
    assert_eq!(answer.oauth_error(StatusCode::BAD_REQUEST), "invalid_grant");

    let code = world.code("acme", "alice").await;
    let elsewhere = world.redeem("globex", &code).await;
    assert_eq!(elsewhere.oauth_error(StatusCode::BAD_REQUEST), "invalid_grant");
}

#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    let mut world = World::new();
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = world.pick("acme", "alice", &without).await.returned("code").unwrap();
    assert_eq!(world.redeem("acme", &code).await.oauth_error(StatusCode::BAD_REQUEST), "invalid_grant");
}

#[tokio::test]
async fn a_client_that_does_not_prove_itself_is_unauthorized() {
    let mut world = World::new();
    let code = world.code("acme", "alice").await;
    let by_post = |client_id, secret| {
        redemption(&code)
            .into_iter()
            .chain([("client_id", client_id), ("client_secret", secret)])
            .collect::<Vec<(&str, &str)>>()
    };
    for (fields, authorization) in [
        (by_post("web", "wrong"), None),
        (by_post("web", ""), None),
        (by_post("spa", "a public client has none"), None),
        (by_post("nobody", SECRET), None),
        (redemption(&code).to_vec(), None),
        (redemption(&code).to_vec(), Some(basic("web", "wrong"))),
        (redemption(&code).to_vec(), Some("Basic %%%".to_owned())),
    ] {
        let answer = world.post("/acme/token", &fields, authorization.as_deref()).await;
        assert_eq!(answer.oauth_error(StatusCode::UNAUTHORIZED), "invalid_client", "{fields:?}");
        assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE));
    }
    let twice = world.post("/acme/token", &by_post("web", SECRET), Some(&basic("web", SECRET))).await;
    assert_eq!(twice.oauth_error(StatusCode::BAD_REQUEST), "invalid_request");
    assert_eq!(world.redeem("acme", &code).await.status, StatusCode::OK, "none of it touched the code");
}

#[tokio::test]
async fn malformed_token_requests_name_what_is_wrong() {
    let mut world = World::new();
    let web = basic("web", SECRET);
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[], "invalid_request"),
        (&[("grant_type", "password")], "unsupported_grant_type"),
        (&[("grant_type", "authorization_code")], "invalid_request"),
        (&[("grant_type", "refresh_token")], "invalid_request"),
        (&[("grant_type", "authorization_code"), ("code", "a"), ("code", "b")], "invalid_request"),
    ];
    for (fields, error) in cases {
        let answer = world.post("/acme/token", fields, Some(&web)).await;
        assert_eq!(answer.oauth_error(StatusCode::BAD_REQUEST), error, "{fields:?}");
    }
}

#[tokio::test]
async fn userinfo_wants_a_token_that_is_still_good() {
    let mut world = World::new();
    let tokens = world.tokens("acme", "alice").await;
    assert_eq!(world.userinfo("acme", &tokens).await.status, StatusCode::OK);
    assert_eq!(world.userinfo("globex", &tokens).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.get("/acme/userinfo").await.status, StatusCode::UNAUTHORIZED);
    world.advance(3600);
    let late = world.userinfo("acme", &tokens).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    assert_eq!(late.headers[header::WWW_AUTHENTICATE], "Bearer error=\"invalid_token\"");
}
