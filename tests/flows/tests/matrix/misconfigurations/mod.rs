//! What people set up wrongly, brought about at the emulators: the verdict names the right cause, who must mend
//! it, and how. A row of a table is a misconfiguration. What comes back to doorward is found by the reference
//! on the error page; what stops on a page of the provider's, by what somebody copies from there.

mod accounts;
mod entra;
mod google;
mod halopsa;
mod okta;
mod plain;

use doorward_flows::world::ISSUER;
use doorward_flows::{Page, World};
use serde_json::{Value, json};

use crate::admin::Operator;

/// What somebody is to be told: the row of the catalogue, who must mend it, a part of how.
#[derive(Clone, Copy, Debug)]
pub struct Told(pub &'static str, pub &'static str, pub &'static str);

/// Signs somebody in as far as it goes: `typed` at our page, `username` at the provider's.
pub async fn tried(world: &World, typed: &str, username: &str) -> Page {
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(world, &[])).await;
    let page = browser.submit(&page, &[("username", typed)]).await;
    let page = match page.body.contains("name=\"password\"") && !is_ours(&page) {
        true => browser.submit(&page, &[("username", username), ("password", "test")]).await,
        false => page,
    };
    match page.body.contains("name=\"consent\"") {
        true => browser.submit(&page, &[("consent", "accept")]).await,
        false => page,
    }
}

fn is_ours(page: &Page) -> bool {
    page.url.as_str().starts_with(ISSUER)
}

/// What an administrator of the tenant reads about a sign-in that ended on this page.
pub async fn verdict(world: &World, slug: &str, page: &Page) -> Value {
    let operator = Operator::of(world);
    if is_ours(page) {
        let (_, rest) = page.body.split_once("<code translate=\"no\">").unwrap_or_else(|| panic!("{page:?}"));
        let reference = rest.split_once('<').unwrap().0;
        let found = operator.get(&format!("/tenants/{slug}/traces/{reference}")).await;
        assert_eq!(found.json["outcome"], "failed", "{found:?}");
        return found.json["verdict"].clone();
    }
    let copied = json!({ "text": page.body });
    let explained = operator.post(&format!("/tenants/{slug}/connections/staff/explain"), &copied).await;
    assert!(!explained.json["verdict"].is_null(), "nobody knows {}", page.body);
    explained.json["verdict"].clone()
}

/// Asserts that a sign-in that ended on this page is told as it should be.
pub async fn assert_told(world: &World, slug: &str, page: &Page, Told(row, who, fix): Told) {
    let verdict = verdict(world, slug, page).await;
    assert_eq!((verdict["row"].as_str(), verdict["who"].as_str()), (Some(row), Some(who)), "{verdict:#}");
    let how = [&verdict["place"], &verdict["how"]].map(Value::to_string).concat();
    assert!(how.contains(fix), "{fix:?} in {verdict:#}");
    let words = [&verdict["cause"], &verdict["how"]].map(Value::to_string).concat();
    assert!(!words.contains('{'), "a value is missing: {words}");
}
