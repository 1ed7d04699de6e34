//! The app: it signs people in at the broker and checks every answer, so that only right ones count.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use doorward_domain::Algorithm;
use doorward_service::keys::{Audience, Expected, Expiry, Typ, VerifyingKeys, verify};
use http::HeaderName;
use http::header::AUTHORIZATION;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::browser::{Browser, Http};
use crate::fapi::{self, ASSERTION_TYPE, Signer};
use crate::measure;

/// How an app is registered at the broker.
#[derive(Clone, Copy, Debug)]
pub struct Registered {
    /// Its `client_id`.
    pub id: &'static str,
    /// Its redirect URI, where nobody listens.
    pub redirect_uri: &'static str,
}

/// How the app is registered.
pub const CLIENT: Registered = Registered { id: "load", redirect_uri: "http://127.0.0.1:3999/callback" };
/// Its secret.
pub const CLIENT_SECRET: &str = "secret-of-the-load-program";
/// The company code of everybody who signs in, where there is one company.
pub const COMPANY: &str = "load";
/// What a login asks for.
pub const SCOPE: &str = "openid profile email";
/// What the app asks for itself.
pub const OWN_SCOPE: &str = "reports.read";
/// What a login asks for that shall be refreshed.
pub const OFFLINE_SCOPE: &str = "openid profile email offline_access";

/// The app.
pub struct App {
    http: Http,
    endpoints: Endpoints,
    keys: VerifyingKeys,
    credentials: String,
    signer: Signer,
    asked: AtomicU64,
    companies: Vec<String>,
}

/// The broker's endpoints, as its discovery document names them.
#[derive(Deserialize)]
struct Endpoints {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    introspection_endpoint: String,
    pushed_authorization_request_endpoint: String,
    jwks_uri: String,
}

/// A token response.
#[derive(Debug, Deserialize)]
pub struct Tokens {
    /// The access token.
    pub access_token: String,
    /// The refresh token, if one was asked for.
    pub refresh_token: Option<String>,
    id_token: String,
}

/// A pushed request.
#[derive(Deserialize)]
struct Pushed {
    request_uri: String,
}

/// The token response of an app that acts for itself.
#[derive(Deserialize)]
struct OwnToken {
    scope: String,
}

/// An authorization request on its way.
struct Asked {
    client: Registered,
    url: Url,
    state: String,
    nonce: String,
    verifier: String,
}

impl App {
    /// Gets to know the broker. `signer` is the key that the app is registered with where it keeps FAPI 2.0;
    /// people sign in to `companies` in turn.
    ///
    /// # Errors
    /// When it does not answer as an OpenID Provider does.
    pub async fn discover(
        http: &Http,
        issuer: &str,
        signer: Signer,
        companies: Vec<String>,
    ) -> anyhow::Result<Self> {
        let endpoints: Endpoints = json(http, &discovery_url(issuer)).await?;
        let keys = VerifyingKeys::parse(&json(http, &endpoints.jwks_uri).await?)?;
        let credentials = STANDARD.encode(format!("{}:{CLIENT_SECRET}", CLIENT.id));
        Ok(Self {
            http: http.clone(),
            endpoints,
            keys,
            credentials: format!("Basic {credentials}"),
            signer,
            asked: AtomicU64::new(0),
            companies,
        })
    }

    /// A new browser.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.http, &self.endpoints.issuer)
    }

    /// Reads the broker's discovery document.
    ///
    /// # Errors
    /// When an answer is not what it should be, as for all of these.
    pub async fn read_discovery(&self) -> anyhow::Result<()> {
        let endpoints: Endpoints = json(&self.http, &discovery_url(&self.endpoints.issuer)).await?;
        ensure!(endpoints.issuer == self.endpoints.issuer, "a discovery document of {}", endpoints.issuer);
        Ok(())
    }

    /// Reads the broker's keys.
    ///
    /// # Errors
    /// When there are none.
    pub async fn read_keys(&self) -> anyhow::Result<()> {
        let keys: Value = json(&self.http, &self.endpoints.jwks_uri).await?;
        ensure!(keys["keys"].as_array().is_some_and(|keys| !keys.is_empty()), "no keys: {keys}");
        Ok(())
    }

    /// Sends a browser to the broker, which shows its sign-in page.
    ///
    /// # Errors
    /// When it shows another page, or none.
    pub async fn send_to_sign_in(&self, browser: &mut Browser) -> anyhow::Result<()> {
        self.sign_in_page(browser, &self.ask(CLIENT, SCOPE, &[])?).await.map(drop)
    }

    /// Signs somebody in through the identity provider of the company whose turn it is, in a browser without a
    /// session.
    ///
    /// # Errors
    /// When anything on the way is not as it should be.
    pub async fn sign_in(&self, browser: &mut Browser, scope: &str) -> anyhow::Result<Tokens> {
        let turn = self.asked.load(Ordering::Relaxed) as usize;
        let company = self.companies.get(turn % self.companies.len().max(1)).context("no company")?;
        self.sign_in_to(company, browser, scope).await
    }

    /// The same of this company.
    ///
    /// # Errors
    /// When anything on the way is not as it should be.
    pub async fn sign_in_to(
        &self,
        company: &str,
        browser: &mut Browser,
        scope: &str,
    ) -> anyhow::Result<Tokens> {
        let asked = self.ask(CLIENT, scope, &[])?;
        let transaction = self.sign_in_page(browser, &asked).await?;
        let form = format!("{}/sign-in", self.endpoints.issuer);
        let typed = browser.submit(&form, &[("tx", &transaction), ("username", company)]).await?;
        let left = browser.get(typed.location()?).await?;
        let arrived = browser.get(left.location()?).await?;
        self.redeem(&asked, arrived.location()?).await
    }

    /// Signs in a browser that has a session, without any page.
    ///
    /// # Errors
    /// When a page would be needed.
    pub async fn sign_in_silently(&self, browser: &mut Browser) -> anyhow::Result<Tokens> {
        let asked = self.ask(CLIENT, SCOPE, &[("prompt", "none")])?;
        let answer = browser.get(asked.url.as_str()).await?;
        self.redeem(&asked, answer.location()?).await
    }

    /// The same as FAPI 2.0 has it: the request is pushed, the app signs who it is, its tokens are bound to
    /// its key.
    ///
    /// # Errors
    /// When a page would be needed.
    pub async fn sign_in_by_fapi(&self, browser: &mut Browser) -> anyhow::Result<()> {
        let Endpoints { issuer, authorization_endpoint, token_endpoint, .. } = &self.endpoints;
        let asked = self.ask(fapi::CLIENT, SCOPE, &[("prompt", "none")])?;
        let assertion = self.signer.assertion(issuer)?;
        let parameters: Vec<_> = asked.url.query_pairs().collect();
        let mut pushed: Vec<_> =
            parameters.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
        pushed.extend([("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)]);
        let url = &self.endpoints.pushed_authorization_request_endpoint;
        let answer = self.http.post(url, &[], &pushed).await?.created()?;
        let Pushed { request_uri } = serde_json::from_slice(&answer)?;
        let named = [("client_id", fapi::CLIENT.id), ("request_uri", &request_uri)];
        let answer = browser.get(Url::parse_with_params(authorization_endpoint, named)?.as_str()).await?;
        let code = self.code(&asked, answer.location()?)?;
        let (assertion, proof) = (self.signer.assertion(issuer)?, self.signer.proof(token_endpoint)?);
        let mut fields = asked.redemption(&code).to_vec();
        fields.extend([("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)]);
        let proof = [(HeaderName::from_static("dpop"), &*proof)];
        let answer = self.http.post(token_endpoint, &proof, &fields).await?.ok()?;
        let tokens: Tokens = serde_json::from_slice(&answer)?;
        self.check_id_token(&tokens.id_token, fapi::CLIENT, Some(&asked.nonce))
    }

    /// Gets a token for itself.
    ///
    /// # Errors
    /// When it is refused, or another than was asked for.
    pub async fn act_for_itself(&self) -> anyhow::Result<()> {
        let fields = [("grant_type", "client_credentials"), ("scope", OWN_SCOPE)];
        let answer = self.http.post(&self.endpoints.token_endpoint, &self.authenticated(), &fields).await?;
        let token: OwnToken = serde_json::from_slice(&answer.ok()?)?;
        ensure!(token.scope == OWN_SCOPE, "a token for {}", token.scope);
        Ok(())
    }

    /// Uses a refresh token.
    ///
    /// # Errors
    /// When it is refused, or no other comes in its place.
    pub async fn refresh(&self, token: &str) -> anyhow::Result<Tokens> {
        let tokens = self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await?;
        ensure!(tokens.refresh_token.as_ref().is_some_and(|next| next != token), "it was not rotated");
        self.check_id_token(&tokens.id_token, CLIENT, None)?;
        Ok(tokens)
    }

    /// Asks who an access token is about.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn userinfo(&self, access_token: &str) -> anyhow::Result<()> {
        let bearer = format!("Bearer {access_token}");
        let answer = self.http.get(&self.endpoints.userinfo_endpoint, &[(AUTHORIZATION, &bearer)]).await?;
        let claims: Value = serde_json::from_slice(&answer.ok()?)?;
        ensure!(claims["sub"].is_string() && claims["email"].is_string(), "no person: {claims}");
        Ok(())
    }

    /// Asks whether an access token is alive.
    ///
    /// # Errors
    /// When it is not.
    pub async fn introspect(&self, access_token: &str) -> anyhow::Result<()> {
        let url = &self.endpoints.introspection_endpoint;
        let answer = self.http.post(url, &self.authenticated(), &[("token", access_token)]).await?;
        let said: Value = serde_json::from_slice(&answer.ok()?)?;
        ensure!(said["active"] == true, "not active: {said}");
        Ok(())
    }

    fn ask(&self, client: Registered, scope: &str, more: &[(&str, &str)]) -> anyhow::Result<Asked> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let (state, nonce) = (format!("state-{number:032}"), format!("nonce-{number:032}"));
        let verifier = format!("verifier-{number:043}");
        let challenge = BASE64.encode(Sha256::digest(&verifier));
        let parameters = [
            ("client_id", client.id),
            ("redirect_uri", client.redirect_uri),
            ("response_type", "code"),
            ("scope", scope),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let parameters = parameters.iter().chain(more);
        let url = Url::parse_with_params(&self.endpoints.authorization_endpoint, parameters)?;
        Ok(Asked { client, url, state, nonce, verifier })
    }

    /// The name of the login on the broker's sign-in page.
    async fn sign_in_page(&self, browser: &mut Browser, asked: &Asked) -> anyhow::Result<String> {
        let page = browser.get(asked.url.as_str()).await?.ok()?;
        let page = std::str::from_utf8(&page)?;
        let (_, rest) = page.split_once("name=\"tx\" value=\"").context("not the sign-in page")?;
        let (transaction, _) = rest.split_once('"').context("not the sign-in page")?;
        Ok(transaction.to_owned())
    }

    /// Redeems the code that came to the redirect URI.
    async fn redeem(&self, asked: &Asked, location: &str) -> anyhow::Result<Tokens> {
        let code = self.code(asked, location)?;
        let tokens = self.token(&asked.redemption(&code)).await?;
        self.check_id_token(&tokens.id_token, asked.client, Some(&asked.nonce))?;
        Ok(tokens)
    }

    /// The code of an answer, whose other parameters are checked.
    fn code(&self, asked: &Asked, location: &str) -> anyhow::Result<String> {
        ensure!(location.starts_with(asked.client.redirect_uri), "the way leads to {location}");
        let url = Url::parse(location)?;
        let parameter =
            |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value);
        ensure!(parameter("state").as_deref() == Some(&asked.state), "another state: {location}");
        ensure!(parameter("iss").as_deref() == Some(&self.endpoints.issuer), "another issuer: {location}");
        let code = parameter("code").with_context(|| format!("no code: {location}"))?;
        Ok(code.into_owned())
    }

    async fn token(&self, fields: &[(&str, &str)]) -> anyhow::Result<Tokens> {
        let answer = self.http.post(&self.endpoints.token_endpoint, &self.authenticated(), fields).await?;
        Ok(serde_json::from_slice(&answer.ok()?)?)
    }

    fn authenticated(&self) -> [(HeaderName, &str); 1] {
        [(AUTHORIZATION, &self.credentials)]
    }

    /// OIDC Core section 3.1.3.7: signature, `iss`, `aud`, times, and `nonce` where one was sent.
    fn check_id_token(&self, token: &str, client: Registered, nonce: Option<&str>) -> anyhow::Result<()> {
        let expected = Expected {
            algorithms: &[Algorithm::ES256],
            typ: Typ::JwtOrAbsent,
            issuer: &self.endpoints.issuer,
            audience: Audience::Exactly(client.id),
            required: &["sub", "iat", "exp"],
            expiry: Expiry::Enforced,
            now: measure::time(),
            leeway: Duration::ZERO,
        };
        let claims = verify(token, &self.keys, &expected).context("the ID token")?;
        ensure!(nonce.is_none() || claims.str("nonce") == nonce, "an ID token with another nonce");
        Ok(())
    }
}

impl Asked {
    /// What redeems the code that it gets.
    fn redemption<'a>(&'a self, code: &'a str) -> [(&'a str, &'a str); 4] {
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.client.redirect_uri),
            ("code_verifier", &self.verifier),
        ]
    }
}

/// Where the discovery document of `issuer` lies (OIDC Discovery section 4).
pub fn discovery_url(issuer: &str) -> String {
    format!("{issuer}/.well-known/openid-configuration")
}

async fn json<T: DeserializeOwned>(http: &Http, url: &str) -> anyhow::Result<T> {
    Ok(serde_json::from_slice(&http.get(url, &[]).await?.ok()?)?)
}
