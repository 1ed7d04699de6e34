//! Where a test plays: a playground, a browser, and what the browser complained about.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use futures_util::FutureExt as _;
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::{ElementQueryable as _, ElementWaitable as _};
use thirtyfour::{By, Key, TypingData, WebDriver, WebElement};
use tokio::time::{sleep, timeout};
use url::Url;

use crate::chromium::Chromedriver;
use crate::playground::Playground;

/// How long a page may take to come.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often we look whether it has come.
const GLANCE: Duration = Duration::from_millis(30);

/// A browser in front of a playground.
pub struct Stage {
    // In this order they end: the browser while its driver lives, the folder last.
    /// The browser.
    pub browser: WebDriver,
    _driver: Chromedriver,
    /// What the browser talks to.
    pub playground: Playground,
    refused: RefCell<Vec<String>>,
    _folder: TempDir,
}

/// Plays a test on a stage of its own. At its end the browser must not have complained about any
/// page: no violation of a Content Security Policy, no error on the console. A failure tells where
/// the browser was and what the playground said.
pub async fn play(test: impl AsyncFnOnce(&Stage) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let stage = Stage::set().await?;
    let played = AssertUnwindSafe(async {
        test(&stage).await?;
        stage.nothing_to_complain().await
    });
    let outcome = played.catch_unwind().await;
    if !matches!(outcome, Ok(Ok(()))) {
        eprintln!("{}", stage.scene().await);
    }
    let quit = stage.browser.clone().quit().await;
    match outcome {
        Ok(outcome) => outcome.and(quit.context("the browser did not quit")),
        Err(panic) => resume_unwind(panic),
    }
}

impl Stage {
    async fn set() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("doorward-browser-").tempdir()?;
        let (playground, driver) =
            tokio::try_join!(Playground::start(folder.path()), Chromedriver::start(folder.path()))?;
        let browser = driver.browser().await?;
        Ok(Self { browser, _driver: driver, playground, refused: RefCell::default(), _folder: folder })
    }

    /// Opens a page.
    pub async fn open(&self, url: impl AsRef<str>) -> anyhow::Result<()> {
        Ok(self.browser.goto(url.as_ref()).await?)
    }

    /// Gives the browser's device an authenticator that knows its owner, who agrees to everything at once. By
    /// its name the owner can be made to [hesitate](Self::agree).
    pub async fn plug_authenticator(&self) -> anyhow::Result<String> {
        let cdp = self.browser.cdp();
        cdp.send_raw("WebAuthn.enable", json!({})).await?;
        let options = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true,
        });
        let plugged = cdp.send_raw("WebAuthn.addVirtualAuthenticator", json!({"options": options})).await?;
        Ok(plugged["authenticatorId"].as_str().context("an authenticator has a name")?.to_owned())
    }

    /// Lets the owner of an authenticator agree to everything, or touch nothing.
    pub async fn agree(&self, authenticator: &str, enabled: bool) -> anyhow::Result<()> {
        let wish = json!({"authenticatorId": authenticator, "enabled": enabled});
        self.browser.cdp().send_raw("WebAuthn.setAutomaticPresenceSimulation", wish).await?;
        Ok(())
    }

    /// Waits until the browser is at a URL that begins so, and answers that URL.
    pub async fn arrive(&self, beginning: &str) -> anyhow::Result<Url> {
        let arrived = timeout(PATIENCE, async {
            loop {
                let url = self.browser.current_url().await?;
                if url.as_str().starts_with(beginning) {
                    return anyhow::Ok(url);
                }
                sleep(GLANCE).await;
            }
        });
        arrived.await.with_context(|| format!("the browser does not come to {beginning}"))?
    }

    /// The visible element that a CSS selector finds first, once it is there.
    pub async fn element(&self, css: &str) -> anyhow::Result<WebElement> {
        let query = self.browser.query(By::Css(css)).wait(PATIENCE, GLANCE).and_displayed();
        query.first().await.with_context(|| format!("the page shows no {css}"))
    }

    /// The text that people read in an element.
    pub async fn text(&self, css: &str) -> anyhow::Result<String> {
        Ok(self.element(css).await?.text().await?)
    }

    /// The text of an element that may be folded away.
    pub async fn hidden_text(&self, css: &str) -> anyhow::Result<String> {
        let element = self.browser.query(By::Css(css)).wait(PATIENCE, GLANCE).first().await?;
        Ok(element.prop("textContent").await?.unwrap_or_default())
    }

    /// Clicks what leads to another page, and waits until this one is gone.
    pub async fn follow(&self, css: &str) -> anyhow::Result<()> {
        let element = self.element(css).await?;
        element.click().await?;
        let gone = element.wait_until().wait(PATIENCE, GLANCE).stale().await;
        gone.with_context(|| format!("{css} leads nowhere"))
    }

    /// Replaces what stands in a field.
    pub async fn fill(&self, css: &str, text: &str) -> anyhow::Result<()> {
        let field = self.element(css).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Takes all cookies from the browser, whosever they are.
    pub async fn forget(&self) -> anyhow::Result<()> {
        self.browser.cdp().send_raw("Network.clearBrowserCookies", json!({})).await?;
        Ok(())
    }

    /// Presses keys, wherever the focus is.
    pub async fn press(&self, keys: impl Into<TypingData>) -> anyhow::Result<()> {
        Ok(self.browser.action_chain().send_keys(keys).perform().await?)
    }

    /// Presses Tab until the element of this id has the focus, as somebody without a mouse does.
    pub async fn tab_to(&self, id: &str) -> anyhow::Result<()> {
        const MOST: usize = 40;
        self.element(&format!("[id='{id}']")).await?;
        for _ in 0..MOST {
            if self.browser.active_element().await?.id().await?.as_deref() == Some(id) {
                return Ok(());
            }
            self.press(Key::Tab).await?;
        }
        bail!("{id} does not get the focus by Tab")
    }

    /// Expects that pages at URLs with this in them are answered with an error status, which
    /// browsers mention on the console.
    pub fn expect_refusal(&self, part_of_url: &str) {
        self.refused.borrow_mut().push(part_of_url.to_owned());
    }

    async fn nothing_to_complain(&self) -> anyhow::Result<()> {
        let log = self.browser.browser_log().await?;
        let expected = |message: &str| {
            message.contains("Failed to load resource: the server responded with a status of")
                && self.refused.borrow().iter().any(|part| message.contains(part))
        };
        let complaints: Vec<_> = log
            .iter()
            .filter(|entry| ["WARNING", "SEVERE"].contains(&entry.level.as_str()))
            .filter(|entry| !expected(&entry.message))
            .collect();
        ensure!(complaints.is_empty(), "the browser complained: {complaints:#?}");
        Ok(())
    }

    /// Where the browser is, what it shows, and what the playground wrote.
    async fn scene(&self) -> String {
        let url = self.browser.current_url().await.map(String::from).unwrap_or_default();
        let page = match self.browser.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        format!("--- the browser is at {url}\n{page}\n--- the playground\n{}---", self.playground.log())
    }
}
