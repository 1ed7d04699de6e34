//! Request objects (RFC 9101): rows PJ-02 and PJ-03, and the questions of the conformance suite's
//! `fapi2-*-ensure-request-object-*` and `oidcc-request-uri-*`.

use std::sync::atomic::Ordering;

use doorward_domain::{Algorithm, ClientKeys, Clock as _, ContentEncryption, Encryption, KeyManagement};
use doorward_flows::app::{Answer, VERIFIER, send};
use doorward_flows::world::{ISSUER, Setup};
use doorward_flows::{Browser, Page, Relying, World};
use doorward_service::settings::MostUses;
use http::StatusCode;
use josekit::jwe::{ECDH_ES, JweHeader, serialize_compact};
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jwk::{Jwk, KeyPair as _};
use josekit::jws::{ES256, HS256};
use serde_json::{Value, json};

use crate::par::{bring, push};
use crate::support::{canary, jwt, reregister, signed_in, signed_jwt};

/// An app that signs its requests.
struct Signing {
    app: Relying,
    key: EcKeyPair,
}

impl Signing {
    async fn new(world: &World, id: &str) -> Self {
        let mut key = EcKeyPair::generate(EcCurve::P256).unwrap();
        key.set_key_id(Some("one"));
        let keys = json!({"keys": [key.to_jwk_public_key()]});
        reregister(world, id, |client| client.keys = ClientKeys::Inline(keys)).await;
        Self { app: world.relying(id), key }
    }

    fn claims(&self, world: &World) -> Value {
        let now = world.clock.now().as_secs();
        let mut claims = json!({"iss": self.app.id, "aud": ISSUER, "nbf": now, "exp": now + 300});
        for (name, value) in self.app.parameters() {
            claims[name] = value.into();
        }
        claims
    }

    /// The plain claims, some of them changed; null leaves one out.
    fn object(&self, world: &World, changes: &Value) -> String {
        let mut claims = self.claims(world);
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        self.sign(&json!({"alg": "ES256", "kid": "one", "typ": "oauth-authz-req+jwt"}), &claims)
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        signed_jwt(&ES256.signer_from_jwk(&self.key.to_jwk_private_key()).unwrap(), header, claims)
    }
}

/// Asks with nothing but an object, and with other values beside it.
async fn ask(world: &World, browser: &mut Browser, app: &Relying, object: &str) -> Page {
    let beside = [("request", object), ("state", "the-state"), ("nonce", "beside"), ("scope", "openid")];
    browser.get(&app.authorize(world, &beside)).await
}

async fn push_object(world: &World, app: &Relying, object: &str) -> Answer {
    app.call(world, "/par", &[("request", object)]).await
}

#[tokio::test]
async fn what_was_signed_is_what_is_asked() {
    let world = World::new().await;
    let (mut browser, client) = (signed_in(&world, "alice").await, Signing::new(&world, "c1").await);
    let inside = json!({"nonce": "inside", "state": "inside", "scope": "openid email", "max_age": 1000});
    for typ in [Some("oauth-authz-req+jwt"), Some("JWT"), None] {
        let mut header = json!({"alg": "ES256", "kid": "one"});
        if let Some(typ) = typ {
            header["typ"] = typ.into();
        }
        let mut claims = client.claims(&world);
        claims.as_object_mut().unwrap().extend(inside.as_object().unwrap().clone());
        let page = ask(&world, &mut browser, &client.app, &client.sign(&header, &claims)).await;
        assert_eq!(page.parameter("state").as_deref(), Some("inside"), "{page:?}");
        let answer = client.app.redeem(&world, &page).await;
        assert_eq!(answer.str("scope"), "openid email");
        assert_eq!(answer.claims("id_token")["nonce"], "inside");
    }
    // A state that stands beside the object alone is none.
    let page = ask(&world, &mut browser, &client.app, &client.object(&world, &json!({"state": null}))).await;
    assert!(page.parameter("code").is_some() && page.parameter("state").is_none(), "{page:?}");
    // The object says where the answer goes, not what stands beside it.
    let object = client.object(&world, &json!({"redirect_uri": "https://c1.test/other"}));
    let page = ask(&world, &mut browser, &client.app, &object).await;
    assert!(page.location().unwrap().as_str().starts_with("https://c1.test/other?code="), "{page:?}");
}

#[tokio::test]
async fn a_request_object_may_be_pushed() {
    let world = World::new().await;
    let (mut browser, client) = (signed_in(&world, "alice").await, Signing::new(&world, "c1").await);
    let answer = push_object(&world, &client.app, &client.object(&world, &json!({}))).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let page = browser.get(&bring(&world, "c1", answer.str("request_uri"))).await;
    assert_eq!(client.app.redeem(&world, &page).await.status, StatusCode::OK);
    let object = client.object(&world, &json!({"redirect_uri": null}));
    let beside = [("request", object.as_str())];
    push(&world, &client.app, &beside).await.assert_error(400, "invalid_request");
}

/// Objects of `client` that are signed by nobody or somebody else, or say what they may not.
fn hostile_objects(world: &World, client: &Signing, other: &Signing) -> Vec<String> {
    let now = world.clock.now().as_secs();
    let header = json!({"alg": "ES256", "kid": "one"});
    let claims = client.claims(world);
    let mut hostile = vec![
        jwt(&json!({"alg": "none"}), &claims, ""),
        jwt(&json!({"alg": "none", "kid": "one"}), &claims, "AA"),
        jwt(&header, &claims, ""),
        other.sign(&header, &claims),
        client.sign(&json!({"alg": "ES256", "kid": "one", "typ": "at+jwt"}), &claims),
        "eyJhbGciOiJFQ0RILUVTIn0..AA.AA.AA".to_owned(),
        claims.to_string(),
    ];
    let hmac = HS256.signer_from_bytes(client.key.to_pem_public_key()).unwrap();
    hostile.push(signed_jwt(&hmac, &json!({"alg": "HS256"}), &claims));
    for change in [
        json!({"iss": null}),
        json!({"iss": "c2"}),
        json!({"aud": null}),
        json!({"aud": "https://evil.test"}),
        json!({"aud": "https://id.test/authorize"}),
        json!({"exp": null}),
        json!({"exp": now - 31}),
        json!({"exp": now + 3_631}),
        json!({"nbf": now - 3_631}),
        json!({"nbf": now + 61}),
        json!({"client_id": "c2"}),
        json!({"client_id": null}),
        json!({"sub": "c1"}),
        json!({"request": "x"}),
        json!({"request_uri": "https://c1.test/"}),
        json!({"state": "a\u{0}b"}),
    ] {
        hostile.push(client.object(world, &change));
    }
    hostile
}

#[tokio::test]
async fn pj_02_hostile_request_objects() {
    let world = World::new().await;
    let client = Signing::new(&world, "c1").await;
    let other = Signing::new(&world, "c2").await;
    let hostile = hostile_objects(&world, &client, &other);
    let now = world.clock.now().as_secs();
    let before = world.digest().await;
    let mut browser = signed_in(&world, "alice").await;
    let after_sign_in = world.digest().await;
    assert_ne!(before, after_sign_in);
    for object in hostile {
        ask(&world, &mut browser, &client.app, &object)
            .await
            .assert_sent_back(&client.app, "invalid_request_object");
        push_object(&world, &client.app, &object).await.assert_error(400, "invalid_request_object");
    }
    let good = client.object(&world, &json!({}));
    let both = [("request", good.as_str()), ("request_uri", "https://c1.test/object")];
    browser.get(&client.app.authorize(&world, &both)).await.assert_sent_back(&client.app, "invalid_request");
    assert_eq!(world.digest().await, after_sign_in);
    // And what is at the edge is fine.
    for change in [
        json!({"aud": [ISSUER, "https://evil.test"]}),
        json!({"nbf": now + 8}),
        json!({"nbf": now - 3_600, "exp": now + 3_600}),
        json!({"nbf": null}),
    ] {
        let answer = push_object(&world, &client.app, &client.object(&world, &change)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{change}: {answer:?}");
    }
}

#[tokio::test]
async fn pj_02_an_object_that_names_itself_is_good_for_once() {
    let world = World::new().await;
    let (mut browser, client) = (signed_in(&world, "alice").await, Signing::new(&world, "c1").await);
    let object = client.object(&world, &json!({"jti": "once"}));
    assert!(ask(&world, &mut browser, &client.app, &object).await.parameter("code").is_some());
    ask(&world, &mut browser, &client.app, &object)
        .await
        .assert_sent_back(&client.app, "invalid_request_object");
    push_object(&world, &client.app, &object).await.assert_error(400, "invalid_request_object");
}

#[tokio::test]
async fn ds_05_as_many_objects_are_remembered_of_one_client_as_may() {
    let mut setup = Setup::default();
    setup.settings.most_uses = MostUses { of_client: 1, of_grant: 9 };
    let world = World::with(setup).await;
    let (mut browser, client) = (signed_in(&world, "alice").await, Signing::new(&world, "c1").await);
    let object = |jti: &str| client.object(&world, &json!({ "jti": jti }));
    assert!(ask(&world, &mut browser, &client.app, &object("1")).await.parameter("code").is_some());
    let refused = ask(&world, &mut browser, &client.app, &object("2")).await;
    refused.assert_sent_back(&client.app, "temporarily_unavailable");
    push_object(&world, &client.app, &object("3")).await.assert_error(429, "temporarily_unavailable");
    world.pass(10 * 60);
    assert!(ask(&world, &mut browser, &client.app, &object("4")).await.parameter("code").is_some());
}

#[tokio::test]
async fn pj_02_the_registration_and_the_profile_say_what_signs() {
    use doorward_domain::ClientProfile::{Fapi2MessageSigning, Oidc};
    let world = World::new().await;
    let client = Signing::new(&world, "c1").await;
    let object = || client.object(&world, &json!({}));
    reregister(&world, "c1", |client| client.requests.signing = Some(Algorithm::RS256)).await;
    push_object(&world, &client.app, &object()).await.assert_error(400, "invalid_request_object");
    reregister(&world, "c1", |client| client.requests.signing = Some(Algorithm::ES256)).await;
    assert_eq!(push_object(&world, &client.app, &object()).await.status, StatusCode::CREATED);
    for (profile, status) in [(Oidc, StatusCode::CREATED), (Fapi2MessageSigning, StatusCode::BAD_REQUEST)] {
        reregister(&world, "c1", |client| client.profile = profile).await;
        let without = client.object(&world, &json!({"nbf": null}));
        assert_eq!(push_object(&world, &client.app, &without).await.status, status);
    }
}

#[tokio::test]
async fn who_must_sign_cannot_ask_otherwise() {
    let world = World::new().await;
    let client = Signing::new(&world, "c1").await;
    reregister(&world, "c1", |client| client.requests.require_signed = true).await;
    let mut browser = signed_in_elsewhere(&world).await;
    browser.get(&client.app.authorize(&world, &[])).await.assert_sent_back(&client.app, "invalid_request");
    push(&world, &client.app, &[]).await.assert_error(400, "invalid_request");
    let object = client.object(&world, &json!({}));
    let page = ask(&world, &mut browser, &client.app, &object).await;
    let code = page.parameter("code").unwrap();
    let wrong = VERIFIER.replace('a', "b");
    client
        .app
        .redeem_code(&world, &code, &[("code_verifier", &wrong)])
        .await
        .assert_error(400, "invalid_grant");
    let answer = push_object(&world, &client.app, &object).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
}

/// A browser in which somebody signed in at another app.
async fn signed_in_elsewhere(world: &World) -> Browser {
    let mut browser = world.browser();
    world.sign_in(&mut browser, &world.relying("c2"), "victim", "alice").await;
    browser
}

#[tokio::test]
async fn pj_03_only_a_registered_request_uri_is_fetched() {
    let world = World::new().await;
    let (mut browser, client) = (signed_in(&world, "alice").await, Signing::new(&world, "c1").await);
    let hosts =
        ["https://evil.test", "http://169.254.169.254", "https://objects.test:8443", "http://objects.test"];
    let calls = hosts.map(|host| canary(&world, host));
    let object = client.object(&world, &json!({"nonce": "fetched"}));
    let router = axum::Router::new().route("/one", axum::routing::get(|| async move { object }));
    world.network.add("https://objects.test", router);
    let registered = vec!["https://objects.test/one".to_owned(), "https://objects.test/gone#1".to_owned()];
    reregister(&world, "c1", |client| client.requests.request_uris = registered).await;
    for uri in [
        "https://evil.test/",
        "http://169.254.169.254/latest/meta-data",
        "data:application/jwt,x",
        "file:///etc/passwd",
        "https://objects.test/other",
        "https://objects.test/one?x",
        "https://objects.test:8443/one",
        "http://objects.test/one",
        "HTTPS://objects.test/one",
    ] {
        let page = browser.get(&client.app.authorize(&world, &[("request_uri", uri)])).await;
        page.assert_sent_back(&client.app, "request_uri_not_supported");
    }
    assert!(calls.iter().all(|calls| calls.load(Ordering::SeqCst) == 0));
    let uri = [("request_uri", "https://objects.test/gone#1")];
    browser
        .get(&client.app.authorize(&world, &uri))
        .await
        .assert_sent_back(&client.app, "invalid_request_uri");
    let uri = [("request_uri", "https://objects.test/one"), ("redirect_uri", ""), ("scope", "")];
    let page = browser.get(&client.app.authorize(&world, &uri)).await;
    assert_eq!(client.app.redeem(&world, &page).await.claims("id_token")["nonce"], "fetched");
}

/// The key that the broker publishes for this, as an app finds it.
async fn published_key(world: &World, use_: &str) -> Value {
    let request = http::Request::get(world.url("/jwks.json")).body(Vec::new()).unwrap();
    let keys = send(world, request).await.json["keys"].as_array().unwrap().clone();
    keys.into_iter().find(|key| key["use"] == use_).unwrap()
}

/// Encrypts this to a public key of the broker's.
fn encrypted(public: &Value, enc: &str, content: &str) -> String {
    let mut public = public.clone();
    (public["use"], public["alg"]) = (json!("enc"), json!("ECDH-ES"));
    let public = Jwk::from_map(public.as_object().unwrap().clone()).unwrap();
    let mut header = JweHeader::new();
    header.set_content_encryption(enc);
    header.set_content_type("JWT");
    serialize_compact(content.as_bytes(), &header, &ECDH_ES.encrypter_from_jwk(&public).unwrap()).unwrap()
}

#[tokio::test]
async fn a_request_object_may_be_encrypted_after_it_was_signed() {
    let world = World::new().await;
    let (mut browser, client) = (signed_in(&world, "alice").await, Signing::new(&world, "c1").await);
    let key = published_key(&world, "enc").await;
    for enc in ContentEncryption::ALL {
        let object = encrypted(&key, enc.as_str(), &client.object(&world, &json!({"nonce": "inside"})));
        let page = ask(&world, &mut browser, &client.app, &object).await;
        assert_eq!(client.app.redeem(&world, &page).await.claims("id_token")["nonce"], "inside", "{enc}");
        let answer = push_object(&world, &client.app, &object).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    }
    // Any broker that shares the store opens it.
    let there = world.another_broker().await;
    let object = encrypted(&key, "A256GCM", &client.object(&there, &json!({})));
    assert_eq!(push_object(&there, &client.app, &object).await.status, StatusCode::CREATED);
    // Encrypted where it lies.
    let object = encrypted(&key, "A256GCM", &client.object(&world, &json!({"nonce": "fetched"})));
    let router = axum::Router::new().route("/one", axum::routing::get(|| async move { object }));
    world.network.add("https://objects.test", router);
    let uri = "https://objects.test/one";
    reregister(&world, "c1", |client| client.requests.request_uris = vec![uri.to_owned()]).await;
    let page = browser.get(&client.app.authorize(&world, &[("request_uri", uri)])).await;
    assert_eq!(client.app.redeem(&world, &page).await.claims("id_token")["nonce"], "fetched");
}

#[tokio::test]
async fn jw_10_what_is_encrypted_must_be_signed_and_encrypted_to_the_key_for_that() {
    let world = World::new().await;
    let (client, other) = (Signing::new(&world, "c1").await, Signing::new(&world, "c2").await);
    let (key, signing) = (published_key(&world, "enc").await, published_key(&world, "sig").await);
    let (good, claims) = (client.object(&world, &json!({})), client.claims(&world));
    let mut under_our_kid = json!(EcKeyPair::generate(EcCurve::P256).unwrap().to_jwk_public_key());
    under_our_kid["kid"] = key["kid"].clone();
    let mut tampered = encrypted(&key, "A128GCM", &good);
    tampered.replace_range(tampered.len() - 4.., "AAAA");
    let hostile = [
        encrypted(&key, "A128GCM", &claims.to_string()),
        encrypted(&key, "A128GCM", &jwt(&json!({"alg": "none"}), &claims, "")),
        encrypted(&key, "A128GCM", &encrypted(&key, "A128GCM", &good)),
        encrypted(&key, "A128GCM", &other.sign(&json!({"alg": "ES256", "kid": "one"}), &claims)),
        encrypted(&key, "A128GCM", &client.object(&world, &json!({"aud": "https://evil.test"}))),
        encrypted(&signing, "A128GCM", &good),
        encrypted(&under_our_kid, "A128GCM", &good),
        tampered,
    ];
    let before = world.digest().await;
    for object in hostile {
        push_object(&world, &client.app, &object).await.assert_error(400, "invalid_request_object");
        ask(&world, &mut world.browser(), &client.app, &object)
            .await
            .assert_sent_back(&client.app, "invalid_request_object");
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn pj_02_the_registration_says_how_an_object_is_encrypted() {
    let world = World::new().await;
    let client = Signing::new(&world, "c1").await;
    let key = published_key(&world, "enc").await;
    let registered = Encryption { alg: KeyManagement::EcdhEs, enc: ContentEncryption::A256GCM };
    reregister(&world, "c1", |client| client.requests.encryption = Some(registered)).await;
    let object = client.object(&world, &json!({}));
    push_object(&world, &client.app, &encrypted(&key, "A128GCM", &object))
        .await
        .assert_error(400, "invalid_request_object");
    for object in [encrypted(&key, "A256GCM", &object), object] {
        assert_eq!(push_object(&world, &client.app, &object).await.status, StatusCode::CREATED);
    }
}
