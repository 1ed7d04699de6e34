//! What stories are told with. The broker and the sample app are the processes of a playground, the person
//! has a real browser, operator and administrator type at the command line, and the company's identity provider is
//! an emulator at a port of its own: everything between them goes over HTTP.

mod administrator;
mod company;
mod microsoft;
mod native_app;
mod person;
mod returning;
mod site;

use anyhow::Context as _;
use doorward_browser_tests::Stage;

pub use administrator::Administrator;
pub use company::Company;
pub use microsoft::Microsoft;
pub use native_app::NativeApp;
pub use person::sign_in_link;
pub use returning::Returning;
pub use site::{Site, now};

/// A story: who takes part in it.
pub struct Story<'a> {
    /// The person, at a browser.
    pub person: &'a Stage,
    /// The operator of the broker, at a terminal.
    pub operator: Administrator,
}

/// Tells a story on a stage of its own.
///
/// # Errors
/// Where it goes otherwise than it should; the last step that was begun stands above.
pub async fn tell(story: impl AsyncFnOnce(&Story<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    doorward_browser_tests::play(async |stage| {
        let operator = Administrator::of_all(&stage.playground)?;
        story(&Story { person: stage, operator }).await
    })
    .await
}

impl Story<'_> {
    /// The identifier of the account that somebody has here, which apps see as `sub`.
    ///
    /// # Errors
    /// When there is no such account.
    pub async fn user(&self, tenant: &str, login: &str) -> anyhow::Result<String> {
        let user = self.operator.reads(&["user", "show", tenant, login]).await?;
        Ok(user["id"].as_str().context("a user without an identifier")?.to_owned())
    }
}

/// Begins a step of a story.
pub fn step(number: u32, what_happens: &str) {
    eprintln!("{number}. {what_happens}");
}
