//! What many rows begin with.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{Client, ClientId};
use doorward_flows::{Browser, Page, Relying, World};
use doorward_store::Key;
use doorward_store::records::at;
use josekit::jws::JwsSigner;
use serde_json::Value;

/// A browser in which `persona` of the victim is signed in.
pub async fn signed_in(world: &World, persona: &str) -> Browser {
    let mut browser = world.browser();
    let page = world.sign_in(&mut browser, &world.relying("c1"), "victim", persona).await;
    assert!(page.parameter("code").is_some(), "{} {}", page.url, page.body);
    browser
}

/// A code for `app` from a browser that is signed in, its request changed like this.
pub async fn code(world: &World, browser: &mut Browser, app: &Relying, changes: &[(&str, &str)]) -> String {
    let page = browser.get(&app.authorize(world, changes)).await;
    page.parameter("code").unwrap_or_else(|| panic!("no code: {page:?}"))
}

/// Asks `/authorize` for `app` in a new browser, the request changed like this.
pub async fn authorize(world: &World, app: &Relying, changes: &[(&str, &str)]) -> Page {
    world.browser().get(&app.authorize(world, changes)).await
}

/// Where a client lies.
pub fn client(id: &str) -> Key {
    at::client(&ClientId::new(id))
}

/// Changes a client's registration.
pub async fn reregister(world: &World, id: &str, change: impl FnOnce(&mut Client)) {
    world.change(&client(id), change).await;
}

/// A JWT of these parts.
pub fn jwt(header: &Value, claims: &Value, signature: &str) -> String {
    let [header, claims] = [header, claims].map(|part| BASE64.encode(part.to_string()));
    format!("{header}.{claims}.{signature}")
}

/// A JWT of these parts with this party's signature.
pub fn signed_jwt(signer: &dyn JwsSigner, header: &Value, claims: &Value) -> String {
    let unsigned = jwt(header, claims, "");
    let signature = signer.sign(unsigned.trim_end_matches('.').as_bytes()).unwrap();
    format!("{unsigned}{}", BASE64.encode(signature))
}

/// Puts a host on the network that nobody has any business with, and counts who comes by.
pub fn canary(world: &World, origin: &str) -> Arc<AtomicUsize> {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let count = move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
    };
    world.network.add(origin, axum::Router::new().fallback(count));
    calls
}

/// Asserts that the browser was given nothing to keep.
pub fn assert_signed_nobody_in(page: &Page) {
    assert!(page.headers.get("set-cookie").is_none(), "{page:?}");
}
