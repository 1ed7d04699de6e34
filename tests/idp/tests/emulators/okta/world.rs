//! An org with two authorization servers, a custom domain and an app.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_test_idp::okta::{App, AuthorizationServer, GroupsFilter, Okta, User};
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use crate::browser::{Browser, Page, changed, merged, part};
use crate::party::{Time, authorization, redemption};

pub const ORG: &str = "https://acme.okta.com";
pub const CUSTOM: &str = "https://id.acme.example";
pub const CALLBACK: &str = "https://broker.example/callback/okta";
pub const SECRET: &str = "a secret of forty characters, as Okta's";
/// The org server.
pub const ORG_SERVER: &str = "https://acme.okta.com/oauth2/v1";
/// A custom one.
pub const DEFAULT: &str = "https://acme.okta.com/oauth2/default/v1";

pub struct World {
    pub okta: Okta,
    pub app: App,
    pub browser: Browser,
    time: Time,
}

impl World {
    pub fn new() -> Self {
        Self::with(|app| app)
    }

    /// The same with another registration.
    pub fn with(change: impl FnOnce(App) -> App) -> Self {
        let time = Time::new();
        let okta = Okta::new(ORG, Some(CUSTOM), time.shown());
        okta.add_server(AuthorizationServer {
            groups_claim: Some(GroupsFilter::StartsWith("app-".into())),
            ..AuthorizationServer::new("default")
        });
        let app = change(App::new("Doorward", SECRET, CALLBACK));
        okta.register(app.clone());
        okta.add_user(User::new("joe@acme.example", "Joe", "Jones").groups(&["staff", "app-readers"]));
        okta.add_user(User::new("eve@acme.example", "Eve", "Evans"));
        let hosts = [(ORG, okta.router()), (CUSTOM, okta.custom_domain_router())];
        Self { browser: Browser::new(&hosts), okta, app, time }
    }

    pub fn advance(&self, seconds: i64) {
        self.time.advance(seconds);
    }

    /// The authorization URL at a server, with some parameters changed.
    pub fn authorize_url(&self, server: &str, changes: &[(&str, &str)]) -> String {
        let usual = authorization(&self.app.client_id, CALLBACK);
        format!("{server}/authorize?{}", changed(&usual, changes))
    }

    pub async fn authorize(&mut self, server: &str, changes: &[(&str, &str)]) -> Page {
        let url = self.authorize_url(server, changes);
        self.browser.open(&url).await
    }

    pub async fn sign_in(&mut self, server: &str, login: &str, changes: &[(&str, &str)]) -> Page {
        let page = self.authorize(server, changes).await;
        self.browser.submit(&page, &[("username", login), ("password", User::PASSWORD)]).await
    }

    /// Posts to an endpoint with the app's credentials.
    pub async fn ask(&mut self, url: &str, fields: &[(&str, &str)]) -> Page {
        let form = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let basic = STANDARD.encode(format!("{}:{}", form(&self.app.client_id), form(SECRET)));
        self.browser.post_with(url, fields, &[("authorization", &format!("Basic {basic}"))]).await
    }

    /// Redeems the code that came to this page.
    pub async fn redeem(&mut self, server: &str, page: &Page, changes: &[(&str, &str)]) -> Page {
        let code = page.code();
        let all = merged(&redemption(&code, CALLBACK), changes);
        self.ask(&format!("{server}/token"), &all).await
    }

    /// A whole sign-in of Joe's.
    pub async fn tokens(&mut self, server: &str, changes: &[(&str, &str)]) -> Value {
        let changes: Vec<_> = [("prompt", "login")].into_iter().chain(changes.iter().copied()).collect();
        let page = self.sign_in(server, "joe@acme.example", &changes).await;
        let answer = self.redeem(server, &page, &[]).await;
        answer.granted()
    }

    /// The claims of the ID token of a whole sign-in of Joe's.
    pub async fn claims(&mut self, server: &str, changes: &[(&str, &str)]) -> Value {
        let tokens = self.tokens(server, changes).await;
        part(tokens["id_token"].as_str().unwrap(), 1)
    }

    pub async fn json(&mut self, url: &str) -> Value {
        self.browser.open(url).await.json()
    }
}
