//! The identity providers of the demo's companies that are no plain issuers: who works there, and
//! doorward as the app that the company's administrator has registered.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use axum::Router;
use doorward_service::management::document::{Connection, Kind, SecretSource, Tenant};
use doorward_test_idp::google::{self, Google, Urls};
use doorward_test_idp::halopsa::{self, HaloPsa, Variant};
use doorward_test_idp::okta::{self, AuthorizationServer, GroupsFilter, Okta};
use doorward_test_idp::{Now, Persona, entra};

/// The password of everybody at every identity provider of the demo.
pub const PASSWORD: &str = Persona::PASSWORD;

/// Who can sign in at a provider that is no plain issuer: company, population, name at the provider and
/// full name. The first of a company and population is the one that the playground proposes.
const PEOPLE: [(&str, &str, &str, &str); 9] = [
    ("bayside", "people", "maria", "Maria Marsh"),
    ("bayside", "people", "ben", "Ben Brook"),
    ("meridian-north", "people", "nils", "Nils Nygaard"),
    ("meridian-south", "people", "sara", "Sara Sande"),
    ("ledger", "people", "tess", "Tess Tally"),
    ("swift", "people", "carlo", "Carlo Conti"),
    ("swift", "people", "dora", "Dora Diaz"),
    ("brightdesk", "agents", "ada", "Ada Abel"),
    ("brightdesk", "end-users", "uwe", "Uwe Unger"),
];

/// Where a provider sends people back to: what an administrator copies from doorward to the provider.
/// Written as `TENANT/CONNECTION=URL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The company code.
    pub tenant: String,
    /// The connection.
    pub connection: String,
    /// The URL.
    pub url: String,
}

impl fmt::Display for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}={}", self.tenant, self.connection, self.url)
    }
}

impl FromStr for Callback {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').and_then(|(name, url)| Some((name.split_once('/')?, url)));
        let ((tenant, connection), url) = parts.ok_or("this is not TENANT/CONNECTION=URL")?;
        Ok(Self { tenant: tenant.to_owned(), connection: connection.to_owned(), url: url.to_owned() })
    }
}

/// Whom the playground proposes to sign in as, by the name that is typed at the provider.
pub fn proposed(tenant: &Tenant, connection: &Connection) -> Option<String> {
    if connection.kind == Kind::Oidc {
        return Some("alice".to_owned());
    }
    people(tenant, connection).next().map(|(typed, _)| typed)
}

/// What those of a connection's population type at the provider, with their full names.
fn people(tenant: &Tenant, connection: &Connection) -> impl Iterator<Item = (String, &'static str)> {
    let (slug, population) = (tenant.slug.as_str(), connection.population.as_str());
    let theirs = PEOPLE.iter().filter(move |(company, of, ..)| (*company, *of) == (slug, population));
    let (domain, kind) = (domain(tenant), connection.kind);
    theirs.map(move |(_, _, name, full_name)| match kind {
        Kind::HaloPsa => ((*name).to_owned(), *full_name),
        _ => (format!("{name}@{domain}"), *full_name),
    })
}

fn domain(tenant: &Tenant) -> String {
    tenant.domains.first().map(ToString::to_string).unwrap_or_default()
}

fn secret(connection: &Connection) -> &str {
    match &connection.client_secret {
        Some(SecretSource::Literal(secret)) => secret.expose(),
        _ => "",
    }
}

/// The providers, at the paths where the demo's documents have them.
pub struct Providers {
    entra: entra::Entra,
    orgs: BTreeMap<String, Okta>,
    others: Router,
    idp: String,
    now: Now,
}

impl Providers {
    /// Those below the test IdP's URL, without any company yet.
    pub fn new(idp: &str, now: Now) -> Self {
        Self {
            entra: entra::Entra::new(&format!("{idp}/entra"), &format!("{idp}/graph"), now.clone()),
            orgs: BTreeMap::new(),
            others: Router::new(),
            idp: idp.to_owned(),
            now,
        }
    }

    /// A company with its people, and doorward as an app that may return to `callback`.
    pub fn add(&mut self, tenant: &Tenant, connection: &Connection, callback: &str) {
        match connection.kind {
            // The test IdP has these as issuers of their own.
            Kind::Oidc => {}
            Kind::Entra => self.add_directory(tenant, connection, callback),
            Kind::Okta => self.add_to_org(tenant, connection, callback),
            Kind::HaloPsa => self.add_instance(tenant, connection, callback),
            Kind::Google => self.add_workspace(tenant, connection, callback),
        }
    }

    /// All of them.
    pub fn router(self) -> Router {
        let entra = self.entra.router().merge(self.entra.graph_router());
        self.orgs.values().fold(self.others.merge(entra), |all, org| all.merge(org.router()))
    }

    fn add_directory(&mut self, tenant: &Tenant, connection: &Connection, callback: &str) {
        let directory = entra::Tenant {
            id: connection.directory.clone().unwrap_or_default(),
            ..entra::Tenant::new(&tenant.name, &domain(tenant))
        };
        self.entra.add_tenant(directory.clone());
        for (address, name) in people(tenant, connection) {
            let local_part = address.split('@').next().unwrap_or_default();
            self.entra.add_user(&directory, entra::User::member(&directory, local_part, name).mail(&address));
        }
        let app = entra::App {
            client_id: connection.client_id.clone(),
            ..entra::App::new("Doorward", secret(connection), callback)
        };
        self.entra.register(&directory, app);
        self.entra.grant_admin_consent(&directory, &connection.client_id);
    }

    /// Assigned are those of the connection's population.
    fn add_to_org(&mut self, tenant: &Tenant, connection: &Connection, callback: &str) {
        let url = connection.org.clone().unwrap_or_default();
        let now = self.now.clone();
        let okta = self.orgs.entry(url).or_insert_with_key(|url| {
            let okta = Okta::new(url, None, now);
            okta.add_server(AuthorizationServer::new("default"));
            okta
        });
        let group = connection.population.as_str();
        for (login, name) in people(tenant, connection) {
            let (first, last) = name.split_once(' ').unwrap_or((name, ""));
            okta.add_user(okta::User::new(&login, first, last).groups(&[group]));
        }
        okta.register(okta::App {
            client_id: connection.client_id.clone(),
            assignments: vec![group.to_owned()],
            groups_claim: Some(GroupsFilter::All),
            ..okta::App::new(&connection.name, secret(connection), callback)
        });
    }

    fn add_instance(&mut self, tenant: &Tenant, connection: &Connection, callback: &str) {
        let variant = connection.tenant_parameter.as_deref().map_or(Variant::dedicated(), Variant::hosted);
        let halo = HaloPsa::new(&format!("{}/halopsa", self.idp), variant, self.now.clone());
        for ((username, name), number) in people(tenant, connection).zip(1..) {
            let email = Some(format!("{username}@{}", domain(tenant)));
            halo.add_person(halopsa::Person { email, ..halopsa::Person::agent(number, &username, name) });
        }
        let client_id = connection.client_id.clone();
        halo.register(halopsa::App { client_id, ..halopsa::App::native("Doorward", callback) });
        self.others = std::mem::take(&mut self.others).merge(halo.router());
    }

    /// Its people have agreed already that doorward learns who they are.
    fn add_workspace(&mut self, tenant: &Tenant, connection: &Connection, callback: &str) {
        let google = Google::new(Urls::at(&format!("{}/google", self.idp)), self.now.clone());
        for (address, name) in people(tenant, connection) {
            let (given, family) = name.split_once(' ').unwrap_or((name, ""));
            let account = google::Account::of_organization(&address, given, family, &domain(tenant));
            google.consent(&account, &connection.client_id);
            google.add_account(account);
        }
        google.register(google::App {
            client_id: connection.client_id.clone(),
            ..google::App::new("Doorward", secret(connection), callback)
        });
        self.others = std::mem::take(&mut self.others).merge(google.router());
    }
}
