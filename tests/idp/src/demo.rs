//! All emulators beside each other, with people in them, for trying things by hand.

use axum::Router;

use crate::common::clock::Now;
use crate::entra::{self, Entra};
use crate::google::{self, Google, Urls};
use crate::halopsa::{self, HaloPsa, Variant};
use crate::okta::{self, Okta};

/// The secret of every demo app.
const SECRET: &str = "demo~secret";

/// One of each emulator.
#[derive(Clone)]
pub struct Demo {
    /// Entra, with the tenant Contoso.
    pub entra: Entra,
    /// Okta.
    pub okta: Okta,
    /// HaloPSA, a shared instance with the tenant `demo`.
    pub halopsa: HaloPsa,
    /// Google, with a Workspace organisation.
    pub google: Google,
    /// What to configure a Relying Party with: kind, issuer, `client_id`, secret.
    pub apps: Vec<[String; 4]>,
}

impl Demo {
    /// All of them below this URL, each with an app that may return to these places.
    pub fn new(base_url: &str, redirect_uris: &[String], now: &Now) -> Self {
        let base_url = base_url.trim_end_matches('/');
        let at = |name: &str| format!("{base_url}/{name}");
        let (entra, entra_app) = contoso(&at("entra"), &at("graph"), redirect_uris, now);
        let (okta, okta_app) = org(&at("okta"), redirect_uris, now);
        let (halopsa, halo_app) = instance(&at("halopsa"), redirect_uris, now);
        let (google, google_app) = workspace(&at("google"), redirect_uris, now);
        Self { entra, okta, halopsa, google, apps: vec![entra_app, okta_app, halo_app, google_app] }
    }

    /// What is below the base URL.
    pub fn router(&self) -> Router {
        self.entra
            .router()
            .merge(self.entra.graph_router())
            .merge(self.okta.router())
            .merge(self.halopsa.router())
            .merge(self.google.router())
    }

    /// The control planes, for a port that no broker may reach.
    pub fn control(&self) -> Router {
        Router::new()
            .nest("/entra", self.entra.control())
            .nest("/okta", self.okta.control())
            .nest("/halopsa", self.halopsa.control())
            .nest("/google", self.google.control())
    }
}

fn told(kind: &str, issuer: String, client_id: &str, secret: &str) -> [String; 4] {
    [kind.to_owned(), issuer, client_id.to_owned(), secret.to_owned()]
}

fn contoso(login: &str, graph: &str, redirect_uris: &[String], now: &Now) -> (Entra, [String; 4]) {
    let entra = Entra::new(login, graph, now.clone());
    let tenant = entra::Tenant::new("Contoso", "contoso.example");
    entra.add_tenant(tenant.clone());
    let member = |name: &str, display_name: &str| entra::User::member(&tenant, name, display_name);
    for user in [
        member("ana", "Ana Contoso").mail("ana@contoso.example").noted("everything as it should be"),
        member("nora", "Nora Nomail").noted("has no mail"),
        member("eve", "Eve Evil").mail("ceo@victim.example").noted("an administrator typed this mail"),
        member("root", "Ada Admin").administrator().noted("administrator"),
    ] {
        entra.add_user(&tenant, user);
    }
    let app = entra::App {
        redirect_uris: redirect_uris.to_vec(),
        ..entra::App::new("Doorward", SECRET, "https://unused.example/")
    };
    entra.register(&tenant, app.clone());
    let issuer = format!("{login}/{}/v2.0", tenant.id);
    (entra, told("entra", issuer, &app.client_id, SECRET))
}

fn org(url: &str, redirect_uris: &[String], now: &Now) -> (Okta, [String; 4]) {
    let okta = Okta::new(url, None, now.clone());
    okta.add_server(okta::AuthorizationServer::new("default"));
    okta.add_user(okta::User::new("joe@acme.example", "Joe", "Jones").groups(&["staff"]));
    okta.add_user(okta::User::new("eve@acme.example", "Eve", "Evans"));
    let app = okta::App {
        redirect_uris: redirect_uris.to_vec(),
        groups_claim: Some(okta::GroupsFilter::All),
        ..okta::App::new("Doorward", SECRET, "https://unused.example/")
    };
    okta.register(app.clone());
    (okta, told("okta", url.to_owned(), &app.client_id, SECRET))
}

fn instance(url: &str, redirect_uris: &[String], now: &Now) -> (HaloPsa, [String; 4]) {
    let halo = HaloPsa::new(url, Variant::hosted("demo"), now.clone());
    halo.add_person(halopsa::Person::agent(1, "tess", "Tess Technician"));
    halo.add_person(halopsa::Person::end_user(1, "uwe", "Uwe User"));
    let app = halopsa::App {
        redirect_uris: redirect_uris.to_vec(),
        ..halopsa::App::web("Doorward", "https://unused.example/")
    };
    halo.register(app.clone());
    let issuer = format!("{url}/auth");
    let told = told("halopsa", issuer, &app.client_id, app.secret().unwrap_or_default());
    (halo, told)
}

fn workspace(url: &str, redirect_uris: &[String], now: &Now) -> (Google, [String; 4]) {
    let google = Google::new(Urls::at(url), now.clone());
    google.add_account(google::Account::of_organization("kim@acme.example", "Kim", "Kay", "acme.example"));
    google.add_account(google::Account::private("pat@gmail.example", "Pat", "Private"));
    let app = google::App {
        redirect_uris: redirect_uris.to_vec(),
        ..google::App::new("Doorward", SECRET, "https://unused.example/")
    };
    google.register(app.clone());
    (google, told("google", url.to_owned(), &app.client_id, SECRET))
}
