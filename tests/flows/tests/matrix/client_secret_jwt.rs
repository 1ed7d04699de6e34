//! Clients that sign with a secret (`client_secret_jwt`): rows CA-02, CA-03, CA-05 and CA-06.

use doorward_domain::{Client, ClientAuthentication, ClientKeys, ClientSecret, Clock as _, Sealed, TenantId};
use doorward_flows::World;
use doorward_flows::app::Answer;
use doorward_flows::world::ISSUER;
use doorward_service::keys::Place;
use doorward_store::Kind;
use futures_util::future::join_all;
use http::StatusCode;
use josekit::jwk::KeyPair as _;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jws::{ES256, HS256, HS384, HS512, JwsSigner};
use serde_json::{Value, json};

use crate::client_authentication::{ask, assert_refused, basic};
use crate::support::{jwt, signed_jwt};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const SECRET: &str = "a-secret-of-the-client-that-is-long-enough-for-the-longest-of-the-hashes";
const NEWER: &str = "another-secret-of-the-client-which-is-also-long-enough-for-all-the-hashes";

fn sealed(world: &World, id: &str, secret: &str) -> Sealed {
    let place =
        Place { tenant: TenantId::BROKER, kind: Kind::Client, id: id.as_bytes(), field: "client_secret" };
    world.sealer.seal(&place, secret.as_bytes(), &*world.entropy)
}

fn secret(world: &World, id: &str, secret: &str, lasts: Option<u64>) -> ClientSecret<Sealed> {
    let (value, created_at) = (sealed(world, id, secret), world.clock.now());
    let ends_at = lasts.map(|seconds| created_at + std::time::Duration::from_secs(seconds));
    ClientSecret { value, created_at, ends_at }
}

async fn register(world: &World, id: &str, secrets: Vec<ClientSecret<Sealed>>) {
    let authentication = ClientAuthentication::ClientSecretJwt { secrets };
    world.put(&Client { authentication, ..world.client(id) }).await;
}

/// A world in which `mac` signs with [`SECRET`].
async fn world() -> World {
    let world = World::new().await;
    register(&world, "mac", vec![secret(&world, "mac", SECRET, None)]).await;
    world
}

fn claims(world: &World, jti: &str) -> Value {
    let now = world.clock.now().as_secs();
    json!({"iss": "mac", "sub": "mac", "aud": ISSUER, "jti": jti, "iat": now, "exp": now + 60})
}

fn sign(secret: &[u8], claims: &Value) -> String {
    signed_jwt(&HS256.signer_from_bytes(secret).unwrap(), &json!({"alg": "HS256"}), claims)
}

async fn present(world: &World, assertion: &str) -> Answer {
    ask(world, &[], &[("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)]).await
}

#[tokio::test]
async fn each_hash_will_do() {
    let world = world().await;
    for algorithm in [HS256, HS384, HS512] {
        let signer = algorithm.signer_from_bytes(SECRET).unwrap();
        let name = signer.algorithm().name();
        let assertion = signed_jwt(&signer, &json!({"alg": name, "typ": "JWT"}), &claims(&world, name));
        assert_eq!(present(&world, &assertion).await.status, StatusCode::OK, "{name}");
        // Under another's name it is another's.
        let renamed = if name == "HS256" { "HS384" } else { "HS256" };
        let assertion = signed_jwt(&signer, &json!({"alg": renamed}), &claims(&world, renamed));
        assert_refused(&present(&world, &assertion).await);
    }
}

#[tokio::test]
async fn ca_02_a_client_that_signs_with_its_secret_does_not_send_it() {
    let world = world().await;
    assert_refused(&ask(&world, &[basic("mac", SECRET)], &[]).await);
    assert_refused(&ask(&world, &[], &[("client_id", "mac"), ("client_secret", SECRET)]).await);
    assert_refused(&ask(&world, &[], &[("client_id", "mac")]).await);
    // And one that sends its secret does not sign with it.
    let now = world.clock.now().as_secs();
    for (id, secret) in [("c1", "secret-of-c1"), ("public", SECRET)] {
        let claims = json!({"iss": id, "sub": id, "aud": ISSUER, "jti": "1", "iat": now, "exp": now + 60});
        let secret = format!("{secret:\0<32}");
        assert_refused(&present(&world, &sign(secret.as_bytes(), &claims)).await);
    }
}

#[tokio::test]
async fn ca_03_key_pairs_and_secrets_are_not_taken_for_each_other() {
    let world = world().await;
    let key = EcKeyPair::generate(EcCurve::P256).unwrap();
    let public = key.to_jwk_public_key();
    // A client that signs with its secret has keys registered, too: for other purposes.
    let keys = ClientKeys::Inline(json!({"keys": [public]}));
    let secrets = vec![secret(&world, "mac", SECRET, None)];
    let authentication = ClientAuthentication::ClientSecretJwt { secrets };
    world.put(&Client { authentication, keys: keys.clone(), ..world.client("mac") }).await;
    let es256 = ES256.signer_from_jwk(&key.to_jwk_private_key()).unwrap();
    let forged = signed_jwt(&es256, &json!({"alg": "ES256"}), &claims(&world, "1"));
    assert_refused(&present(&world, &forged).await);
    // And one that signs with its key cannot be spoken for with what everybody knows of it.
    let authentication = ClientAuthentication::PrivateKeyJwt { algorithm: None };
    world.put(&Client { authentication, keys, ..world.client("mac") }).await;
    let x = public.parameter("x").unwrap().as_str().unwrap().to_owned();
    for known in [key.to_pem_public_key(), key.to_der_public_key(), public.to_string().into(), x.into()] {
        assert_refused(&present(&world, &sign(&known, &claims(&world, "2"))).await);
    }
    let genuine = signed_jwt(&es256, &json!({"alg": "ES256"}), &claims(&world, "3"));
    assert_eq!(present(&world, &genuine).await.status, StatusCode::OK);
}

#[tokio::test]
async fn ca_03_what_is_not_signed_with_the_secret_is_refused() {
    let world = world().await;
    let claims = claims(&world, "1");
    for alg in ["none", "None", "", "HS1", "hs256", "HS256 ", "ES256", "RS256"] {
        assert_refused(&present(&world, &jwt(&json!({"alg": alg}), &claims, "")).await);
        let signer = HS256.signer_from_bytes(SECRET).unwrap();
        assert_refused(&present(&world, &signed_jwt(&signer, &json!({"alg": alg}), &claims)).await);
    }
    for other in [NEWER.as_bytes(), &SECRET.as_bytes()[..40], &[0; 64]] {
        assert_refused(&present(&world, &sign(other, &claims)).await);
    }
    let good = sign(SECRET.as_bytes(), &claims);
    for cut in [1, 2, 10] {
        assert_refused(&present(&world, &good[..good.len() - cut]).await);
    }
    assert_eq!(present(&world, &good).await.status, StatusCode::OK, "none of this used it up");
}

#[tokio::test]
async fn ca_05_an_assertion_is_good_for_once_and_for_five_minutes_at_most() {
    let world = world().await;
    let there = world.another_broker().await;
    let assertion = sign(SECRET.as_bytes(), &claims(&world, "once"));
    let tries = (0..20).map(|n| present(if n % 2 == 0 { &world } else { &there }, &assertion));
    let won = join_all(tries).await.iter().filter(|it| it.status == StatusCode::OK).count();
    assert_eq!(won, 1);
    let now = world.clock.now().as_secs();
    for (name, value) in [
        ("exp", json!(now + 331)),
        ("exp", json!(now - 30)),
        ("exp", json!("soon")),
        ("exp", Value::Null),
        ("jti", Value::Null),
        ("jti", json!("")),
        ("nbf", json!(now + 31)),
        ("iat", json!(now + 31)),
        ("sub", json!("c1")),
        ("sub", Value::Null),
        ("iss", json!("c1")),
        ("iss", Value::Null),
    ] {
        let mut claims = claims(&world, "x");
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }
        assert_refused(&present(&world, &sign(SECRET.as_bytes(), &claims)).await);
    }
    assert_eq!(present(&world, &sign(SECRET.as_bytes(), &claims(&world, "x"))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn ca_06_the_issuer_is_the_only_audience() {
    let world = world().await;
    for audience in [
        json!("https://id.test/token"),
        json!([ISSUER]),
        json!([ISSUER, "https://evil.test"]),
        json!("https://id.test/"),
        Value::Null,
    ] {
        let mut claims = claims(&world, "1");
        claims["aud"] = audience;
        assert_refused(&present(&world, &sign(SECRET.as_bytes(), &claims)).await);
    }
}

#[tokio::test]
async fn a_secret_that_is_replaced_is_good_until_it_ends() {
    let world = world().await;
    let signed = |jti: &str, secret: &str| sign(secret.as_bytes(), &claims(&world, jti));
    assert_eq!(present(&world, &signed("1", SECRET)).await.status, StatusCode::OK);
    let both = vec![secret(&world, "mac", NEWER, None), secret(&world, "mac", SECRET, Some(60))];
    register(&world, "mac", both).await;
    assert_eq!(present(&world, &signed("2", NEWER)).await.status, StatusCode::OK);
    assert_eq!(present(&world, &signed("3", SECRET)).await.status, StatusCode::OK);
    world.pass(60);
    assert_refused(&present(&world, &signed("4", SECRET)).await);
    assert_eq!(present(&world, &signed("5", NEWER)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn sr_03_a_sealed_secret_of_another_client_opens_nothing() {
    let world = world().await;
    register(&world, "mac", vec![secret(&world, "other", SECRET, None)]).await;
    assert_refused(&present(&world, &sign(SECRET.as_bytes(), &claims(&world, "1"))).await);
}
