//! Halaxy: a practice signs in with Microsoft Entra ID, beside its passwords or instead of them.

use anyhow::Context as _;
use doorward_stories::{Company, Microsoft, Story, sign_in_link, step, tell};
use doorward_test_idp::entra::{App, Secret};
use serde_json::json;

/// What the owner signs in with, whatever becomes of Microsoft.
const OWNERS_PASSWORD: &str = "an umbrella for the whole practice";
const MARIA: &str = "maria@seaview.test";
const OLGA: &str = "olga@seaview.test";
const OLGAS_PASSWORD: &str = "four copper kettles in a row";

#[tokio::test]
async fn a_practice_signs_in_with_entra() -> anyhow::Result<()> {
    tell(async |story| {
        let practice = ("Seaview Practice", "seaview.test");
        let people = [("maria", "Maria Marsh"), ("ben", "Ben Brook"), ("olga", "Olga Owner")];
        let microsoft = Microsoft::new(practice, &people).await?;
        let (mut practice, app) = connects(story, &microsoft).await?;
        has_both(story, &mut practice).await?;
        has_single_sign_on_only(story, &mut practice).await?;
        renews_the_secret(story, &mut practice, (&microsoft, &app)).await
    })
    .await
}

async fn connects(story: &Story<'_>, microsoft: &Microsoft) -> anyhow::Result<(Company, App)> {
    step(1, "The practice has an account: an owner with a password, and Maria, who works there");
    let practice = json!({
        "slug": "seaview",
        "name": "Seaview Practice",
        "domains": ["seaview.test"],
        "population": [{ "name": "people", "local_sign_in": true }],
        "user": [
            { "username": "omar", "name": "Omar Owner", "owner": true, "password": OWNERS_PASSWORD },
            { "email": MARIA, "name": "Maria Marsh" },
        ],
    });
    let mut practice = story.new_company(practice).await?;
    story.comes_with_a_password("omar@seaview", OWNERS_PASSWORD).await?;
    story.person.forget().await?;

    step(2, "The administrator begins with single sign-on, and copies the callback URL first");
    let begun = json!({
        "title": "Microsoft",
        "kind": "entra",
        "authority": microsoft.url,
        "directory": "seaview.test",
        "linking": "verified_email",
    });
    practice.connect("microsoft", begun).await?;
    let callback = practice.told("microsoft", "callback_url").await?;

    step(3, "At Entra: a new app registration with the callback URL as its redirect URI, and a secret");
    let app = App::new("Practice software", "Kx8~the.first-value.of.a.secret", &callback);
    microsoft.entra.register(&microsoft.directory, app.clone());
    microsoft.entra.grant_admin_consent(&microsoft.directory, &app.client_id);

    step(4, "Back again: client id, tenant id and the secret; its ID in place of its Value is noticed");
    let ids = json!({ "client_id": app.client_id, "directory": microsoft.directory.id });
    practice.connect("microsoft", ids).await?;
    let secret = &app.secrets[0];
    let why = practice.is_refused("microsoft", json!({ "client_secret": secret.key_id })).await?;
    assert!(why.contains("Value"), "{why}");
    practice.connect("microsoft", json!({ "client_secret": secret.value })).await?;

    step(5, "The administrator tests the connection: first without anybody, then all the way with Maria");
    let found = practice.check("microsoft").await?;
    assert!(found.starts_with("accepted"), "{found}");
    let came_to = story.tests(&practice, "microsoft", MARIA).await?;
    assert!(came_to.contains("It works"), "{came_to}");
    assert!(came_to.contains("With the account that is there already."), "{came_to}");
    Ok((practice, app))
}

async fn has_both(story: &Story<'_>, practice: &mut Company) -> anyhow::Result<()> {
    let person = story.person;

    step(6, "Active, with “Password & SSO”: whoever comes has the choice");
    practice.connect("microsoft", json!({ "stage": "live" })).await?;
    story.comes_and_types(MARIA).await?;
    person.element("#with-password").await?;
    person.choose("Microsoft").await?;
    person.type_credentials(MARIA, "test").await?;
    person.signed_in().await?;

    step(7, "Maria has the account that she had: Microsoft's address led to it");
    assert_eq!(person.claim("sub").await?, story.user("seaview", MARIA).await?);
    person.forget().await?;

    step(8, "Ben has none, and the practice did not ask for accounts to be made by themselves");
    story.comes_and_types("seaview").await?;
    person.choose("Microsoft").await?;
    person.expect_refusal("/federation/");
    person.type_credentials("ben@seaview.test", "test").await?;
    story.reads("You do not have an account yet", "Your IT team").await?;
    person.forget().await
}

async fn has_single_sign_on_only(story: &Story<'_>, practice: &mut Company) -> anyhow::Result<()> {
    let person = story.person;

    step(9, "“SSO only” is refused while it could lock everybody out, and what lacks is said");
    let require = ["connection", "require", "seaview", "microsoft"];
    let refused = practice.administrator.types(&require).await;
    let why = format!("{:#}", refused.err().context("nobody is there yet, and it was not refused")?);
    assert!(why.contains("no owner of the tenant has signed in through this connection"), "{why}");

    step(10, "A second owner joins, who comes through Microsoft once");
    let mut people = json!({ "user": practice.people() });
    people["user"].as_array_mut().context("people")?.push(json!({
        "username": "olga",
        "email": OLGA,
        "name": "Olga Owner",
        "owner": true,
        "password": OLGAS_PASSWORD,
    }));
    practice.set(people).await?;
    story.comes_with_a_password("olga@seaview", OLGAS_PASSWORD).await?;
    person.forget().await?;
    story.comes_and_types(OLGA).await?;
    person.choose("Microsoft").await?;
    person.type_credentials(OLGA, "test").await?;
    person.signed_in().await?;
    person.forget().await?;

    step(11, "“SSO only”: everybody goes straight to Microsoft");
    practice.administrator.types(&require).await?;
    story.comes_and_types(MARIA).await?;
    person.type_credentials(MARIA, "test").await?;
    person.signed_in().await?;
    story.comes_back_until_the_thirtieth_time(&sign_in_link(person, MARIA)).await?;
    person.forget().await?;

    step(12, "Only owners keep a password");
    story.comes_with_a_password("omar@seaview", OWNERS_PASSWORD).await?;
    person.forget().await
}

async fn renews_the_secret(
    story: &Story<'_>,
    practice: &mut Company,
    (microsoft, app): (&Microsoft, &App),
) -> anyhow::Result<()> {
    let person = story.person;

    step(13, "The secret expires: people are told who can mend it, and their reference leads to how");
    microsoft.entra.change_app(&app.client_id, |app| app.secrets[0].expires_at = 0);
    story.comes_and_types(MARIA).await?;
    person.expect_refusal("/federation/");
    person.type_credentials(MARIA, "test").await?;
    story.reads("We could not sign you in", "Your IT team").await?;
    let reference = story.reference().await?;
    let trace = practice.administrator.types(&["trace", "show", &reference, "--tenant", "seaview"]).await?;
    assert!(trace.contains("The client secret has expired\n"), "{trace}");
    assert!(trace.contains("who: tenant_admin\n"), "{trace}");
    let found = practice.check("microsoft").await?;
    assert!(found.contains("The client secret has expired"), "{found}");

    step(14, "A new secret is entered in its place; nothing else has to be set up again");
    let renewed = "Lz9~the.second-value.of-a.secret";
    microsoft.entra.change_app(&app.client_id, |app| app.secrets.push(Secret::new(renewed, i64::MAX)));
    practice.connect("microsoft", json!({ "client_secret": renewed, "stage": "required" })).await?;
    assert_eq!(practice.told("microsoft", "callback_url").await?, app.redirect_uris[0]);
    story.comes_and_types(MARIA).await?;
    person.signed_in().await
}
