//! Healthie: a health group brings any OpenID Connect issuer, first in staging, then for those who have
//! accounts already; providers, clients and the group's parts each have their own.

use anyhow::Context as _;
use doorward_browser_tests::Authorize;
use doorward_stories::{Company, Site, Story, now, sign_in_link, step, tell};
use doorward_test_idp::{Client, Config, IssuerConfig, TestIdp};
use serde_json::{Value, json};

#[tokio::test]
async fn a_health_group_brings_its_own_issuers() -> anyhow::Result<()> {
    tell(async |story| {
        let issuers = Issuers::new().await?;
        let mut group = has_two_clients(story, &issuers).await?;
        tries_in_staging(story, &mut group).await?;
        links_accounts_by_address(story, &mut group).await?;
        links_accounts_by_a_list(story, &group).await?;
        tells_clients_from_providers(story, &mut group, &issuers).await?;
        has_a_part(story, &issuers).await
    })
    .await
}

/// The group's identity provider: an issuer for providers, one for clients, and one of a part of the group.
struct Issuers(TestIdp);

impl Issuers {
    async fn new() -> anyhow::Result<Self> {
        let site = Site::new().await?;
        let issuers = ["wellspring", "wellspring-clients", "wellspring-kids"].map(IssuerConfig::new).into();
        let idp = TestIdp::new(Config { base_url: site.url.clone(), issuers, now: now() })?;
        site.open(idp.router());
        Ok(Self(idp))
    }

    /// Sets up a connection to an issuer on both sides, with these fields beside the usual; there it is a
    /// client of its own.
    async fn join(
        &self,
        company: &mut Company,
        (connection, issuer): (&str, &str),
        fields: Value,
    ) -> anyhow::Result<()> {
        let issuer = self.0.issuer(issuer).context("no such issuer")?;
        let client_id = format!("doorward-{connection}");
        let secret = format!("the secret of {connection} of {}", company.slug);
        let usual = json!({
            "kind": "oidc",
            "issuer": issuer.url(),
            "client_id": client_id,
            "client_secret": secret,
        });
        company.connect(connection, usual).await?;
        issuer.register(Client {
            client_id,
            client_secret: Some(secret),
            redirect_uris: vec![company.told(connection, "callback_url").await?],
            ..Client::default()
        });
        let found = company.check(connection).await?;
        assert!(found.starts_with("accepted"), "{found}");
        company.connect(connection, fields).await
    }
}

async fn has_two_clients(story: &Story<'_>, issuers: &Issuers) -> anyhow::Result<Company> {
    step(1, "The group has an account, in which Alice and Uma work as providers");
    let group = json!({
        "slug": "wellspring",
        "name": "Wellspring Health",
        "domains": ["wellspring.example"],
        "population": [{ "name": "providers", "title": "Providers" }, { "name": "clients", "title": "Clients" }],
        "user": [
            { "email": "alice@wellspring.example", "name": "Dr. Alice Archer", "population": "providers" },
            { "username": "dr-uma", "name": "Dr. Uma Unproven", "population": "providers" },
        ],
    });
    let mut group = story.new_company(group).await?;

    step(2, "Two clients of the same issuer, for staging and for production, each with its own callback");
    for environment in ["staging", "production"] {
        let fields = json!({
            "title": "Wellspring providers",
            "population": "providers",
            "environment": environment,
        });
        issuers.join(&mut group, (environment, "wellspring"), fields).await?;
    }
    assert_ne!(group.told("staging", "callback_url").await?, group.told("production", "callback_url").await?);
    Ok(group)
}

async fn tries_in_staging(story: &Story<'_>, group: &mut Company) -> anyhow::Result<()> {
    let person = story.person;

    step(3, "Staging first: the staging app signs in, and production does not notice");
    let app = json!({
        "client_id": "staging-app",
        "name": "Sample app (staging)",
        "environment": "staging",
        "redirect_uris": [format!("{}/callback", person.playground.hosts.app)],
        "tenants": ["wellspring"],
        "trust": "first_party",
    });
    story.operator.apply(&json!({ "client": [app] })).await?;
    group.connect("staging", json!({ "stage": "live", "provisioning": "just_in_time" })).await?;
    let request = Authorize { client_id: "staging-app", scope: "openid", prompt: "" };
    person.open(request.url(person)?).await?;
    story.types("wellspring").await?;
    person.type_credentials("greg", "test").await?;
    assert!(!person.answered("code").await?.is_empty());
    person.forget().await?;
    story.comes_and_types("wellspring").await?;
    story.reads("Sign in to Sample app", "its sign-in is not ready yet").await
}

async fn links_accounts_by_address(story: &Story<'_>, group: &mut Company) -> anyhow::Result<()> {
    let person = story.person;

    step(4, "In production people have accounts: Alice's is found by her address at her first sign-in");
    group.connect("production", json!({ "stage": "live", "linking": "verified_email" })).await?;
    story.comes_and_types("alice@wellspring.example").await?;
    person.type_credentials("alice", "test").await?;
    person.signed_in().await?;
    assert_eq!(person.claim("sub").await?, story.user("wellspring", "alice@wellspring.example").await?);
    person.forget().await
}

async fn links_accounts_by_a_list(story: &Story<'_>, group: &Company) -> anyhow::Result<()> {
    let person = story.person;
    let administrator = &group.administrator;

    step(
        5,
        "Uma's address is not verified there, so a list says whose account her subject is; it is tried first",
    );
    let load = ["connection", "load-identities", "wellspring", "production"];
    let list = "subject,account\nwellspring-uma,dr-uma\nwellspring-nora,dr-nora\n";
    let list = administrator.file("people.csv", list)?;
    let tried = administrator.reads(&[&load[..], &[&list, "--dry-run"]].concat()).await?;
    assert_eq!(tried[0]["outcome"], "linked", "{tried}");
    assert_eq!(tried[1]["outcome"], "conflict", "nobody is dr-nora: {tried}");
    let list = administrator.file("people.csv", "subject,account\nwellspring-uma,dr-uma\n")?;
    administrator.types(&[&load[..], &[&list]].concat()).await?;
    story.comes_and_types("wellspring").await?;
    person.type_credentials("uma", "test").await?;
    person.signed_in().await?;
    assert_eq!(person.claim("sub").await?, story.user("wellspring", "dr-uma").await?);
    story.comes_back_until_the_thirtieth_time(&sign_in_link(person, "wellspring")).await?;
    person.forget().await?;

    step(6, "Who stands in no list is told so, and the administrator sees who came, and why not");
    story.comes_and_types("wellspring").await?;
    person.expect_refusal("/federation/");
    person.type_credentials("nora", "test").await?;
    story.reads("You do not have an account yet", "Your IT team").await?;
    let failed = administrator.types(&["trace", "list", "wellspring", "--outcome", "failed"]).await?;
    assert!(failed.contains(&story.reference().await?), "{failed}");
    assert!(failed.contains("There is no account for this person here"), "{failed}");
    person.forget().await
}

async fn tells_clients_from_providers(
    story: &Story<'_>,
    group: &mut Company,
    issuers: &Issuers,
) -> anyhow::Result<()> {
    let person = story.person;

    step(7, "Clients have another issuer, so people choose what they are");
    let fields = json!({
        "title": "Wellspring clients",
        "population": "clients",
        "provisioning": "just_in_time",
        "stage": "live",
    });
    issuers.join(group, ("clients", "wellspring-clients"), fields).await?;
    story.comes_and_types("wellspring").await?;
    person.choose("Wellspring clients").await?;
    person.type_credentials("nora", "test").await?;
    person.signed_in().await?;
    let nora = person.claim("sub").await?;
    let nora = group.administrator.reads(&["user", "show", "wellspring", &nora]).await?;
    assert_eq!(nora["population"], "clients", "{nora}");
    person.forget().await
}

async fn has_a_part(story: &Story<'_>, issuers: &Issuers) -> anyhow::Result<()> {
    let person = story.person;

    step(8, "A part of the group has an issuer of its own, and its people never see the group's");
    let part = json!({
        "slug": "wellspring-kids",
        "name": "Wellspring Kids",
        "parent": "wellspring",
        "domains": ["wellspring-kids.example"],
    });
    let mut part = story.new_company(part).await?;
    let fields = json!({ "title": "Wellspring Kids", "provisioning": "just_in_time", "stage": "live" });
    issuers.join(&mut part, ("providers", "wellspring-kids"), fields).await?;
    story.comes_and_types("alice@wellspring-kids.example").await?;
    person.type_credentials("alice", "test").await?;
    person.signed_in().await?;
    assert_eq!(person.claim("tenant").await?, "wellspring-kids");
    story.comes_back_until_the_thirtieth_time(&sign_in_link(person, "wellspring-kids")).await
}
