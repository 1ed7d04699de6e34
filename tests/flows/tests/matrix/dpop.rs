//! Tokens that are bound to a key of the client's (rows DP-01, DP-03, DP-04 and replay).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use doorward_domain::{ClientProfile, Clock as _};
use doorward_flows::app::{Answer, VERIFIER, post, send};
use doorward_flows::browser::encode;
use doorward_flows::world::Setup;
use doorward_flows::{Relying, World};
use doorward_service::settings::MostUses;
use doorward_store::Kind;
use http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, Method};
use josekit::jwk::KeyPair as _;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jws::{ES256, HS256};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{code, jwt, reregister, signed_in, signed_jwt};

pub const DPOP: HeaderName = HeaderName::from_static("dpop");

/// A key that a client proves to hold.
pub struct Key(EcKeyPair);

impl Key {
    pub fn new() -> Self {
        Self(EcKeyPair::generate(EcCurve::P256).unwrap())
    }

    fn public(&self) -> Value {
        let jwk = self.0.to_jwk_public_key();
        json!({"kty": "EC", "crv": "P-256", "x": jwk.parameter("x"), "y": jwk.parameter("y")})
    }

    pub fn thumbprint(&self) -> String {
        let jwk = self.public();
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]);
        BASE64.encode(Sha256::digest(members))
    }

    pub fn header(&self) -> Value {
        json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.public()})
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        signed_jwt(&ES256.signer_from_jwk(&self.0.to_jwk_private_key()).unwrap(), header, claims)
    }

    /// A good proof for the token endpoint.
    pub fn proof(&self, world: &World, jti: &str) -> String {
        self.sign(&self.header(), &at_token(world, jti))
    }

    /// A good proof for userinfo.
    pub fn use_of(&self, world: &World, token: &str, jti: &str) -> String {
        self.sign(&self.header(), &at_userinfo(world, token, jti))
    }
}

pub fn at_token(world: &World, jti: &str) -> Value {
    json!({"htm": "POST", "htu": "https://id.test/token", "iat": world.clock.now().as_secs(), "jti": jti})
}

pub fn at_userinfo(world: &World, token: &str, jti: &str) -> Value {
    let ath = BASE64.encode(Sha256::digest(token));
    let iat = world.clock.now().as_secs();
    json!({"htm": "GET", "htu": "https://id.test/userinfo", "iat": iat, "jti": jti, "ath": ath})
}

/// `claims`, one of them changed; null leaves it out.
pub fn but(mut claims: Value, name: &str, value: Value) -> Value {
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}

/// The token endpoint as `public` calls it.
async fn token(world: &World, fields: &[(&str, &str)], proofs: &[&str]) -> Answer {
    let headers: Vec<_> = proofs.iter().map(|proof| (DPOP, (*proof).to_owned())).collect();
    let fields = [fields, &[("client_id", "public")]].concat();
    post(world, "/token", &headers, &encode(&fields)).await
}

async fn redeem(world: &World, code: &str, proofs: &[&str]) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "https://public.test/cb"),
        ("code_verifier", VERIFIER),
    ];
    token(world, &fields, proofs).await
}

async fn refresh(world: &World, refresh_token: &str, proofs: &[&str]) -> Answer {
    token(world, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)], proofs).await
}

async fn userinfo(world: &World, scheme: &str, token: &str, proofs: &[&str]) -> Answer {
    let mut request = http::Request::builder()
        .method(Method::GET)
        .uri(world.url("/userinfo"))
        .header(AUTHORIZATION, format!("{scheme} {token}"));
    for proof in proofs {
        request = request.header(DPOP, *proof);
    }
    send(world, request.body(Vec::new()).unwrap()).await
}

#[track_caller]
fn assert_challenged(answer: &Answer, error: &str) {
    answer.assert_error(401, error);
    let challenges = answer.headers.get_all(WWW_AUTHENTICATE).iter().map(|it| it.to_str().unwrap());
    let dpop: Vec<_> = challenges.filter(|it| it.starts_with("DPoP ")).collect();
    assert_eq!(dpop.len(), 1, "{answer:?}");
    assert!(dpop[0].contains(&format!("error=\"{error}\"")) && dpop[0].contains("algs=\"ES256 "), "{dpop:?}");
}

fn app(world: &World) -> Relying {
    world.relying("public")
}

/// Tokens of `public` that are bound to `key`.
async fn bound(world: &World, key: &Key) -> Answer {
    bound_of(world, "alice", key).await
}

/// The same of `persona`.
async fn bound_of(world: &World, persona: &str, key: &Key) -> Answer {
    let code = code(world, &mut signed_in(world, persona).await, &app(world), &[]).await;
    let tokens = redeem(world, &code, &[&key.proof(world, &format!("first of {persona}"))]).await;
    assert_eq!(tokens.json["token_type"], "DPoP", "{tokens:?}");
    tokens
}

async fn marks(world: &World) -> usize {
    world.records().await.iter().filter(|(key, _)| key.kind() == Kind::ReplayMark).count()
}

#[tokio::test]
async fn dp_01_a_malformed_proof_at_the_token_endpoint() {
    let world = World::new().await;
    let (key, other) = (Key::new(), Key::new());
    let code = code(&world, &mut signed_in(&world, "alice").await, &app(&world), &[]).await;
    let (claims, header, now) = (at_token(&world, "1"), key.header(), world.clock.now().as_secs());
    let private: Value = serde_json::from_str(&key.0.to_jwk_private_key().to_string()).unwrap();
    let mut bad = vec![String::new(), "x".to_owned(), "a.b.c".to_owned()];
    for (name, value) in [
        ("typ", json!("JWT")),
        ("typ", json!(null)),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("PS256")),
        ("jwk", json!(null)),
        ("jwk", other.public()),
        ("jwk", private),
        ("jwk", json!({"kty": "oct", "k": "c2VjcmV0"})),
        ("crit", json!(["exp"])),
    ] {
        bad.push(key.sign(&but(header.clone(), name, value), &claims));
    }
    bad.push(jwt(&but(header.clone(), "alg", json!("none")), &claims, ""));
    let hs256 = HS256.signer_from_bytes([7; 32]).unwrap();
    bad.push(signed_jwt(&hs256, &but(header.clone(), "alg", json!("HS256")), &claims));
    for (name, value) in [
        ("htm", json!("GET")),
        ("htm", json!("post")),
        ("htm", json!(null)),
        ("htu", json!("https://id.test/userinfo")),
        ("htu", json!("https://evil.test/token")),
        ("htu", json!("http://id.test/token")),
        ("htu", json!("/token")),
        ("htu", json!(null)),
        ("iat", json!(now - 61)),
        ("iat", json!(now + 11)),
        ("iat", json!(null)),
        ("iat", json!(now.to_string())),
        ("exp", json!(now - 11)),
        ("nbf", json!(now + 11)),
        ("exp", json!("soon")),
        ("jti", json!(null)),
        ("jti", json!("")),
        ("jti", json!("x".repeat(256))),
    ] {
        bad.push(key.sign(&header, &but(claims.clone(), name, value)));
    }
    for proof in &bad {
        redeem(&world, &code, &[proof]).await.assert_error(400, "invalid_dpop_proof");
    }
    let twice = [&*key.proof(&world, "2"), &*key.proof(&world, "3")];
    redeem(&world, &code, &twice).await.assert_error(400, "invalid_dpop_proof");
    assert_eq!(marks(&world).await, 0, "none of this is remembered");
    redeem(&world, &code, &[&key.proof(&world, "4")]).await.claims("access_token");
}

#[rstest]
#[case::upper_case("htu", json!("HTTPS://ID.test:443/token"))]
#[case::with_a_query("htu", json!("https://id.test/token?x=y#z"))]
#[case::a_minute_old("iat", json!(1_800_000_000 - 60))]
#[case::a_little_ahead("iat", json!(1_800_000_000 + 10))]
#[tokio::test]
async fn dp_01_what_is_within_bounds_is_good(#[case] name: &str, #[case] value: Value) {
    let (world, key) = (World::new().await, Key::new());
    let code = code(&world, &mut signed_in(&world, "alice").await, &app(&world), &[]).await;
    let proof = key.sign(&key.header(), &but(at_token(&world, "1"), name, value));
    let tokens = redeem(&world, &code, &[&proof]).await;
    assert_eq!(tokens.claims("access_token")["cnf"], json!({"jkt": key.thumbprint()}));
}

#[tokio::test]
async fn dp_01_a_malformed_proof_at_userinfo() {
    let (world, key) = (World::new().await, Key::new());
    let tokens = bound(&world, &key).await;
    let token = tokens.str("access_token");
    let good = at_userinfo(&world, token, "1");
    for (name, value) in [
        ("ath", json!(null)),
        ("ath", json!(BASE64.encode(Sha256::digest("another")))),
        ("htm", json!("POST")),
        ("htu", json!("https://id.test/token")),
        ("iat", json!(world.clock.now().as_secs() - 61)),
    ] {
        let proof = key.sign(&key.header(), &but(good.clone(), name, value));
        assert_challenged(&userinfo(&world, "DPoP", token, &[&proof]).await, "invalid_dpop_proof");
    }
    assert_challenged(&userinfo(&world, "DPoP", token, &[]).await, "invalid_dpop_proof");
    let two = [&*key.use_of(&world, token, "2"), &*key.use_of(&world, token, "3")];
    assert_challenged(&userinfo(&world, "DPoP", token, &two).await, "invalid_dpop_proof");
    for (scheme, jti) in [("DPoP", "4"), ("dpop", "5")] {
        let answer = userinfo(&world, scheme, token, &[&key.use_of(&world, token, jti)]).await;
        assert_eq!(answer.json["sub"], tokens.claims("id_token")["sub"], "{answer:?}");
    }
}

#[tokio::test]
async fn dp_02_a_proof_is_good_for_once() {
    let (world, key) = (World::new().await, Key::new());
    let mut browser = signed_in(&world, "alice").await;
    let proof = key.proof(&world, "once");
    let first = code(&world, &mut browser, &app(&world), &[]).await;
    let tokens = redeem(&world, &first, &[&proof]).await;
    let again = code(&world, &mut browser, &app(&world), &[]).await;
    redeem(&world, &again, &[&proof]).await.assert_error(400, "invalid_dpop_proof");
    redeem(&world.another_broker().await, &again, &[&proof]).await.assert_error(400, "invalid_dpop_proof");
    refresh(&world, tokens.str("refresh_token"), &[&proof]).await.assert_error(400, "invalid_dpop_proof");
    let token = tokens.str("access_token");
    let used = key.use_of(&world, token, "used");
    assert_eq!(userinfo(&world, "DPoP", token, &[&used]).await.status.as_u16(), 200);
    assert_challenged(&userinfo(&world, "DPoP", token, &[&used]).await, "invalid_dpop_proof");
    // It is remembered for as long as its time is good, here for as long as the code is.
    world.pass(59);
    redeem(&world, &again, &[&proof]).await.assert_error(400, "invalid_dpop_proof");
}

#[tokio::test]
async fn ds_05_a_proof_from_nobody_is_not_remembered() {
    let (world, key) = (World::new().await, Key::new());
    for n in 0..20 {
        let proof = key.proof(&world, &n.to_string());
        redeem(&world, "no-code", &[&proof]).await.assert_error(400, "invalid_grant");
        refresh(&world, "no-token", &[&proof]).await.assert_error(400, "invalid_grant");
    }
    assert_eq!(marks(&world).await, 0);
}

/// One sign-in of an app that anybody has uses as many proofs as it may, and no other is worse off.
#[tokio::test]
async fn ds_05_as_many_proofs_are_remembered_of_one_holder_as_may() {
    let mut setup = Setup::default();
    setup.settings.most_uses = MostUses { of_client: 9, of_grant: 3 };
    let (world, key, other) = (World::with(setup).await, Key::new(), Key::new());
    let (hostile, neighbour) = (bound(&world, &key).await, bound_of(&world, "uma", &other).await);
    let token = hostile.str("access_token");
    let proof = |n: usize| key.use_of(&world, token, &format!("hostile-{n}"));
    let first = proof(0);
    for proof in [&first, &proof(1)] {
        assert_eq!(userinfo(&world, "DPoP", token, &[proof]).await.status.as_u16(), 200);
    }
    let before = marks(&world).await;
    for n in 2..20 {
        let refused = userinfo(&world, "DPoP", token, &[&proof(n)]).await;
        refused.assert_error(429, "temporarily_unavailable");
        let wait: u64 = refused.headers[RETRY_AFTER].to_str().unwrap().parse().unwrap();
        assert!((60..=120).contains(&wait), "{wait}");
    }
    let refreshing = refresh(&world, hostile.str("refresh_token"), &[&key.proof(&world, "refreshing")]).await;
    refreshing.assert_error(429, "temporarily_unavailable");
    assert_eq!(
        userinfo(&world, "DPoP", token, &[&first]).await.status.as_u16(),
        429,
        "and none is forgotten"
    );
    assert_eq!(marks(&world).await, before);

    let token_of_uma = neighbour.str("access_token");
    let used = userinfo(&world, "DPoP", token_of_uma, &[&other.use_of(&world, token_of_uma, "1")]).await;
    assert_eq!(used.status.as_u16(), 200, "{used:?}");
    world.pass(120);
    let later = userinfo(&world, "DPoP", token, &[&key.use_of(&world, token, "later")]).await;
    assert_eq!(later.status.as_u16(), 200, "{later:?}");
}

#[tokio::test]
async fn dp_03_a_bound_token_is_no_bearer_token() {
    let (world, key, other) = (World::new().await, Key::new(), Key::new());
    let tokens = bound(&world, &key).await;
    let token = tokens.str("access_token");
    assert_challenged(&userinfo(&world, "Bearer", token, &[]).await, "invalid_token");
    let proof = key.use_of(&world, token, "1");
    assert_challenged(&userinfo(&world, "Bearer", token, &[&proof]).await, "invalid_token");
    let form = encode(&[("access_token", token)]);
    assert_challenged(&post(&world, "/userinfo", &[(DPOP, proof)], &form).await, "invalid_token");
    let proof = other.use_of(&world, token, "2");
    assert_challenged(&userinfo(&world, "DPoP", token, &[&proof]).await, "invalid_token");
    // And one that is bound to nothing is not used with a proof.
    let plain = world.tokens(&world.relying("c1"), "victim", "alice").await;
    assert_eq!(plain.json["token_type"], "Bearer");
    let plain = plain.str("access_token");
    let proof = key.use_of(&world, plain, "3");
    assert_challenged(&userinfo(&world, "DPoP", plain, &[&proof]).await, "invalid_token");
    assert_eq!(userinfo(&world, "Bearer", plain, &[]).await.status.as_u16(), 200);
}

#[tokio::test]
async fn dp_03_a_refresh_token_of_a_public_client_is_bound() {
    let (world, key, other) = (World::new().await, Key::new(), Key::new());
    let tokens = bound(&world, &key).await;
    let text = tokens.str("refresh_token");
    refresh(&world, text, &[]).await.assert_error(400, "invalid_grant");
    refresh(&world, text, &[&other.proof(&world, "1")]).await.assert_error(400, "invalid_grant");
    let next = refresh(&world, text, &[&key.proof(&world, "2")]).await;
    assert_eq!(next.json["token_type"], "DPoP", "{next:?}");
    assert_eq!(next.claims("access_token")["cnf"]["jkt"], json!(key.thumbprint()));
    assert_eq!(next.claims("id_token").get("nonce"), None, "OIDC Core 12.2");
}

#[tokio::test]
async fn dp_03_a_code_that_names_a_key_is_for_that_key() {
    let (world, key, other) = (World::new().await, Key::new(), Key::new());
    let (mut browser, app) = (signed_in(&world, "alice").await, app(&world));
    let jkt = key.thumbprint();
    for proofs in [vec![], vec![other.proof(&world, "1")]] {
        let code = code(&world, &mut browser, &app, &[("dpop_jkt", &jkt)]).await;
        let proofs: Vec<_> = proofs.iter().map(String::as_str).collect();
        redeem(&world, &code, &proofs).await.assert_error(400, "invalid_grant");
        let late = key.proof(&world, "2");
        redeem(&world, &code, &[&late]).await.assert_error(400, "invalid_grant");
    }
    let good = code(&world, &mut browser, &app, &[("dpop_jkt", &jkt)]).await;
    assert_eq!(redeem(&world, &good, &[&key.proof(&world, "3")]).await.json["token_type"], "DPoP");
    let page = browser.get(&app.authorize(&world, &[("dpop_jkt", "short")])).await;
    assert_eq!(page.parameter("error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn dp_03_a_client_of_bound_tokens_gets_no_others() {
    let (world, key) = (World::new().await, Key::new());
    let tokens = bound(&world, &key).await;
    reregister(&world, "public", |client| client.tokens.dpop_bound = true).await;
    let code = code(&world, &mut signed_in(&world, "alice").await, &app(&world), &[]).await;
    redeem(&world, &code, &[]).await.assert_error(400, "invalid_dpop_proof");
    refresh(&world, tokens.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
    assert_eq!(redeem(&world, &code, &[&key.proof(&world, "9")]).await.json["token_type"], "DPoP");
}

#[tokio::test]
async fn dp_03_introspection_tells_of_the_key() {
    let (world, key) = (World::new().await, Key::new());
    let authentication = world.client("c1").authentication;
    let tokens = bound(&world, &key).await;
    // A public client may not ask; it becomes a confidential one.
    reregister(&world, "public", |client| client.authentication = authentication).await;
    let confidential = Relying { secret: Some("secret-of-c1".to_owned()), ..app(&world) };
    let fields = [("token", tokens.str("access_token"))];
    let about = confidential.call(&world, "/introspect", &fields).await.json;
    assert_eq!((&about["active"], &about["token_type"]), (&json!(true), &json!("DPoP")), "{about}");
    assert_eq!(about["cnf"], json!({"jkt": key.thumbprint()}));
}

#[tokio::test]
async fn dp_04_a_nonce_is_demanded_and_given() {
    let mut setup = Setup::default();
    setup.settings.dpop_nonces = true;
    let (world, key) = (World::with(setup).await, Key::new());
    let code = code(&world, &mut signed_in(&world, "alice").await, &app(&world), &[]).await;
    let answer = redeem(&world, &code, &[&key.proof(&world, "1")]).await;
    answer.assert_error(400, "use_dpop_nonce");
    let nonce = answer.headers["dpop-nonce"].to_str().unwrap().to_owned();
    let with =
        |nonce: &str, jti: &str| key.sign(&key.header(), &but(at_token(&world, jti), "nonce", json!(nonce)));
    for other in ["", "x", &BASE64.encode([7; 32]), &nonce[1..], &nonce.to_uppercase()] {
        let answer = redeem(&world, &code, &[&with(other, "2")]).await;
        answer.assert_error(400, "use_dpop_nonce");
        assert_eq!(answer.headers["dpop-nonce"].to_str().unwrap(), nonce);
    }
    let tokens = redeem(&world, &code, &[&with(&nonce, "3")]).await;
    let token = tokens.str("access_token");
    let answer = userinfo(&world, "DPoP", token, &[&key.use_of(&world, token, "4")]).await;
    assert_challenged(&answer, "use_dpop_nonce");
    world.pass(240);
    let proof = key.sign(&key.header(), &but(at_userinfo(&world, token, "5"), "nonce", json!(nonce)));
    let stale = userinfo(&world, "DPoP", token, &[&proof]).await;
    assert_challenged(&stale, "use_dpop_nonce");
    let fresh = stale.headers["dpop-nonce"].to_str().unwrap();
    assert_ne!(fresh, nonce);
    let claims = but(at_userinfo(&world, token, "6"), "nonce", json!(fresh));
    let answer = userinfo(&world, "DPoP", token, &[&key.sign(&key.header(), &claims)]).await;
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
}

#[tokio::test]
async fn dp_04_without_nonces_only_a_wrong_one_is_refused() {
    let (world, key) = (World::new().await, Key::new());
    let code = code(&world, &mut signed_in(&world, "alice").await, &app(&world), &[]).await;
    let foreign = key.sign(&key.header(), &but(at_token(&world, "1"), "nonce", json!("foreign")));
    redeem(&world, &code, &[&foreign]).await.assert_error(400, "use_dpop_nonce");
    assert_eq!(redeem(&world, &code, &[&key.proof(&world, "2")]).await.json["token_type"], "DPoP");
}

#[tokio::test]
async fn rt_08_a_profile_without_rotation_keeps_its_refresh_token() {
    let world = World::new().await;
    let (app, key) = (world.relying("c1"), Key::new());
    let tokens = world.tokens(&app, "victim", "alice").await;
    let text = tokens.str("refresh_token");
    reregister(&world, "c1", |client| client.profile = ClientProfile::Fapi2Security).await;
    app.refresh(&world, text, &[]).await.assert_error(400, "invalid_grant");
    for n in 0..3 {
        world.pass(60);
        let credentials = format!("Basic {}", STANDARD.encode("c1:secret-of-c1"));
        let headers = [(DPOP, key.proof(&world, &n.to_string())), (AUTHORIZATION, credentials)];
        let form = encode(&[("grant_type", "refresh_token"), ("refresh_token", text)]);
        let answer = post(&world, "/token", &headers, &form).await;
        assert_eq!(answer.str("refresh_token"), text, "{answer:?}");
    }
}
