//! Tenants whose people come from Microsoft Entra, Okta, HaloPSA or Google: an emulator on the network, and
//! a connection to it that an operator has set up by a document.

pub mod entra;
pub mod google;
pub mod halopsa;
pub mod okta;

use doorward_domain::{Clock as _, ConnectionId, TenantId};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{ADMIN_TOKEN, ISSUER, World};
use crate::{Browser, Page};

/// A tenant with one connection.
#[derive(Clone, Debug)]
pub struct Connected {
    /// The tenant.
    pub tenant: TenantId,
    /// The connection.
    pub connection: ConnectionId,
    /// The redirect URI to register at the provider.
    pub callback_url: String,
    slug: &'static str,
    domain: &'static str,
    entry: Value,
}

impl Connected {
    /// Sets up a tenant and its connection `staff`; `entry` has what differs from a live one that makes a
    /// user of whoever comes.
    pub async fn new(world: &World, (slug, domain): (&'static str, &'static str), entry: Value) -> Self {
        let entry =
            merged(json!({ "name": "staff", "provisioning": "just_in_time", "stage": "live" }), entry);
        apply(world, &document((slug, domain), &entry)).await.expect("the document to be applied");
        let view = admin(world, Method::GET, &format!("tenants/{slug}/connections/staff"), None).await.1;
        let tenant = admin(world, Method::GET, &format!("tenants/{slug}"), None).await.1;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            tenant: text(&tenant["id"]).parse().unwrap(),
            connection: text(&view["id"]).parse().unwrap(),
            callback_url: text(&view["callback_url"]),
            slug,
            domain,
            entry,
        }
    }

    /// Changes the connection.
    ///
    /// # Errors
    /// What the broker says is wrong with it.
    pub async fn change(&self, world: &World, changes: Value) -> Result<Value, Value> {
        let entry = merged(self.entry.clone(), changes);
        apply(world, &document((self.slug, self.domain), &entry)).await
    }

    /// The connection as administrators see it.
    pub async fn view(&self, world: &World) -> Value {
        admin(world, Method::GET, &format!("tenants/{}/connections/staff", self.slug), None).await.1
    }

    /// Signs somebody in at app `c1` in a new browser: `typed` at our page, `username` at the provider's.
    pub async fn sign_in(&self, world: &World, typed: &str, username: &str) -> Page {
        self.sign_in_with(world, &mut world.browser(), &[], (typed, username)).await
    }

    /// The same in this browser, with these parameters of the app.
    pub async fn sign_in_with(
        &self,
        world: &World,
        browser: &mut Browser,
        asked: &[(&str, &str)],
        (typed, username): (&str, &str),
    ) -> Page {
        let page = browser.open(&world.relying("c1").authorize(world, asked)).await;
        let page = match page.url.as_str().starts_with(ISSUER) {
            true => browser.submit(&page, &[("username", typed)]).await,
            false => page,
        };
        let page = browser.submit(&page, &[("username", username), ("password", "test")]).await;
        match page.body.contains("name=\"consent\"") {
            true => browser.submit(&page, &[("consent", "accept")]).await,
            false => page,
        }
    }

    /// What app `c1` learns of somebody who signs in.
    pub async fn learnt(&self, world: &World, typed: &str, username: &str) -> Value {
        let asked = [("scope", "openid profile email groups")];
        let page = self.sign_in_with(world, &mut world.browser(), &asked, (typed, username)).await;
        world.relying("c1").redeem(world, &page).await.claims("id_token")
    }
}

/// Applies a document.
///
/// # Errors
/// What the broker says is wrong with it.
pub async fn apply(world: &World, document: &Value) -> Result<Value, Value> {
    match admin(world, Method::POST, "apply", Some(document)).await {
        (StatusCode::OK, answer) => Ok(answer),
        (_, problem) => Err(problem),
    }
}

/// Asks the admin API.
pub async fn admin(world: &World, method: Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
    let request = http::Request::builder()
        .method(method)
        .uri(world.url(&format!("/admin/v1/{path}")))
        .header(AUTHORIZATION, format!("Bearer {ADMIN_TOKEN}"))
        .header(CONTENT_TYPE, "application/json")
        .body(body.map(Value::to_string).unwrap_or_default().into_bytes())
        .unwrap();
    let response = world.network.send(request).await.unwrap();
    (response.status(), serde_json::from_slice(response.body()).unwrap_or_default())
}

fn document((slug, domain): (&str, &str), entry: &Value) -> Value {
    json!({ "tenant": [{ "slug": slug, "name": slug, "domains": [domain], "connection": [entry] }] })
}

/// `changes` over `entry`; `null` takes a field away.
fn merged(mut entry: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(entry.as_object_mut().unwrap().remove(name)),
            value => entry[name] = value.clone(),
        }
    }
    entry
}

/// The world's clock, for an emulator.
fn now(world: &World) -> doorward_test_idp::Now {
    let clock = world.clock.clone();
    std::sync::Arc::new(move || clock.now().as_secs())
}
