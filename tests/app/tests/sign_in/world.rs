//! An IdP and an app on loopback ports of their own, and a browser in front of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use doorward_sample_app::{Config, SampleApp};
use doorward_test_idp::{Client, Config as IdpConfig, Issuer, IssuerConfig, TestIdp};
use reqwest::header;
use tokio::net::TcpListener;
use url::{Url, form_urlencoded};

const SECRET: &str = "s3cret: with a space & more";

pub struct World {
    pub idp: TestIdp,
    pub app_url: String,
    pub idp_clock_ahead: Arc<AtomicI64>,
}

impl World {
    /// An app that is a confidential client, or a public one.
    pub async fn new(confidential: bool) -> Self {
        let (idp_listener, idp_url) = bind().await;
        let (app_listener, app_url) = bind().await;
        let client_secret = confidential.then(|| SECRET.to_owned());
        let client = Client {
            client_id: "sample".into(),
            client_secret: client_secret.clone(),
            redirect_uris: vec![format!("{app_url}/callback")],
            post_logout_redirect_uris: vec![format!("{app_url}/signed-out")],
            ..Client::default()
        };
        let ahead = Arc::new(AtomicI64::new(0));
        let offset = ahead.clone();
        let idp = TestIdp::new(IdpConfig {
            base_url: idp_url,
            issuers: vec![IssuerConfig { clients: vec![client], ..IssuerConfig::new("acme") }],
            now: Arc::new(move || unix_seconds() + offset.load(Ordering::SeqCst)),
        })
        .unwrap();
        let app = SampleApp::new(Config {
            base_url: app_url.clone(),
            issuer: idp.issuer("acme").unwrap().url().to_owned(),
            client_id: "sample".into(),
            client_secret,
            scopes: ["profile", "email", "offline_access"].map(str::to_owned).to_vec(),
        })
        .unwrap();
        serve(idp_listener, idp.router());
        serve(app_listener, app.router());
        Self { idp, app_url, idp_clock_ahead: ahead }
    }

    pub fn issuer(&self) -> &Issuer {
        self.idp.issuer("acme").unwrap()
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.app_url)
    }
}

async fn bind() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

fn serve(listener: TcpListener, router: Router) {
    tokio::spawn(async move { axum::serve(listener, router).await });
}

#[expect(clippy::disallowed_methods, reason = "the app's verifier compares with the real clock")]
fn unix_seconds() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// Keeps a cookie per origin and follows redirects.
pub struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

/// Where a browser came to rest.
pub struct Page {
    pub url: Url,
    pub status: u16,
    pub body: String,
}

impl Browser {
    #[expect(clippy::disallowed_methods, reason = "a browser, not the broker")]
    pub fn new() -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        Self { http: http.unwrap(), cookies: BTreeMap::new() }
    }

    pub async fn open(&mut self, url: &str) -> Page {
        self.travel(self.http.get(url), url).await
    }

    pub async fn submit(&mut self, url: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request =
            self.http.post(url).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        self.travel(request, url).await
    }

    /// Opens `login` at the app and clicks on Alice at the IdP.
    pub async fn sign_in(&mut self, login: &str) -> Page {
        let page = self.open(login).await;
        assert!(page.url.path().ends_with("/acme/authorize"), "{}: {}", page.url, page.body);
        let action = page.url.join(&page.form_action()).unwrap();
        self.submit(action.as_str(), &[("persona", "alice")]).await
    }

    /// Where the first redirect points, not followed.
    pub async fn first_redirect(&mut self, url: &str) -> Url {
        let response = self.exchange(self.http.get(url), &Url::parse(url).unwrap()).await;
        redirect_of(&response, &Url::parse(url).unwrap()).expect("a redirect")
    }

    async fn travel(&mut self, request: reqwest::RequestBuilder, url: &str) -> Page {
        let mut url = Url::parse(url).unwrap();
        let mut response = self.exchange(request, &url).await;
        for _ in 0..10 {
            let Some(next) = redirect_of(&response, &url) else { break };
            url = next;
            response = self.exchange(self.http.get(url.as_str()), &url).await;
        }
        let status = response.status().as_u16();
        Page { url, status, body: response.text().await.unwrap() }
    }

    async fn exchange(&mut self, request: reqwest::RequestBuilder, url: &Url) -> reqwest::Response {
        let origin = url.origin().ascii_serialization();
        let cookie = self.cookies.get(&origin).cloned().unwrap_or_default();
        let response = request.header(header::COOKIE, cookie).send().await.unwrap();
        if let Some(cookie) = response.headers().get(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            self.cookies.insert(origin, cookie);
        }
        response
    }
}

impl Page {
    /// The text of the element with this id, up to the next tag.
    pub fn text(&self, id: &str) -> Option<String> {
        let element = self.body.split(&format!("id=\"{id}\"")).nth(1)?;
        let text = element.split_once('>')?.1.split('<').next()?;
        Some(text.replace("&#34;", "\"").replace("&#38;", "&"))
    }

    /// The OAuth error on an error page.
    pub fn error(&self) -> String {
        assert_eq!(self.status, 400, "{}", self.body);
        self.text("error").expect("an error")
    }

    fn form_action(&self) -> String {
        let action = self.body.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
        action.replace("&#38;", "&")
    }
}

fn redirect_of(response: &reqwest::Response, url: &Url) -> Option<Url> {
    response.headers().get(header::LOCATION).map(|location| url.join(location.to_str().unwrap()).unwrap())
}
