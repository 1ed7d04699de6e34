//! What the playground says when it is ready: where to click, or everything as one line of JSON.

use std::path::Path;

use doorward_domain::Environment;
use doorward_service::management::document::{Connection, Tenant};
use serde::Serialize;
use serde_json::Value;

use crate::companies::{self, PASSWORD};
use crate::demo::{Applied, Demo};
use crate::hosts::Hosts;
use crate::parts;

/// The line of JSON; outside tools rely on its names.
#[derive(Serialize)]
pub struct Report {
    issuer: String,
    idp: String,
    app: String,
    clients: Vec<ClientReport>,
    tenants: Vec<TenantReport>,
    local_users: Vec<LocalUser>,
    admin_api: AdminApi,
    data_dir: String,
    pids: Pids,
    serve: Vec<String>,
}

#[derive(Serialize)]
struct ClientReport {
    client_id: String,
    client_secret: Option<String>,
    token_endpoint_auth_method: String,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    scope: String,
}

#[derive(Serialize)]
struct TenantReport {
    slug: String,
    connection: String,
    connection_kind: String,
    callback_url: String,
    login: String,
    /// Only where what is typed leads straight to the provider; so for the password.
    idp_username: Option<String>,
    idp_password: Option<&'static str>,
    #[serde(skip)]
    told: Option<Told>,
}

/// What people are told of a connection of the demo's.
struct Told {
    company: String,
    kind: &'static str,
    username: String,
    /// The button to press first, if there is one.
    button: Option<String>,
}

/// Somebody who signs in with a password at the broker itself.
#[derive(Serialize)]
pub struct LocalUser {
    /// What to type at the sign-in page.
    pub login: String,
    /// The password.
    pub password: String,
    /// The company code.
    pub tenant: String,
}

#[derive(Serialize)]
struct AdminApi {
    url: String,
    token: String,
}

/// The processes; the same three times when everything runs in one.
#[derive(Clone, Copy, Serialize)]
pub struct Pids {
    /// The broker.
    pub broker: u32,
    /// The test IdP.
    pub idp: u32,
    /// The sample app.
    pub app: u32,
}

impl Pids {
    /// Everything in this process.
    pub fn here() -> Self {
        let pid = std::process::id();
        Self { broker: pid, idp: pid, app: pid }
    }
}

/// The command that starts the broker again on the same data.
pub fn serve_command(folder: &Path, hosts: &Hosts) -> anyhow::Result<Vec<String>> {
    let program = std::env::current_exe()?.display().to_string();
    let (folder, port) = (folder.display().to_string(), hosts.base().to_string());
    let command = [program.as_str(), "serve", "--data-dir", &folder, "--port-base", &port];
    let resources = hosts.resources().iter().flat_map(|resource| ["--resource", resource]);
    Ok(command.into_iter().chain(resources).map(str::to_owned).collect())
}

impl Report {
    /// Describes a playground that is ready.
    pub fn new(
        hosts: &Hosts,
        folder: &Path,
        demo: &Demo,
        applied: &Applied,
        pids: Pids,
    ) -> anyhow::Result<Self> {
        let config = parts::config(folder, hosts);
        Ok(Self {
            issuer: hosts.broker(),
            idp: hosts.idp(),
            app: hosts.app(),
            clients: applied.clients.iter().map(|view| ClientReport::new(view, demo)).collect(),
            tenants: tenants(demo, applied),
            local_users: demo.local_users(),
            admin_api: AdminApi {
                url: format!("{}/admin/v1", hosts.broker()),
                token: config.admin_token()?.expose().to_owned(),
            },
            data_dir: folder.display().to_string(),
            pids,
            serve: serve_command(folder, hosts)?,
        })
    }

    /// Prints it for a person or for a program.
    pub fn print(&self, json: bool) -> anyhow::Result<()> {
        if json {
            println!("{}", serde_json::to_string(self)?);
            return Ok(());
        }
        println!("doorward is ready.\n");
        println!("  1. Open the sample app     {}", self.app);
        println!("  2. Click “Sign in”, type one of these, or an address such as kim@acme.test,");
        println!("     and pick a person on the test IdP's page; every password there is “{PASSWORD}”");
        for tenant in &self.tenants {
            tenant.print();
        }
        println!();
        println!("  With a password at the broker itself:");
        for user in &self.local_users {
            println!("       {}   {}", user.login, user.password);
        }
        println!("  Mail goes to the folder {}/mail\n", self.data_dir);
        println!("  Broker      {}   (data in {})", self.issuer, self.data_dir);
        println!("  Test IdP    {}", self.idp);
        println!("  Admin API   {}   (bearer token in {}/admin.token)", self.admin_api.url, self.data_dir);
        println!("\nCtrl-C stops it all.");
        Ok(())
    }
}

impl ClientReport {
    fn new(view: &Value, demo: &Demo) -> Self {
        let client_id = text(view, "client_id");
        Self {
            client_secret: demo.secret(&client_id).map(str::to_owned),
            token_endpoint_auth_method: text(view, "token_endpoint_auth_method"),
            redirect_uris: texts(view, "redirect_uris"),
            post_logout_redirect_uris: texts(view, "post_logout_redirect_uris"),
            scope: text(view, "scope"),
            client_id,
        }
    }
}

/// Those first that are reached by typing alone.
fn tenants(demo: &Demo, applied: &Applied) -> Vec<TenantReport> {
    let mut all: Vec<_> = applied.connections.iter().map(|view| TenantReport::new(view, demo)).collect();
    all.sort_by_key(|tenant| tenant.idp_username.is_none());
    all
}

impl TenantReport {
    fn new(view: &Value, demo: &Demo) -> Self {
        let slug = text(view, "tenant");
        let own = demo.own_connection(&slug, &text(view, "name"));
        let told = own.and_then(|(tenant, connection)| Told::new(tenant, connection));
        let straight = told.as_ref().filter(|told| told.button.is_none());
        Self {
            connection: text(view, "id"),
            connection_kind: text(view, "kind"),
            callback_url: text(view, "callback_url"),
            login: slug.clone(),
            slug,
            idp_username: straight.map(|told| told.username.clone()),
            idp_password: straight.map(|_| PASSWORD),
            told,
        }
    }

    fn print(&self) {
        let Some(Told { company, kind, username, button }) = &self.told else { return };
        let button = button.as_ref().map_or(String::new(), |title| format!("   behind “{title}”"));
        println!("       {:<16} {company:<18} {kind:<8} {username}{button}", self.slug);
    }
}

impl Told {
    /// Nothing of a connection that no app of the demo's leads to.
    fn new(tenant: &Tenant, connection: &Connection) -> Option<Self> {
        let environment = Environment::default();
        let reached = |it: &&Connection| it.environment == environment;
        let alone = tenant.connections.iter().filter(reached).count() == 1;
        let beside_passwords = tenant.populations.iter().any(|it| it.local_sign_in == Some(true));
        reached(&connection).then_some(())?;
        Some(Self {
            company: tenant.name.clone(),
            kind: connection.kind.as_str(),
            username: companies::proposed(tenant, connection)?,
            button: (!alone || beside_passwords).then(|| connection.title.clone()).flatten(),
        })
    }
}

fn text(view: &Value, name: &str) -> String {
    view[name].as_str().unwrap_or_default().to_owned()
}

fn texts(view: &Value, name: &str) -> Vec<String> {
    let items = view[name].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
