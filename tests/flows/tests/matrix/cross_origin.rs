//! What scripts of another origin may ask, and read (Fetch section 3.2).

use doorward_flows::World;
use doorward_flows::app::{Answer, send};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONTENT_TYPE, ORIGIN,
};
use http::request::Builder;
use http::{HeaderName, Method, StatusCode};
use rstest::rstest;

const CORS: [HeaderName; 5] = [
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_EXPOSE_HEADERS,
];

/// A request that a script of `spa.test` sends.
fn script(world: &World, method: Method, path: &str) -> Builder {
    http::Request::builder().method(method).uri(world.url(path)).header(ORIGIN, "https://spa.test")
}

async fn ask(world: &World, request: Builder, body: &str) -> Answer {
    send(world, request.body(body.as_bytes().to_vec()).unwrap()).await
}

/// What a browser asks before it sends a script's request that no form could send.
async fn preflight(world: &World, path: &str) -> Answer {
    let request = script(world, Method::OPTIONS, path)
        .header(ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type,dpop");
    ask(world, request, "").await
}

#[rstest]
#[case("/.well-known/openid-configuration", Method::GET, StatusCode::OK)]
#[case("/.well-known/oauth-authorization-server", Method::GET, StatusCode::OK)]
#[case("/jwks.json", Method::GET, StatusCode::OK)]
#[case("/token", Method::POST, StatusCode::BAD_REQUEST)]
#[case("/revoke", Method::POST, StatusCode::BAD_REQUEST)]
#[case("/userinfo", Method::GET, StatusCode::UNAUTHORIZED)]
#[case("/userinfo", Method::POST, StatusCode::UNAUTHORIZED)]
#[tokio::test]
async fn a_script_may_call_what_apps_call(
    #[case] path: &str,
    #[case] method: Method,
    #[case] status: StatusCode,
) {
    let world = World::new().await;
    let allowed = preflight(&world, path).await;
    assert_eq!(allowed.status, StatusCode::OK);
    assert_eq!(allowed.headers[ACCESS_CONTROL_ALLOW_METHODS], "GET,POST");
    assert_eq!(allowed.headers[ACCESS_CONTROL_ALLOW_HEADERS], "authorization,content-type,dpop");
    assert_eq!(allowed.headers[ACCESS_CONTROL_MAX_AGE], "86400");
    let answer = ask(&world, script(&world, method, path), "").await;
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.headers[ACCESS_CONTROL_EXPOSE_HEADERS], "www-authenticate,dpop-nonce,retry-after");
    for answer in [allowed, answer] {
        assert_eq!(answer.headers[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(answer.headers.get(ACCESS_CONTROL_ALLOW_CREDENTIALS), None, "cookies stay out of it");
    }
}

#[tokio::test]
async fn no_script_may_read_what_people_see_or_operators_ask() {
    let world = World::new().await;
    let authorize = world.relying("c1").authorize(&world, &[]);
    let callback = format!("/federation/{}/callback", world.k1);
    for path in [
        authorize.strip_prefix("https://id.test").unwrap(),
        &callback,
        "/",
        "/sign-in",
        "/sign-in/connection",
        "/consent",
        "/end-session",
        "/end-session/confirm",
        "/introspect",
        "/admin/v1/tenants",
        "/healthz",
        "/assets/ui.css",
        "/nowhere",
    ] {
        let post = script(&world, Method::POST, path).header(CONTENT_TYPE, "application/json");
        let answers = [
            preflight(&world, path).await,
            ask(&world, script(&world, Method::GET, path), "").await,
            ask(&world, post.header(AUTHORIZATION, "Bearer x"), "{}").await,
        ];
        for answer in answers {
            let told: Vec<_> = CORS.iter().filter(|name| answer.headers.contains_key(*name)).collect();
            assert!(told.is_empty(), "{path}: {told:?}");
        }
    }
}

/// The whole of it: an app that lives in a page redeems its code and asks who signed in.
#[tokio::test]
async fn an_app_in_a_page_gets_its_tokens() {
    let world = World::new().await;
    let app = world.relying("public");
    let page = world.sign_in(&mut world.browser(), &app, "victim", "alice").await;
    let form = doorward_flows::browser::encode(&[
        ("grant_type", "authorization_code"),
        ("client_id", "public"),
        ("code", &page.parameter("code").unwrap()),
        ("redirect_uri", &app.redirect_uri),
        ("code_verifier", doorward_flows::app::VERIFIER),
    ]);
    let request = script(&world, Method::POST, "/token");
    let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let tokens = ask(&world, request, &form).await;
    assert_eq!(tokens.headers[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let bearer = format!("Bearer {}", tokens.str("access_token"));
    let request = script(&world, Method::GET, "/userinfo").header(AUTHORIZATION, bearer);
    let person = ask(&world, request, "").await;
    assert_eq!(person.headers[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert_eq!(person.str("sub"), tokens.claims("id_token")["sub"]);
}
