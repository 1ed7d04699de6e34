//! Contoso, whose people are in a directory of Microsoft Entra.

use doorward_test_idp::entra::{App, Entra, GRAPH_URL, LOGIN_URL, Tenant, User};
use serde_json::{Value, json};

use super::{Connected, now};
use crate::world::World;

/// The secret of the app registration.
pub const SECRET: &str = "abc8Q~the.value_of-a~secret";

/// Contoso.
pub struct Contoso {
    /// Microsoft.
    pub entra: Entra,
    /// Contoso's directory.
    pub directory: Tenant,
    /// The app registration.
    pub app: App,
    /// Contoso here.
    pub connected: Connected,
}

impl Contoso {
    /// Contoso as most are: an app with a secret, to which an administrator has consented.
    pub async fn new(world: &World) -> Self {
        Self::with(world, json!({}), |app| app).await
    }

    /// The same with another connection and registration.
    pub async fn with(world: &World, entry: Value, change: impl FnOnce(App) -> App) -> Self {
        let entra = Entra::new(LOGIN_URL, GRAPH_URL, now(world));
        let directory = Tenant::new("Contoso", "contoso.example");
        entra.add_tenant(directory.clone());
        world.network.add(LOGIN_URL, entra.router());
        world.network.add(GRAPH_URL, entra.graph_router());
        let app = App::new("Doorward", SECRET, "");
        let usual = json!({
            "kind": "entra",
            "directory": directory.id,
            "client_id": app.client_id,
            "client_secret": SECRET,
        });
        let entry = super::merged(usual, entry);
        let connected = Connected::new(world, ("contoso", "contoso.example"), entry).await;
        let app = change(App { redirect_uris: vec![connected.callback_url.clone()], ..app });
        entra.register(&directory, app.clone());
        entra.grant_admin_consent(&directory, &app.client_id);
        let contoso = Self { entra, directory, app, connected };
        contoso.add("ana", "Ana Contoso", Some("ana@contoso.example"));
        contoso
    }

    /// Adds a member of the directory.
    pub fn add(&self, name: &str, display_name: &str, mail: Option<&str>) {
        let user = User::member(&self.directory, name, display_name);
        self.entra.add_user(&self.directory, User { mail: mail.map(str::to_owned), ..user });
    }

    /// Changes somebody, by the name before the `@`.
    pub fn change(&self, name: &str, change: impl FnOnce(&mut User)) {
        self.entra.change_user(&self.directory, &format!("{name}@contoso.example"), change);
    }
}
