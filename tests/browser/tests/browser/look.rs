//! Every page at 320 px, in the light and in the dark.

use doorward_browser_tests::{Authorize, Person, play};

#[tokio::test]
async fn every_page_is_usable_on_a_narrow_screen_and_in_the_dark() -> anyhow::Result<()> {
    let calendar =
        Authorize { client_id: "third-party-demo", scope: "openid profile email offline_access", prompt: "" };
    play(async |stage| {
        let issuer = stage.playground.hosts.issuer.as_str();
        stage.open(issuer).await?;
        stage.look_at("Sign-in for your apps").await?;

        stage.go_to_sign_in().await?;
        stage.look_at("Sign in to Sample app").await?;
        stage.fill("#username", &format!("{}@nowhere.test", "k".repeat(60))).await?;
        stage.follow("#continue").await?;
        stage.element("#problem").await?;
        stage.look_at("Sign in to Sample app").await?;

        stage.name_company(Person::ALICE).await?;
        stage.follow("#cancel").await?;
        stage.expect_refusal("/federation/");
        stage.look_at("We could not sign you in").await?;

        stage.open(calendar.url(stage)?).await?;
        stage.pass_sign_in(Person::ALICE).await?;
        stage.look_at("Allow access for Calendar by Example Ltd?").await?;

        stage.open(format!("{issuer}/end-session")).await?;
        stage.look_at("Sign out?").await?;
        stage.follow("#sign-out").await?;
        stage.look_at("You are signed out").await?;
        Ok(())
    })
    .await
}
