//! A Workspace organisation, private people, and an app.

use doorward_test_idp::google::{Account, App, Google, Urls};
use serde_json::Value;

use crate::browser::{Browser, Page, changed, merged, part, said};
use crate::party::{Time, authorization, redemption};

pub const CALLBACK: &str = "https://broker.example/callback/google";
pub const SECRET: &str = "GOCSPX-a-secret";
pub const TOKEN: &str = "https://oauth2.googleapis.com/token";

pub struct World {
    pub google: Google,
    pub app: App,
    pub browser: Browser,
    time: Time,
}

impl World {
    pub fn new() -> Self {
        Self::with(|app| app)
    }

    /// The same with another OAuth client.
    pub fn with(change: impl FnOnce(App) -> App) -> Self {
        let time = Time::new();
        let google = Google::new(Urls::real(), time.shown());
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
        Self { browser: Browser::new(&hosts), google, app, time }
    }

    pub fn advance(&self, seconds: i64) {
        self.time.advance(seconds);
    }

    pub async fn authorize(&mut self, changes: &[(&str, &str)]) -> Page {
        let usual = authorization(&self.app.client_id, CALLBACK);
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
        let all = said(&merged(&own, fields));
        self.browser.post(TOKEN, &all).await
    }

    pub async fn redeem(&mut self, page: &Page, changes: &[(&str, &str)]) -> Page {
        let code = page.code();
        let all = merged(&redemption(&code, CALLBACK), changes);
        self.ask(&all).await
    }

    pub async fn tokens(&mut self, email: &str, changes: &[(&str, &str)]) -> Value {
        let page = self.sign_in(email, changes).await;
        let answer = self.redeem(&page, &[]).await;
        answer.granted()
    }

    pub async fn claims(&mut self, email: &str) -> Value {
        let tokens = self.tokens(email, &[]).await;
        part(tokens["id_token"].as_str().unwrap(), 1)
    }
}
