//! Clients that sign for themselves (`private_key_jwt`): rows CA-03 to CA-07.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use doorward_domain::{Algorithm, Client, ClientAuthentication, ClientKeys, ClientProfile, Clock as _};
use doorward_flows::World;
use doorward_flows::app::Answer;
use doorward_flows::world::{ISSUER, Setup};
use doorward_service::settings::MostUses;
use doorward_store::Kind;
use doorward_store::Range;
use futures_util::future::join_all;
use http::StatusCode;
use http::header::RETRY_AFTER;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jwk::alg::rsa::RsaKeyPair;
use josekit::jwk::{Jwk, KeyPair as _};
use josekit::jws::{ES256, ES384, HS256, JwsSigner, RS256};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::client_authentication::{ask, assert_refused, basic};
use crate::support::{canary, jwt, reregister, signed_jwt};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client with a key of its own.
struct Signing {
    id: &'static str,
    key: EcKeyPair,
}

impl Signing {
    async fn new(world: &World, id: &'static str) -> Self {
        let mut key = EcKeyPair::generate(EcCurve::P256).unwrap();
        key.set_key_id(Some("one"));
        register(world, id, Algorithm::ES256, &[key.to_jwk_public_key()]).await;
        Self { id, key }
    }

    fn header(&self) -> Value {
        json!({"alg": "ES256", "kid": "one"})
    }

    fn claims(&self, world: &World, jti: &str) -> Value {
        let now = world.clock.now().as_secs();
        json!({"iss": self.id, "sub": self.id, "aud": ISSUER, "jti": jti, "iat": now, "exp": now + 60})
    }

    /// The plain claims, one of them changed; null leaves it out.
    fn but(&self, world: &World, name: &str, value: Value) -> Value {
        let mut claims = self.claims(world, &format!("{name}-{value}").chars().take(200).collect::<String>());
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }
        claims
    }

    fn signer(&self) -> impl JwsSigner + use<> {
        ES256.signer_from_jwk(&self.key.to_jwk_private_key()).unwrap()
    }

    fn sign(&self, claims: &Value) -> String {
        signed_jwt(&self.signer(), &self.header(), claims)
    }
}

async fn register(world: &World, id: &str, algorithm: Algorithm, keys: &[Jwk]) {
    let keys = ClientKeys::Inline(json!({"keys": keys}));
    let authentication = ClientAuthentication::PrivateKeyJwt { algorithm: Some(algorithm) };
    world.put(&Client { authentication, keys, ..world.client(id) }).await;
}

async fn present(world: &World, assertion: &str) -> Answer {
    ask(world, &[], &[("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)]).await
}

async fn marks(world: &World) -> usize {
    let all = world.store.list(&Range::all(), usize::MAX).await.unwrap();
    all.iter().filter(|(key, _)| key.kind() == Kind::ReplayMark).count()
}

#[tokio::test]
async fn ca_02_a_client_with_a_key_has_no_secret() {
    let world = World::new().await;
    let client = Signing::new(&world, "signing").await;
    assert_eq!(present(&world, &client.sign(&client.claims(&world, "1"))).await.status, StatusCode::OK);
    assert_refused(&ask(&world, &[basic("signing", "secret-of-signing")], &[]).await);
    let in_body = [("client_id", "signing"), ("client_secret", "secret-of-signing")];
    assert_refused(&ask(&world, &[], &in_body).await);
    assert_refused(&ask(&world, &[], &in_body[..1]).await);
    // And one with a secret has no key.
    let other = Signing { id: "c1", key: EcKeyPair::generate(EcCurve::P256).unwrap() };
    assert_refused(&present(&world, &other.sign(&other.claims(&world, "1"))).await);
}

#[tokio::test]
async fn ca_03_the_registration_says_the_algorithm() {
    let world = World::new().await;
    let client = Signing::new(&world, "signing").await;
    let claims = client.claims(&world, "1");
    let mut forged = Vec::new();
    for none in ["none", "None", "nOnE", "", "NONE"] {
        forged.push(jwt(&json!({"alg": none}), &claims, ""));
        forged.push(jwt(&json!({"alg": none, "kid": "one"}), &claims, "AA"));
    }
    let jwk = client.key.to_jwk_public_key();
    let pem = client.key.to_pem_public_key();
    let x = jwk.parameter("x").unwrap().as_str().unwrap().to_owned();
    let stripped = String::from_utf8(pem.clone()).unwrap().trim_end().as_bytes().to_vec();
    for key in [pem, stripped, client.key.to_der_public_key(), jwk.to_string().into_bytes(), x.into_bytes()] {
        let signer = HS256.signer_from_bytes(&key).unwrap();
        for header in [json!({"alg": "HS256"}), json!({"alg": "HS256", "kid": "one"}), client.header()] {
            forged.push(signed_jwt(&signer, &header, &claims));
        }
    }
    let p384 = EcKeyPair::generate(EcCurve::P384).unwrap();
    let es384 = ES384.signer_from_jwk(&p384.to_jwk_private_key()).unwrap();
    forged.push(signed_jwt(&es384, &client.header(), &claims));
    for signature in ["", &"A".repeat(86), &"_".repeat(86)] {
        forged.push(jwt(&client.header(), &claims, signature));
    }
    for assertion in forged {
        assert_refused(&present(&world, &assertion).await);
    }
    assert_eq!(marks(&world).await, 0, "what is not genuine leaves no trace");
    assert_eq!(present(&world, &client.sign(&claims)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn ca_03_a_registered_key_of_another_algorithm_does_not_sign() {
    let world = World::new().await;
    let client = Signing::new(&world, "signing").await;
    let mut rsa = RsaKeyPair::generate(2048).unwrap();
    rsa.set_key_id(Some("rsa"));
    let p384 = EcKeyPair::generate(EcCurve::P384).unwrap();
    let keys = [client.key.to_jwk_public_key(), rsa.to_jwk_public_key(), p384.to_jwk_public_key()];
    register(&world, "signing", Algorithm::ES256, &keys).await;
    let claims = client.claims(&world, "1");
    let rs256 = RS256.signer_from_jwk(&rsa.to_jwk_private_key()).unwrap();
    for header in [
        json!({"alg": "RS256", "kid": "rsa"}),
        json!({"alg": "RS256"}),
        json!({"alg": "ES256", "kid": "rsa"}),
    ] {
        assert_refused(&present(&world, &signed_jwt(&rs256, &header, &claims)).await);
    }
    let es384 = ES384.signer_from_jwk(&p384.to_jwk_private_key()).unwrap();
    for alg in ["ES384", "ES256"] {
        assert_refused(&present(&world, &signed_jwt(&es384, &json!({"alg": alg}), &claims)).await);
    }
    // HS256 with the RSA modulus and PEM.
    let modulus = rsa.to_jwk_public_key().parameter("n").unwrap().as_str().unwrap().to_owned();
    for key in [modulus.into_bytes(), rsa.to_pem_public_key()] {
        let signer = HS256.signer_from_bytes(&key).unwrap();
        assert_refused(&present(&world, &signed_jwt(&signer, &json!({"alg": "HS256"}), &claims)).await);
    }
    register(&world, "signing", Algorithm::RS256, &keys).await;
    let answer = present(&world, &signed_jwt(&rs256, &json!({"alg": "RS256", "kid": "rsa"}), &claims)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_refused(&present(&world, &client.sign(&client.claims(&world, "2"))).await);
}

#[tokio::test]
async fn ca_04_every_claim_of_an_assertion_counts() {
    let world = World::new().await;
    let client = Signing::new(&world, "signing").await;
    Signing::new(&world, "other").await;
    let now = world.clock.now().as_secs();
    for (name, wrong) in [
        ("iss", json!("other")),
        ("iss", json!(null)),
        ("iss", json!(["signing"])),
        ("sub", json!("other")),
        ("sub", json!(null)),
        ("sub", json!("Signing")),
        ("jti", json!(null)),
        ("jti", json!("")),
        ("jti", json!(7)),
        ("jti", json!("x".repeat(256))),
        ("exp", json!(null)),
        ("exp", json!(now - 31)),
        ("exp", json!(now + 5 * 60 + 31)),
        ("exp", json!(format!("{}", now + 60))),
        ("exp", json!(-1)),
        ("nbf", json!(now + 120)),
        ("iat", json!(now + 120)),
    ] {
        let answer = present(&world, &client.sign(&client.but(&world, name, wrong.clone()))).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name} {wrong}: {answer:?}");
        assert_refused(&answer);
    }
    for (name, fine) in [("iat", json!(null)), ("exp", json!(now + 300)), ("exp", json!(now - 20))] {
        let answer = present(&world, &client.sign(&client.but(&world, name, fine.clone()))).await;
        assert_eq!(answer.status, StatusCode::OK, "{name} {fine}: {answer:?}");
    }
    let good = client.sign(&client.claims(&world, "last"));
    for assertion_type in ["", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "jwt-bearer"] {
        let fields = [("client_assertion_type", assertion_type), ("client_assertion", &good)];
        ask(&world, &[], &fields).await.assert_error(400, "invalid_request");
    }
    let fields = [("client_id", "other"), ("client_assertion_type", JWT_BEARER), ("client_assertion", &good)];
    assert_refused(&ask(&world, &[], &fields).await);
    for typ in ["at+jwt", "logout+jwt", "secevent+jwt"] {
        let header = json!({"alg": "ES256", "kid": "one", "typ": typ});
        let assertion = signed_jwt(&client.signer(), &header, &client.claims(&world, typ));
        assert_refused(&present(&world, &assertion).await);
    }
    assert_eq!(present(&world, &good).await.status, StatusCode::OK, "none of this used it up");
}

#[tokio::test]
async fn ca_05_an_assertion_is_good_for_once() {
    let world = World::new().await;
    let (client, other) = (Signing::new(&world, "signing").await, Signing::new(&world, "other").await);
    let assertion = client.sign(&client.claims(&world, "once"));
    assert_eq!(present(&world, &assertion).await.status, StatusCode::OK);
    assert_refused(&present(&world, &assertion).await);
    // The identifier counts, not the spelling of the token.
    let mut again = client.claims(&world, "once");
    again["iat"] = json!(world.clock.now().as_secs() - 1);
    assert_refused(&present(&world, &client.sign(&again)).await);
    assert_refused(&present(&world.another_broker().await, &assertion).await);
    // Another's identifiers are their own.
    assert_eq!(present(&world, &other.sign(&other.claims(&world, "once"))).await.status, StatusCode::OK);
    // With the case of its identifier changed the signature is nobody's.
    let signature = assertion.rsplit_once('.').unwrap().1;
    let upper = jwt(&client.header(), &client.claims(&world, "ONCE"), signature);
    assert_refused(&present(&world, &upper).await);
    assert_eq!(marks(&world).await, 2);
    // It is remembered for as long as it is valid, clocks' differences included.
    for seconds in [60, 29, 1, 300] {
        world.pass(seconds);
        assert_refused(&present(&world, &assertion).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ca_05_of_fifty_at_once_one_wins() {
    let here = Arc::new(World::new().await);
    let there = Arc::new(here.another_broker().await);
    let client = Signing::new(&here, "signing").await;
    for round in 0..20 {
        let assertion = client.sign(&client.claims(&here, &round.to_string()));
        let start = Arc::new(Barrier::new(50));
        let tries = (0..50).map(|n| {
            let world = Arc::clone(if n % 2 == 0 { &here } else { &there });
            let (assertion, start) = (assertion.clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                present(&world, &assertion).await
            })
        });
        let answers: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == StatusCode::OK);
        assert_eq!(won.len(), 1, "in round {round}");
        lost.into_iter().for_each(assert_refused);
    }
}

#[tokio::test]
async fn ca_06_an_assertion_for_anybody_else_is_refused() {
    let world = World::new().await;
    let client = Signing::new(&world, "signing").await;
    for audience in [
        json!("https://id.test/token"),
        json!("https://id.test/introspect"),
        json!("https://id.test/par"),
        json!([ISSUER, "https://evil.test"]),
        json!([ISSUER]),
        json!("https://id.test/"),
        json!("https://ID.test"),
        json!("https://id.test:443"),
        json!("http://id.test"),
        json!("https://id.test/t/attacker"),
        json!("https://evil.test"),
        json!(""),
        json!(null),
        json!(["https://evil.test", ISSUER]),
        json!({"aud": ISSUER}),
    ] {
        assert_refused(&present(&world, &client.sign(&client.but(&world, "aud", audience))).await);
    }
    assert_eq!(marks(&world).await, 0);
}

/// As OIDC Core section 9 has it; FAPI's profiles know no such registration.
#[tokio::test]
async fn ca_06_a_registration_may_add_the_token_endpoint_and_nothing_else() {
    let world = World::new().await;
    let client = Signing::new(&world, "signing").await;
    reregister(&world, "signing", |it| it.token_endpoint_audience = true).await;
    for audience in [json!(ISSUER), json!("https://id.test/token")] {
        let answer = present(&world, &client.sign(&client.but(&world, "aud", audience))).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    for audience in [
        json!("https://id.test/introspect"),
        json!("https://id.test/par"),
        json!("https://id.test/token/"),
        json!(["https://id.test/token"]),
        json!(["https://id.test/token", ISSUER]),
        json!("https://evil.test/token"),
        json!(null),
    ] {
        assert_refused(&present(&world, &client.sign(&client.but(&world, "aud", audience))).await);
    }
    reregister(&world, "signing", |it| it.profile = ClientProfile::Fapi2Security).await;
    let mut claims = client.claims(&world, "fapi");
    assert_eq!(present(&world, &client.sign(&claims)).await.status, StatusCode::OK);
    (claims["jti"], claims["aud"]) = ("other".into(), "https://id.test/token".into());
    assert_refused(&present(&world, &client.sign(&claims)).await);
}

#[tokio::test]
async fn ca_07_the_key_comes_from_the_registration() {
    let world = World::new().await;
    let (client, other) = (Signing::new(&world, "signing").await, Signing::new(&world, "other").await);
    let mut attacker = EcKeyPair::generate(EcCurve::P256).unwrap();
    attacker.set_key_id(Some("one"));
    let evil = ES256.signer_from_jwk(&attacker.to_jwk_private_key()).unwrap();
    let jwk: Value = serde_json::from_str(&attacker.to_jwk_public_key().to_string()).unwrap();
    let calls = canary(&world, "https://evil.test");
    for extra in [
        json!({}),
        json!({"jwk": jwk}),
        json!({"jku": "https://evil.test/jwks.json"}),
        json!({"x5u": "https://evil.test/cert.pem"}),
        json!({"x5c": ["MIIB"]}),
        json!({"kid": "../../x"}),
        json!({"kid": "1' or 1=1"}),
        json!({"kid": null}),
        json!({"kid": ["one"]}),
        json!({"crit": ["exp"]}),
    ] {
        let mut header = client.header();
        header.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        assert_refused(&present(&world, &signed_jwt(&evil, &header, &client.claims(&world, "1"))).await);
    }
    // Another client's key under its own name is another's all the same.
    assert_refused(&present(&world, &other.sign(&client.claims(&world, "2"))).await);
    assert_eq!((marks(&world).await, calls.load(Ordering::SeqCst)), (0, 0));
}

#[tokio::test]
async fn ca_07_a_key_that_was_replaced_is_dead_at_once() {
    let world = World::new().await;
    let client = Signing::new(&world, "signing").await;
    assert_eq!(present(&world, &client.sign(&client.claims(&world, "1"))).await.status, StatusCode::OK);
    let next = EcKeyPair::generate(EcCurve::P256).unwrap();
    register(&world, "signing", Algorithm::ES256, &[next.to_jwk_public_key()]).await;
    assert_refused(&present(&world, &client.sign(&client.claims(&world, "2"))).await);
    register(&world, "signing", Algorithm::ES256, &[]).await;
    assert_refused(&present(&world, &client.sign(&client.claims(&world, "3"))).await);
}

/// What a client publishes at `https://svc.test/jwks`, and how often it was asked.
fn published(world: &World, keys: &[&EcKeyPair]) -> (Arc<Mutex<Value>>, Arc<AtomicUsize>) {
    let set = Arc::new(Mutex::new(public(keys)));
    let asked = Arc::new(AtomicUsize::new(0));
    let (said, counted) = (Arc::clone(&set), Arc::clone(&asked));
    let answer = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        let set = said.lock().unwrap().clone();
        async move { axum::Json(set) }
    };
    world.network.add("https://svc.test", Router::new().route("/jwks", get(answer)));
    (set, asked)
}

fn public(keys: &[&EcKeyPair]) -> Value {
    json!({"keys": keys.iter().map(|key| key.to_jwk_public_key()).collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_key_that_a_client_publishes_newly_is_good_at_once_and_nobody_makes_us_ask_often() {
    let world = World::new().await;
    let old = Signing::new(&world, "svc").await;
    let (set, asked) = published(&world, &[&old.key]);
    reregister(&world, "svc", |it| it.keys = ClientKeys::At("https://svc.test/jwks".to_owned())).await;
    let good = async |by: &Signing, jti: &str| {
        let header = json!({"alg": "ES256", "kid": by.key.key_id()});
        let assertion = signed_jwt(&by.signer(), &header, &by.claims(&world, jti));
        present(&world, &assertion).await.status == StatusCode::OK
    };
    assert!(good(&old, "1").await && good(&old, "2").await);
    assert_eq!(asked.load(Ordering::SeqCst), 1, "kept");

    let mut key = EcKeyPair::generate(EcCurve::P256).unwrap();
    key.set_key_id(Some("two"));
    let new = Signing { id: "svc", key };
    *set.lock().unwrap() = public(&[&new.key]);
    world.pass(1);
    assert!(good(&new, "3").await && !good(&old, "4").await);
    assert_eq!(asked.load(Ordering::SeqCst), 2);

    let mut key = EcKeyPair::generate(EcCurve::P256).unwrap();
    key.set_key_id(Some("nobody's"));
    let stranger = Signing { id: "svc", key };
    for jti in 0..20 {
        assert!(!good(&stranger, &format!("strange-{jti}")).await);
    }
    world.pass(1);
    assert!(!good(&stranger, "once more").await && good(&new, "5").await);
    assert_eq!(asked.load(Ordering::SeqCst), 3, "once a second");
}

/// One client uses as many assertions as it may at a time; none of them is forgotten for that, and no other
/// client is worse off.
#[tokio::test]
async fn ds_05_as_many_assertions_are_remembered_of_one_client_as_may() {
    let mut setup = Setup::default();
    setup.settings.most_uses = MostUses { of_client: 4, of_grant: 9 };
    let world = World::with(setup).await;
    let (hostile, other) = (Signing::new(&world, "signing").await, Signing::new(&world, "other").await);
    let first = hostile.sign(&hostile.claims(&world, "0"));
    assert_eq!(present(&world, &first).await.status, StatusCode::OK);
    assert_refused(&present(&world, &first).await);
    for n in 1..4 {
        let good = present(&world, &hostile.sign(&hostile.claims(&world, &n.to_string()))).await;
        assert_eq!(good.status, StatusCode::OK, "{n}: a replay took nobody's place");
    }
    for n in 4..20 {
        let refused = present(&world, &hostile.sign(&hostile.claims(&world, &n.to_string()))).await;
        refused.assert_error(429, "temporarily_unavailable");
        assert!(refused.headers.contains_key(RETRY_AFTER), "{refused:?}");
    }
    present(&world, &first).await.assert_error(429, "temporarily_unavailable");
    assert_eq!(marks(&world).await, 4);
    let good = present(&world, &other.sign(&other.claims(&world, "0"))).await;
    assert_eq!(good.status, StatusCode::OK, "{good:?}");
    world.pass(120);
    let good = present(&world, &hostile.sign(&hostile.claims(&world, "later"))).await;
    assert_eq!(good.status, StatusCode::OK, "{good:?}");
}

/// What is remembered of a client is remembered for minutes, however long the client would like it.
#[tokio::test]
async fn ds_05_what_is_remembered_is_soon_forgotten() {
    let world = World::new().await;
    let client = Signing::new(&world, "signing").await;
    let now = world.clock.now().as_secs();
    for hours in [1, 24, 24 * 365] {
        let endless = client.but(&world, "exp", json!(now + hours * 60 * 60));
        assert_refused(&present(&world, &client.sign(&endless)).await);
    }
    assert_eq!(marks(&world).await, 0, "what is refused is not remembered");
    for n in 0..100 {
        let mut longest = client.but(&world, "exp", json!(now + 5 * 60));
        longest["jti"] = json!(format!("{n}{}", "x".repeat(200)));
        assert_eq!(present(&world, &client.sign(&longest)).await.status, StatusCode::OK);
    }
    assert_eq!(marks(&world).await, 100, "none makes room for another while it is good");
    let forgotten = world.clock.now() + Duration::from_secs(6 * 60);
    let all = world.store.list(&Range::all(), usize::MAX).await.unwrap();
    let marks = all.iter().filter(|(key, _)| key.kind() == Kind::ReplayMark);
    assert!(marks.clone().all(|(_, value)| value.expires_at.is_some_and(|at| at <= forgotten)));
    assert!(marks.clone().all(|(_, value)| value.bytes.len() < 256), "however long its identifier is");
}
