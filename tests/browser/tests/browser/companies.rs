//! The companies of the playground, whatever identity provider they have: every one lets its people in by
//! the same few steps, which outside tools take too.

use doorward_browser_tests::{Stage, play};

/// Types the company code, presses a button if there is a choice, types name and password; the next one
/// comes with a browser that nobody has used.
async fn passes(stage: &Stage, company: &str, button: Option<&str>, username: &str) -> anyhow::Result<()> {
    stage.go_to_sign_in().await?;
    stage.fill("#username", company).await?;
    stage.follow("#continue").await?;
    if let Some(title) = button {
        stage.choose(title).await?;
    }
    stage.type_credentials(username, "test").await?;
    stage.signed_in().await?;
    stage.forget().await
}

#[tokio::test]
async fn typing_leads_to_every_kind_of_provider_and_back() -> anyhow::Result<()> {
    play(async |stage| {
        let straight = stage.playground.hosts.tenants.iter().filter_map(|tenant| {
            Some((tenant, tenant.idp_username.as_deref()?, tenant.idp_password.as_deref()?))
        });
        let mut kinds = Vec::new();
        for (tenant, username, password) in straight {
            assert_eq!(password, "test");
            passes(stage, &tenant.login, None, username).await?;
            kinds.push(tenant.connection_kind.as_str());
        }
        for kind in ["oidc", "entra", "okta", "halopsa", "google"] {
            assert!(kinds.contains(&kind), "no company with {kind}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn where_there_is_a_choice_a_button_leads_to_the_provider() -> anyhow::Result<()> {
    play(async |stage| {
        for (company, title, username) in [
            ("bayside", "Microsoft", "maria@bayside.test"),
            ("meridian", "Meridian providers", "alice"),
            ("meridian", "Meridian clients", "nora"),
            ("brightdesk", "Bright Desk agents", "ada@brightdesk.test"),
            ("brightdesk", "Bright Desk self-service", "uwe@brightdesk.test"),
        ] {
            passes(stage, company, Some(title), username).await?;
        }
        Ok(())
    })
    .await
}
