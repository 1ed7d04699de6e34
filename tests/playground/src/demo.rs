//! The demo tenants and apps, and those of `--apply` files.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use doorward::config::Config;
use doorward::serve::Broker;
use doorward_service::management::document::{Connection, Document, Reference, SecretSource, Tenant};
use doorward_service::management::identities::IdentityList;
use serde_json::Value;

use crate::companies::Callback;
use crate::hosts::Hosts;
use crate::report::LocalUser;

/// The files of `data/demo`, with placeholders for the hosts.
const FILES: [(&str, &str); 10] = [
    ("data/demo/acme.toml", include_str!("../../../data/demo/acme.toml")),
    ("data/demo/northwind.toml", include_str!("../../../data/demo/northwind.toml")),
    ("data/demo/benji.toml", include_str!("../../../data/demo/benji.toml")),
    ("data/demo/harbor.toml", include_str!("../../../data/demo/harbor.toml")),
    ("data/demo/bayside.toml", include_str!("../../../data/demo/bayside.toml")),
    ("data/demo/meridian.toml", include_str!("../../../data/demo/meridian.toml")),
    ("data/demo/ledger.toml", include_str!("../../../data/demo/ledger.toml")),
    ("data/demo/swift.toml", include_str!("../../../data/demo/swift.toml")),
    ("data/demo/brightdesk.toml", include_str!("../../../data/demo/brightdesk.toml")),
    ("data/demo/apps.toml", include_str!("../../../data/demo/apps.toml")),
];

/// Whose account a subject is at a provider, before anybody has come.
const LIST: (&str, &str, &str) =
    ("meridian", "providers", include_str!("../../../data/demo/meridian-providers.csv"));

/// The client that the sample app is.
pub const SAMPLE_APP: &str = "sample-app";

/// What the playground starts with.
pub struct Demo {
    /// The documents, the demo's own first, with their secrets in clear.
    documents: Vec<Document>,
    /// How many of them are the demo's own.
    own: usize,
}

/// What there is once the demo has been applied, as the admin API shows it.
pub struct Applied {
    /// The connections of the demo's tenants.
    pub connections: Vec<Value>,
    /// The demo's clients.
    pub clients: Vec<Value>,
}

impl Applied {
    /// What is to be registered at the providers.
    pub fn callbacks(&self) -> Vec<Callback> {
        let text = |view: &Value, name: &str| view[name].as_str().unwrap_or_default().to_owned();
        let callback = |view| Callback {
            tenant: text(view, "tenant"),
            connection: text(view, "name"),
            url: text(view, "callback_url"),
        };
        self.connections.iter().map(callback).collect()
    }
}

impl Demo {
    /// Reads the demo's files and those of `--apply`.
    pub fn read(hosts: &Hosts, apply: &[PathBuf]) -> anyhow::Result<Self> {
        let mut documents = own_documents(hosts)?;
        let own = documents.len();
        for path in apply {
            documents.push(read(path).with_context(|| format!("cannot use {}", path.display()))?);
        }
        Ok(Self { documents, own })
    }

    /// Puts everything into the broker's store, before anybody serves from it.
    pub async fn apply(&self, config: &Config) -> anyhow::Result<Applied> {
        let broker = Broker::open(config).await?;
        let management = broker.management();
        let mut applied = Applied { connections: Vec::new(), clients: Vec::new() };
        for document in &self.documents {
            management.apply(document, "playground").await?;
            for tenant in &document.tenants {
                let connections = management.connections(tenant.slug.as_str()).await?.items;
                applied
                    .connections
                    .extend(connections.iter().filter_map(|view| serde_json::to_value(view).ok()));
            }
            for client in &document.clients {
                applied
                    .clients
                    .push(serde_json::to_value(management.client(client.client_id.as_str()).await?.view)?);
            }
        }
        let (tenant, connection, list) = LIST;
        let list = IdentityList { list: list.to_owned(), dry_run: false };
        management.load_identities(tenant, connection, &list, "playground").await?;
        broker.close().await;
        Ok(applied)
    }

    /// The demo's own connections, whose people the test IdP knows.
    pub fn own_connections(&self) -> impl Iterator<Item = (&Tenant, &Connection)> {
        let tenants = self.documents[..self.own].iter().flat_map(|it| &it.tenants);
        tenants.flat_map(|tenant| tenant.connections.iter().map(move |connection| (tenant, connection)))
    }

    /// One of the demo's own connections.
    pub fn own_connection(&self, slug: &str, name: &str) -> Option<(&Tenant, &Connection)> {
        self.own_connections()
            .find(|(tenant, connection)| tenant.slug.as_str() == slug && connection.name == name)
    }

    /// Those who sign in with a password at the broker itself.
    pub fn local_users(&self) -> Vec<LocalUser> {
        let tenants = self.documents.iter().flat_map(|it| &it.tenants);
        let users = tenants.flat_map(|tenant| tenant.users.iter().map(move |user| (tenant, user)));
        let with_password = users.filter_map(|(tenant, user)| match user.password.as_ref()? {
            SecretSource::Literal(password) => Some(LocalUser {
                login: match (&user.username, &user.email) {
                    (Some(username), _) => format!("{username}@{}", tenant.slug),
                    (None, email) => email.as_ref()?.to_string(),
                },
                password: password.expose().to_owned(),
                tenant: tenant.slug.to_string(),
            }),
            SecretSource::At(_) => None,
        });
        with_password.collect()
    }

    /// The secret of a client, when the documents give it one.
    pub fn secret(&self, client_id: &str) -> Option<&str> {
        let mut clients = self.documents.iter().flat_map(|it| &it.clients);
        match clients.find(|client| client.client_id.as_str() == client_id)?.client_secret.as_ref()? {
            SecretSource::Literal(secret) => Some(secret.expose()),
            SecretSource::At(_) => None,
        }
    }
}

fn own_documents(hosts: &Hosts) -> anyhow::Result<Vec<Document>> {
    FILES
        .into_iter()
        .map(|(name, text)| {
            let text = text
                .replace("{issuer}", &hosts.broker())
                .replace("{idp}", &hosts.idp())
                .replace("{app}", &hosts.app());
            toml::from_str(&text).with_context(|| format!("cannot use {name}"))
        })
        .collect()
}

fn read(path: &Path) -> anyhow::Result<Document> {
    let document: Document = toml::from_str(&std::fs::read_to_string(path)?)?;
    let resolved = document.resolve(|reference| match reference {
        Reference::File(path) => std::fs::read_to_string(path).map_err(|error| error.to_string()),
        Reference::Env(name) => std::env::var(name).map_err(|error| error.to_string()),
    })?;
    Ok(resolved.document)
}
