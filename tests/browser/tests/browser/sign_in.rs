//! The way of a login: app, sign-in page, identity provider, app. Its forms lead to other origins,
//! which browsers forbid silently where `form-action` is too narrow.

use doorward_browser_tests::{Authorize, Person, play};

#[tokio::test]
async fn a_person_signs_in_and_refreshes() -> anyhow::Result<()> {
    play(async |stage| {
        stage.sign_in(Person::ALICE).await?;
        assert_eq!(stage.claim("iss").await?, stage.playground.hosts.issuer);
        assert_eq!(stage.claim("aud").await?, "sample-app");
        assert_eq!(stage.claim("name").await?, "Alice Archer");
        assert_eq!(stage.claim("email").await?, "alice@acme.example");

        let subject = stage.claim("sub").await?;
        let access_token = stage.hidden_text("#access-token").await?;
        stage.follow("#refresh").await?;
        stage.signed_in().await?;
        assert_eq!(stage.claim("sub").await?, subject);
        assert_ne!(stage.hidden_text("#access-token").await?, access_token);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_company_code_and_a_password_do_as_well() -> anyhow::Result<()> {
    let uma = Person { login: "Northwind", idp: "northwind", persona: "uma" };
    play(async |stage| {
        stage.go_to_sign_in().await?;
        stage.name_company(uma).await?;
        stage.fill("#username", "uma").await?;
        stage.fill("#password", "test").await?;
        stage.follow("#sign-in").await?;
        stage.signed_in().await?;
        assert_eq!(stage.claim("email").await?, "uma@northwind.example");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_session_signs_in_silently() -> anyhow::Result<()> {
    play(async |stage| {
        stage.sign_in(Person::ALICE).await?;
        let subject = stage.claim("sub").await?;

        // The app forgets the person, the broker does not.
        stage.browser.delete_cookie("sample-app").await?;
        stage.open(&stage.playground.hosts.app).await?;
        stage.follow("#sign-in-silently").await?;
        stage.signed_in().await?;
        assert_eq!(stage.claim("sub").await?, subject);

        let second = Authorize { client_id: "spa-demo", scope: "openid email", prompt: "none" };
        stage.open(second.url(stage)?).await?;
        assert!(!stage.answered("code").await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn two_tabs_do_not_disturb_each_other() -> anyhow::Result<()> {
    let nora = Person { login: "northwind", idp: "northwind", persona: "nora" };
    play(async |stage| {
        stage.go_to_sign_in().await?;
        stage.name_company(Person::ALICE).await?;
        let first = stage.browser.window().await?;

        let second = stage.browser.new_tab().await?;
        stage.browser.switch_to_window(second).await?;
        stage.sign_in(nora).await?;
        assert_eq!(stage.claim("name").await?, "Nora Nomail");

        stage.browser.switch_to_window(first).await?;
        stage.follow("#persona-alice").await?;
        stage.signed_in().await?;
        assert_eq!(stage.claim("name").await?, "Alice Archer");
        Ok(())
    })
    .await
}
