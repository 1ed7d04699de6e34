//! What people do in a story, beside what they do in every test with a browser.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use doorward_browser_tests::Stage;

use crate::{Company, Returning, Story};

/// How often somebody signs in until it is a habit.
const HABIT: u32 = 30;

impl Story<'_> {
    /// The person opens the app and says at the sign-in page who they are: an address, a company code, a name.
    ///
    /// # Errors
    /// When the pages are others.
    pub async fn comes_and_types(&self, login: &str) -> anyhow::Result<()> {
        self.person.go_to_sign_in().await?;
        self.types(login).await
    }

    /// The person says at the sign-in page who they are.
    ///
    /// # Errors
    /// When the page is another.
    pub async fn types(&self, login: &str) -> anyhow::Result<()> {
        self.person.fill("#username", login).await?;
        self.person.follow("#continue").await
    }

    /// The person signs in with a password at doorward itself.
    ///
    /// # Errors
    /// When the pages are others.
    pub async fn comes_with_a_password(&self, login: &str, password: &str) -> anyhow::Result<()> {
        self.person.go_to_sign_in().await?;
        self.person.follow("#with-password").await?;
        self.person.fill("#username", login).await?;
        self.person.fill("#password", password).await?;
        self.person.follow("#continue").await?;
        self.person.signed_in().await
    }

    /// The person is at a page of the broker's that says this.
    ///
    /// # Errors
    /// When it does not.
    pub async fn reads(&self, heading: &str, sentence: &str) -> anyhow::Result<()> {
        let found = self.person.text("h1").await?;
        ensure!(found == heading, "the heading is {found}");
        let page = self.person.text("body").await?;
        ensure!(page.contains(sentence), "`{sentence}` is not on the page:\n{page}");
        Ok(())
    }

    /// Somebody tries the whole way of a sign-in through a connection by the link that the administrator made,
    /// which signs nobody in. Answers what it came to, as the page says it.
    ///
    /// # Errors
    /// When the pages are others.
    pub async fn tests(&self, company: &Company, connection: &str, username: &str) -> anyhow::Result<String> {
        let command = ["connection", "test", &company.slug, connection];
        let begun = company.administrator.reads(&command).await?;
        self.person.open(begun["url"].as_str().context("a test without a link")?).await?;
        self.person.follow("#start").await?;
        self.person.type_credentials(username, "test").await?;
        let came_to = self.person.text("[role=status]").await?;
        self.person.forget().await?;
        Ok(came_to)
    }

    /// The code in the letter that somebody has got, once it is there.
    ///
    /// # Errors
    /// When none comes.
    pub async fn mailed_code(&self, address: &str) -> anyhow::Result<String> {
        let folder = Path::new(&self.person.playground.hosts.data_dir).join("mail");
        for _ in 0..500 {
            let letters = std::fs::read_dir(&folder)?.map(|entry| std::fs::read_to_string(entry?.path()));
            // Long lines are broken for the way (RFC 2045 section 6.7).
            let letters = letters.map(|letter| Ok(letter?.replace("=\r\n", "")));
            let letters = letters.collect::<anyhow::Result<Vec<_>>>()?;
            let mine = letters.iter().filter(|letter| letter.contains(&format!("To: {address}")));
            let code = mine.filter_map(|letter| letter.split_once("within a quarter of an hour: ")).next();
            if let Some(code) = code.and_then(|(_, code)| code.lines().next()) {
                return Ok(code.trim().to_owned());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("no code for {address} in {}", folder.display())
    }

    /// The reference on the error page that the person is at.
    ///
    /// # Errors
    /// When there is none.
    pub async fn reference(&self) -> anyhow::Result<String> {
        self.person.text(".reference code").await
    }

    /// The person, who has just signed in, comes back day after day by a link of the app's. Doorward's session
    /// is over each time, the provider's is not. Nobody is asked anything, and it is the same user up to the
    /// thirtieth sign-in.
    ///
    /// # Errors
    /// When a page is shown on the way, or somebody else arrives.
    pub async fn comes_back_until_the_thirtieth_time(&self, link: &str) -> anyhow::Result<()> {
        let subject = self.person.claim("sub").await?;
        let front = format!("{}/", self.person.playground.hosts.app);
        let mut returning = Returning::with_cookies_of(self.person).await?;
        for time in 2..=HABIT {
            returning.forget(&["doorward", "sample-app"]);
            let (url, page) = returning.follow(link).await?;
            ensure!(url == front, "the {time}th sign-in ends at {url}:\n{page}");
            ensure!(returning.passed(&format!("{}/federation/", self.person.playground.hosts.issuer)));
            let told = shown(&page, "claim-sub");
            ensure!(told == Some(&subject), "the {time}th sign-in is {told:?}, and not {subject}");
        }
        Ok(())
    }
}

/// What stands in the element of this id, when that is text alone.
fn shown<'a>(page: &'a str, id: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("id=\"{id}\">"))?;
    Some(rest.split_once('<')?.0)
}

/// The link by which the sample app lets somebody sign in of whom it knows where they belong.
pub fn sign_in_link(stage: &Stage, login_hint: &str) -> String {
    format!("{}/login?login_hint={login_hint}", stage.playground.hosts.app)
}
