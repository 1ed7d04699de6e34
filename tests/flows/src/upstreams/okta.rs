//! Acme, whose people are in an Okta org.

use doorward_test_idp::okta::{App, AuthorizationServer, Okta, User};
use serde_json::{Value, json};

use super::{Connected, now};
use crate::world::World;

/// The org.
pub const ORG: &str = "https://acme.okta.com";
/// Its custom domain.
pub const CUSTOM: &str = "https://id.acme.example";
/// The secret of the app.
pub const SECRET: &str = "a-secret-of-forty-characters-as-Okta-has";

/// Acme.
pub struct Acme {
    /// The org.
    pub okta: Okta,
    /// The app integration.
    pub app: App,
    /// Acme here.
    pub connected: Connected,
}

impl Acme {
    /// Acme with an app at the org's own authorization server.
    pub async fn new(world: &World) -> Self {
        Self::with(world, json!({}), |app| app).await
    }

    /// The same with another connection and app.
    pub async fn with(world: &World, entry: Value, change: impl FnOnce(App) -> App) -> Self {
        let okta = Okta::new(ORG, Some(CUSTOM), now(world));
        okta.add_server(AuthorizationServer::new("default"));
        world.network.add(ORG, okta.router());
        world.network.add(CUSTOM, okta.custom_domain_router());
        let app = App::new("Doorward", SECRET, "");
        let usual = json!({
            "kind": "okta",
            "org": format!("{ORG}/"),
            "client_id": app.client_id,
            "client_secret": SECRET,
        });
        let entry = super::merged(usual, entry);
        let connected = Connected::new(world, ("acme", "acme.example"), entry).await;
        let app = change(App { redirect_uris: vec![connected.callback_url.clone()], ..app });
        okta.register(app.clone());
        okta.add_user(User::new("joe@acme.example", "Joe", "Jones").groups(&["staff", "app-readers"]));
        Self { okta, app, connected }
    }

    /// What app `c1` learns of Joe.
    pub async fn joe(&self, world: &World) -> Value {
        self.connected.learnt(world, "joe@acme.example", "joe@acme.example").await
    }
}
