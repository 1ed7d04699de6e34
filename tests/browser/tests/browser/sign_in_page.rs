//! The sign-in page: what was typed stays, and what is wrong is told beside it.

use doorward_browser_tests::{Authorize, Person, play};

#[tokio::test]
async fn an_unknown_company_is_told_and_what_was_typed_stays() -> anyhow::Result<()> {
    play(async |stage| {
        stage.go_to_sign_in().await?;
        stage.fill("#username", "kim@nowhere.test").await?;
        stage.follow("#continue").await?;
        assert!(stage.text("#problem").await?.starts_with("We found no company"));
        let field = stage.element("#username").await?;
        assert_eq!(field.value().await?.as_deref(), Some("kim@nowhere.test"));
        assert_eq!(field.attr("aria-invalid").await?.as_deref(), Some("true"));
        assert_eq!(field.attr("aria-describedby").await?.as_deref(), Some("problem"));

        stage.pass_sign_in(Person::ALICE).await?;
        stage.signed_in().await
    })
    .await
}

#[tokio::test]
async fn a_company_that_does_not_use_the_app_is_told() -> anyhow::Result<()> {
    let calendar = Authorize { client_id: "third-party-demo", scope: "openid", prompt: "" };
    play(async |stage| {
        stage.open(calendar.url(stage)?).await?;
        stage.fill("#username", "northwind").await?;
        stage.follow("#continue").await?;
        assert!(stage.text("#problem").await?.starts_with("Your company does not use this app"));
        Ok(())
    })
    .await
}
