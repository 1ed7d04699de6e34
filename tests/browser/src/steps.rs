//! What people do on the way of a login, page by page.

use anyhow::{Context as _, bail, ensure};
use thirtyfour::By;
use url::Url;

use crate::stage::Stage;

/// A person at the test IdP, and what they type at the sign-in page.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// A work e-mail address, or a company code.
    pub login: &'static str,
    /// The issuer of the test IdP that this leads to.
    pub idp: &'static str,
    /// Whom they pick there.
    pub persona: &'static str,
}

impl Person {
    /// Alice of Acme Dental, by e-mail address.
    pub const ALICE: Self = Self { login: "alice@acme.test", idp: "acme", persona: "alice" };
}

/// An authorization request made by hand, for the clients that are not the sample app.
#[derive(Clone, Copy, Debug)]
pub struct Authorize {
    /// The client.
    pub client_id: &'static str,
    /// What it asks for.
    pub scope: &'static str,
    /// How it asks; empty for no `prompt`.
    pub prompt: &'static str,
}

impl Authorize {
    /// The `state` of every such request.
    pub const STATE: &str = "made-by-hand";

    /// The URL, with the sample app's address as the redirect URI.
    pub fn url(&self, stage: &Stage) -> anyhow::Result<Url> {
        let hosts = &stage.playground.hosts;
        let mut url = Url::parse(&format!("{}/authorize", hosts.issuer))?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", self.client_id)
            .append_pair("redirect_uri", &format!("{}/callback", hosts.app))
            .append_pair("scope", self.scope)
            .append_pair("state", Self::STATE)
            // RFC 7636 appendix B; nobody redeems the code.
            .append_pair("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
            .append_pair("code_challenge_method", "S256");
        if !self.prompt.is_empty() {
            url.query_pairs_mut().append_pair("prompt", self.prompt);
        }
        Ok(url)
    }
}

/// A parameter of a URL's query.
fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

impl Stage {
    /// Opens the sample app and clicks until the sign-in page is there.
    pub async fn go_to_sign_in(&self) -> anyhow::Result<()> {
        self.open(&self.playground.hosts.app).await?;
        self.follow("#sign-in").await?;
        self.arrive(&self.playground.hosts.issuer).await?;
        Ok(())
    }

    /// Says at the sign-in page who they are, and picks them at the test IdP.
    pub async fn pass_sign_in(&self, person: Person) -> anyhow::Result<()> {
        self.name_company(person).await?;
        self.follow(&format!("#persona-{}", person.persona)).await
    }

    /// Says at the sign-in page who they are, and goes on to the test IdP.
    pub async fn name_company(&self, person: Person) -> anyhow::Result<()> {
        self.fill("#username", person.login).await?;
        self.follow("#continue").await?;
        self.arrive(&format!("{}/{}/", self.playground.hosts.idp, person.idp)).await?;
        Ok(())
    }

    /// Presses the button of a connection, by its title.
    pub async fn choose(&self, title: &str) -> anyhow::Result<()> {
        const BUTTON: &str = "button.choice";
        self.element(BUTTON).await?;
        for button in self.browser.find_all(By::Css(BUTTON)).await? {
            if button.text().await?.starts_with(title) {
                let value = button.attr("value").await?.unwrap_or_default();
                return self.follow(&format!("{BUTTON}[value='{value}']")).await;
            }
        }
        bail!("there is no button {title}")
    }

    /// Types name and password at the identity provider.
    pub async fn type_credentials(&self, username: &str, password: &str) -> anyhow::Result<()> {
        self.fill("#password", password).await?;
        self.fill("#username", username).await?;
        self.follow("#sign-in").await
    }

    /// All of it: from the sample app to the sample app.
    pub async fn sign_in(&self, person: Person) -> anyhow::Result<()> {
        self.go_to_sign_in().await?;
        self.pass_sign_in(person).await?;
        self.signed_in().await
    }

    /// Waits until the sample app shows who signed in.
    pub async fn signed_in(&self) -> anyhow::Result<()> {
        let front = format!("{}/", self.playground.hosts.app);
        let url = self.arrive(&front).await?;
        ensure!(url.as_str() == front, "the app did not accept the answer at {url}");
        self.element("#claims").await?;
        Ok(())
    }

    /// A claim of the ID token that the sample app shows.
    pub async fn claim(&self, name: &str) -> anyhow::Result<String> {
        self.text(&format!("#claim-{name}")).await
    }

    /// Waits until a request made by [`Authorize`] is answered at the app, and answers a parameter of
    /// the answer after having checked the others. The sample app has not made that request and
    /// refuses the answer, as it should.
    pub async fn answered(&self, name: &str) -> anyhow::Result<String> {
        let callback = format!("{}/callback?", self.playground.hosts.app);
        self.expect_refusal(&callback);
        let url = self.arrive(&callback).await?;
        ensure!(parameter(&url, "state").as_deref() == Some(Authorize::STATE), "state of {url}");
        let issuer = Some(self.playground.hosts.issuer.clone());
        ensure!(parameter(&url, "iss") == issuer, "iss of {url}");
        parameter(&url, name).with_context(|| format!("{name} is missing in {url}"))
    }

    /// Makes the test IdP misbehave once.
    pub async fn misbehave_once(&self, idp: &str, switch: &str) -> anyhow::Result<()> {
        // From a page of the test IdP's own that no policy forbids it. It is no document, so the
        // browser looks for an icon at the usual place.
        self.expect_refusal("/favicon.ico");
        self.open(format!("{}/{idp}/switches", self.playground.hosts.idp)).await?;
        let script = "return fetch('', {
            method: 'POST',
            headers: {'content-type': 'application/json'},
            body: JSON.stringify({switch: arguments[0], mode: 'once'}),
        }).then(answer => answer.status)";
        let status = self.browser.execute(script, vec![switch.into()]).await?;
        ensure!(*status.json() == 204, "the test IdP refuses the switch: {}", status.json());
        Ok(())
    }
}
