//! The identity providers that companies have, as real as their emulators: people sign in through them by
//! plain OpenID Connect, and whatever they say when they refuse is in the catalogue of errors.

use std::sync::Arc;

use axum::Router;
use doorward_domain::{Clock as _, Connection};
use doorward_flows::{Browser, Page, World};
use doorward_service::federation::catalogue::{Catalogue, Product};
use doorward_test_idp::{Arm, KnownError, Now, Switch, Switches, entra, google, halopsa, okta};
use rstest::rstest;

const SECRET: &str = "upstream-secret";

/// A provider as a tenant has it: what its connection says, and somebody who can sign in.
struct Provider {
    product: Product,
    issuer: String,
    client_id: String,
    hosts: Vec<(&'static str, Router)>,
    username: &'static str,
    emulator: Emulator,
}

/// The handle, kept so that a switch which never fires is noticed.
enum Emulator {
    Entra(entra::Entra),
    Okta(okta::Okta),
    HaloPsa(halopsa::HaloPsa),
    Google(google::Google),
}

impl Emulator {
    fn switches(&self) -> &Switches {
        match self {
            Self::Entra(it) => it.switches(),
            Self::Okta(it) => it.switches(),
            Self::HaloPsa(it) => it.switches(),
            Self::Google(it) => it.switches(),
        }
    }
}

fn now(world: &World) -> Now {
    let clock = world.clock.clone();
    Arc::new(move || clock.now().as_secs())
}

fn contoso(world: &World, callback: &str) -> Provider {
    let emulator = entra::Entra::new(entra::LOGIN_URL, entra::GRAPH_URL, now(world));
    let tenant = entra::Tenant::new("Contoso", "contoso.example");
    emulator.add_tenant(tenant.clone());
    emulator
        .add_user(&tenant, entra::User::member(&tenant, "ana", "Ana Contoso").mail("ana@contoso.example"));
    let app = entra::App::new("Doorward", SECRET, callback);
    emulator.register(&tenant, app.clone());
    Provider {
        product: Product::Entra,
        issuer: format!("{}/{}/v2.0", entra::LOGIN_URL, tenant.id),
        client_id: app.client_id,
        hosts: vec![(entra::LOGIN_URL, emulator.router()), (entra::GRAPH_URL, emulator.graph_router())],
        username: "ana@contoso.example",
        emulator: Emulator::Entra(emulator),
    }
}

fn acme_at_okta(world: &World, callback: &str) -> Provider {
    let emulator = okta::Okta::new("https://acme.okta.com", None, now(world));
    emulator.add_user(okta::User::new("joe@acme.example", "Joe", "Jones"));
    let app = okta::App::new("Doorward", SECRET, callback);
    emulator.register(app.clone());
    Provider {
        product: Product::Okta,
        issuer: "https://acme.okta.com".to_owned(),
        client_id: app.client_id,
        hosts: vec![("https://acme.okta.com", emulator.router())],
        username: "joe@acme.example",
        emulator: Emulator::Okta(emulator),
    }
}

fn an_msp_at_halopsa(world: &World, callback: &str) -> Provider {
    let url = "https://acme.halopsa.com";
    let emulator = halopsa::HaloPsa::new(url, halopsa::Variant::dedicated(), now(world));
    emulator.add_person(halopsa::Person::end_user(1, "uwe", "Uwe User"));
    let kind = halopsa::AppKind::Web { secret: SECRET.to_owned() };
    let app = halopsa::App { kind, ..halopsa::App::web("Doorward", callback) };
    emulator.register(app.clone());
    Provider {
        product: Product::HaloPsa,
        issuer: format!("{url}/auth"),
        client_id: app.client_id,
        hosts: vec![(url, emulator.router())],
        username: "uwe",
        emulator: Emulator::HaloPsa(emulator),
    }
}

fn a_workspace_at_google(world: &World, callback: &str) -> Provider {
    let emulator = google::Google::new(google::Urls::real(), now(world));
    let kim = google::Account::of_organization("kim@acme.example", "Kim", "Kay", "acme.example");
    emulator.add_account(kim);
    let app = google::App::new("Doorward", SECRET, callback);
    emulator.register(app.clone());
    let hosts = [
        "https://accounts.google.com",
        "https://oauth2.googleapis.com",
        "https://openidconnect.googleapis.com",
        "https://www.googleapis.com",
    ];
    Provider {
        product: Product::Google,
        issuer: hosts[0].to_owned(),
        client_id: app.client_id,
        hosts: hosts.map(|host| (host, emulator.router())).to_vec(),
        username: "kim@acme.example",
        emulator: Emulator::Google(emulator),
    }
}

/// A world in which the victim's connection leads to a provider.
async fn connected(provider: fn(&World, &str) -> Provider) -> (World, Provider) {
    let world = World::new().await;
    let callback = world.url(&format!("/federation/{}/callback", world.k1));
    let provider = provider(&world, &callback);
    for (origin, router) in &provider.hosts {
        world.network.add(origin, router.clone());
    }
    let usual = world.connection(world.victim, world.k1, "good");
    let connection =
        Connection { issuer: provider.issuer.clone(), client_id: provider.client_id.clone(), ..usual };
    world.put(&connection).await;
    assert_eq!(Product::of(&connection), provider.product);
    (world, provider)
}

/// Types credentials at the provider, and agrees to what it asks.
async fn sign_in(world: &World, browser: &mut Browser, provider: &Provider) -> Page {
    let page = browser.open(&world.relying("c1").authorize(world, &[])).await;
    let page = browser.submit(&page, &[("username", "victim")]).await;
    let page = browser.submit(&page, &[("username", provider.username), ("password", "test")]).await;
    match page.body.contains("name=\"consent\"") {
        true => browser.submit(&page, &[("consent", "accept")]).await,
        false => page,
    }
}

#[rstest]
#[case::entra(contoso)]
#[case::okta(acme_at_okta)]
#[case::halopsa(an_msp_at_halopsa)]
#[case::google(a_workspace_at_google)]
#[tokio::test]
async fn people_sign_in_through_every_product(#[case] provider: fn(&World, &str) -> Provider) {
    let (world, provider) = connected(provider).await;
    let page = sign_in(&world, &mut world.browser(), &provider).await;
    let tokens = world.relying("c1").redeem(&world, &page).await;
    assert!(!tokens.str("id_token").is_empty());
}

#[rstest]
#[case::entra(contoso)]
#[case::okta(acme_at_okta)]
#[case::halopsa(an_msp_at_halopsa)]
#[case::google(a_workspace_at_google)]
#[tokio::test]
async fn a_false_token_of_any_product_signs_nobody_in(#[case] provider: fn(&World, &str) -> Provider) {
    let (world, provider) = connected(provider).await;
    for switch in [Switch::WrongIssuer, Switch::Unsigned, Switch::SignedWithSecret, Switch::NonceMissing] {
        let arm = Arm::from(switch).client(&provider.client_id).person(provider.username).times(1);
        provider.emulator.switches().arm(arm);
        sign_in(&world, &mut world.browser(), &provider).await.assert_told(400);
        assert_eq!(provider.emulator.switches().fired(switch), 1, "{switch:?}");
        // A key that nobody published is looked for once a minute only.
        world.pass(61);
    }
}

/// What an error reads like on the way: filled in, and with a number where there is one.
fn worded(product: Product, error: &KnownError) -> String {
    match product {
        Product::Entra => format!("AADSTS{}: {}", error.number, error.text),
        _ => error.text.to_owned(),
    }
}

#[rstest]
#[case::entra(Product::Entra, entra::errors(), &[])]
// A logout, and requests of other kinds than ours, are for the general rows.
#[case::okta(Product::Okta, okta::errors(), &["unsupported_grant_type", "invalid_token", "invalid_request"])]
#[case::halopsa(
    Product::HaloPsa,
    halopsa::errors(),
    &["unsupported_response_type", "unsupported_grant_type", "access_denied", "login_required", "server_error"]
)]
#[case::google(Product::Google, google::errors(), &[])]
fn every_error_that_an_emulator_names_is_in_the_catalogue(
    #[case] product: Product,
    #[case] errors: &[KnownError],
    #[case] general: &[&str],
) {
    let catalogue = Catalogue::get();
    for error in errors {
        let text = worded(product, error);
        let row = catalogue.told(product, error.error, Some(&text));
        let row = row.unwrap_or_else(|| panic!("nobody knows {} {text}", error.error));
        let own = catalogue.rows(product).iter().any(|known| std::ptr::eq(known, row));
        assert!(own || general.contains(&error.error), "{} {text} has no row of its own", error.error);
    }
}
