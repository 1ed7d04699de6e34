//! What nobody may make us keep or do (rows DS-02, and sizes as in TK-03).

use std::time::Duration;

use doorward_flows::World;
use doorward_flows::app::post;
use doorward_flows::browser::encode;
use doorward_test_idp::Endpoint;
use http::header::COOKIE;
use http::{Method, StatusCode};
use rstest::rstest;
use tokio::time::Instant;

/// Far more than any of these takes, for a busy machine and a build without optimisation.
const AT_ONCE: Duration = Duration::from_millis(500);

#[tokio::test]
async fn ds_02_who_is_not_known_leaves_nothing_behind() {
    const PEOPLE: usize = 1_000;
    let world = World::new().await;
    let before = (world.digest().await, world.records().await.len());
    for n in 0..PEOPLE {
        let app = world.relying(["c1", "c2", "public", "native", "third", "cx"][n % 6]);
        let odd = format!("odd-{n}");
        let changes = match n % 5 {
            0 => vec![("state", odd.as_str()), ("ui_locales", &odd)],
            1 => vec![("client_id", odd.as_str())],
            2 => vec![("login_hint", "kim@victim.test"), ("nonce", &odd)],
            3 => vec![("scope", odd.as_str())],
            _ => vec![("redirect_uri", odd.as_str())],
        };
        let mut browser = world.browser();
        let page = browser.get(&app.authorize(&world, &changes)).await;
        if page.body.contains("id=\"username\"") {
            browser.submit_unfollowed(&page, &[("username", &odd)]).await;
            browser.submit_unfollowed(&page, &[("username", "victim")]).await;
        }
        let callback = format!("/federation/{}/callback?state={odd}.{odd}&code={odd}", world.k1);
        browser.get(&world.url(&callback)).await;
        browser.get(&world.url(&format!("/end-session?id_token_hint={odd}"))).await;
        app.redeem_code(&world, &odd, &[]).await;
        app.refresh(&world, &odd, &[]).await;
    }
    assert_eq!((world.digest().await, world.records().await.len()), before);
    let good = world.idp.issuer("good").unwrap();
    assert_eq!((good.requests(Endpoint::Discovery), good.requests(Endpoint::Token)), (1, 0));

    let page = world.sign_in(&mut world.browser(), &world.relying("c1"), "victim", "alice").await;
    assert!(page.parameter("code").is_some(), "a legitimate login succeeds all the same: {}", page.body);
}

/// Bodies that are as large as a body may be.
fn bombs() -> Vec<(&'static str, String)> {
    const SIZE: usize = 64 * 1024 - 100;
    let many = |part: &str| part.repeat(SIZE / part.len());
    vec![
        ("separators", many("&")),
        ("fields", many("a=1&")),
        ("names", (0..6_000).map(|n| format!("f{n}=&")).collect()),
        ("one long value", format!("code={}", many("x"))),
        ("percent signs", format!("code={}", many("%"))),
        ("escapes", format!("code={}", many("%41"))),
        ("no text", format!("code={}", many("%ff"))),
        ("scopes", format!("scope={}", many("x+"))),
        ("different scopes", format!("scope={}", (0..9_000).map(|n| format!("{n}+")).collect::<String>())),
        ("prompts", format!("prompt={}", many("login+"))),
        ("plus signs", format!("scope={}", many("+"))),
        ("dots", format!("client_assertion={}", many("."))),
    ]
}

#[rstest]
#[tokio::test]
async fn tk_03_a_body_that_is_a_bomb_is_refused_at_once(
    #[values("/token", "/introspect", "/revoke", "/userinfo", "/authorize", "/end-session")] path: &str,
) {
    let world = World::new().await;
    let plain = match path {
        "/authorize" => {
            let fields = world.relying("c1").parameters();
            let fields = fields.into_iter().filter(|(name, _)| !["scope", "prompt"].contains(&name.as_str()));
            let fields: Vec<_> = fields.collect();
            encode(&fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>())
        }
        _ => encode(&[("grant_type", "authorization_code"), ("client_id", "public"), ("token", "x")]),
    };
    let before = world.digest().await;
    for (what, bomb) in bombs() {
        let body = format!("{plain}&{bomb}");
        let body = &body[..body.len().min(64 * 1024)];
        let started = Instant::now();
        let page = world.browser().send(Method::POST, &world.url(path), Some(body.to_owned())).await;
        assert!(started.elapsed() < AT_ONCE, "{what}");
        let harmless = page.status.is_client_error()
            || page.status == StatusCode::SEE_OTHER
            || ["/revoke", "/end-session"].contains(&path)
            || (path == "/authorize" && page.body.contains("id=\"username\""));
        assert!(harmless, "{what}: {} {}", page.status, page.body);
        assert_eq!(page.parameter("code"), None, "{what}");
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn tk_03_what_is_larger_than_a_form_is_not_read() {
    let world = World::new().await;
    let paths = ["/token", "/introspect", "/revoke", "/userinfo", "/authorize", "/end-session", "/sign-in"];
    for path in paths.into_iter().chain(["/sign-in/connection", "/consent", "/end-session/confirm"]) {
        for size in [64 * 1024 + 1, 8 << 20] {
            let answer = post(&world, path, &[], &"x".repeat(size)).await;
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path} {size}");
        }
    }
}

#[tokio::test]
async fn tk_03_a_target_that_is_a_bomb_is_refused_at_once() {
    let world = World::new().await;
    for long in ["x".repeat(60_000), "%41".repeat(20_000), "&a=1".repeat(15_000), "/x".repeat(30_000)] {
        for url in ["/authorize?state=", "/", "/federation/", "/sign-in?tx=", "/end-session?state="] {
            let started = Instant::now();
            let page = world.browser().get(&world.url(&format!("{url}{long}"))).await;
            assert_eq!(page.status, StatusCode::URI_TOO_LONG, "{url}");
            assert!(started.elapsed() < AT_ONCE, "{url}");
        }
    }
}

#[tokio::test]
async fn tk_03_a_cookie_that_is_a_bomb_is_no_cookie_of_ours() {
    let world = World::new().await;
    let app = world.relying("c1");
    let names =
        |count: usize| (0..count).map(|n| format!("__Host-doorward-tx-{n:0>22}=x; ")).collect::<String>();
    let bombs = [
        format!("__Host-doorward={}", "A".repeat(300_000)),
        "__Host-doorward=; ".repeat(10_000),
        names(5_000),
        ";=".repeat(100_000),
        "=".repeat(100_000),
    ];
    for bomb in bombs {
        let url = app.authorize(&world, &[("prompt", "none")]);
        let request = http::Request::get(url).header(COOKIE, &bomb).body(Vec::new()).unwrap();
        let started = Instant::now();
        world.browser().request(request).await.assert_sent_back(&app, "login_required");
        assert!(started.elapsed() < AT_ONCE);
        let request = http::Request::get(app.authorize(&world, &[])).header(COOKIE, &bomb);
        let page = world.browser().request(request.body(Vec::new()).unwrap()).await;
        assert_eq!(page.status, StatusCode::OK);
        let set = page.headers.get_all("set-cookie").iter().count();
        assert!(set <= 10, "an answer's headers have to pass a proxy: {set} cookies");
    }
}
