//! Logins that somebody else starts (OIDC Core section 4).

use doorward_domain::Client;
use doorward_flows::World;
use doorward_flows::world::ISSUER;
use http::StatusCode;

use crate::support::reregister;

async fn world(change: impl FnOnce(&mut Client)) -> World {
    let world = World::new().await;
    reregister(&world, "c1", |client| {
        client.initiate_login_uri = Some("https://c1.test/login?from=tile".to_owned());
        change(client);
    })
    .await;
    world
}

#[tokio::test]
async fn an_app_is_told_who_may_want_to_sign_in_and_where_they_go() {
    let world = world(|_| ()).await;
    let query = "login_hint=kim%40victim.test&target_link_uri=https%3A%2F%2Fc1.test%2Fdeep&other=1";
    let page = world.browser().get(&world.url(&format!("/start/c1?{query}"))).await;
    assert_eq!((page.status, page.url.host_str()), (StatusCode::SEE_OTHER, Some("id.test")));
    let location = page.headers["location"].to_str().unwrap();
    let location = url::Url::parse(location).unwrap();
    let parameters: Vec<_> = location.query_pairs().into_owned().collect();
    let expected = [
        ("from", "tile"),
        ("iss", ISSUER),
        ("login_hint", "kim@victim.test"),
        ("target_link_uri", "https://c1.test/deep"),
    ];
    assert_eq!(parameters, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!((location.host_str(), location.path()), (Some("c1.test"), "/login"));
}

#[tokio::test]
async fn az_09_nobody_is_led_elsewhere_than_to_the_app() {
    let world = world(|_| ()).await;
    let before = world.digest().await;
    for target in [
        "https://evil.test/",
        "https://c1.test.evil.test/",
        "https://c1.test@evil.test/",
        "https://user@c1.test/",
        "http://c1.test/",
        "https://c1.test:8443/",
        "javascript:alert(1)",
        "/deep",
        "//evil.test",
    ] {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("target_link_uri", target)
            .finish();
        world.browser().get(&world.url(&format!("/start/c1?{query}"))).await.assert_told(400);
    }
    let long = "x".repeat(321);
    world.browser().get(&world.url(&format!("/start/c1?login_hint={long}"))).await.assert_told(400);
    for nowhere in ["c2", "nobody", "https:%2F%2Fevil.test%2F"] {
        let page = world.browser().get(&world.url(&format!("/start/{nowhere}"))).await;
        page.assert_told(404);
    }
    reregister(&world, "c1", |client| client.enabled = false).await;
    world.browser().get(&world.url("/start/c1")).await.assert_told(404);
    reregister(&world, "c1", |client| client.enabled = true).await;
    assert_eq!(world.digest().await, before, "rule 5");
}

#[tokio::test]
async fn ru_08_an_app_that_nobody_vouches_for_gets_a_page_before_it() {
    let world = world(|client| {
        let access_token = doorward_domain::Plain::new("its own").hash();
        let changed_at = client.created_at;
        client.registration = Some(doorward_domain::client::Registration { access_token, changed_at });
        client.trust = doorward_domain::ClientTrust::ThirdParty;
    })
    .await;
    let page = world.browser().get(&world.url("/start/c1?login_hint=kim")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.headers.get("location").is_none(), "{page:?}");
    for shown in ["id=\"unverified\"", "<bdi>c1.test</bdi>", "https://c1.test/login?from=tile&#38;iss="] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
}
