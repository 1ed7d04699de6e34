//! What is encrypted for a client (RFC 7516): opened here with the library's own decrypters, as the client
//! would.

use axum::Router;
use axum::routing::get;
use doorward_domain::{Algorithm, Client, ClientKeys, ContentEncryption, Encryption, KeyManagement};
use doorward_flows::app::{Answer, claims};
use doorward_flows::browser::encode;
use doorward_flows::{Relying, World};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Method, StatusCode};
use josekit::jwe::{
    ECDH_ES, ECDH_ES_A128KW, ECDH_ES_A256KW, JweDecrypter, JweHeader, RSA_OAEP, RSA_OAEP_256,
    deserialize_compact,
};
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ecx::EcxCurve;
use josekit::jwk::alg::ed::EdCurve;
use serde_json::{Map, Value, json};

use crate::support::{code, reregister, signed_in};
use crate::told::Told;

/// A key pair of a client's, its public half with these members besides.
pub struct Pair {
    pub private: Jwk,
    pub public: Value,
}

impl Pair {
    pub fn new(private: Jwk, more: Value) -> Self {
        let mut public = json!(private.to_public_key().unwrap());
        public.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Self { private, public }
    }

    fn ec(more: Value) -> Self {
        Self::new(Jwk::generate_ec_key(EcCurve::P256).unwrap(), more)
    }

    /// Opens a JWE that was made like this.
    pub fn open(&self, alg: KeyManagement, jwe: &str) -> Result<(String, JweHeader), josekit::JoseError> {
        let decrypter: Box<dyn JweDecrypter> = match alg {
            KeyManagement::RsaOaep => Box::new(RSA_OAEP.decrypter_from_jwk(&self.private)?),
            KeyManagement::RsaOaep256 => Box::new(RSA_OAEP_256.decrypter_from_jwk(&self.private)?),
            KeyManagement::EcdhEs => Box::new(ECDH_ES.decrypter_from_jwk(&self.private)?),
            KeyManagement::EcdhEsA128Kw => Box::new(ECDH_ES_A128KW.decrypter_from_jwk(&self.private)?),
            KeyManagement::EcdhEsA256Kw => Box::new(ECDH_ES_A256KW.decrypter_from_jwk(&self.private)?),
        };
        let (content, header) = deserialize_compact(jwe, &*decrypter)?;
        Ok((String::from_utf8(content).unwrap(), header))
    }
}

const USUAL: Encryption = Encryption { alg: KeyManagement::EcdhEs, enc: ContentEncryption::A128CbcHs256 };

fn inline(keys: &[&Pair]) -> ClientKeys {
    ClientKeys::Inline(json!({"keys": keys.iter().map(|key| &key.public).collect::<Vec<_>>()}))
}

/// `c1` with this key and these forms, and alice's tokens.
async fn tokens(world: &World, keys: ClientKeys, change: impl FnOnce(&mut Client)) -> Answer {
    reregister(world, "c1", |client| {
        client.keys = keys;
        change(client);
    })
    .await;
    world.tokens(&world.relying("c1"), "victim", "alice").await
}

#[tokio::test]
async fn an_id_token_is_encrypted_in_every_way_that_is_offered() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let rsa = Pair::new(Jwk::generate_rsa_key(2048).unwrap(), json!({"use": "enc", "kid": "rsa"}));
    let curves =
        [EcCurve::P256, EcCurve::P384, EcCurve::P521].map(|curve| Jwk::generate_ec_key(curve).unwrap());
    let x25519 = Jwk::generate_ecx_key(EcxCurve::X25519).unwrap();
    let agreeing: Vec<_> = curves
        .into_iter()
        .chain([x25519])
        .map(|private| Pair::new(private, json!({"use": "enc", "kid": "agreed"})))
        .collect();
    for alg in KeyManagement::ALL {
        let wraps = matches!(alg, KeyManagement::RsaOaep | KeyManagement::RsaOaep256);
        let keys: &[Pair] = if wraps { std::slice::from_ref(&rsa) } else { &agreeing };
        for (key, enc) in keys.iter().flat_map(|key| ContentEncryption::ALL.map(|enc| (key, enc))) {
            reregister(&world, "c1", |client| {
                client.keys = inline(&[key]);
                client.tokens.id_token_encryption = Some(Encryption { alg, enc });
            })
            .await;
            let issued = code(&world, &mut browser, &app, &[]).await;
            let answer = app.redeem_code(&world, &issued, &[]).await;
            let (jwt, header) = key.open(alg, answer.str("id_token")).unwrap();
            let told: Vec<_> =
                ["alg", "enc", "cty", "kid", "zip"].map(|name| header.claim(name).cloned()).into();
            let kid = key.public["kid"].clone();
            let expected = [json!(alg), json!(enc), json!("JWT"), kid].map(Some);
            assert_eq!(told[..4], expected, "{header:?}");
            assert_eq!(told[4], None);
            // What is inside is the ID token that hints and logouts are made with.
            assert_eq!(claims(&jwt)["nonce"], "the-nonce");
            let hint = [("prompt", "none"), ("id_token_hint", jwt.as_str())];
            assert!(browser.get(&app.authorize(&world, &hint)).await.parameter("code").is_some());
        }
    }
}

#[tokio::test]
async fn a_refreshed_id_token_is_encrypted_and_an_access_token_is_not() {
    let world = World::new().await;
    let key = Pair::ec(json!({"use": "enc"}));
    let tokens = tokens(&world, inline(&[&key]), |client| {
        client.tokens.id_token_encryption = Some(USUAL);
    })
    .await;
    let again = world.relying("c1").refresh(&world, tokens.str("refresh_token"), &[]).await;
    for answer in [&tokens, &again] {
        let (jwt, _) = key.open(USUAL.alg, answer.str("id_token")).unwrap();
        assert_eq!(claims(&jwt)["sub"], answer.claims("access_token")["sub"]);
    }
    let other = Pair::ec(json!({}));
    assert!(other.open(USUAL.alg, tokens.str("id_token")).is_err());
}

/// Asks for `path` and gives the answer's media type and text.
async fn text(world: &World, request: http::request::Builder, body: &str) -> (String, String) {
    let response = world.network.send(request.body(body.as_bytes().to_vec()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200, "{response:?}");
    let media_type = response.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
    (media_type, String::from_utf8(response.into_body()).unwrap())
}

#[tokio::test]
async fn ui_03_userinfo_is_signed_then_encrypted_or_encrypted_alone() {
    let world = World::new().await;
    let key = Pair::ec(json!({"use": "enc"}));
    let tokens = tokens(&world, inline(&[&key]), |_| {}).await;
    let bearer = format!("Bearer {}", tokens.str("access_token"));
    let request = || http::Request::get(world.url("/userinfo")).header(AUTHORIZATION, &bearer);
    let plain: Value = serde_json::from_str(&text(&world, request(), "").await.1).unwrap();
    for signing in [None, Some(Algorithm::ES256)] {
        reregister(&world, "c1", |client| {
            client.tokens.userinfo = signing;
            client.tokens.userinfo_encryption = Some(USUAL);
        })
        .await;
        let (media_type, jwe) = text(&world, request(), "").await;
        assert_eq!(media_type, "application/jwt");
        let (content, header) = key.open(USUAL.alg, &jwe).unwrap();
        assert_eq!(header.content_type(), signing.map(|_| "JWT"));
        let mut told = match signing {
            None => serde_json::from_str(&content).unwrap(),
            Some(_) => claims(&content),
        };
        for name in ["iss", "aud", "iat"].iter().filter(|_| signing.is_some()) {
            assert!(told.as_object_mut().unwrap().remove(*name).is_some());
        }
        assert_eq!(told, plain);
    }
}

#[tokio::test]
async fn ti_03_an_introspection_answer_is_signed_then_encrypted() {
    let world = World::new().await;
    let key = Pair::ec(json!({"use": "enc"}));
    let tokens = tokens(&world, inline(&[&key]), |client| {
        client.tokens.introspection_encryption = Some(USUAL);
    })
    .await;
    let media_type = "application/token-introspection+jwt";
    let request = http::Request::builder()
        .method(Method::POST)
        .uri(world.url("/introspect"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(AUTHORIZATION, "Basic YzE6c2VjcmV0LW9mLWMx")
        .header(ACCEPT, media_type);
    let (told_type, jwe) = text(&world, request, &encode(&[("token", tokens.str("access_token"))])).await;
    assert_eq!(told_type, media_type);
    let (jwt, header) = key.open(USUAL.alg, &jwe).unwrap();
    assert_eq!(header.content_type(), Some("JWT"));
    assert_eq!(claims(&jwt)["token_introspection"]["active"], true);
    // Who asks for JSON gets JSON.
    assert!(world.relying("c1").is_active(&world, tokens.str("access_token")).await);
}

#[tokio::test]
async fn an_authorization_response_is_signed_then_encrypted() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let key = Pair::ec(json!({"use": "enc"}));
    reregister(&world, "c1", |client| {
        client.keys = inline(&[&key]);
        client.tokens.authorization_encryption = Some(USUAL);
    })
    .await;
    let response = async |browser: &mut doorward_flows::Browser, changes: &[(&str, &str)]| {
        let page = browser.get(&app.authorize(&world, changes)).await;
        let (jwt, header) = key.open(USUAL.alg, &page.parameter("response").unwrap()).unwrap();
        assert_eq!((header.content_type(), page.parameter("code")), (Some("JWT"), None));
        claims(&jwt)
    };
    let told = response(&mut browser, &[("response_mode", "jwt")]).await;
    assert_eq!((&told["aud"], &told["state"]), (&json!("c1"), &json!("the-state")));
    let answer = app.redeem_code(&world, told["code"].as_str().unwrap(), &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    for wrong in [("prompt", "none"), ("scope", "nothing")] {
        let told = response(&mut world.browser(), &[("response_mode", "query.jwt"), wrong]).await;
        assert!(told["error"].is_string() && told.get("code").is_none(), "{told}");
    }
    // In the clear for who asks so.
    let page = browser.get(&app.authorize(&world, &[])).await;
    assert!(page.parameter("code").is_some());
}

#[tokio::test]
async fn the_key_is_one_for_encryption_and_for_this_algorithm() {
    let world = World::new().await;
    let signing = Pair::ec(json!({"use": "sig", "kid": "signing"}));
    let verifying = Pair::ec(json!({"key_ops": ["verify"], "kid": "verifying"}));
    let other_alg = Pair::ec(json!({"use": "enc", "alg": "ECDH-ES+A256KW", "kid": "other"}));
    let for_anything = Pair::ec(json!({"kid": "anything"}));
    let browsers = Pair::ec(json!({"key_ops": [], "kid": "browsers"}));
    let dedicated = Pair::ec(json!({"use": "enc", "alg": "ECDH-ES", "kid": "dedicated"}));
    let kid = async |keys: &[&Pair]| {
        let encrypted = |client: &mut Client| client.tokens.id_token_encryption = Some(USUAL);
        let answer = tokens(&world, inline(keys), encrypted).await;
        let key = keys.iter().find(|key| key.open(USUAL.alg, answer.str("id_token")).is_ok());
        key.unwrap().public["kid"].clone()
    };
    assert_eq!(kid(&[&signing, &verifying, &other_alg, &for_anything, &dedicated]).await, "dedicated");
    assert_eq!(kid(&[&signing, &for_anything, &other_alg]).await, "anything");
    assert_eq!(kid(&[&verifying, &browsers]).await, "browsers");
}

/// A redeemed code, a refreshed token and an encrypted answer of a client whose keys are these.
async fn assert_nothing_is_told(world: &World, keys: ClientKeys) {
    let (mut browser, app) = (signed_in(world, "alice").await, world.relying("c1"));
    let good = Pair::ec(json!({"use": "enc"}));
    let tokens = tokens(world, inline(&[&good]), |client| client.tokens.id_token_encryption = None).await;
    let issued = code(world, &mut browser, &app, &[]).await;
    reregister(world, "c1", |client| {
        client.keys = keys;
        client.tokens.id_token_encryption = Some(USUAL);
        client.tokens.userinfo_encryption = Some(USUAL);
        client.tokens.authorization_encryption = Some(USUAL);
    })
    .await;
    let before = world.digest().await;
    let refused = app.redeem_code(world, &issued, &[]).await;
    refused.assert_error(400, "invalid_request");
    assert!(refused.str("error_description").contains("jwks_uri"), "{refused:?}");
    app.refresh(world, tokens.str("refresh_token"), &[]).await.assert_error(400, "invalid_request");
    doorward_flows::app::userinfo(world, tokens.str("access_token"))
        .await
        .assert_error(400, "invalid_request");
    browser.get(&app.authorize(world, &[("response_mode", "jwt")])).await.assert_told(400);
    assert_eq!(world.digest().await, before, "nothing is used up");
    reregister(world, "c1", |client| {
        client.keys = inline(&[&good]);
        client.tokens.userinfo_encryption = None;
        client.tokens.authorization_encryption = None;
    })
    .await;
    let answer = app.redeem_code(world, &issued, &[]).await;
    assert!(good.open(USUAL.alg, answer.str("id_token")).is_ok(), "{answer:?}");
}

#[tokio::test]
async fn jw_03_without_a_fitting_key_nothing_is_told_and_nothing_used_up() {
    let world = World::new().await;
    let private = Pair::ec(json!({"use": "enc"}));
    let private = ClientKeys::Inline(json!({"keys": [private.private]}));
    let mut off_curve = Pair::ec(json!({"use": "enc"}));
    off_curve.public["y"] = off_curve.public["x"].clone();
    let weak = Pair::new(Jwk::generate_rsa_key(2048).unwrap(), json!({"use": "enc"}));
    let ed = Pair::new(Jwk::generate_ed_key(EdCurve::Ed25519).unwrap(), json!({"use": "enc"}));
    let symmetric = ClientKeys::Inline(json!({"keys": [{"kty": "oct", "k": "AAAAAAAAAAAAAAAAAAAAAA"}]}));
    let signing = Pair::ec(json!({"use": "sig"}));
    let published = |set: Value| Router::new().route("/jwks", get(move || async move { axum::Json(set) }));
    world.network.add("https://none.test", published(json!({"keys": [signing.public]})));
    world.network.add("https://odd.test", published(json!(["keys"])));
    for keys in [
        ClientKeys::None,
        private,
        symmetric,
        inline(&[&off_curve]),
        inline(&[&weak, &ed, &signing]),
        ClientKeys::At("https://none.test/jwks".to_owned()),
        ClientKeys::At("https://odd.test/jwks".to_owned()),
        ClientKeys::At("https://nowhere.test/jwks".to_owned()),
    ] {
        assert_nothing_is_told(&world, keys).await;
    }
}

#[tokio::test]
async fn a_key_that_the_client_publishes_is_fetched_once() {
    let world = World::new().await;
    let key = Pair::ec(json!({"use": "enc", "kid": "published"}));
    let set = json!({"keys": [key.public]});
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = asked.clone();
    let published = move || {
        counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        std::future::ready(axum::Json(set.clone()))
    };
    world.network.add("https://keys.test", Router::new().route("/jwks", get(published)));
    let at = ClientKeys::At("https://keys.test/jwks".to_owned());
    let encrypted = |client: &mut Client| client.tokens.id_token_encryption = Some(USUAL);
    let answer = tokens(&world, at, encrypted).await;
    let app: Relying = world.relying("c1");
    let again = app.refresh(&world, answer.str("refresh_token"), &[]).await;
    for answer in [answer, again] {
        assert!(key.open(USUAL.alg, answer.str("id_token")).is_ok());
    }
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_client_without_encryption_never_asks_for_keys() {
    let world = World::new().await;
    let asked = crate::support::canary(&world, "https://keys.test");
    let at = ClientKeys::At("https://keys.test/jwks".to_owned());
    let answer = tokens(&world, at, |_| {}).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn discovery_lists_what_is_offered_and_nothing_weak() {
    let world = World::new().await;
    let request = http::Request::get(world.url("/.well-known/openid-configuration"));
    let (_, document) = text(&world, request, "").await;
    let document: Map<String, Value> = serde_json::from_str(&document).unwrap();
    for what in ["id_token", "userinfo", "introspection", "authorization"] {
        let algs = &document[&format!("{what}_encryption_alg_values_supported")];
        assert_eq!(*algs, json!(KeyManagement::ALL.map(KeyManagement::as_str)));
        let encs = &document[&format!("{what}_encryption_enc_values_supported")];
        assert_eq!(*encs, json!(ContentEncryption::ALL.map(ContentEncryption::as_str)));
    }
    assert_eq!(document["request_object_encryption_alg_values_supported"], json!(["ECDH-ES"]));
    let text = json!(document).to_string();
    for weak in ["RSA1_5", "PBES2", "\"dir\""] {
        assert!(!text.contains(weak), "{weak}");
    }
}

#[tokio::test]
async fn a_logout_token_is_encrypted_as_the_id_tokens_are() {
    let world = World::new().await;
    let told = Told::listens(&world, "c1").await;
    let key = Pair::ec(json!({"use": "enc"}));
    reregister(&world, "c1", |client| {
        client.keys = inline(&[&key]);
        client.tokens.id_token_encryption = Some(USUAL);
    })
    .await;
    let (mut browser, app) = (world.browser(), world.relying("c1"));
    let page = world.sign_in(&mut browser, &app, "victim", "alice").await;
    let tokens = app.redeem(&world, &page).await;
    let (id_token, _) = key.open(USUAL.alg, tokens.str("id_token")).unwrap();

    let hint = encode(&[("id_token_hint", &id_token)]);
    browser.get(&world.url(&format!("/end-session?{hint}"))).await;
    world.work().await;
    let (token, header) = key.open(USUAL.alg, &told.heard().remove(0)).unwrap();
    assert_eq!(header.content_type(), Some("JWT"));
    assert_eq!(claims(&token)["sid"], claims(&id_token)["sid"]);
}
