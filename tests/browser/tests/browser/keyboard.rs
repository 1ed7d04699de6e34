//! Without a mouse.

use doorward_browser_tests::{Authorize, Person, play};
use thirtyfour::Key;

#[tokio::test]
async fn a_person_signs_in_and_out_by_keyboard() -> anyhow::Result<()> {
    play(async |stage| {
        stage.open(&stage.playground.hosts.app).await?;
        stage.tab_to("sign-in").await?;
        stage.press(Key::Enter).await?;

        // The field has the focus already.
        stage.arrive(&stage.playground.hosts.issuer).await?;
        stage.element("#continue").await?;
        stage.press(Person::ALICE.login).await?;
        stage.press(Key::Enter).await?;

        stage.arrive(&stage.playground.hosts.idp).await?;
        stage.tab_to("persona-alice").await?;
        stage.press(Key::Enter).await?;
        stage.signed_in().await?;

        stage.tab_to("sign-out").await?;
        stage.press(Key::Enter).await?;
        stage.element("#signed-out").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_person_allows_access_by_keyboard_and_sees_the_focus() -> anyhow::Result<()> {
    let calendar = Authorize { client_id: "third-party-demo", scope: "openid", prompt: "" };
    play(async |stage| {
        stage.sign_in(Person::ALICE).await?;
        stage.open(calendar.url(stage)?).await?;
        // The first stop leads past everything that repeats.
        stage.press(Key::Tab).await?;
        assert_eq!(stage.browser.active_element().await?.text().await?, "Skip to content");
        stage.tab_to("allow").await?;
        let outline = stage.element("#allow").await?.css_value("outline-style").await?;
        assert_eq!(outline, "solid");
        stage.press(Key::Enter).await?;
        assert!(!stage.answered("code").await?.is_empty());
        Ok(())
    })
    .await
}
