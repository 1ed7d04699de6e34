//! The FAPI 2.0 Security Profile with `private_key_jwt` and DPoP: the questions of the conformance suite's
//! `fapi2-security-profile-final-*` that no other file answers.

use std::sync::atomic::{AtomicU32, Ordering};

use doorward_domain::{
    Client, ClientAuthentication, ClientKeys, ClientProfile, Clock as _, GrantType, ScopeSet,
};
use doorward_flows::app::{Answer, VERIFIER, post, send};
use doorward_flows::browser::encode;
use doorward_flows::world::ISSUER;
use doorward_flows::{Browser, Relying, World};
use http::StatusCode;
use http::header::AUTHORIZATION;
use josekit::jwk::KeyPair as _;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jwk::alg::rsa::RsaKeyPair;
use josekit::jws::{ES256, RS256};
use serde_json::{Value, json};

use crate::client_authentication::Header;
use crate::dpop::{DPOP, Key, at_token, at_userinfo, but};
use crate::par::bring;
use crate::support::{jwt, signed_in, signed_jwt};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client of the profile, and the keys that it signs and proves with.
pub struct Fapi {
    pub app: Relying,
    pub key: EcKeyPair,
    pub dpop: Key,
    used: AtomicU32,
}

impl Fapi {
    pub async fn new(world: &World, id: &str) -> Self {
        Self::with(world, id, |_| ()).await
    }

    /// The same with a registration that is changed like this.
    pub async fn with(world: &World, id: &str, change: impl FnOnce(&mut Client)) -> Self {
        let mut key = EcKeyPair::generate(EcCurve::P256).unwrap();
        key.set_key_id(Some("one"));
        let mut client = Client {
            authentication: ClientAuthentication::PrivateKeyJwt { algorithm: None },
            keys: ClientKeys::Inline(json!({"keys": [key.to_jwk_public_key()]})),
            profile: ClientProfile::Fapi2Security,
            ..world.client(id)
        };
        change(&mut client);
        world.put(&client).await;
        let app = Relying { secret: None, ..world.relying(id) };
        Self { app, key, dpop: Key::new(), used: AtomicU32::new(0) }
    }

    fn jti(&self) -> String {
        format!("{}-{}", self.app.id, self.used.fetch_add(1, Ordering::Relaxed))
    }

    /// Signs something with the client's key.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        signed_jwt(&ES256.signer_from_jwk(&self.key.to_jwk_private_key()).unwrap(), header, claims)
    }

    fn claims(&self, world: &World) -> Value {
        let (id, now) = (&self.app.id, world.clock.now().as_secs());
        json!({"iss": id, "sub": id, "aud": ISSUER, "jti": self.jti(), "iat": now, "nbf": now, "exp": now + 60})
    }

    /// A good client assertion.
    fn assertion(&self, world: &World) -> String {
        self.sign(&json!({"alg": "ES256", "kid": "one"}), &self.claims(world))
    }

    /// A proof for one of the endpoints that clients call.
    pub fn proof(&self, world: &World, path: &str) -> Header {
        let claims = but(at_token(world, &self.jti()), "htu", json!(world.url(path)));
        (DPOP, self.dpop.sign(&self.dpop.header(), &claims))
    }

    /// Calls an endpoint with a good assertion.
    pub async fn call(
        &self,
        world: &World,
        path: &str,
        headers: &[Header],
        fields: &[(&str, &str)],
    ) -> Answer {
        let assertion = self.assertion(world);
        let own = [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion.as_str())];
        post(world, path, headers, &encode(&[fields, &own].concat())).await
    }

    /// Pushes the plain request, changed like this; an empty value leaves a parameter out.
    pub async fn push(&self, world: &World, headers: &[Header], changes: &[(&str, &str)]) -> Answer {
        let fields = self.parameters(changes);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.call(world, "/par", headers, &fields).await
    }

    fn parameters(&self, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut fields = self.app.parameters();
        fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let added = changes.iter().filter(|(_, value)| !value.is_empty());
        fields.extend(added.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        fields
    }

    /// A code for a pushed request, from a browser that is signed in.
    pub async fn code(&self, world: &World, browser: &mut Browser, changes: &[(&str, &str)]) -> String {
        let pushed = self.push(world, &[], changes).await;
        self.code_for(world, browser, &pushed).await
    }

    async fn code_for(&self, world: &World, browser: &mut Browser, pushed: &Answer) -> String {
        assert_eq!(pushed.status, StatusCode::CREATED, "{pushed:?}");
        let page = browser.get(&bring(world, &self.app.id, pushed.str("request_uri"))).await;
        assert_eq!(page.parameter("iss").as_deref(), Some(ISSUER), "{page:?}");
        page.parameter("code").unwrap_or_else(|| panic!("no code: {page:?}"))
    }

    /// Redeems a code with a good assertion.
    async fn redeem(&self, world: &World, code: &str, headers: &[Header], verifier: &str) -> Answer {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.app.redirect_uri),
        ];
        fields.extend((!verifier.is_empty()).then_some(("code_verifier", verifier)));
        self.call(world, "/token", headers, &fields).await
    }

    /// The same with a good proof.
    pub async fn tokens(&self, world: &World, code: &str) -> Answer {
        let answer = self.redeem(world, code, &[self.proof(world, "/token")], VERIFIER).await;
        assert_eq!(answer.json["token_type"], "DPoP", "{answer:?}");
        answer
    }

    async fn refresh(&self, world: &World, token: &str, headers: &[Header]) -> Answer {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.call(world, "/token", headers, &fields).await
    }

    async fn userinfo(&self, world: &World, scheme: &str, token: &str) -> Answer {
        let proof = self.dpop.sign(&self.dpop.header(), &at_userinfo(world, token, &self.jti()));
        let request = http::Request::get(world.url("/userinfo"))
            .header(AUTHORIZATION, format!("{scheme} {token}"))
            .header(DPOP, proof);
        send(world, request.body(Vec::new()).unwrap()).await
    }
}

async fn fapi() -> (World, Fapi, Browser) {
    let world = World::new().await;
    let client = Fapi::new(&world, "fapi").await;
    let browser = signed_in(&world, "alice").await;
    (world, client, browser)
}

#[tokio::test]
async fn fapi_a_request_may_be_as_the_profile_allows() {
    let (world, client, mut browser) = fapi().await;
    let (nonce, long) = ("n".repeat(64), "l".repeat(384));
    let claims = r#"{"id_token":{"email":{"essential":true}},"userinfo":{"name":null}}"#;
    for changes in [
        &[][..],
        &[("state", "")],
        &[("nonce", "")],
        &[("nonce", nonce.as_str())],
        &[("nonce", long.as_str())],
        &[("state", long.as_str())],
        &[("scope", "offline_access email profile openid")],
        &[("claims", claims), ("scope", "openid")],
    ] {
        let code = client.code(&world, &mut browser, changes).await;
        let tokens = client.tokens(&world, &code).await;
        let expected =
            changes.iter().find(|(name, _)| *name == "nonce").map_or("the-nonce", |(_, value)| value);
        assert_eq!(tokens.claims("id_token")["nonce"].as_str().unwrap_or_default(), expected);
        for scheme in ["DPoP", "dPOP"] {
            let answer = client.userinfo(&world, scheme, tokens.str("access_token")).await;
            assert_eq!(answer.json["sub"], tokens.claims("id_token")["sub"], "{answer:?}");
        }
    }
}

#[tokio::test]
async fn fapi_a_request_that_is_not_right_is_refused_where_it_is_pushed() {
    let (world, client, _) = fapi().await;
    for (changes, error) in [
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("redirect_uri", ""), "invalid_request"),
        (("redirect_uri", "https://fapi.test/unregistered"), "invalid_request"),
        (("response_type", "code id_token"), "unsupported_response_type"),
        (("response_type", "token"), "unsupported_response_type"),
        (("request_uri", "https://fapi.test/request.jwt"), "invalid_request"),
    ] {
        client.push(&world, &[], &[changes]).await.assert_error(400, error);
    }
}

#[tokio::test]
async fn ca_06_an_assertion_is_for_this_issuer_and_for_now() {
    let (world, client, _) = fapi().await;
    let (now, header) = (world.clock.now().as_secs(), json!({"alg": "ES256", "kid": "one"}));
    let changed = |changes: &[(&str, Value)]| {
        let mut claims = client.claims(&world);
        for (name, value) in changes {
            claims = but(claims, name, value.clone());
        }
        client.sign(&header, &claims)
    };
    let later = |secs: i64| {
        vec![("iat", json!(now + secs)), ("nbf", json!(now + secs)), ("exp", json!(now + secs + 60))]
    };
    let mut rsa = RsaKeyPair::generate(2048).unwrap();
    rsa.set_key_id(Some("rsa"));
    let keys = ClientKeys::Inline(json!({"keys": [client.key.to_jwk_public_key(), rsa.to_jwk_public_key()]}));
    world.change::<Client>(&crate::support::client("fapi"), |client| client.keys = keys).await;
    let rs256 = RS256.signer_from_jwk(&rsa.to_jwk_private_key()).unwrap();
    let good = client.assertion(&world);
    for assertion in [
        changed(&[("aud", json!(world.url("/par")))]),
        changed(&[("aud", json!(world.url("/token")))]),
        changed(&[("aud", json!([ISSUER]))]),
        changed(&[("aud", json!([ISSUER, world.url("/token")]))]),
        changed(&[("aud", json!(format!("{ISSUER}/")))]),
        changed(&[("aud", json!("https://evil.test"))]),
        changed(&[("aud", json!(null))]),
        changed(&[("sub", json!(null))]),
        changed(&[("sub", json!("c1"))]),
        changed(&[("iss", json!(null))]),
        changed(&[("iss", json!("c1"))]),
        changed(&[("exp", json!(now - 300))]),
        changed(&[("exp", json!(now + 24 * 3600))]),
        changed(&later(61)),
        changed(&later(70)),
        signed_jwt(&rs256, &json!({"alg": "RS256", "kid": "rsa"}), &client.claims(&world)),
        jwt(&json!({"alg": "none"}), &client.claims(&world), ""),
        format!("{}{}", &good[..good.len() - 5], "AAAAA"),
        String::new(),
    ] {
        let own = [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion.as_str())];
        let parameters = client.app.parameters();
        let fields = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> = fields.chain(own).collect();
        post(&world, "/par", &[], &encode(&fields)).await.assert_error(401, "invalid_client");
    }
    for changes in [vec![], later(8)] {
        let assertion = changed(&changes);
        let own = [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion.as_str())];
        let parameters = client.app.parameters();
        let fields = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> = fields.chain(own).collect();
        let answer = post(&world, "/par", &[], &encode(&fields)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    }
}

#[tokio::test]
async fn fapi_a_code_is_its_client_s_its_key_s_and_its_minute_s() {
    let (world, client, mut browser) = fapi().await;
    let other = Fapi::new(&world, "other").await;
    let proof = || client.proof(&world, "/token");
    let code = client.code(&world, &mut browser, &[]).await;
    // Without a proof, without an assertion, with the assertion of another client, and by another client.
    client.redeem(&world, &code, &[], VERIFIER).await.assert_error(400, "invalid_dpop_proof");
    let plain = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", client.app.redirect_uri.as_str()),
        ("code_verifier", VERIFIER),
    ];
    let named = [&plain[..], &[("client_id", "fapi")]].concat();
    post(&world, "/token", &[proof()], &encode(&named)).await.assert_error(401, "invalid_client");
    let impostor = [&plain[..], &[("client_id", "other")]].concat();
    client.call(&world, "/token", &[proof()], &impostor).await.assert_error(401, "invalid_client");
    let answer = other.call(&world, "/token", &[other.proof(&world, "/token")], &plain).await;
    answer.assert_error(400, "invalid_grant");
    // None of that cost the code, but a wrong verifier does, and so does time.
    let tokens = client.tokens(&world, &code).await;
    for verifier in ["", &VERIFIER.replace('a', "b")] {
        let code = client.code(&world, &mut browser, &[]).await;
        client.redeem(&world, &code, &[proof()], verifier).await.assert_error(400, "invalid_grant");
        client.redeem(&world, &code, &[proof()], VERIFIER).await.assert_error(400, "invalid_grant");
    }
    let late = client.code(&world, &mut browser, &[]).await;
    world.pass(1);
    // A second use revokes what the first one gave.
    client.redeem(&world, &code, &[proof()], VERIFIER).await.assert_error(400, "invalid_grant");
    let token = tokens.str("access_token");
    client.userinfo(&world, "DPoP", token).await.assert_error(401, "invalid_token");
    world.pass(60);
    client.redeem(&world, &late, &[proof()], VERIFIER).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn fapi_a_refresh_token_is_its_client_s() {
    let (world, client, mut browser) = fapi().await;
    let other = Fapi::new(&world, "other").await;
    let code = client.code(&world, &mut browser, &[]).await;
    let tokens = client.tokens(&world, &code).await;
    let text = tokens.str("refresh_token");
    client.refresh(&world, text, &[]).await.assert_error(400, "invalid_grant");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", text), ("client_id", "fapi")];
    let answer = post(&world, "/token", &[client.proof(&world, "/token")], &encode(&fields)).await;
    answer.assert_error(401, "invalid_client");
    let answer = other.refresh(&world, text, &[other.proof(&world, "/token")]).await;
    answer.assert_error(400, "invalid_grant");
    for _ in 0..2 {
        world.pass(30);
        let next = client.refresh(&world, text, &[client.proof(&world, "/token")]).await;
        assert_eq!(next.str("refresh_token"), text, "it is not rotated: {next:?}");
        let answer = client.userinfo(&world, "DPoP", next.str("access_token")).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        // Another client's key opens nothing.
        let answer = other.userinfo(&world, "DPoP", next.str("access_token")).await;
        answer.assert_error(401, "invalid_token");
    }
}

#[tokio::test]
async fn dp_03_a_proof_with_a_pushed_request_binds_its_code() {
    let (world, client, mut browser) = fapi().await;
    let thief = Key::new();
    let stolen = |world: &World, jti: &str| (DPOP, thief.proof(world, jti));
    for (jti, changes) in [("1", &[][..]), ("2", &[("dpop_jkt", client.dpop.thumbprint())][..])] {
        let changes: Vec<_> = changes.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let pushed = client.push(&world, &[client.proof(&world, "/par")], &changes).await;
        let code = client.code_for(&world, &mut browser, &pushed).await;
        let answer = client.redeem(&world, &code, &[stolen(&world, jti)], VERIFIER).await;
        answer.assert_error(400, "invalid_grant");
        let pushed = client.push(&world, &[client.proof(&world, "/par")], &changes).await;
        let code = client.code_for(&world, &mut browser, &pushed).await;
        client.tokens(&world, &code).await;
    }
    let named = [("dpop_jkt", thief.thumbprint())];
    let named: Vec<_> = named.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let before = world.digest().await;
    let answer = client.push(&world, &[client.proof(&world, "/par")], &named).await;
    answer.assert_error(400, "invalid_dpop_proof");
    // A proof for another endpoint, and one that came before, are as bad here as anywhere.
    client.push(&world, &[client.proof(&world, "/token")], &[]).await.assert_error(400, "invalid_dpop_proof");
    assert_ne!(world.digest().await, before, "the assertions were used up");
    let proof = client.proof(&world, "/par");
    assert_eq!(client.push(&world, std::slice::from_ref(&proof), &[]).await.status, StatusCode::CREATED);
    client.push(&world, &[proof], &[]).await.assert_error(400, "invalid_dpop_proof");
}

#[tokio::test]
async fn fapi_a_proof_may_have_times_of_its_own() {
    let (world, client, mut browser) = fapi().await;
    let now = world.clock.now().as_secs();
    for changes in [
        &[("nbf", now), ("exp", now + 300)][..],
        &[("iat", now - 10)],
        &[("iat", now + 10)],
        &[("iat", now + 10), ("nbf", now + 10), ("exp", now + 310)],
    ] {
        let mut claims = at_token(&world, &client.jti());
        for (name, value) in changes {
            claims = but(claims, name, json!(value));
        }
        let proof = client.dpop.sign(&client.dpop.header(), &claims);
        let code = client.code(&world, &mut browser, &[]).await;
        let answer = client.redeem(&world, &code, &[(DPOP, proof)], VERIFIER).await;
        assert_eq!(answer.json["token_type"], "DPoP", "{answer:?}");
    }
}

#[tokio::test]
async fn fapi_who_says_no_sends_the_app_away_with_an_error() {
    let world = World::new().await;
    let third = |client: &mut Client| client.trust = doorward_domain::ClientTrust::ThirdParty;
    let client = Fapi::with(&world, "fapi", third).await;
    let mut browser = signed_in(&world, "alice").await;
    let pushed = client.push(&world, &[], &[]).await;
    let question = browser.open(&bring(&world, "fapi", pushed.str("request_uri"))).await;
    let page = browser.submit_unfollowed(&question, &[("decision", "deny")]).await;
    page.assert_sent_back(&client.app, "access_denied");
    assert_eq!(page.parameter("iss").as_deref(), Some(ISSUER));
    assert_eq!(page.parameter("state").as_deref(), Some("the-state"));
}

#[tokio::test]
async fn fapi_a_client_may_act_for_itself() {
    let world = World::new().await;
    let client = Fapi::with(&world, "service", |client| {
        client.grant_types = vec![GrantType::ClientCredentials];
        client.scope = ScopeSet::parse("read write").unwrap();
    })
    .await;
    let fields = [("grant_type", "client_credentials"), ("scope", "read")];
    client.call(&world, "/token", &[], &fields).await.assert_error(400, "invalid_dpop_proof");
    let answer = client.call(&world, "/token", &[client.proof(&world, "/token")], &fields).await;
    assert_eq!((answer.str("token_type"), answer.str("scope")), ("DPoP", "read"), "{answer:?}");
    assert_eq!(answer.claims("access_token")["cnf"], json!({"jkt": client.dpop.thumbprint()}));
    let named = [&fields[..], &[("client_id", "service")]].concat();
    let answer = post(&world, "/token", &[client.proof(&world, "/token")], &encode(&named)).await;
    answer.assert_error(401, "invalid_client");
}
