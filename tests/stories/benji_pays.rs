//! Benji Pays: accountants sign in with HaloPSA, by a button on the sign-in page or on HaloPSA's own portal.

use doorward_stories::{Company, Site, Story, now, step, tell};
use doorward_test_idp::halopsa::{App, HaloPsa, Person, Variant};
use serde_json::json;

const PETRAS_PASSWORD: &str = "seventeen sharpened pencils";

#[tokio::test]
async fn accountants_sign_in_with_halopsa() -> anyhow::Result<()> {
    tell(async |story| {
        let site = Site::new().await?;
        let url = site.url.clone();
        let halo = HaloPsa::new(&url, Variant::hosted("brightbooks"), now());
        let tess = Person::agent(1, "tess", "Tess Tally");
        halo.add_person(Person { email: Some("tess@brightbooks.test".to_owned()), ..tess });
        site.open(halo.router());

        let mut company = connect(story, (&halo, &url)).await?;
        have_a_button(story, &mut company).await?;
        have_a_link(story, &company, (&halo, &url)).await
    })
    .await
}

async fn connect(story: &Story<'_>, (halo, url): (&HaloPsa, &str)) -> anyhow::Result<Company> {
    step(1, "The accountants have an account here, and a password so far");
    let company = json!({
        "slug": "brightbooks",
        "name": "Bright Books",
        "domains": ["brightbooks.test"],
        "population": [{ "name": "people", "local_sign_in": true }],
        "user": [{ "username": "petra", "name": "Petra Partner", "password": PETRAS_PASSWORD }],
    });
    let mut company = story.new_company(company).await?;
    story.comes_with_a_password("petra@brightbooks", PETRAS_PASSWORD).await?;
    story.person.forget().await?;

    step(
        2,
        "In HaloPSA: an application “Authorization Code (Native)” with the callback URL and the logout redirect",
    );
    let server = format!("{url}/auth");
    let begun = json!({
        "title": "HaloPSA",
        "kind": "halopsa",
        "authorization_server": server,
        "logout": "upstream",
    });
    company.connect("halopsa", begun).await?;
    let app = App {
        post_logout_redirect_uris: vec![company.told("halopsa", "post_logout_redirect_uri").await?],
        ..App::native("Benji Pays", &company.told("halopsa", "callback_url").await?)
    };
    halo.register(app.clone());

    step(3, "Here: the client id, no secret, and the tenant, which a hosted HaloPSA wants to be told");
    let public_client = json!({
        "client_id": app.client_id,
        "authentication": "none",
        "scopes": ["openid", "profile", "email"],
        "tenant_parameter": "brightbooks",
        "provisioning": "just_in_time",
        "verify_email": true,
        "stage": "live",
    });
    company.connect("halopsa", public_client).await?;
    Ok(company)
}

async fn have_a_button(story: &Story<'_>, company: &mut Company) -> anyhow::Result<()> {
    let person = story.person;

    step(4, "The sign-in page shows the button, and the standard login beside it");
    story.comes_and_types("brightbooks").await?;
    person.element("#with-password").await?;
    person.choose("HaloPSA").await?;
    person.type_credentials("tess", "test").await?;

    step(5, "HaloPSA vouches for no address, so at the first login a mailed code verifies it");
    story.reads("Confirm that it is you", "tess@brightbooks.test").await?;
    person.follow("#mail").await?;
    person.fill("#code", &story.mailed_code("tess@brightbooks.test").await?).await?;
    person.follow("#continue").await?;
    person.signed_in().await?;
    assert_eq!(person.claim("name").await?, "Tess Tally");
    assert_eq!(person.claim("email_verified").await?, "true");
    person.forget().await?;

    step(6, "The standard login is hidden: the button alone is left");
    let hidden = json!({ "name": "people", "local_sign_in": true, "standard_form": false });
    company.set(json!({ "population": [hidden] })).await?;
    story.comes_and_types("brightbooks").await?;
    person.element("button.choice").await?;
    assert!(!person.text("body").await?.contains("password"));
    person.choose("HaloPSA").await?;
    person.type_credentials("tess", "test").await?;
    person.signed_in().await?;

    step(7, "Who logs out is out of HaloPSA too, which brings them back to the app");
    person.follow("#sign-out").await?;
    person.element("#signed-out").await?;
    story.comes_and_types("brightbooks").await?;
    person.choose("HaloPSA").await?;
    person.element("#password").await?;
    person.forget().await
}

async fn have_a_link(
    story: &Story<'_>,
    company: &Company,
    (halo, url): (&HaloPsa, &str),
) -> anyhow::Result<()> {
    let person = story.person;

    step(
        8,
        "The login URL goes behind a button on HaloPSA's portal, and leads into the app without a question",
    );
    let link = company.told("halopsa", "start_url").await?;
    halo.add_portal_button("Benji Pays", &link);
    person.open(format!("{url}/portal")).await?;
    person.follow("#continue").await?;
    person.type_credentials("tess", "test").await?;
    person.signed_in().await?;

    step(9, "Day after day, up to the thirtieth time");
    story.comes_back_until_the_thirtieth_time(&link).await
}
