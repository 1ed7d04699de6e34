//! The three parts: broker, test IdP, sample app.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use doorward::config::{Config, Documents, Mode, Registration};
use doorward::serve::{Broker, stop_signal};
use doorward_net::PlainHttp;
use doorward_sample_app::SampleApp;
use doorward_service::management::document::Tenants;
use doorward_test_idp::{Algorithm, IssuerConfig, Now, TestIdp};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::companies::{Callback, Providers};
use crate::demo::{Demo, SAMPLE_APP};
use crate::hosts::Hosts;

/// The broker's configuration: the secure defaults, but for identity providers on loopback.
pub fn config(folder: &Path, hosts: &Hosts) -> Config {
    let mut config = Config::in_folder(folder);
    config.issuer = hosts.broker();
    config.listen = hosts.broker_address();
    config.egress.plain_http = PlainHttp::Loopback;
    config.mail.outbox = Some(folder.join("mail"));
    // Anybody may try their app here. Suites that test providers send no PKCE, and assertions for the token
    // endpoint.
    config.registration = Registration {
        mode: Mode::Open,
        client_id_metadata_documents: Documents::On,
        tenants: Some(Tenants::All),
        token_endpoint_audience: true,
        require_pkce: false,
        resources: hosts.resources().to_owned(),
        ..Registration::default()
    };
    config
}

/// Runs the broker until the process is asked to stop.
pub async fn broker(folder: &Path, hosts: &Hosts) -> anyhow::Result<()> {
    Broker::open(&config(folder, hosts)).await?.serve(stop_signal()).await
}

/// Runs the test IdP for ever; doorward is an app there that may return to `callbacks`.
pub async fn test_idp(hosts: &Hosts, callbacks: &[Callback]) -> anyhow::Result<()> {
    let now: Now = Arc::new(unix_seconds);
    let issuer = |name: &str, title: &str, algorithm| IssuerConfig {
        title: title.to_owned(),
        algorithm,
        any_loopback_client: true,
        ..IssuerConfig::new(name)
    };
    let issuers = vec![
        issuer("acme", "Acme Dental", Algorithm::Es256),
        issuer("northwind", "Northwind Traders", Algorithm::Rs256),
        issuer("benji", "Benji Care", Algorithm::Es256),
        issuer("meridian-providers", "Meridian Health: providers", Algorithm::Es256),
        issuer("meridian-clients", "Meridian Health: clients", Algorithm::Es256),
    ];
    let idp = TestIdp::new(doorward_test_idp::Config { base_url: hosts.idp(), issuers, now: now.clone() })?;
    let mut providers = Providers::new(&hosts.idp(), now);
    for (tenant, connection) in Demo::read(hosts, &[])?.own_connections() {
        let here = |it: &&Callback| it.tenant == tenant.slug.as_str() && it.connection == connection.name;
        if let Some(callback) = callbacks.iter().find(here) {
            providers.add(tenant, connection, &callback.url);
        }
    }
    let listener = listen(hosts.idp_address()).await?;
    Ok(axum::serve(listener, idp.router().merge(providers.router())).await?)
}

/// Runs the sample app for ever.
pub async fn sample_app(hosts: &Hosts) -> anyhow::Result<()> {
    let app = SampleApp::new(doorward_sample_app::Config {
        base_url: hosts.app(),
        issuer: hosts.broker(),
        client_id: SAMPLE_APP.to_owned(),
        client_secret: Demo::read(hosts, &[])?.secret(SAMPLE_APP).map(str::to_owned),
        scopes: ["profile", "email", "groups", "offline_access"].map(str::to_owned).to_vec(),
    })?;
    let listener = listen(hosts.app_address()).await?;
    Ok(axum::serve(listener, app.router()).await?)
}

/// Runs all three here; ends when one of them does.
pub fn all(folder: &Path, hosts: &Hosts, callbacks: Vec<Callback>) -> JoinHandle<anyhow::Result<()>> {
    let (folder, hosts) = (folder.to_owned(), hosts.clone());
    tokio::spawn(async move {
        tokio::select! {
            ended = broker(&folder, &hosts) => ended,
            ended = test_idp(&hosts, &callbacks) => ended,
            ended = sample_app(&hosts) => ended,
        }
    })
}

async fn listen(address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; try another --port-base"))
}

#[expect(clippy::disallowed_methods, reason = "the clock that everything else is handed")]
fn unix_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
