//! An instance with an agent, an end user, and apps of each kind.

use doorward_test_idp::halopsa::{App, HaloPsa, Person, Variant};
use serde_json::Value;

use crate::browser::{Browser, Page, changed, merged, part, said};
use crate::party::{Time, authorization, redemption};

pub const HALO: &str = "https://acme.halopsa.com";
pub const TENANT: &str = "acme";
/// With a query, as one Relying Party has it.
pub const CALLBACK: &str = "https://broker.example/callback?iss=acme-halopsa";
pub const AFTER: &str = "https://broker.example/bye";

pub struct World {
    pub halo: HaloPsa,
    pub variant: Variant,
    pub app: App,
    pub browser: Browser,
    time: Time,
}

impl World {
    pub fn new(variant: Variant) -> Self {
        let time = Time::new();
        let halo = HaloPsa::new(HALO, variant.clone(), time.shown());
        halo.add_person(Person::agent(1, "tess", "Tess Technician"));
        halo.add_person(Person::end_user(1, "uwe", "Uwe User"));
        let app = App { post_logout_redirect_uris: vec![AFTER.into()], ..App::web("Doorward", CALLBACK) };
        halo.register(app.clone());
        let browser = Browser::new(&[(HALO, halo.router())]);
        Self { halo, variant, app, browser, time }
    }

    pub fn advance(&self, seconds: i64) {
        self.time.advance(seconds);
    }

    /// Registers another app and goes on with it.
    pub fn with_app(mut self, app: App) -> Self {
        self.halo.register(app.clone());
        self.app = app;
        self
    }

    /// A URL, with the tenant in its query where one is needed.
    pub fn url(&self, path: &str) -> String {
        match &self.variant.tenant {
            Some(tenant) => format!("{HALO}/{path}?tenant={tenant}"),
            None => format!("{HALO}/{path}"),
        }
    }

    pub async fn authorize(&mut self, changes: &[(&str, &str)]) -> Page {
        let tenant = self.variant.tenant.clone().unwrap_or_default();
        let usual = authorization(&self.app.client_id, CALLBACK);
        let query = changed(&usual, &[&[("tenant", tenant.as_str())], changes].concat());
        self.browser.open(&format!("{HALO}/auth/authorize?{query}")).await
    }

    pub async fn sign_in(&mut self, username: &str, changes: &[(&str, &str)]) -> Page {
        let page = self.authorize(&[&[("prompt", "login")], changes].concat()).await;
        self.browser.submit(&page, &[("username", username), ("password", Person::PASSWORD)]).await
    }

    /// Posts to the token endpoint with the app's credentials.
    pub async fn ask(&mut self, fields: &[(&str, &str)]) -> Page {
        let secret = self.app.secret().unwrap_or_default().to_owned();
        let client_id = self.app.client_id.clone();
        let own = [("client_id", client_id.as_str()), ("client_secret", secret.as_str())];
        let all = said(&merged(&own, fields));
        let url = self.url("auth/token");
        self.browser.post(&url, &all).await
    }

    pub async fn redeem(&mut self, page: &Page, changes: &[(&str, &str)]) -> Page {
        let code = page.code();
        let all = merged(&redemption(&code, CALLBACK), changes);
        self.ask(&all).await
    }

    pub async fn tokens(&mut self, username: &str, changes: &[(&str, &str)]) -> Value {
        let page = self.sign_in(username, changes).await;
        let answer = self.redeem(&page, &[]).await;
        answer.granted()
    }

    pub async fn claims(&mut self, username: &str) -> Value {
        let tokens = self.tokens(username, &[]).await;
        part(tokens["id_token"].as_str().unwrap(), 1)
    }
}
