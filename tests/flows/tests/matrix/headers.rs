//! Headers, hosts, paths and methods (rows HD, and PW-03 as far as there are links).

use doorward_flows::World;
use doorward_flows::app::{Answer, post, send};
use doorward_flows::browser::encode;
use doorward_flows::world::ADMIN_TOKEN;
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use rstest::rstest;

use crate::support::signed_in;

/// Headers by which proxies tell of a request what it was before them, and what else is taken for it.
const SPOOFED: [(&str, &str); 18] = [
    ("forwarded", "for=127.0.0.1;host=evil.test;proto=http"),
    ("x-forwarded-for", "127.0.0.1"),
    ("x-forwarded-for", "fe80::1%eth0, not-an-address"),
    ("x_forwarded_for", "127.0.0.1"),
    ("x-forwarded-host", "evil.test"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-port", "81"),
    ("x-forwarded-prefix", "/evil"),
    ("x-forwarded-server", "evil.test"),
    ("x-host", "evil.test"),
    ("x-real-ip", "127.0.0.1"),
    ("x-original-url", "/admin/v1/export"),
    ("x-rewrite-url", "/admin/v1/export"),
    ("x-original-host", "evil.test"),
    ("x-http-method-override", "DELETE"),
    ("x-method-override", "DELETE"),
    ("connection", "x-forwarded-for"),
    ("referer", "https://evil.test/"),
];

fn spoofed() -> HeaderMap {
    let pair = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    let mut headers: HeaderMap = SPOOFED.map(pair).into_iter().collect();
    headers.insert("x-forwarded-for", vec!["10.0.0.1"; 1000].join(", ").parse().unwrap());
    headers
}

/// What a whole sign-in and sign-out shows a browser that sends these headers.
async fn transcript(headers: HeaderMap) -> Vec<String> {
    let world = World::new().await;
    let app = world.relying("third");
    let mut browser = world.browser();
    browser.headers = headers;
    let mut seen = Vec::new();
    let mut note = |page: &doorward_flows::Page| {
        let mut location = page.location().map(String::from);
        if let Some(url) = &mut location {
            // The IdP's own dice are not repeatable.
            *url = url.split("&code=").next().unwrap().to_owned();
        }
        seen.push(format!("{} {location:?} {}", page.status, page.body));
    };
    note(&browser.get(&world.url("/.well-known/openid-configuration")).await);
    let page = browser.get(&app.authorize(&world, &[])).await;
    note(&page);
    let page = browser.submit_unfollowed(&page, &[("username", "victim")]).await;
    note(&page);
    let page = browser.follow(page).await;
    let page = browser.submit_unfollowed(&page, &[("username", "alice"), ("password", "test")]).await;
    let page = browser.follow(page).await;
    note(&page);
    let page = browser.submit_unfollowed(&page, &[("decision", "allow")]).await;
    note(&page);
    note(&browser.get(&world.url("/authorize?client_id=nope")).await);
    let page = browser.get(&world.url("/end-session?client_id=third")).await;
    note(&page);
    note(&browser.submit_unfollowed(&page, &[]).await);
    seen
}

#[tokio::test]
async fn hd_01_no_forwarding_header_changes_anything() {
    let plain = transcript(HeaderMap::new()).await;
    assert_eq!(plain.len(), 8);
    assert!(plain[4].contains("https://third.test/cb?code="), "{plain:?}");
    assert_eq!(transcript(spoofed()).await, plain);
}

#[tokio::test]
async fn hd_01_no_forwarding_header_reaches_a_token() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("public"));
    browser.headers = spoofed();
    let page = browser.get(&app.authorize(&world, &[])).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "public"),
        ("code", &page.parameter("code").unwrap()),
        ("redirect_uri", &app.redirect_uri),
        ("code_verifier", doorward_flows::app::VERIFIER),
    ];
    let headers: Vec<_> = SPOOFED
        .map(|(name, value)| (HeaderName::from_static(name), value.to_owned()))
        .into_iter()
        .filter(|(name, _)| name != "connection")
        .collect();
    let tokens = post(&world, "/token", &headers, &encode(&form)).await;
    for token in ["id_token", "access_token"] {
        assert_eq!(tokens.claims(token)["iss"], "https://id.test");
    }
}

/// A request with these Host headers.
async fn to_host(world: &World, path: &str, hosts: &[&str]) -> Answer {
    let mut request = http::Request::builder().uri(world.url(path)).body(Vec::new()).unwrap();
    for host in hosts {
        request.headers_mut().append(HOST, host.parse().unwrap());
    }
    send(world, request).await
}

#[tokio::test]
async fn pw_03_only_our_own_host_is_answered() {
    let world = World::new().await;
    let asked = world.relying("c1").authorize(&world, &[]);
    let path = asked.strip_prefix("https://id.test").unwrap();
    for own in ["id.test", "ID.TEST", "id.test:443"] {
        assert_eq!(to_host(&world, path, &[own]).await.status, StatusCode::OK, "{own}");
    }
    for path in [path, "/", "/.well-known/openid-configuration", "/nowhere", "/admin/v1/export"] {
        for other in
            ["evil.test", "good:pw@id.test", "id.test@evil.test", "id.test:80", "id.test.evil.test", ""]
        {
            let answer = to_host(&world, path, &[other]).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{other} {path}");
            assert!(!format!("{:?}{}", answer.headers, answer.json).contains("evil"), "{answer:?}");
        }
        let both = to_host(&world, path, &["id.test", "evil.test"]).await;
        assert_eq!(both.status, StatusCode::BAD_REQUEST);
        let same = to_host(&world, path, &["id.test", "id.test"]).await;
        assert_eq!(same.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(to_host(&world, "/healthz", &["10.0.0.7:8080"]).await.status, StatusCode::OK);
}

/// Sends a request exactly so, the path as it is written.
async fn ask(world: &World, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = http::Request::builder().method(method).uri(path).header(HOST, "id.test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = world.network.call("https://id.test", request.body(Vec::new()).unwrap()).await.unwrap();
    let json = serde_json::from_slice(response.body()).unwrap_or_default();
    Answer { status: response.status(), headers: response.headers().clone(), json }
}

/// Other spellings of a path.
fn spellings(path: &str) -> Vec<String> {
    let name = &path[1..];
    let first = name.as_bytes()[0];
    let last = name.rsplit('/').next().unwrap();
    vec![
        format!("//{name}"),
        format!("/./{name}"),
        format!("/x/../{name}"),
        format!("/x/..;/{name}"),
        format!("/%2e/{name}"),
        format!("/x/%2e%2e/{name}"),
        format!("/%2F{name}"),
        format!("/%{first:02x}{}", &name[1..]),
        format!("/%25{first:02x}{}", &name[1..]),
        format!("{path}/"),
        format!("{path}."),
        format!("{path};x"),
        format!("{path}%00"),
        format!("{path}%20"),
        format!("{path}%23/healthz"),
        format!("{path}/../{last}"),
        format!("/healthz/../{name}"),
        format!("/assets/..%2f{name}"),
        path.to_ascii_uppercase(),
    ]
}

#[rstest]
#[case("/admin/v1/export", 401)]
#[case("/admin/v1/tenants", 401)]
#[case("/userinfo", 401)]
#[tokio::test]
async fn hd_04_no_spelling_of_a_path_gets_around_its_guard(#[case] path: &str, #[case] refusal: u16) {
    let world = World::new().await;
    assert_eq!(ask(&world, "GET", path, &[]).await.status.as_u16(), refusal);
    for spelling in spellings(path) {
        let status = ask(&world, "GET", &spelling, &[]).await.status;
        assert!([refusal, 404].contains(&status.as_u16()), "{spelling}: {status}");
    }
    for method in ["HEAD", "TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND", "get"] {
        let status = ask(&world, method, path, &[]).await.status;
        assert!([refusal, 405].contains(&status.as_u16()), "{method}: {status}");
    }
    for (name, value) in SPOOFED {
        let status = ask(&world, "GET", path, &[(name, value)]).await.status;
        assert_eq!(status.as_u16(), refusal, "{name}");
        let elsewhere = ask(&world, "GET", "/healthz", &[(name, value)]).await;
        assert_eq!((elsewhere.status, elsewhere.json.is_null()), (StatusCode::OK, true), "{name}");
    }
    let token = format!("Bearer {ADMIN_TOKEN}");
    for (name, value) in
        [("cookie", token.as_str()), ("authorization", "Bearer"), ("x-authorization", &token)]
    {
        assert_eq!(ask(&world, "GET", path, &[(name, value)]).await.status.as_u16(), refusal, "{name}");
    }
}

#[tokio::test]
async fn hd_04_the_admin_api_opens_to_its_token_alone() {
    let world = World::new().await;
    let bearer = format!("Bearer {ADMIN_TOKEN}");
    let opened = ask(&world, "GET", "/admin/v1/tenants", &[(AUTHORIZATION.as_str(), &bearer)]).await;
    assert_eq!(opened.status, StatusCode::OK);
    let app = world.relying("c1");
    let tokens = world.tokens(&app, "victim", "alice").await;
    let before = world.digest().await;
    for token in [tokens.str("access_token"), tokens.str("id_token"), tokens.str("refresh_token"), "", "x"] {
        for path in ["/admin/v1/tenants", "/admin/v1/export", "/admin/v1/clients/c1", "/admin/v1/nowhere"] {
            let bearer = format!("Bearer {token}");
            let answer = ask(&world, "GET", path, &[(AUTHORIZATION.as_str(), &bearer)]).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        }
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn hd_04_a_callback_is_one_connections_however_it_is_spelt() {
    let world = World::new().await;
    let path = format!("/federation/{}/callback", world.k1);
    for spelling in spellings(&path) {
        let answer = ask(&world, "GET", &spelling, &[]).await;
        assert!([400, 404].contains(&answer.status.as_u16()), "{spelling}: {}", answer.status);
    }
    for method in ["HEAD", "PUT", "DELETE", "TRACE"] {
        let answer = ask(&world, method, &path, &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    for method in ["HEAD", "PUT", "DELETE", "TRACE", "OPTIONS"] {
        let answer = ask(&world, method, "/authorize", &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}

#[tokio::test]
async fn hd_02_two_credentials_are_none() {
    let world = World::new().await;
    let bearer = format!("Bearer {ADMIN_TOKEN}");
    let twice = [(AUTHORIZATION.as_str(), bearer.as_str()); 2];
    assert_eq!(ask(&world, "GET", "/admin/v1/tenants", &twice).await.status, StatusCode::UNAUTHORIZED);
    let basic = "Basic YzE6c2VjcmV0LW9mLWMx".to_owned();
    let headers = [(AUTHORIZATION, basic.clone()), (AUTHORIZATION, basic)];
    let form = encode(&[("token", "x")]);
    for path in ["/token", "/introspect", "/revoke"] {
        post(&world, path, &headers, &form).await.assert_error(400, "invalid_request");
    }
    let types = [(http::header::CONTENT_TYPE, "application/json".to_owned())];
    let answer = post(&world, "/revoke", &types, &form).await;
    answer.assert_error(400, "invalid_request");
}
