//! Signing out.

use doorward_browser_tests::{Person, play};

#[tokio::test]
async fn the_app_signs_the_person_out_and_nothing_is_left() -> anyhow::Result<()> {
    play(async |stage| {
        stage.sign_in(Person::ALICE).await?;
        stage.follow("#sign-out").await?;
        stage.arrive(&format!("{}/signed-out", stage.playground.hosts.app)).await?;
        stage.element("#signed-out").await?;

        stage.expect_refusal("/callback?");
        stage.open(&stage.playground.hosts.app).await?;
        stage.follow("#sign-in-silently").await?;
        assert_eq!(stage.text("#error").await?, "login_required");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn without_an_app_the_person_is_asked() -> anyhow::Result<()> {
    play(async |stage| {
        stage.sign_in(Person::ALICE).await?;
        stage.open(format!("{}/end-session", stage.playground.hosts.issuer)).await?;
        assert_eq!(stage.text("h1").await?, "Sign out?");
        stage.follow("#sign-out").await?;
        assert_eq!(stage.text("h1").await?, "You are signed out");

        stage.expect_refusal("/callback?");
        stage.open(format!("{}/login?prompt=none", stage.playground.hosts.app)).await?;
        assert_eq!(stage.text("#error").await?, "login_required");
        Ok(())
    })
    .await
}
