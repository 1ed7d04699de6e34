//! The form of an authorization request (OIDC Core sections 3.1.2.1 and 3.1.2.2).

use doorward_flows::World;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use rstest::rstest;

use crate::support::{authorize, signed_in};

#[tokio::test]
async fn unknown_parameters_mean_nothing() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let unknown =
        [("foo", "bar"), ("display", "popup"), ("claims", "{}"), ("claims_locales", "de"), ("audience", "y")];
    let page = browser.get(&app.authorize(&world, &unknown)).await;
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_empty_parameter_is_none() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let optional =
        ["state", "nonce", "prompt", "max_age", "login_hint", "id_token_hint", "response_mode", "request"];
    let without: Vec<_> = optional.iter().map(|name| (*name, "")).collect();
    let plain = app.authorize(&world, &without);
    let empty: String = optional.iter().map(|name| format!("&{name}=")).collect();
    for url in [plain.clone(), format!("{plain}{empty}")] {
        let page = browser.get(&url).await;
        assert_eq!((page.parameter("state"), page.parameter("error")), (None, None), "{page:?}");
        let claims = app.redeem(&world, &page).await.claims("id_token");
        assert!(claims.get("nonce").is_none(), "{claims}");
    }
    for required in ["client_id", "redirect_uri"] {
        let url = app.authorize(&world, &[(required, "")]);
        browser.get(&format!("{url}&{required}=")).await.assert_told(400);
    }
    let url = app.authorize(&world, &[("response_type", "")]);
    for url in [format!("{url}&response_type="), url] {
        browser.get(&url).await.assert_sent_back(&app, "invalid_request");
    }
}

#[tokio::test]
async fn a_request_may_be_posted() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let parameters = app.parameters();
    let fields: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let page = browser.post(&world.url("/authorize"), &fields).await;
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
    // From an app's own page, which is another site; a new browser is asked to sign in.
    let request = http::Request::builder()
        .method(Method::POST)
        .uri(world.url("/authorize"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("origin", "https://c1.test")
        .header("sec-fetch-site", "cross-site")
        .body(doorward_flows::browser::encode(&fields).into_bytes());
    let mut browser = world.browser();
    let page = browser.request(request.unwrap()).await;
    let page = browser.follow(page).await;
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
}

#[rstest]
#[case("request", "invalid_request_object")]
#[case("request_uri", "request_uri_not_supported")]
#[case("registration", "registration_not_supported")]
#[tokio::test]
async fn what_is_not_supported_is_said(#[case] parameter: &str, #[case] error: &str) {
    let world = World::new().await;
    let app = world.relying("c1");
    let calls = crate::support::canary(&world, "https://evil.test");
    let changes = [(parameter, "https://evil.test/request.jwt")];
    authorize(&world, &app, &changes).await.assert_sent_back(&app, error);
    assert_eq!(calls.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn without_openid_there_is_no_id_token_and_no_userinfo() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let page = browser.get(&app.authorize(&world, &[("scope", "email")])).await;
    let answer = app.redeem(&world, &page).await;
    assert_eq!((answer.str("scope"), answer.json.get("id_token")), ("email", None));
    let info = doorward_flows::app::userinfo(&world, answer.str("access_token")).await;
    assert_eq!(info.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_method_that_the_endpoint_does_not_have_is_refused() {
    let world = World::new().await;
    let url = world.relying("c1").authorize(&world, &[]);
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
        let page = world.browser().send(method.clone(), &url, None).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}
