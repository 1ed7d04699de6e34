//! Two organisations and an app that one of them has registered.

use doorward_test_idp::entra::{App, Audience, Entra, GRAPH_URL, Home, LOGIN_URL, Tenant, User};
use serde_json::Value;

use crate::browser::{Browser, Page, changed, merged, said};
use crate::party::{Time, authorization, redemption};

pub const CALLBACK: &str = "https://broker.example/callback/entra";
pub const SECRET: &str = "abc8Q~the.value_of-a~secret";

pub struct World {
    pub entra: Entra,
    pub contoso: Tenant,
    pub fabrikam: Tenant,
    pub app: App,
    pub browser: Browser,
    time: Time,
}

impl World {
    /// An app of Contoso's that everybody there has consented to.
    pub fn new() -> Self {
        Self::with(|app| app)
    }

    /// The same with another registration.
    pub fn with(change: impl FnOnce(App) -> App) -> Self {
        let world = Self::without_consent(change);
        world.entra.grant_admin_consent(&world.contoso, &world.app.client_id);
        world
    }

    /// The same before anybody has consented.
    pub fn without_consent(change: impl FnOnce(App) -> App) -> Self {
        let time = Time::new();
        let entra = Entra::new(LOGIN_URL, GRAPH_URL, time.shown());
        let contoso = Tenant::new("Contoso", "contoso.example");
        let fabrikam = Tenant::new("Fabrikam", "fabrikam.example");
        for tenant in [&contoso, &fabrikam] {
            entra.add_tenant(tenant.clone());
        }
        let app = change(App::new("Doorward", SECRET, CALLBACK));
        entra.register(&contoso, app.clone());
        entra.add_user(&contoso, User::member(&contoso, "ana", "Ana Contoso").mail("ana@contoso.example"));
        entra.add_user(&contoso, User::member(&contoso, "nora", "Nora Nomail"));
        entra.add_user(&contoso, User::member(&contoso, "root", "Ada Admin").administrator());
        entra.add_user(&fabrikam, User::member(&fabrikam, "gus", "Gus Guest").mail("gus@fabrikam.example"));
        let home = Home::Tenant(fabrikam.id.clone());
        entra.add_user(&contoso, User::guest(&contoso, "gus@fabrikam.example", "Gus Guest", home));
        let hosts = [(LOGIN_URL, entra.router()), (GRAPH_URL, entra.graph_router())];
        Self { browser: Browser::new(&hosts), entra, contoso, fabrikam, app, time }
    }

    /// The same, for all organisations.
    pub fn multi_tenant() -> Self {
        Self::with(|app| App { audience: Audience::MultiTenantAndPersonal, ..app })
    }

    pub fn advance(&self, seconds: i64) {
        self.time.advance(seconds);
    }

    /// A URL below a tenant.
    pub fn at(&self, tenant: &str, path: &str) -> String {
        format!("{LOGIN_URL}/{tenant}/{path}")
    }

    /// The authorization URL at a tenant, with some parameters changed.
    pub fn authorize_url(&self, tenant: &str, changes: &[(&str, &str)]) -> String {
        let usual = authorization(&self.app.client_id, CALLBACK);
        format!("{}?{}", self.at(tenant, "oauth2/v2.0/authorize"), changed(&usual, changes))
    }

    /// Opens the authorization URL at Contoso.
    pub async fn authorize(&mut self, changes: &[(&str, &str)]) -> Page {
        let url = self.authorize_url(&self.contoso.id.clone(), changes);
        self.browser.open(&url).await
    }

    /// Types credentials at the sign-in page.
    pub async fn sign_in(&mut self, username: &str, changes: &[(&str, &str)]) -> Page {
        let page = self.authorize(changes).await;
        self.type_in(&page, username).await
    }

    pub async fn type_in(&mut self, page: &Page, username: &str) -> Page {
        self.browser.submit(page, &[("username", username), ("password", User::PASSWORD)]).await
    }

    /// A request to the token endpoint of Contoso, with the app's credentials.
    pub async fn token(&mut self, fields: &[(&str, &str)]) -> Page {
        let url = self.at(&self.contoso.id.clone(), "oauth2/v2.0/token");
        self.token_at(&url, fields).await
    }

    pub async fn token_at(&mut self, url: &str, fields: &[(&str, &str)]) -> Page {
        let client_id = self.app.client_id.clone();
        let credentials = [("client_id", client_id.as_str()), ("client_secret", SECRET)];
        self.browser.post(url, &said(&merged(&credentials, fields))).await
    }

    /// Redeems the code that came to this page.
    pub async fn redeem(&mut self, page: &Page, changes: &[(&str, &str)]) -> Page {
        let code = page.code();
        let all = merged(&redemption(&code, CALLBACK), changes);
        self.token(&all).await
    }

    /// A whole sign-in at Contoso.
    pub async fn tokens(&mut self, username: &str, changes: &[(&str, &str)]) -> Value {
        let page = self.sign_in(username, changes).await;
        let answer = self.redeem(&page, &[]).await;
        answer.granted()
    }

    /// The claims of the ID token of a whole sign-in.
    pub async fn claims(&mut self, username: &str, changes: &[(&str, &str)]) -> Value {
        let tokens = self.tokens(username, changes).await;
        crate::browser::part(tokens["id_token"].as_str().unwrap(), 1)
    }

    /// A JSON document at Microsoft's.
    pub async fn document(&mut self, path: &str) -> Value {
        self.browser.open(&format!("{LOGIN_URL}/{path}")).await.json()
    }
}

impl World {
    /// The object ID of one of Contoso's.
    pub fn entra_user(&self, name: &str) -> String {
        let mut oid = String::new();
        self.entra.change_user(&self.contoso, name, |user| oid.clone_from(&user.oid));
        oid
    }
}
