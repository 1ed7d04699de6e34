//! Hellotracks: couriers type the company code, at a desk or on a phone, and Microsoft Entra ID does the rest.

use anyhow::Context as _;
use doorward_stories::{Company, Microsoft, NativeApp, Story, step, tell};
use doorward_test_idp::entra::App;
use serde_json::json;

const CARLO: &str = "carlo@parcelpost.test";
const DORA: &str = "dora@parcelpost.test";

#[tokio::test]
async fn couriers_sign_in_by_company_code() -> anyhow::Result<()> {
    tell(async |story| {
        let couriers = [("carlo", "Carlo Conti"), ("dora", "Dora Diaz")];
        let microsoft = Microsoft::new(("Parcel Post", "parcelpost.test"), &couriers).await?;
        let (company, app) = connect(story, &microsoft).await?;
        let carlo = come_in(story, &company).await?;
        are_assigned(story, &company, (&microsoft, &app)).await?;
        have_phones(story, &carlo).await
    })
    .await
}

async fn connect(story: &Story<'_>, microsoft: &Microsoft) -> anyhow::Result<(Company, App)> {
    step(1, "The callback URL first, then an app registration for the web, with a secret");
    let company = json!({ "slug": "parcelpost", "name": "Parcel Post", "domains": ["parcelpost.test"] });
    let mut company = story.new_company(company).await?;
    let begun = json!({
        "kind": "entra",
        "authority": microsoft.url,
        "directory": microsoft.directory.id,
        "logout": "upstream",
    });
    company.connect("microsoft", begun).await?;
    let callback = company.told("microsoft", "callback_url").await?;
    let app = App::new("Fleet software", "Mq7~one.secret-of.the-couriers", &callback);
    let mut app = app.optional_claims(&["login_hint"]);
    app.redirect_uris.push(company.told("microsoft", "post_logout_redirect_uri").await?);
    microsoft.entra.register(&microsoft.directory, app.clone());
    microsoft.entra.grant_admin_consent(&microsoft.directory, &app.client_id);

    step(2, "“Assignment required”, and Carlo is assigned");
    microsoft.assign(&app, CARLO);

    step(3, "Client id and secret; whoever comes is made a user, with a default role");
    let complete = json!({
        "client_id": app.client_id,
        "client_secret": app.secrets[0].value,
        "provisioning": "just_in_time",
        "standing": { "default_roles": ["courier"] },
        "stage": "live",
    });
    company.connect("microsoft", complete).await?;
    Ok((company, app))
}

async fn come_in(story: &Story<'_>, company: &Company) -> anyhow::Result<String> {
    let person = story.person;

    step(4, "Carlo, whom nobody here knows, types the company code and is in");
    story.comes_and_types("parcelpost").await?;
    person.type_credentials(CARLO, "test").await?;
    person.signed_in().await?;
    let carlo = person.claim("sub").await?;
    assert_eq!(person.claim("email").await?, CARLO);
    assert_eq!(person.claim("roles").await?, r#"["courier"]"#);

    step(5, "His browser remembers where it belongs");
    person.browser.delete_cookie("doorward").await?;
    person.browser.delete_cookie("sample-app").await?;
    person.go_to_sign_in().await?;
    person.follow("#offered").await?;
    person.signed_in().await?;

    step(6, "The company's short link asks nothing at all, up to the thirtieth time");
    let shown = company.administrator.reads(&["tenant", "show", "parcelpost"]).await?;
    let link = shown["start_url"].as_str().context("a company without a link")?;
    story.comes_back_until_the_thirtieth_time(link).await?;
    person.forget().await?;
    Ok(carlo)
}

async fn are_assigned(
    story: &Story<'_>,
    company: &Company,
    (microsoft, app): (&Microsoft, &App),
) -> anyhow::Result<()> {
    let person = story.person;

    step(7, "Dora is not assigned: Microsoft itself keeps her, and its code says here what to do");
    story.comes_and_types(DORA).await?;
    person.type_credentials(DORA, "test").await?;
    assert!(person.text("body").await?.contains("AADSTS50105"));
    assert!(person.browser.current_url().await?.as_str().starts_with(&microsoft.url));
    let explain = ["connection", "explain", "parcelpost", "microsoft", "AADSTS50105"];
    let explained = company.administrator.types(&explain).await?;
    assert!(explained.contains("Assign the person, or a group"), "{explained}");
    person.forget().await?;

    step(8, "She is assigned, and comes in by her address");
    microsoft.assign(app, DORA);
    story.comes_and_types(DORA).await?;
    person.type_credentials(DORA, "test").await?;
    person.signed_in().await?;

    step(9, "She logs out on a shared computer: out of Microsoft too, which does not ask whom she means");
    person.follow("#sign-out").await?;
    person.element("#signed-out").await?;
    story.comes_and_types(DORA).await?;
    person.element("#password").await?;
    person.forget().await
}

async fn have_phones(story: &Story<'_>, carlo: &str) -> anyhow::Result<()> {
    let person = story.person;

    step(
        10,
        "On the phone the app asks where the code leads, opens a browser, and Carlo is the same person there",
    );
    let phone = NativeApp::new(person).await?;
    let home = phone.home_of("parcelpost").await?;
    assert_eq!((&home["next"], &home["tenant"]), (&json!("redirect"), &json!("parcelpost")));
    person.open(phone.sign_in_url("parcelpost")).await?;
    person.type_credentials(CARLO, "test").await?;
    let tokens = phone.tokens(person).await?;
    assert_eq!(phone.subject(&tokens).await?, carlo);

    step(11, "The app on the phone stays signed in, without anybody looking");
    let tokens = phone.refreshed(&tokens).await?;
    assert_eq!(phone.subject(&tokens).await?, carlo);
    Ok(())
}
