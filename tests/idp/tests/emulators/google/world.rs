//! A Workspace organisation, private people, and an app.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use doorward_test_idp::google::{Account, App, Google, Urls};
use serde_json::Value;

use crate::browser::{Browser, CHALLENGE, Page, VERIFIER, changed, part};

pub const START: i64 = 1_700_000_000;
pub const CALLBACK: &str = "https://broker.example/callback/google";
pub const SECRET: &str = "GOCSPX-a-secret";
pub const TOKEN: &str = "https://oauth2.googleapis.com/token";

pub struct World {
    pub google: Google,
    pub app: App,
    pub browser: Browser,
    clock: Arc<AtomicI64>,
}

impl World {
    pub fn new() -> Self {
        Self::with(|app| app)
    }

    /// The same with another OAuth client.
    pub fn with(change: impl FnOnce(App) -> App) -> Self {
        let clock = Arc::new(AtomicI64::new(START));
        let shown = clock.clone();
        let google = Google::new(Urls::real(), Arc::new(move || shown.load(Ordering::SeqCst)));
        let app = change(App::new("Doorward", SECRET, CALLBACK));
        google.register(app.clone());
        google.add_account(Account::of_organization("kim@acme.example", "Kim", "Kay", "acme.example"));
        google.add_account(Account::private("pat@gmail.example", "Pat", "Private"));
        // Somebody who left Acme, and registered the old address privately.
        google.add_account(Account::private("former@acme.example", "Fred", "Former"));
        let hosts = [
            ("https://accounts.google.com", google.router()),
            ("https://oauth2.googleapis.com", google.router()),
            ("https://openidconnect.googleapis.com", google.router()),
            ("https://www.googleapis.com", google.router()),
        ];
        Self { browser: Browser::new(&hosts), google, app, clock }
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub async fn authorize(&mut self, changes: &[(&str, &str)]) -> Page {
        let usual = [
            ("client_id", self.app.client_id.as_str()),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid profile email"),
            ("state", "s & t"),
            ("nonce", "n-1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let url = format!("https://accounts.google.com/o/oauth2/v2/auth?{}", changed(&usual, changes));
        self.browser.open(&url).await
    }

    /// Types credentials, and consents if asked.
    pub async fn sign_in(&mut self, email: &str, changes: &[(&str, &str)]) -> Page {
        let changes: Vec<_> =
            [("prompt", "select_account")].into_iter().chain(changes.iter().copied()).collect();
        let page = self.authorize(&changes).await;
        let page = self.browser.submit(&page, &[("username", email), ("password", Account::PASSWORD)]).await;
        match page.body.contains("name=\"consent\"") {
            true => self.browser.submit(&page, &[("consent", "accept")]).await,
            false => page,
        }
    }

    pub async fn ask(&mut self, fields: &[(&str, &str)]) -> Page {
        let client_id = self.app.client_id.clone();
        let own = [("client_id", client_id.as_str()), ("client_secret", SECRET)];
        let kept = own.iter().filter(|(name, _)| !fields.iter().any(|(changed, _)| changed == name));
        let all: Vec<_> = kept.chain(fields).copied().filter(|(_, value)| !value.is_empty()).collect();
        self.browser.post(TOKEN, &all).await
    }

    pub async fn redeem(&mut self, page: &Page, changes: &[(&str, &str)]) -> Page {
        let code = page.returned("code").unwrap_or_else(|| panic!("no code: {} {}", page.url, page.body));
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let kept = usual.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let all: Vec<_> = kept.chain(changes).copied().collect();
        self.ask(&all).await
    }

    pub async fn tokens(&mut self, email: &str, changes: &[(&str, &str)]) -> Value {
        let page = self.sign_in(email, changes).await;
        let answer = self.redeem(&page, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    pub async fn claims(&mut self, email: &str) -> Value {
        let tokens = self.tokens(email, &[]).await;
        part(tokens["id_token"].as_str().unwrap(), 1)
    }
}
