//! A browser with a cookie and a Relying Party, in front of an IdP whose clock is moved by hand.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_test_idp::{Algorithm, Client, Config, Issuer, IssuerConfig, TestIdp};
use josekit::jwk::Jwk;
use josekit::jws::{ES256, RS256};
use serde_json::{Map, Value};
use tower::ServiceExt;
use url::{Url, form_urlencoded};

use crate::party::Time;

pub const CALLBACK: &str = "http://localhost:8080/callback?from=acme";
pub const AFTER_LOGOUT: &str = "http://localhost:8080/bye";
pub const LOGGED_OUT: &str = "http://localhost:8080/logged-out";
pub const SECRET: &str = "s e:cret+";
/// The pair of RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub struct World {
    pub idp: TestIdp,
    pub router: Router,
    time: Time,
    cookie: Option<String>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: String,
}

impl Answer {
    /// The parameter that the redirect carries to the client.
    pub fn returned(&self, name: &str) -> Option<String> {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        let location = Url::parse(self.headers[header::LOCATION].to_str().unwrap()).unwrap();
        location.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect(&self.body)
    }

    /// The OAuth error code of a refusal with this status.
    pub fn oauth_error(&self, status: StatusCode) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        self.json()["error"].as_str().unwrap().to_owned()
    }
}

impl World {
    /// `acme` with a confidential client `web` and a public client `spa`, by ES256; `globex` with
    /// the same clients, by RS256 and with thin ID tokens; `open` for anybody on loopback.
    pub fn new() -> Self {
        let time = Time::new();
        let client = |client_id: &str, secret: Option<&str>| Client {
            client_id: client_id.into(),
            client_secret: secret.map(str::to_owned),
            redirect_uris: vec![CALLBACK.into()],
            post_logout_redirect_uris: vec![AFTER_LOGOUT.into()],
            back_channel_logout_uri: Some(LOGGED_OUT.into()),
        };
        let clients = || vec![client("web", Some(SECRET)), client("spa", None)];
        let idp = TestIdp::new(Config {
            base_url: "http://localhost:8081/".into(),
            issuers: vec![
                IssuerConfig { clients: clients(), ..IssuerConfig::new("acme") },
                IssuerConfig {
                    algorithm: Algorithm::Rs256,
                    thin_id_token: true,
                    clients: clients(),
                    ..IssuerConfig::new("globex")
                },
                IssuerConfig { any_loopback_client: true, ..IssuerConfig::new("open") },
                IssuerConfig { clients: clients(), ..IssuerConfig::keycloak("realm") },
                IssuerConfig { clients: clients(), ..IssuerConfig::auth0("zero") },
            ],
            now: time.shown(),
        })
        .unwrap();
        Self { router: idp.router(), idp, time, cookie: None }
    }

    pub fn issuer(&self, name: &str) -> &Issuer {
        self.idp.issuer(name).unwrap()
    }

    pub fn advance(&self, seconds: i64) {
        self.time.advance(seconds);
    }

    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        if let Some(cookie) = parts.headers.get(header::SET_COOKIE) {
            self.cookie = Some(cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        let body = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let cookie = self.cookie.clone().unwrap_or_default();
        let request = Request::get(path).header(header::COOKIE, format!("other=1; {cookie}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)], authorization: Option<&str>) -> Answer {
        let mut request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, self.cookie.clone().unwrap_or_default());
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.send(request.body(Body::from(encoded(fields))).unwrap()).await
    }

    /// The authorization request of `web` at `issuer`, with some parameters changed; one changed to
    /// nothing is left out.
    pub async fn authorize(&mut self, issuer: &str, changes: &[(&str, &str)]) -> Answer {
        self.get(&format!("/{issuer}/authorize?{}", request_query(changes))).await
    }

    /// Picks `persona` at the sign-in page that this request led to.
    pub async fn pick(&mut self, issuer: &str, persona: &str, changes: &[(&str, &str)]) -> Answer {
        let path = format!("/{issuer}/sign-in?{}", request_query(changes));
        self.post(&path, &[("persona", persona)], None).await
    }

    /// A whole sign-in up to the code.
    pub async fn code(&mut self, issuer: &str, persona: &str) -> String {
        self.pick(issuer, persona, &[]).await.returned("code").unwrap()
    }

    /// `web` redeems a code by Basic authentication.
    pub async fn redeem(&mut self, issuer: &str, code: &str) -> Answer {
        self.post(&format!("/{issuer}/token"), &redemption(code), Some(&basic("web", SECRET))).await
    }

    /// A whole sign-in up to the tokens.
    pub async fn tokens(&mut self, issuer: &str, persona: &str) -> Value {
        let code = self.code(issuer, persona).await;
        let answer = self.redeem(issuer, &code).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()
    }

    pub async fn userinfo(&mut self, issuer: &str, tokens: &Value) -> Answer {
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        self.post(&format!("/{issuer}/userinfo"), &[], Some(&bearer)).await
    }

    pub async fn jwks(&mut self, issuer: &str) -> Vec<Jwk> {
        let keys = self.get(&format!("/{issuer}/jwks")).await.json();
        keys["keys"].as_array().unwrap().iter().map(jwk).collect()
    }
}

fn jwk(key: &Value) -> Jwk {
    Jwk::from_map(key.as_object().unwrap().clone()).unwrap()
}

/// The claims of `token`, if the published key with its `kid` signed it.
pub fn verified(token: &Value, keys: &[Jwk]) -> Option<Map<String, Value>> {
    let token = token.as_str().unwrap();
    let header = josekit::jwt::decode_header(token).unwrap();
    let kid = header.claim("kid").and_then(Value::as_str).expect("a kid");
    let key = keys.iter().find(|key| key.key_id() == Some(kid))?;
    let decoded = match header.claim("alg").and_then(Value::as_str) {
        Some("ES256") => josekit::jwt::decode_with_verifier(token, &ES256.verifier_from_jwk(key).unwrap()),
        Some("RS256") => josekit::jwt::decode_with_verifier(token, &RS256.verifier_from_jwk(key).unwrap()),
        other => unreachable!("signed with {other:?}"),
    };
    decoded.ok().map(|(payload, _)| payload.claims_set().clone())
}

/// Claims by name, whoever signed them.
pub fn unverified(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

pub fn basic(client_id: &str, secret: &str) -> String {
    let form = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", form(client_id), form(secret))))
}

pub fn redemption(code: &str) -> [(&str, &str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

fn request_query(changes: &[(&str, &str)]) -> String {
    let usual = [
        ("client_id", "web"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile email"),
        ("state", "s & t"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let kept = usual.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let all: Vec<_> = kept.chain(changes.iter().copied().filter(|(_, value)| !value.is_empty())).collect();
    encoded(&all)
}

pub fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
