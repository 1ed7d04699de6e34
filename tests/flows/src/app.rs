//! The app's side of a flow: what a relying party sends and checks.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, StatusCode};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::browser::{Page, encode};
use crate::world::World;

/// The PKCE verifier that every test uses; secrecy is not what is tested.
pub const VERIFIER: &str = "a-code-verifier-that-is-long-enough-for-rfc-7636-0";

/// A relying party that is registered in a world.
#[derive(Clone, Debug)]
pub struct Relying {
    /// Its `client_id`.
    pub id: String,
    /// Its secret, when it has one.
    pub secret: Option<String>,
    /// Its redirect URI.
    pub redirect_uri: String,
}

impl Relying {
    /// The parameters of a plain authorization request.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let challenge = BASE64.encode(Sha256::digest(VERIFIER));
        [
            ("client_id", self.id.as_str()),
            ("redirect_uri", &self.redirect_uri),
            ("response_type", "code"),
            ("scope", "openid profile email offline_access"),
            ("state", "the-state"),
            ("nonce", "the-nonce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// The URL of an authorization request in which these parameters replace the plain ones; an
    /// empty value leaves the parameter out.
    pub fn authorize(&self, world: &World, changes: &[(&str, &str)]) -> String {
        let mut parameters = self.parameters();
        parameters.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let added = changes.iter().filter(|(_, value)| !value.is_empty());
        parameters.extend(added.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Url::parse_with_params(&world.url("/authorize"), parameters).unwrap().into()
    }

    /// Redeems the code that `page` came back with.
    pub async fn redeem(&self, world: &World, page: &Page) -> Answer {
        let code = page.parameter("code").unwrap_or_else(|| panic!("no code: {} {}", page.url, page.body));
        self.redeem_code(world, &code, &[]).await
    }

    /// Redeems a code with these changes to the plain request.
    pub async fn redeem_code(&self, world: &World, code: &str, changes: &[(&str, &str)]) -> Answer {
        let plain = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        self.token(world, &changed(&plain, changes)).await
    }

    /// Uses a refresh token.
    pub async fn refresh(&self, world: &World, token: &str, changes: &[(&str, &str)]) -> Answer {
        let plain = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.token(world, &changed(&plain, changes)).await
    }

    /// Calls the token endpoint as this client.
    pub async fn token(&self, world: &World, fields: &[(&str, &str)]) -> Answer {
        self.call(world, "/token", fields).await
    }

    /// Calls an endpoint that authenticates clients.
    pub async fn call(&self, world: &World, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut fields = fields.to_vec();
        let mut headers = Vec::new();
        match &self.secret {
            Some(secret) => {
                let credentials = STANDARD.encode(format!("{}:{secret}", self.id));
                headers.push((AUTHORIZATION, format!("Basic {credentials}")));
            }
            None => fields.push(("client_id", &self.id)),
        }
        post(world, path, &headers, &encode(&fields)).await
    }

    /// Whether introspection calls a token active.
    pub async fn is_active(&self, world: &World, token: &str) -> bool {
        let answer = self.call(world, "/introspect", &[("token", token)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.json["active"].as_bool().unwrap()
    }
}

fn changed<'a>(plain: &[(&'a str, &'a str)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<_> = plain
        .iter()
        .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name))
        .copied()
        .collect();
    fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    fields
}

/// An endpoint's answer in JSON.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body; null when it is no JSON.
    pub json: Value,
}

impl Answer {
    /// A string member.
    pub fn str(&self, name: &str) -> &str {
        self.json[name].as_str().unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// Asserts an error of RFC 6749 section 5.2 and that nothing else is said.
    #[track_caller]
    pub fn assert_error(&self, status: u16, error: &str) {
        assert_eq!((self.status.as_u16(), self.json["error"].as_str()), (status, Some(error)), "{self:?}");
        assert_eq!(self.headers["cache-control"], "no-store", "{self:?}");
        for token in ["access_token", "id_token", "refresh_token"] {
            assert!(self.json.get(token).is_none(), "{self:?}");
        }
    }

    /// The claims of a JWT member, its signature not checked.
    pub fn claims(&self, name: &str) -> Value {
        claims(self.str(name))
    }
}

/// The claims of a JWT, its signature not checked.
pub fn claims(jwt: &str) -> Value {
    let payload = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64.decode(payload).unwrap()).unwrap()
}

/// Posts a form to the broker, outside of any browser.
pub async fn post(world: &World, path: &str, headers: &[(http::HeaderName, String)], body: &str) -> Answer {
    let mut request = http::Request::builder()
        .method(Method::POST)
        .uri(world.url(path))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    send(world, request.body(body.as_bytes().to_vec()).unwrap()).await
}

/// Sends any request to the broker, outside of any browser.
pub async fn send(world: &World, request: doorward_net::Request) -> Answer {
    let response = world.network.send(request).await.unwrap();
    let json = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    Answer { status: response.status(), headers: response.headers().clone(), json }
}

/// Asks userinfo with a bearer token.
pub async fn userinfo(world: &World, token: &str) -> Answer {
    let request = http::Request::builder()
        .uri(world.url("/userinfo"))
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .body(Vec::new())
        .unwrap();
    send(world, request).await
}
