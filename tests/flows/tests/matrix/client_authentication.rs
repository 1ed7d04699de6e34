//! Who calls the endpoints of clients: rows CA, for names and secrets. Assertions are beside this file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_domain::{Client, ClientAuthentication};
use doorward_flows::World;
use doorward_flows::app::{Answer, post, send};
use doorward_flows::browser::encode;
use http::header::AUTHORIZATION;
use http::{HeaderName, StatusCode};

use crate::support::{code, reregister, signed_in};

pub type Header = (HeaderName, String);

pub fn basic(id: &str, secret: &str) -> Header {
    (AUTHORIZATION, format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))
}

/// Asks for something that every client may ask, so that only authentication decides.
pub async fn ask(world: &World, headers: &[Header], fields: &[(&str, &str)]) -> Answer {
    post(world, "/introspect", headers, &encode(&[&[("token", "x")], fields].concat())).await
}

#[track_caller]
pub fn assert_refused(answer: &Answer) {
    answer.assert_error(401, "invalid_client");
    assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Basic "), "{answer:?}");
}

#[tokio::test]
async fn ca_01_a_client_authenticates_in_one_way() {
    let world = World::new().await;
    let good = basic("c1", "secret-of-c1");
    assert_eq!(ask(&world, std::slice::from_ref(&good), &[]).await.status, StatusCode::OK);
    assert_eq!(ask(&world, std::slice::from_ref(&good), &[("client_id", "c1")]).await.status, StatusCode::OK);
    let jwt_bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let assertion = [("client_assertion_type", jwt_bearer), ("client_assertion", "a.b.c")];
    let in_the_body: [&[(&str, &str)]; 4] = [
        &[("client_secret", "secret-of-c1")],
        &[("client_id", "c1"), ("client_secret", "secret-of-c1")],
        &assertion,
        &[("client_id", "c2")],
    ];
    for fields in in_the_body {
        ask(&world, std::slice::from_ref(&good), fields).await.assert_error(400, "invalid_request");
    }
    for second in [good.clone(), basic("c2", "secret-of-c2")] {
        ask(&world, &[good.clone(), second], &[]).await.assert_error(400, "invalid_request");
    }
    let both = [&assertion[..], &[("client_id", "c1"), ("client_secret", "secret-of-c1")]].concat();
    ask(&world, &[], &both).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn ca_01_a_code_is_not_lost_to_a_request_with_two_identities() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let code = code(&world, &mut browser, &app, &[]).await;
    let before = world.digest().await;
    let answer = app.redeem_code(&world, &code, &[("client_id", "c2")]).await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn ca_02_only_the_registered_method_counts() {
    let world = World::new().await;
    let secrets = vec![world.secret("secret-of-post")];
    let by_post = ClientAuthentication::ClientSecretPost { secrets };
    world.put(&Client { authentication: by_post, ..world.client("post") }).await;
    let in_body = |id, secret| [("client_id", id), ("client_secret", secret)];
    assert_eq!(ask(&world, &[], &in_body("post", "secret-of-post")).await.status, StatusCode::OK);

    assert_refused(&ask(&world, &[basic("post", "secret-of-post")], &[]).await);
    assert_refused(&ask(&world, &[], &in_body("c1", "secret-of-c1")).await);
    // A public client has no secret, right or wrong, and may not introspect.
    assert_refused(&ask(&world, &[], &in_body("public", "secret-of-public")).await);
    assert_refused(&ask(&world, &[basic("public", "")], &[]).await);
    assert_refused(&ask(&world, &[], &[("client_id", "public")]).await);
    // A name alone is no proof, whatever a proxy's header says beside it.
    assert_refused(&ask(&world, &[], &[("client_id", "c1")]).await);
    assert_refused(&ask(&world, &[], &[]).await);
    for header in ["client-cert", "x-ssl-client-cert", "x-forwarded-client-cert", "x-client-verify"] {
        let header = (HeaderName::from_static(header), "SUCCESS".to_owned());
        assert_refused(&ask(&world, &[header], &[("client_id", "c1")]).await);
    }
}

#[tokio::test]
async fn ca_02_a_public_client_proves_itself_by_pkce_alone() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("public"));
    let code = code(&world, &mut browser, &app, &[]).await;
    let before = world.digest().await;
    app.redeem_code(&world, &code, &[("client_secret", "x")]).await.assert_error(401, "invalid_client");
    assert_eq!(world.digest().await, before);
    assert_eq!(app.redeem_code(&world, &code, &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn ca_04_every_wrong_secret_gets_the_same_answer() {
    let world = World::new().await;
    reregister(&world, "c2", |client| client.enabled = false).await;
    let wrong = ask(&world, &[basic("c1", "wrong")], &[]).await;
    assert_refused(&wrong);
    for credentials in [
        basic("nobody", "secret-of-c1"),
        basic("c2", "secret-of-c2"),
        basic("c1", "secret-of-c2"),
        basic("c1", ""),
        basic("c1", "Secret-of-c1"),
        basic("c1", "secret-of-c1 "),
        basic("C1", "secret-of-c1"),
        basic("", ""),
        (AUTHORIZATION, "Basic".to_owned()),
        (AUTHORIZATION, "Basic !".to_owned()),
        (AUTHORIZATION, format!("Basic {}", STANDARD.encode("c1"))),
        (AUTHORIZATION, format!("Basic {}", STANDARD.encode(b"c1:\xff"))),
        (AUTHORIZATION, "Bearer secret-of-c1".to_owned()),
    ] {
        let answer = ask(&world, std::slice::from_ref(&credentials), &[]).await;
        assert_eq!((answer.status, &answer.json), (wrong.status, &wrong.json), "{credentials:?}");
    }
    for endpoint in ["/token", "/revoke", "/introspect"] {
        assert_refused(&post(&world, endpoint, &[basic("c1", "wrong")], "token=x").await);
    }
}

#[tokio::test]
async fn a_secret_can_be_replaced_without_an_outage_and_then_the_old_one_is_dead() {
    let world = World::new().await;
    let with = |secrets: &[&str]| ClientAuthentication::ClientSecretBasic {
        secrets: secrets.iter().map(|secret| world.secret(secret)).collect(),
    };
    for (registered, old, new) in [
        (&["secret-of-old"][..], StatusCode::OK, StatusCode::UNAUTHORIZED),
        (&["secret-of-old", "secret-of-new"], StatusCode::OK, StatusCode::OK),
        (&["secret-of-new"], StatusCode::UNAUTHORIZED, StatusCode::OK),
        (&[], StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED),
    ] {
        world.put(&Client { authentication: with(registered), ..world.client("c1") }).await;
        assert_eq!(ask(&world, &[basic("c1", "secret-of-old")], &[]).await.status, old);
        assert_eq!(ask(&world, &[basic("c1", "secret-of-new")], &[]).await.status, new);
    }
}

/// RFC 6749 section 2.3.1 has name and secret form-encoded before they are joined; many clients do not.
#[tokio::test]
async fn a_secret_in_the_header_is_read_form_encoded_and_as_it_is() {
    let world = World::new().await;
    let secrets = vec![world.secret("secret-of-+ %:ü")];
    let authentication = ClientAuthentication::ClientSecretBasic { secrets };
    world.put(&Client { authentication, ..world.client("a-b") }).await;
    let encoded = basic("a%2Db", "secret-of-%2B+%25%3A%C3%BC");
    assert_eq!(ask(&world, &[encoded], &[]).await.status, StatusCode::OK);
    let plain = basic("a-b", "secret-of-+ %:ü");
    assert_eq!(ask(&world, &[plain], &[]).await.status, StatusCode::OK);
    assert_refused(&ask(&world, &[basic("a-b", "secret-of-  %:ü")], &[]).await);
}

#[tokio::test]
async fn a_header_that_is_no_text_is_refused() {
    let world = World::new().await;
    let request = http::Request::post(world.url("/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header(AUTHORIZATION, http::HeaderValue::from_bytes(b"Basic \xff\xfe").unwrap());
    assert_refused(&send(&world, request.body(b"client_id=public".to_vec()).unwrap()).await);
}
