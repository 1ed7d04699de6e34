//! How sure an app must be of a person: what the provider says counts, its silence refuses, and a weaker
//! session steps up.

use doorward_domain::client::Assurance;
use doorward_domain::{Client, Clock as _, Connection, Session};
use doorward_flows::upstreams::entra::Contoso;
use doorward_flows::upstreams::okta::Acme;
use doorward_flows::upstreams::{admin, apply};
use doorward_flows::world::IDP;
use doorward_flows::{Browser, Page, Setup, World, local};
use doorward_service::identity::local::second_factor::code_of;
use doorward_store::records::at;
use doorward_test_idp::{IssuerConfig, Persona};
use http::{Method, StatusCode};
use rstest::rstest;
use serde_json::json;
use url::Url;

use crate::support::reregister;

const REFEDS: &str = "https://refeds.org/profile/mfa";

/// A world where `mia` proves herself with several factors, `gus` with a context of his provider's own, and
/// `alice` with a password.
async fn world() -> World {
    let usual = |name: &str| {
        let mut config = IssuerConfig::new(name);
        let person = |username: &str| {
            Persona::new(username, "test", &format!("{name}-{username}"))
                .with("email", format!("{username}@{name}.example"))
                .with("email_verified", true)
        };
        config.personas.push(person("mia").with("acr", REFEDS));
        config.personas.push(person("gus").with("acr", "gold"));
        config
    };
    World::with(Setup { issuers: vec![usual("good"), usual("evil")], ..Setup::default() }).await
}

async fn demand(world: &World, app: &str, assurance: Assurance) {
    reregister(world, app, |client: &mut Client| client.assurance = assurance).await;
}

fn mfa() -> Assurance {
    Assurance { mfa: true, ..Assurance::default() }
}

fn context(acr: &str) -> Assurance {
    Assurance { acr: vec![acr.to_owned()], ..Assurance::default() }
}

async fn sign_in(world: &World, browser: &mut Browser, app: &str, persona: &str) -> Page {
    world.sign_in(browser, &world.relying(app), "victim", persona).await
}

fn said(location: &Url, name: &str) -> Option<String> {
    location.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

#[rstest]
#[case::several_factors(mfa(), "mia", true)]
#[case::a_password(mfa(), "alice", false)]
#[case::a_context_that_says_nothing_of_factors(mfa(), "gus", false)]
#[case::the_context(context("gold"), "gus", true)]
#[case::another_context(context("gold"), "mia", false)]
#[case::no_context(context("gold"), "alice", false)]
#[tokio::test]
async fn what_the_provider_says_counts_and_its_silence_refuses(
    #[case] demanded: Assurance,
    #[case] persona: &str,
    #[case] enough: bool,
) {
    let world = world().await;
    demand(&world, "c1", demanded).await;
    let left = world.left_behind().await;
    let page = sign_in(&world, &mut world.browser(), "c1", persona).await;
    assert_eq!(page.parameter("code").is_some(), enough, "{page:?}");
    if !enough {
        page.assert_told(403);
        assert!(page.body.contains("Your IT team"), "{}", page.body);
        assert!(page.body.contains("error=unmet_authentication_requirements"), "{}", page.body);
        assert_eq!(world.left_behind().await, left, "nobody came in");
    }
}

#[tokio::test]
async fn a_weaker_session_steps_up_without_a_question_and_fails_where_no_page_may_be_shown() {
    let world = world().await;
    demand(&world, "c2", context("gold")).await;
    let mut browser = world.browser();
    assert!(sign_in(&world, &mut browser, "c1", "alice").await.parameter("code").is_some());
    let app = world.relying("c2");
    browser.get(&app.authorize(&world, &[("prompt", "none")])).await.assert_sent_back(&app, "login_required");
    let location = browser.get(&app.authorize(&world, &[])).await.location().unwrap();
    assert!(location.as_str().starts_with(&format!("{IDP}/good/authorize?")), "{location}");
    assert_eq!((said(&location, "acr_values").as_deref(), said(&location, "prompt")), (Some("gold"), None));
    // Where nothing can be asked for by name, the person proves themselves anew.
    demand(&world, "c2", mfa()).await;
    let location = browser.get(&app.authorize(&world, &[])).await.location().unwrap();
    assert_eq!((said(&location, "acr_values"), said(&location, "prompt").as_deref()), (None, Some("login")));
    // Where a context means several factors, that is asked for.
    world
        .change(&at::connection(world.victim, world.k1), |it: &mut Connection| {
            it.contexts.names.insert("strong".to_owned(), REFEDS.to_owned());
        })
        .await;
    let location = browser.get(&app.authorize(&world, &[])).await.location().unwrap();
    assert_eq!((said(&location, "acr_values").as_deref(), said(&location, "prompt")), (Some("strong"), None));
    // The other app is content with the session as it is.
    assert!(browser.get(&world.relying("c1").authorize(&world, &[])).await.parameter("code").is_some());
}

#[tokio::test]
async fn a_session_that_is_sure_enough_is_enough() {
    let world = world().await;
    demand(&world, "c2", mfa()).await;
    let mut browser = world.browser();
    sign_in(&world, &mut browser, "c1", "mia").await;
    let page = browser.get(&world.relying("c2").authorize(&world, &[("prompt", "none")])).await;
    assert!(page.parameter("code").is_some(), "{page:?}");
}

#[tokio::test]
async fn what_was_granted_on_less_ends_when_more_is_demanded() {
    let world = world().await;
    let app = world.relying("c1");
    let page = sign_in(&world, &mut world.browser(), "c1", "alice").await;
    let alice = app.redeem(&world, &page).await;
    let page = sign_in(&world, &mut world.browser(), "c1", "mia").await;
    let mia = app.redeem(&world, &page).await;
    demand(&world, "c1", mfa()).await;
    assert!(!app.is_active(&world, alice.str("access_token")).await);
    app.refresh(&world, alice.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
    assert!(app.is_active(&world, mia.str("access_token")).await);
    assert_eq!(app.refresh(&world, mia.str("refresh_token"), &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_password_here_is_one_factor_and_a_code_the_second() {
    let world = world().await;
    local::allow(&world).await;
    demand(&world, "c1", mfa()).await;
    let kim = local::person(&world, "kim", |_| ()).await;
    let page = local::try_password(&world, &mut world.browser(), "kim@victim.test", local::PASSWORD).await;
    page.assert_told(403);
    let secret = local::with_authenticator(&world, kim).await;
    let mut browser = world.browser();
    let page = local::try_password(&world, &mut browser, "kim@victim.test", local::PASSWORD).await;
    let code = code_of(&secret, world.clock.now()).unwrap();
    assert!(browser.submit(&page, &[("code", &code)]).await.parameter("code").is_some());
}

#[tokio::test]
async fn each_provider_is_asked_in_its_own_words() {
    let world = world().await;
    demand(&world, "c1", mfa()).await;
    let app = world.relying("c1");
    let acme = Acme::new(&world).await;
    let asked = app.authorize(&world, &[("tenant", "acme")]);
    let location = world.browser().get(&asked).await.location().unwrap();
    assert_eq!(said(&location, "acr_values").as_deref(), Some("urn:okta:loa:2fa:any"));
    let (mut browser, joe) = (world.browser(), "joe@acme.example");
    // Who has set up nothing of the kind is told what lacks, and so is the app.
    acme.okta.change_user(joe, |user| user.has_otp = false);
    let page = acme.connected.sign_in_with(&world, &mut world.browser(), &[], (joe, joe)).await;
    assert!(page.body.contains("lets nobody in without a second proof"), "{page:?}");
    assert!(page.body.contains("error=unmet_authentication_requirements"), "{}", page.body);
    acme.okta.change_user(joe, |user| user.has_otp = true);
    let page = acme.connected.sign_in_with(&world, &mut browser, &[], (joe, joe)).await;
    let page = browser.submit(&page, &[("otp", "123456")]).await;
    let tokens = app.redeem(&world, &page).await;
    assert_eq!(tokens.claims("id_token")["acr"], "urn:okta:loa:2fa:any");

    let contoso = Contoso::with(&world, json!({ "acr": { "c1": REFEDS } }), |app| app).await;
    let asked = app.authorize(&world, &[("tenant", "contoso")]);
    let location = world.browser().get(&asked).await.location().unwrap();
    let claims = said(&location, "claims").unwrap();
    assert!(claims.contains("acrs") && claims.contains("\"c1\""), "{claims}");
    assert_eq!(said(&location, "acr_values"), None);
    drop(contoso);
}

#[tokio::test]
async fn an_operator_demands_it_in_the_document() {
    let world = World::new().await;
    let client = json!({
        "client_id": "strict", "name": "Strict", "tenants": "all", "redirect_uris": ["https://strict.test/cb"],
        "client_secret": "a-secret-that-is-long-enough-for-anybody", "require_mfa": true, "require_acr": ["gold"],
    });
    let document = json!({ "client": [client] });
    apply(&world, &document).await.unwrap();
    assert_eq!(apply(&world, &document).await.unwrap()["changes"], json!([]));
    let view = admin(&world, Method::GET, "clients/strict", None).await.1;
    assert_eq!((&view["require_mfa"], &view["require_acr"]), (&json!(true), &json!(["gold"])));
}

/// The provider's session is a limit to ours (`session_expiry`).
#[tokio::test]
async fn a_session_ends_with_the_providers_and_the_app_is_told_when() {
    let world = World::with(Setup {
        issuers: vec![
            {
                let mut config = IssuerConfig::new("good");
                let ends = 1_800_000_000 + 600;
                config.personas.push(Persona::new("eve", "test", "good-eve").with("session_expiry", ends));
                config
            },
            IssuerConfig::new("evil"),
        ],
        ..Setup::default()
    })
    .await;
    let mut browser = world.browser();
    let app = world.relying("c1");
    let page = world.sign_in(&mut browser, &app, "victim", "eve").await;
    let tokens = app.redeem(&world, &page).await;
    assert_eq!(tokens.claims("id_token")["session_expiry"], 1_800_000_600);
    let session = world.all::<Session>(world.victim).await.remove(0);
    assert_eq!(session.ends_at.as_secs(), 1_800_000_600);
    world.pass(599);
    assert!(browser.get(&app.authorize(&world, &[])).await.parameter("code").is_some());
    world.pass(2);
    browser.get(&app.authorize(&world, &[])).await.assert_asks_to_sign_in();
    app.refresh(&world, tokens.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
}
