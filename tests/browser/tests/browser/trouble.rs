//! When a login fails, the person learns what happened and can go on.

use doorward_browser_tests::{Authorize, Person, Stage, play};

/// The error page: says who can mend it, gives a reference, and offers to try again.
async fn on_the_error_page(stage: &Stage) -> anyhow::Result<()> {
    stage.expect_refusal("/federation/");
    assert_eq!(stage.text("h1").await?, "We could not sign you in");
    let reference = stage.text(".reference code").await?;
    let parts: Vec<_> = reference.split('-').collect();
    assert!(parts.len() == 3 && parts[2].parse::<u16>().is_ok(), "{reference}");
    // What support reads in the log is what the person reads to support.
    assert!(stage.playground.log().contains(&reference), "{}", stage.playground.log());
    Ok(())
}

#[tokio::test]
async fn an_identity_provider_that_fails_once_is_tried_again() -> anyhow::Result<()> {
    play(async |stage| {
        stage.misbehave_once("acme", "token_error").await?;
        stage.go_to_sign_in().await?;
        stage.pass_sign_in(Person::ALICE).await?;
        on_the_error_page(stage).await?;

        stage.follow("a.primary").await?;
        stage.pass_sign_in(Person::ALICE).await?;
        stage.signed_in().await
    })
    .await
}

#[tokio::test]
async fn a_person_who_cancels_may_go_back_to_the_app() -> anyhow::Result<()> {
    play(async |stage| {
        stage.go_to_sign_in().await?;
        stage.name_company(Person::ALICE).await?;
        stage.follow("#cancel").await?;
        on_the_error_page(stage).await?;

        stage.expect_refusal("/callback?");
        stage.follow("main .row a:not(.primary)").await?;
        assert_eq!(stage.text("#error").await?, "access_denied");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_app_that_nobody_knows_gets_no_answer() -> anyhow::Result<()> {
    let stranger = Authorize { client_id: "stranger", scope: "openid", prompt: "none" };
    play(async |stage| {
        stage.expect_refusal("/authorize?");
        stage.open(stranger.url(stage)?).await?;
        assert_eq!(stage.text("h1").await?, "This sign-in link does not work");
        assert!(stage.browser.current_url().await?.as_str().starts_with(&stage.playground.hosts.issuer));
        Ok(())
    })
    .await
}
