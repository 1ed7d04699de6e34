//! Pages in the language that the app names.

use doorward_browser_tests::{Authorize, Person, Stage, play};
use thirtyfour::By;

const CALENDAR: Authorize =
    Authorize { client_id: "third-party-demo", scope: "openid profile email offline_access", prompt: "" };

/// The language that the page says it is in, which screen readers pronounce it in.
async fn language(stage: &Stage) -> anyhow::Result<Option<String>> {
    Ok(stage.browser.find(By::Tag("html")).await?.attr("lang").await?)
}

#[tokio::test]
async fn a_german_signs_in_in_german_on_a_narrow_screen() -> anyhow::Result<()> {
    play(async |stage| {
        let mut url = CALENDAR.url(stage)?;
        url.query_pairs_mut().append_pair("ui_locales", "it de-CH fr");
        stage.open(url).await?;
        assert_eq!(stage.text("h1").await?, "Bei Calendar by Example Ltd anmelden");
        assert_eq!(language(stage).await?.as_deref(), Some("de"));
        stage.look_at("Bei Calendar by Example Ltd anmelden").await?;
        stage.fill("#username", "kim@nowhere.test").await?;
        stage.follow("#continue").await?;
        assert!(stage.text("#problem").await?.starts_with("Dazu haben wir kein Unternehmen gefunden."));
        stage.look_at("Bei Calendar by Example Ltd anmelden").await?;

        stage.name_company(Person::ALICE).await?;
        stage.follow("#cancel").await?;
        stage.expect_refusal("/federation/");
        assert_eq!(stage.text("h1").await?, "Wir konnten Sie nicht anmelden");
        stage.look_at("Wir konnten Sie nicht anmelden").await?;
        stage.follow("a.primary").await?;

        stage.pass_sign_in(Person::ALICE).await?;
        let question = stage.text("main").await?;
        assert!(
            question.contains("Sie sind als alice@acme.example von Acme Dental angemeldet."),
            "{question}"
        );
        stage.look_at("Zugriff für Calendar by Example Ltd erlauben?").await?;
        stage.follow("#allow").await?;
        assert!(!stage.answered("code").await?.is_empty());

        stage.open(format!("{}/end-session?ui_locales=de", stage.playground.hosts.issuer)).await?;
        stage.look_at("Abmelden?").await?;
        stage.follow("#sign-out").await?;
        stage.look_at("Sie sind abgemeldet").await?;
        assert_eq!(language(stage).await?.as_deref(), Some("de"));
        Ok(())
    })
    .await
}
