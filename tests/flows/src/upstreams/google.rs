//! Workspace, whose people have Google accounts of their organisation.

use doorward_test_idp::google::{Account, App, Google, Urls};
use serde_json::{Value, json};

use super::{Connected, now};
use crate::world::World;

/// The secret of the OAuth client.
pub const SECRET: &str = "GOCSPX-a-secret";

/// The organisation.
pub struct Workspace {
    /// Google.
    pub google: Google,
    /// The OAuth client.
    pub app: App,
    /// The organisation here.
    pub connected: Connected,
}

impl Workspace {
    /// An organisation that lets in its own people.
    pub async fn new(world: &World) -> Self {
        Self::with(world, json!({})).await
    }

    /// The same with another connection.
    pub async fn with(world: &World, entry: Value) -> Self {
        let urls = Urls::real();
        let google = Google::new(urls.clone(), now(world));
        for url in [urls.accounts, urls.oauth2, urls.openidconnect, urls.www] {
            world.network.add(&url, google.router());
        }
        let app = App::new("Doorward", SECRET, "");
        let usual = json!({
            "kind": "google",
            "hosted_domains": ["workspace.example"],
            "client_id": app.client_id,
            "client_secret": SECRET,
        });
        let entry = super::merged(usual, entry);
        let connected = Connected::new(world, ("workspace", "workspace.example"), entry).await;
        let app = App { redirect_uris: vec![connected.callback_url.clone()], ..app };
        google.register(app.clone());
        let domain = "workspace.example";
        google.add_account(Account::of_organization("wim@workspace.example", "Wim", "Work", domain));
        google.add_account(Account::private("former@workspace.example", "Fay", "Former"));
        Self { google, app, connected }
    }
}
