//! The suite's side: its client, its host, its scripted browser, and what it asks of every answer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use doorward_domain::{Address, Algorithm, Client, ClientAuthentication, Clock as _, ScopeSet};
use doorward_flows::app::{Answer, claims, post, send};
use doorward_flows::browser::encode;
use doorward_flows::local::{PASSWORD, allow, person};
use doorward_flows::world::ISSUER;
use doorward_flows::{Browser, Page, Setup, World};
use doorward_service::management::RegistrationPolicy;
use doorward_service::management::document::Tenants;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, StatusCode};
use josekit::jwk::alg::rsa::RsaKeyPair;
use josekit::jwk::{Jwk, KeyPair as _};
use josekit::jws::{ES256, HS256, JwsVerifier, RS256};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::signed_jwt;

/// Where the suite runs a plan.
pub const SUITE: &str = "https://suite.test/test/a/doorward";
const ORIGIN: &str = "https://suite.test";
/// It tries longer ones than apps use.
const STATE: &str = "a-state-of-one-hundred-and-twenty-eight-characters-that-no-provider-may-change-on-its-way-\
                     0123456789-0123456789-0123456789-0123";
const NONCE: &str = "a-nonce-of-forty-three-characters-012345678";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A broker as the suite wants it, and the suite's host.
pub struct Suite {
    pub world: World,
    /// What the suite serves, by path.
    pub served: Arc<Mutex<BTreeMap<String, String>>>,
    /// What was posted to it.
    pub posted: Arc<Mutex<Vec<(String, String)>>>,
    assertions: AtomicUsize,
}

/// The suite's client, as a module configures it.
pub struct TestClient {
    pub id: String,
    pub proof: Proof,
    pub redirect_uri: String,
    /// Whether it asks for `response_mode=form_post`.
    pub form_post: bool,
    /// What it was told when it registered.
    pub registered: Value,
}

/// How it authenticates.
pub enum Proof {
    Basic(String),
    Post(String),
    SecretJwt(String),
    PrivateKeyJwt(RsaKeyPair),
}

/// What came back to the redirect URI.
pub type Callback = BTreeMap<String, String>;

impl Suite {
    pub async fn new() -> Self {
        let registration = RegistrationPolicy {
            open: true,
            initial_access_token: None,
            tenants: Tenants::All,
            scope: ScopeSet::parse("openid profile email address phone offline_access").unwrap(),
            resources: Vec::new(),
            token_endpoint_audience: true,
            require_pkce: false,
            most: 1_000,
        };
        let world = World::with(Setup {
            registration: Some(registration),
            algorithms: vec![Algorithm::ES256, Algorithm::RS256],
            ..Setup::default()
        })
        .await;
        // RSA keys are made in the background.
        world.keys.maintain().await.unwrap();
        allow(&world).await;
        person(&world, "buffy", |user| {
            let text = |text: &str| Some(text.to_owned());
            let profile = &mut user.profile;
            profile.email_verified = true;
            (profile.name, profile.given_name, profile.family_name) =
                (text("Buffy Summers"), text("Buffy"), text("Summers"));
            (profile.locale, profile.zoneinfo) = (text("en"), text("America/Los_Angeles"));
            profile.preferred_username = text("buffy");
            profile.phone_number = text("+1 555 0100");
            profile.address = Some(Box::new(Address { country: text("US"), ..Address::default() }));
        })
        .await;
        let (served, posted) = (Arc::default(), Arc::default());
        let suite = Self { world, served, posted, assertions: AtomicUsize::new(0) };
        suite.world.network.add(ORIGIN, suite.host());
        suite
    }

    fn host(&self) -> Router {
        let (served, posted) = (Arc::clone(&self.served), Arc::clone(&self.posted));
        Router::new().fallback(async move |uri: Uri, body: Bytes| {
            if !body.is_empty() {
                let body = String::from_utf8(body.to_vec()).unwrap();
                posted.lock().unwrap().push((uri.path().to_owned(), body));
            }
            served.lock().unwrap().get(uri.path()).cloned().unwrap_or_default()
        })
    }

    /// Serves `body` at a path of the plan.
    pub fn serve(&self, path: &str, body: String) -> String {
        let uri = format!("{SUITE}/{path}");
        self.served.lock().unwrap().insert(uri[ORIGIN.len()..].to_owned(), body);
        uri
    }

    /// A client that registers itself as the suite does, its metadata changed like this.
    pub async fn register(&self, method: &str, changes: &Value) -> TestClient {
        let key = key();
        let answer = self.try_register(method, &key, changes).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        assert_json(&answer);
        assert!(answer.str("registration_client_uri").starts_with("https://"), "{answer:?}");
        assert!(!answer.str("registration_access_token").is_empty());
        let secret = answer.json["client_secret"].as_str().unwrap_or_default().to_owned();
        if !secret.is_empty() {
            assert_eq!(answer.json["client_secret_expires_at"], 0, "{answer:?}");
        }
        let redirect_uri = answer.json["redirect_uris"][0].as_str().unwrap().to_owned();
        TestClient {
            id: answer.str("client_id").to_owned(),
            proof: Proof::of(method, secret, key),
            redirect_uri,
            form_post: false,
            registered: answer.json,
        }
    }

    /// What comes of such a registration.
    pub async fn try_register(&self, method: &str, key: &RsaKeyPair, changes: &Value) -> Answer {
        let mut metadata = json!({
            "client_name": "doorward oidcc-server",
            "grant_types": ["authorization_code"],
            "jwks": {"keys": [public(key)]},
            "token_endpoint_auth_method": method,
            "response_types": ["code"],
            "redirect_uris": [format!("{SUITE}/callback")],
            "contacts": ["certification@oidf.org"],
        });
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => drop(metadata.as_object_mut().unwrap().remove(name)),
                value => metadata[name] = value.clone(),
            }
        }
        let request =
            http::Request::post(self.world.url("/register")).header(CONTENT_TYPE, "application/json");
        send(&self.world, request.body(metadata.to_string().into_bytes()).unwrap()).await
    }

    /// One that the operator registered.
    pub async fn fixed(&self, id: &str, method: &str) -> TestClient {
        let secrets = vec![self.world.secret("a secret that is long enough")];
        let authentication = match method {
            "client_secret_post" => ClientAuthentication::ClientSecretPost { secrets },
            _ => ClientAuthentication::ClientSecretBasic { secrets },
        };
        let redirect_uri = format!("{SUITE}/callback");
        let client = Client {
            authentication,
            redirect_uris: vec![doorward_domain::RedirectUri::parse(&redirect_uri).unwrap()],
            scope: ScopeSet::parse("openid profile email address phone offline_access").unwrap(),
            require_pkce: false,
            ..self.world.client(id)
        };
        self.world.put(&client).await;
        let proof = Proof::of(method, "a secret that is long enough".to_owned(), key());
        TestClient { id: id.to_owned(), proof, redirect_uri, form_post: false, registered: Value::Null }
    }

    /// Asks, lets the scripted browser do what the pages want, and judges what comes back.
    pub async fn authorize(
        &self,
        browser: &mut Browser,
        client: &TestClient,
        changes: &[(&str, &str)],
    ) -> Callback {
        let page = browser.open(&client.request(changes)).await;
        client.callback(&self.walk(browser, page).await)
    }

    /// The suite's browser: it signs in and consents, by the ids of the pages.
    pub async fn walk(&self, browser: &mut Browser, mut page: Page) -> Page {
        for _ in 0..6 {
            if page.body.contains("id=\"allow\"") {
                page = browser.submit(&page, &[("decision", "allow")]).await;
            } else if page.body.contains("action=\"/sign-in/password\"") {
                let typed = [("username", "buffy@victim"), ("password", PASSWORD)];
                page = browser.submit(&page, &typed).await;
            } else if let Some(href) = href_of(&page, "with-password") {
                page = browser.open(page.url.join(&href).unwrap().as_str()).await;
            } else {
                return page;
            }
        }
        panic!("no way through the pages: {page:?}")
    }

    /// The whole way to tokens, everything judged.
    pub async fn tokens(
        &self,
        browser: &mut Browser,
        client: &TestClient,
        changes: &[(&str, &str)],
    ) -> Answer {
        let callback = self.authorize(browser, client, changes).await;
        let answer = self.redeem(client, assert_code(&callback), changes).await;
        self.assert_tokens(client, &answer).await;
        let sent = changes.iter().find(|(name, _)| *name == "nonce").map_or(NONCE, |(_, nonce)| nonce);
        let nonce = answer.claims("id_token")["nonce"].as_str().unwrap_or_default().to_owned();
        assert_eq!(nonce, sent);
        answer
    }

    pub async fn redeem(&self, client: &TestClient, code: &str, changes: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &client.redirect_uri),
        ];
        if changes.iter().any(|(name, _)| *name == "code_challenge") {
            fields.push(("code_verifier", doorward_flows::app::VERIFIER));
        }
        self.token(client, &fields).await
    }

    /// Calls the token endpoint; an assertion names that endpoint as its audience.
    pub async fn token(&self, client: &TestClient, fields: &[(&str, &str)]) -> Answer {
        self.token_for(client, fields, &self.world.url("/token")).await
    }

    pub async fn token_for(&self, client: &TestClient, fields: &[(&str, &str)], audience: &str) -> Answer {
        let (mut fields, mut headers) = (fields.to_vec(), Vec::<(HeaderName, String)>::new());
        let now = self.world.clock.now().as_secs();
        let jti = self.assertions.fetch_add(1, Ordering::Relaxed).to_string();
        let claims = json!({
            "iss": client.id, "sub": client.id, "aud": audience, "jti": jti,
            "nbf": now, "iat": now, "exp": now + 60,
        });
        let assertion = match &client.proof {
            Proof::Basic(secret) => {
                let credentials = STANDARD.encode(format!("{}:{}", client.id, secret.replace(' ', "+")));
                headers.push((AUTHORIZATION, format!("Basic {credentials}")));
                None
            }
            Proof::Post(secret) => {
                fields.extend([("client_id", client.id.as_str()), ("client_secret", secret)]);
                None
            }
            Proof::SecretJwt(secret) => {
                let signer = HS256.signer_from_bytes(secret).unwrap();
                Some(signed_jwt(&signer, &json!({"alg": "HS256"}), &claims))
            }
            Proof::PrivateKeyJwt(key) => Some(sign(key, &claims)),
        };
        if let Some(assertion) = &assertion {
            fields.extend([("client_assertion_type", JWT_BEARER), ("client_assertion", assertion.as_str())]);
        }
        post(&self.world, "/token", &headers, &encode(&fields)).await
    }

    /// What is asked of every successful token response.
    pub async fn assert_tokens(&self, client: &TestClient, answer: &Answer) {
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_json(answer);
        assert_eq!(
            (&answer.headers["cache-control"], &answer.headers["pragma"]),
            (&http::HeaderValue::from_static("no-store"), &http::HeaderValue::from_static("no-cache"))
        );
        assert_eq!(answer.str("token_type"), "Bearer");
        assert!(answer.json["expires_in"].as_u64().is_some_and(|seconds| seconds > 0), "{answer:?}");
        assert!(answer.str("access_token").bytes().all(|b| (0x20..0x7f).contains(&b)));
        let claims = self.verified(answer.str("id_token")).await;
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!(client.id)));
        let now = self.world.clock.now().as_secs();
        assert!(claims["exp"].as_i64().unwrap() > now && claims["iat"].as_i64().unwrap() <= now);
        assert!(claims["auth_time"].is_i64() && claims["sub"].is_string() && claims.get("acr").is_none());
        let digest = Sha256::digest(answer.str("access_token"));
        assert_eq!(claims["at_hash"], BASE64.encode(&digest[..16]));
        assert_no_empty_claims(&claims);
    }

    /// The claims of an ID token, its signature verified with the key of the set that it names.
    pub async fn verified(&self, token: &str) -> Value {
        let header = token.split('.').next().unwrap();
        let header: Value = serde_json::from_slice(&BASE64.decode(header).unwrap()).unwrap();
        let keys = self.get("/jwks.json").await.json;
        let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
        let key = Jwk::from_map(key.as_object().unwrap().clone()).unwrap();
        let verifier: Box<dyn JwsVerifier> = match header["alg"].as_str().unwrap() {
            "ES256" => Box::new(ES256.verifier_from_jwk(&key).unwrap()),
            "RS256" => Box::new(RS256.verifier_from_jwk(&key).unwrap()),
            other => panic!("signed with {other}"),
        };
        let (signed, signature) = token.rsplit_once('.').unwrap();
        verifier.verify(signed.as_bytes(), &BASE64.decode(signature).unwrap()).unwrap();
        claims(token)
    }

    /// What userinfo tells, judged against the ID token.
    pub async fn userinfo(&self, tokens: &Answer) -> Value {
        let answer = doorward_flows::app::userinfo(&self.world, tokens.str("access_token")).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_json(&answer);
        assert_claims(&answer.json);
        assert_eq!(answer.json["sub"], tokens.claims("id_token")["sub"]);
        answer.json
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(&self.world, http::Request::get(self.world.url(path)).body(Vec::new()).unwrap()).await
    }
}

impl Proof {
    fn of(method: &str, secret: String, key: RsaKeyPair) -> Self {
        match method {
            "client_secret_basic" => Self::Basic(secret),
            "client_secret_post" => Self::Post(secret),
            "client_secret_jwt" => Self::SecretJwt(secret),
            "private_key_jwt" => Self::PrivateKeyJwt(key),
            other => panic!("{other}"),
        }
    }
}

impl TestClient {
    /// The parameters of an authorization request: without PKCE, whoever the client is.
    pub fn parameters(&self, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut plain = vec![
            ("client_id", self.id.as_str()),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "openid"),
            ("state", STATE),
            ("nonce", NONCE),
            ("response_type", "code"),
        ];
        if self.form_post {
            plain.push(("response_mode", "form_post"));
        }
        let kept = plain.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let all = kept.chain(changes.iter().filter(|(_, value)| !value.is_empty()).copied());
        all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    pub fn request(&self, changes: &[(&str, &str)]) -> String {
        let url = format!("{ISSUER}/authorize");
        url::Url::parse_with_params(&url, self.parameters(changes)).unwrap().into()
    }

    /// What `page` brings to the redirect URI, in the mode that was asked for.
    pub fn callback(&self, page: &Page) -> Callback {
        let callback: Callback = if self.form_post {
            assert_eq!(page.status, StatusCode::OK, "{page:?}");
            // The script is one that old browsers know.
            assert_eq!(page.body.matches("<script").count(), 1, "{page:?}");
            assert!(page.body.contains("<script>document.forms[0].submit()</script>"), "{page:?}");
            let form = page.form();
            assert_eq!(form.action, self.redirect_uri, "{page:?}");
            form.hidden.into_iter().collect()
        } else {
            let (at, query) = (page.url.as_str(), self.redirect_uri.contains('?'));
            assert!(
                at.starts_with(&format!("{}{}", self.redirect_uri, if query { '&' } else { '?' })),
                "{page:?}"
            );
            page.url.query_pairs().into_owned().collect()
        };
        assert_eq!(callback.get("iss").map(String::as_str), Some(ISSUER), "{callback:?}");
        assert_eq!(callback.get("state").map(String::as_str), Some(STATE), "{callback:?}");
        callback
    }
}

/// The code of a successful response, which holds nothing unexpected.
#[track_caller]
pub fn assert_code(callback: &Callback) -> &str {
    for error in ["error", "error_description", "id_token", "access_token"] {
        assert!(!callback.contains_key(error), "{callback:?}");
    }
    let code = callback.get("code").unwrap_or_else(|| panic!("no code: {callback:?}"));
    assert!(code.len() >= 22, "{callback:?}");
    code
}

/// What is asked of every error of the authorization endpoint.
#[track_caller]
pub fn assert_refused(callback: &Callback, errors: &[&str]) {
    assert!(errors.contains(&callback["error"].as_str()), "{callback:?}");
    let expected = ["error", "error_description", "state", "iss"];
    assert!(callback.keys().all(|name| expected.contains(&name.as_str())), "{callback:?}");
    let allowed = |b: u8| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    assert!(callback["error_description"].bytes().all(allowed), "{callback:?}");
}

/// What is asked of every claim about people (OIDC Core section 5.1).
#[track_caller]
pub fn assert_claims(claims: &Value) {
    assert_no_empty_claims(claims);
    for (name, value) in claims.as_object().unwrap() {
        let fits = match name.as_str() {
            "email_verified" | "phone_number_verified" => value.is_boolean(),
            "updated_at" => value.is_number(),
            "address" => value.as_object().unwrap().values().all(Value::is_string),
            "groups" | "roles" | "sites" | "aud" => value.is_array() || value.is_string(),
            "iat" | "exp" => value.is_number(),
            _ => value.is_string(),
        };
        assert!(fits, "{name}: {claims}");
    }
}

#[track_caller]
fn assert_no_empty_claims(claims: &Value) {
    for (name, value) in claims.as_object().unwrap() {
        let empty = [json!(null), json!(""), json!([]), json!({})].contains(value);
        assert!(!empty, "{name} in {claims}");
    }
}

#[track_caller]
pub fn assert_json(answer: &Answer) {
    let media_type = answer.headers[CONTENT_TYPE].to_str().unwrap();
    assert_eq!(media_type.split(';').next(), Some("application/json"), "{answer:?}");
}

/// The key of every client that publishes none: it takes a while to make one.
pub fn key() -> RsaKeyPair {
    static KEY: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(2048).unwrap());
    KEY.clone()
}

/// A JWT of the suite, which names no key unless the key has a name.
pub fn sign(key: &RsaKeyPair, claims: &Value) -> String {
    let mut header = json!({"alg": "RS256"});
    if let Some(id) = key.key_id() {
        header["kid"] = id.into();
    }
    signed_jwt(&RS256.signer_from_jwk(&key.to_jwk_private_key()).unwrap(), &header, claims)
}

/// A key as the suite publishes it.
pub fn public(key: &RsaKeyPair) -> Value {
    let mut jwk = key.to_jwk_public_key();
    jwk.set_algorithm("RS256");
    serde_json::to_value(jwk).unwrap()
}

/// Where the link with this id leads.
fn href_of(page: &Page, id: &str) -> Option<String> {
    let (_, rest) = page.body.split_once(&format!("id=\"{id}\" href=\""))?;
    Some(rest.split('"').next()?.replace("&#38;", "&"))
}
