//! An MSP, whose people are in HaloPSA.

use doorward_test_idp::halopsa::{App, HaloPsa, Person, Variant};
use serde_json::{Value, json};

use super::{Connected, now};
use crate::world::World;

/// The instance.
pub const HALO: &str = "https://acme.halopsa.com";

/// The MSP.
pub struct Msp {
    /// The instance.
    pub halo: HaloPsa,
    /// The application.
    pub app: App,
    /// The MSP here.
    pub connected: Connected,
}

impl Msp {
    /// The MSP on an instance like this, with a connection that says what the instance is like.
    pub async fn new(world: &World, variant: &Variant) -> Self {
        Self::with(world, variant, json!({}), |app| app).await
    }

    /// The same with another connection and application.
    pub async fn with(
        world: &World,
        variant: &Variant,
        entry: Value,
        change: impl FnOnce(App) -> App,
    ) -> Self {
        let halo = HaloPsa::new(HALO, variant.clone(), now(world));
        world.network.add(HALO, halo.router());
        let app = change(App::web("Doorward", ""));
        let server = format!("{HALO}/auth");
        let mut issuer = server.clone();
        if let Some(tenant) = variant.tenant.as_ref().filter(|_| variant.tenant_in_issuer) {
            issuer = format!("{issuer}/{tenant}");
        }
        if variant.trailing_slash {
            issuer.push('/');
        }
        let usual = json!({
            "kind": "halopsa",
            "authorization_server": server,
            "client_id": app.client_id,
            "client_secret": app.secret(),
            "tenant_parameter": variant.tenant,
            "tenant_for_documents": variant.tenant_for_documents,
            "expected_issuer": (issuer != server).then_some(issuer),
        });
        let entry = super::merged(super::merged(json!({}), usual), entry);
        let connected = Connected::new(world, ("msp", "msp.example"), entry).await;
        let app = App { redirect_uris: vec![connected.callback_url.clone()], ..app };
        halo.register(app.clone());
        halo.add_person(Person::agent(1, "tess", "Tess Technician"));
        Self { halo, app, connected }
    }
}
