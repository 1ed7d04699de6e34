//! An app of somebody else's asks for access.

use doorward_browser_tests::{Authorize, Person, play};

const CALENDAR: Authorize =
    Authorize { client_id: "third-party-demo", scope: "openid profile email offline_access", prompt: "" };

#[tokio::test]
async fn a_no_goes_back_to_the_app_and_a_yes_is_remembered() -> anyhow::Result<()> {
    play(async |stage| {
        stage.open(CALENDAR.url(stage)?).await?;
        stage.pass_sign_in(Person::ALICE).await?;
        stage.element("#allow").await?;
        assert_eq!(stage.text("h1").await?, "Allow access for Calendar by Example Ltd?");
        let question = stage.text("main").await?;
        assert!(question.contains("alice@acme.example of Acme Dental"), "{question}");
        assert!(question.contains("See your email address"), "{question}");
        assert!(question.contains("Keep this access while you are away"), "{question}");
        assert!(question.contains("Either way you go on to a program on this device. If you did not start it yourself just now, don’t allow it"), "{question}");

        stage.follow("#deny").await?;
        assert_eq!(stage.answered("error").await?, "access_denied");

        // The session is there already, so the question comes at once.
        stage.open(CALENDAR.url(stage)?).await?;
        stage.follow("#allow").await?;
        assert!(!stage.answered("code").await?.is_empty());

        let silent = Authorize { prompt: "none", ..CALENDAR };
        stage.open(silent.url(stage)?).await?;
        assert!(!stage.answered("code").await?.is_empty());
        Ok(())
    })
    .await
}
