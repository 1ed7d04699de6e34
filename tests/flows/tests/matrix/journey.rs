//! A person on the way to the identity provider and back, step by step.

use doorward_domain::ConnectionId;
use doorward_flows::browser::TRANSACTION;
use doorward_flows::world::IDP;
use doorward_flows::{Browser, Page, Relying, World};
use url::Url;

/// A browser whose person has signed in at the IdP and is about to come back.
pub struct OnTheWay {
    pub browser: Browser,
    /// The IdP's page, from which the person can be sent back once more.
    pub idp_page: Page,
    /// Our callback with the IdP's answer.
    pub callback: Url,
    /// Name and value of the transaction's cookie.
    pub cookie: (String, String),
}

impl OnTheWay {
    pub async fn new(world: &World, company: &str, persona: &str) -> Self {
        let mut browser = world.browser();
        let idp_page = at_the_idp(world, &mut browser, &world.relying("c1"), company).await;
        let callback = sent_back(&mut browser, &idp_page, persona).await;
        let cookie = browser.broker_cookies(TRANSACTION).remove(0);
        Self { browser, idp_page, callback, cookie }
    }

    /// The state that was sent.
    pub fn state(&self) -> String {
        let found = self.callback.query_pairs().find(|(name, _)| name == "state");
        found.unwrap().1.into_owned()
    }

    /// The same answer at the callback of another connection.
    pub fn at(&self, connection: ConnectionId) -> String {
        let mut url = self.callback.clone();
        url.set_path(&format!("/federation/{connection}/callback"));
        url.into()
    }
}

/// Sends a person of `company` to the identity provider: its sign-in page.
pub async fn at_the_idp(world: &World, browser: &mut Browser, app: &Relying, company: &str) -> Page {
    let page = browser.open(&app.authorize(world, &[])).await;
    let page = browser.submit(&page, &[("username", company)]).await;
    assert!(page.url.as_str().starts_with(IDP), "{} {}", page.url, page.body);
    page
}

/// Signs `persona` in there. What comes back is the way to our callback, which nobody has gone yet.
pub async fn sent_back(browser: &mut Browser, page: &Page, persona: &str) -> Url {
    let page = browser.submit_unfollowed(page, &[("username", persona), ("password", "test")]).await;
    page.location().unwrap_or_else(|| panic!("{} {}", page.url, page.body))
}

/// The same URL with these parameters of its query replaced; an empty value leaves one out.
pub fn with(url: &Url, changes: &[(&str, &str)]) -> String {
    let kept = url.query_pairs().filter(|(name, _)| !changes.iter().any(|(changed, _)| name == changed));
    let added = changes.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<(String, String)> = kept
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .chain(added.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        .collect();
    let mut url = url.clone();
    url.query_pairs_mut().clear().extend_pairs(pairs);
    url.into()
}
