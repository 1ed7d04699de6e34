//! Passkeys, with an authenticator that Chromium plays: the page's script, its policy and the browser agree.

use doorward_browser_tests::{Person, Stage, play};

/// The owner of Acme Dental, who has a password at the broker itself.
const OLIVIA: (&str, &str) = ("olivia@acme", "seven painted doors at dusk");

/// Another owner, who comes through the company's identity provider as well.
const UMA: (&str, &str) = ("uma@acme", "a ladder beside the green door");

async fn type_password(stage: &Stage, (login, password): (&str, &str)) -> anyhow::Result<()> {
    stage.go_to_sign_in().await?;
    stage.follow("#with-password").await?;
    stage.fill("#username", login).await?;
    stage.fill("#password", password).await?;
    stage.follow("#continue").await
}

/// Adds a passkey, which signs the person out everywhere; who the app knows them as.
async fn add_passkey(stage: &Stage, who: (&str, &str)) -> anyhow::Result<String> {
    type_password(stage, who).await?;
    stage.signed_in().await?;
    let subject = stage.claim("sub").await?;
    stage.open(format!("{}/account", stage.playground.hosts.issuer)).await?;
    stage.look_at("How you sign in at Acme Dental").await?;
    stage.fill("#passkey-password", who.1).await?;
    stage.follow("#add-passkey").await?;
    stage.look_at("Add a passkey").await?;
    stage.fill("#name", "Laptop").await?;
    stage.follow("#continue").await?;
    assert_eq!(stage.text("h1").await?, "Your recovery codes");
    stage.open(&stage.playground.hosts.app).await?;
    stage.browser.delete_cookie("sample-app").await?;
    Ok(subject)
}

#[tokio::test]
async fn a_person_adds_a_passkey_signs_in_with_it_and_takes_it_away() -> anyhow::Result<()> {
    play(async |stage| {
        stage.plug_authenticator().await?;
        add_passkey(stage, OLIVIA).await?;

        // The browser offers the passkey in the field for a name, and its owner agrees at once.
        stage.open(&stage.playground.hosts.app).await?;
        stage.follow("#sign-in").await?;
        stage.signed_in().await?;
        assert!(stage.claim("amr").await?.contains("hwk"), "{}", stage.claim("amr").await?);

        stage.open(format!("{}/account", stage.playground.hosts.issuer)).await?;
        assert!(stage.text("#passkeys").await?.contains("Laptop"));
        stage.fill("#passkey-password", OLIVIA.1).await?;
        stage.follow("#passkeys button").await?;
        assert_eq!(stage.text("h1").await?, "How you sign in is changed");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_passkey_confirms_a_password() -> anyhow::Result<()> {
    play(async |stage| {
        let authenticator = stage.plug_authenticator().await?;
        add_passkey(stage, OLIVIA).await?;
        stage.agree(&authenticator, false).await?;
        type_password(stage, OLIVIA).await?;
        stage.look_at("Confirm that it is you").await?;
        stage.agree(&authenticator, true).await?;
        stage.follow("#with-passkey").await?;
        stage.signed_in().await?;
        assert!(stage.claim("amr").await?.contains("pwd"), "{}", stage.claim("amr").await?);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_passkey_proves_whose_account_it_is_to_whoever_comes_from_their_company() -> anyhow::Result<()> {
    play(async |stage| {
        let authenticator = stage.plug_authenticator().await?;
        let subject = add_passkey(stage, UMA).await?;
        stage.forget().await?;
        stage.agree(&authenticator, false).await?;
        stage.go_to_sign_in().await?;
        stage.pass_sign_in(Person { login: "acme", idp: "acme", persona: "uma" }).await?;
        stage.look_at("Confirm that it is you").await?;
        stage.agree(&authenticator, true).await?;
        stage.follow("#with-passkey").await?;
        stage.signed_in().await?;
        assert_eq!(stage.claim("sub").await?, subject);
        assert_eq!(stage.claim("email").await?, "uma@acme.example");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_has_no_passkey_is_told_and_signs_in_with_the_password() -> anyhow::Result<()> {
    play(async |stage| {
        stage.plug_authenticator().await?;
        stage.go_to_sign_in().await?;
        stage.follow("#with-password").await?;
        stage.element("#with-passkey").await?.click().await?;
        assert!(stage.text("#passkey-problem").await?.starts_with("Your browser gave us no passkey"));
        stage.fill("#username", OLIVIA.0).await?;
        stage.fill("#password", OLIVIA.1).await?;
        stage.follow("#continue").await?;
        stage.signed_in().await
    })
    .await
}
