//! An app on a phone: a public client that opens the system's browser and waits for it to come back on a port
//! of its own (RFC 8252).

use anyhow::Context as _;
use axum::Router;
use axum::routing::get;
use doorward_browser_tests::Stage;
use reqwest::Client;
use serde_json::Value;
use tokio::net::TcpListener;
use url::Url;

use crate::site::http_client;

/// The demo's native client.
const CLIENT_ID: &str = "native-demo";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The app.
pub struct NativeApp {
    http: Client,
    issuer: String,
    redirect_uri: String,
}

impl NativeApp {
    /// The app on the phone of somebody whose browser this is.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn new(person: &Stage) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let redirect_uri = format!("http://127.0.0.1:{}/callback", listener.local_addr()?.port());
        let icon = "<link rel=icon href=data:,>You may close this window.";
        let page = get(move || async move { axum::response::Html(icon) });
        let router = Router::new().route("/callback", page);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let issuer = person.playground.hosts.issuer.clone();
        Ok(Self { http: http_client()?, issuer, redirect_uri })
    }

    /// What comes next for somebody who typed this into the app.
    ///
    /// # Errors
    /// When nothing is said.
    pub async fn home_of(&self, login: &str) -> anyhow::Result<Value> {
        let mut url = Url::parse(&format!("{}/home-realm", self.issuer))?;
        url.query_pairs_mut().append_pair("client_id", CLIENT_ID).append_pair("login_hint", login);
        Ok(serde_json::from_str(&self.http.get(url).send().await?.text().await?)?)
    }

    /// What the app opens in the browser for somebody of this company.
    pub fn sign_in_url(&self, company: &str) -> String {
        let parameters = [
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "openid email offline_access"),
            ("login_hint", company),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        format!("{}/authorize?{query}", self.issuer)
    }

    /// The tokens, once the browser has come back.
    ///
    /// # Errors
    /// When it does not.
    pub async fn tokens(&self, person: &Stage) -> anyhow::Result<Value> {
        let url: Url = person.arrive(&self.redirect_uri).await?;
        let code =
            url.query_pairs().find(|(name, _)| name == "code").context(url.to_string())?.1.into_owned();
        self.ask(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    /// New tokens for old ones.
    ///
    /// # Errors
    /// When they are refused.
    pub async fn refreshed(&self, tokens: &Value) -> anyhow::Result<Value> {
        let refresh_token = text(tokens, "refresh_token")?;
        self.ask(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// Whose the tokens are, as userinfo says.
    ///
    /// # Errors
    /// When it says nothing.
    pub async fn subject(&self, tokens: &Value) -> anyhow::Result<String> {
        let request = self.http.get(format!("{}/userinfo", self.issuer));
        let response = request.bearer_auth(text(tokens, "access_token")?).send().await?;
        let claims: Value = serde_json::from_str(&response.text().await?)?;
        Ok(text(&claims, "sub")?.to_owned())
    }

    async fn ask(&self, parameters: &[(&str, &str)]) -> anyhow::Result<Value> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .append_pair("client_id", CLIENT_ID)
            .finish();
        let request = self.http.post(format!("{}/token", self.issuer));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        Ok(serde_json::from_str(&request.send().await?.text().await?)?)
    }
}

fn text<'a>(value: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    value[name].as_str().with_context(|| format!("no {name} in {value}"))
}
