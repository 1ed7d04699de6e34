//! Halo with Okta: agents and end users sign in independently of each other, with Okta's groups and its second
//! factor, and leavers are out.

use doorward_stories::{Company, Site, Story, now, sign_in_link, step, tell};
use doorward_test_idp::okta::{App, AuthorizationServer, GroupsFilter, Okta, Status, User};
use serde_json::json;

const AGENTS_SECRET: &str = "the-secret-of-the-agents-at-helpwell-okta";
const END_USERS_SECRET: &str = "the-secret-of-everybody-at-helpwell-okta";
/// What apps read where somebody has used several factors.
const TWO_FACTORS: &str = "https://refeds.org/profile/mfa";
const ADA: &str = "ada@helpwell.test";
const UWE: &str = "uwe@helpwell.test";
const GUS: &str = "gus@helpwell.test";

#[tokio::test]
async fn a_service_desk_signs_in_with_okta() -> anyhow::Result<()> {
    tell(async |story| {
        let site = Site::new().await?;
        let url = site.url.clone();
        let okta = Okta::new(&url, None, now());
        okta.add_server(AuthorizationServer::new("default"));
        let ada = User::new(ADA, "Ada", "Abel").groups(&["Agents", "Leads", "Bern office"]);
        okta.add_user(User { email: Some("ada.abel@helpwell.test".to_owned()), ..ada });
        okta.add_user(User::new(UWE, "Uwe", "Unger"));
        okta.add_user(User { has_otp: false, ..User::new(GUS, "Gus", "Gerber").groups(&["Agents"]) });
        site.open(okta.router());

        let mut desk = connects(story, (&okta, &url)).await?;
        maps_what_okta_says(story, &mut desk).await?;
        lets_end_users_in(story, &mut desk).await?;
        lets_agents_in(story, &mut desk, &okta).await?;
        loses_somebody(story, &desk, &okta).await
    })
    .await
}

async fn connects(story: &Story<'_>, (okta, url): (&Okta, &str)) -> anyhow::Result<Company> {
    step(1, "A connection for agents, another one for end users, and their callback URLs");
    let desk = json!({
        "slug": "helpwell",
        "name": "Helpwell",
        "domains": ["helpwell.test"],
        "population": [{ "name": "agents", "title": "Agents" }, { "name": "end-users", "title": "End users" }],
    });
    let mut desk = story.new_company(desk).await?;
    let begun = json!({ "title": "Helpwell agents", "population": "agents", "kind": "okta", "org": url });
    desk.connect("agents", begun).await?;
    let begun = json!({
        "title": "Helpwell self-service",
        "population": "end-users",
        "kind": "okta",
        "org": url,
        "authorization_server": "default",
    });
    desk.connect("end-users", begun).await?;

    step(2, "In Okta: an app for agents, assigned to their group and telling groups, and one for everybody");
    let callback = desk.told("agents", "callback_url").await?;
    let for_agents = App {
        assignments: vec!["Agents".to_owned()],
        groups_claim: Some(GroupsFilter::All),
        ..App::new("Halo agents", AGENTS_SECRET, &callback)
    };
    let callback = desk.told("end-users", "callback_url").await?;
    let for_everybody = App::new("Halo self-service", END_USERS_SECRET, &callback);
    let client_ids = [for_agents.client_id.clone(), for_everybody.client_id.clone()];
    okta.register(for_agents);
    okta.register(for_everybody);

    step(3, "Client ids and secrets; Okta knows them");
    let secrets = [AGENTS_SECRET, END_USERS_SECRET];
    for ((name, client_id), secret) in ["agents", "end-users"].into_iter().zip(client_ids).zip(secrets) {
        let complete = json!({
            "client_id": client_id,
            "client_secret": secret,
            "provisioning": "just_in_time",
        });
        desk.connect(name, complete).await?;
        let found = desk.check(name).await?;
        assert!(found.starts_with("accepted"), "{name}: {found}");
    }
    Ok(desk)
}

async fn maps_what_okta_says(story: &Story<'_>, desk: &mut Company) -> anyhow::Result<()> {
    step(4, "Okta's groups become roles and sites, its address the user name, its second factor ours");
    let mapped = json!({
        "scopes": ["openid", "profile", "email", "groups"],
        "mapping": { "preferred_username": "email", "name": { "required": true } },
        "standing": {
            "roles": [
                { "gives": "agent", "groups": ["Agents"] },
                { "gives": "lead", "groups": ["Leads"] },
                { "gives": "administrator", "groups": ["Admins"] },
            ],
            "sites": [{ "gives": "Bern", "groups": ["Bern office"] }],
        },
        "acr": { "urn:okta:loa:2fa:any": TWO_FACTORS },
    });
    desk.connect("agents", mapped).await?;
    desk.connect("end-users", json!({ "standing": { "default_roles": ["end-user"] } })).await?;

    step(5, "Before anybody is sent there, Ada tries it; nothing is created");
    let came_to = story.tests(desk, "agents", ADA).await?;
    assert!(came_to.contains("As somebody new"), "{came_to}");
    let people = desk.administrator.reads(&["user", "list", "helpwell"]).await?;
    assert_eq!(people, json!([]));
    Ok(())
}

async fn lets_end_users_in(story: &Story<'_>, desk: &mut Company) -> anyhow::Result<()> {
    let person = story.person;

    step(6, "The end users' connection is live; it is the only one, so they go straight to Okta");
    desk.connect("end-users", json!({ "stage": "live" })).await?;
    story.comes_and_types(UWE).await?;
    person.type_credentials(UWE, "test").await?;
    person.signed_in().await?;
    assert_eq!(person.claim("roles").await?, r#"["end-user"]"#);
    story.comes_back_until_the_thirtieth_time(&sign_in_link(person, "helpwell")).await?;
    person.forget().await
}

async fn lets_agents_in(story: &Story<'_>, desk: &mut Company, okta: &Okta) -> anyhow::Result<()> {
    let person = story.person;

    step(7, "The agents' is live too: people say which they are, and Uwe is no agent");
    desk.connect("agents", json!({ "stage": "live" })).await?;
    story.comes_and_types("helpwell").await?;
    person.choose("Helpwell agents").await?;
    person.expect_refusal("/federation/");
    person.type_credentials(UWE, "test").await?;
    story.reads("We could not sign you in", "can give you access there").await?;
    person.forget().await?;

    step(8, "The app lets nobody in without a second factor: Gus has none at Okta, and reads who can help");
    let asks = story.operator.file("asks.json", r#"{ "require_mfa": true }"#)?;
    story.operator.types(&["client", "update", "sample-app", &asks]).await?;
    story.comes_and_types("helpwell").await?;
    person.choose("Helpwell agents").await?;
    person.expect_refusal("/federation/");
    person.type_credentials(GUS, "test").await?;
    story.reads("We could not sign you in", "lets nobody in without a second proof of who they are").await?;
    story.reads("We could not sign you in", "You can try again with a second factor").await?;
    let reference = story.reference().await?;
    let trace = ["trace", "show", &reference, "--tenant", "helpwell"];
    let trace = desk.administrator.types(&trace).await?;
    assert!(trace.contains("Set up the stronger authenticator at the Okta dashboard"), "{trace}");
    person.forget().await?;

    step(9, "He sets up an authenticator app at Okta, and is in");
    okta.change_user(GUS, |gus| gus.has_otp = true);
    story.comes_and_types("helpwell").await?;
    person.choose("Helpwell agents").await?;
    person.type_credentials(GUS, "test").await?;
    person.fill("#otp", "123456").await?;
    person.follow("#verify").await?;
    person.signed_in().await?;
    assert_eq!(person.claim("roles").await?, r#"["agent"]"#);
    person.forget().await?;

    step(10, "Okta asks Ada for her second factor, and the app is told of it");
    story.comes_and_types("helpwell").await?;
    person.choose("Helpwell agents").await?;
    person.type_credentials(ADA, "test").await?;
    person.fill("#otp", "123456").await?;
    person.follow("#verify").await?;
    person.signed_in().await?;
    assert_eq!(person.claim("acr").await?, TWO_FACTORS);
    assert!(person.claim("amr").await?.contains("mfa"));
    assert_eq!(person.claim("roles").await?, r#"["agent","lead"]"#);
    assert_eq!(person.claim("sites").await?, r#"["Bern"]"#);
    assert_eq!(person.claim("preferred_username").await?, "ada.abel@helpwell.test");
    Ok(())
}

async fn loses_somebody(story: &Story<'_>, desk: &Company, okta: &Okta) -> anyhow::Result<()> {
    let person = story.person;

    step(11, "Ada leaves: she is disabled here, and out of the app at once");
    okta.change_user(ADA, |ada| ada.status = Status::Deprovisioned);
    let ada = person.claim("sub").await?;
    desk.administrator.types(&["user", "disable", "helpwell", &ada]).await?;
    person.expect_refusal("/refresh");
    person.follow("#refresh").await?;
    assert_eq!(person.text("#error").await?, "invalid_grant");
    person.forget().await?;

    step(12, "Okta lets her in no more either");
    story.comes_and_types("helpwell").await?;
    person.choose("Helpwell agents").await?;
    person.type_credentials(ADA, "test").await?;
    assert_eq!(person.text("#error").await?, "Unable to sign in");
    Ok(())
}
