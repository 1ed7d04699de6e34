//! `test-idp`: the demo issuers and the emulators on a port of their own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use doorward_test_idp::{Config, Demo, Now, TestIdp};
use tokio::net::TcpListener;

/// Identity providers for development and tests. Never expose them: anybody can sign in as anybody.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// The address to listen on.
    #[arg(long, env = "TEST_IDP_LISTEN", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// Where browsers and Relying Parties reach it; issuers are one path segment below.
    #[arg(long, env = "TEST_IDP_BASE_URL", default_value = "http://localhost:8081")]
    base_url: String,
    /// Where the apps of the emulators may return to, separated by commas.
    #[arg(long, env = "TEST_IDP_REDIRECT_URIS", value_delimiter = ',')]
    redirect_uri: Vec<String>,
    /// The address of the control plane, which moves clocks and arms switches; without it there is none.
    #[arg(long, env = "TEST_IDP_CONTROL")]
    control: Option<SocketAddr>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let now: Now = Arc::new(unix_seconds);
    let idp = TestIdp::new(Config::demo(&args.base_url, now.clone()))?;
    let demo = Demo::new(&args.base_url, &args.redirect_uri, &now);
    let listener = TcpListener::bind(args.listen).await?;
    for issuer in idp.issuers() {
        println!("{:<24} {} ({})", issuer.title(), issuer.url(), issuer.algorithm().name());
    }
    for [kind, issuer, client_id, secret] in &demo.apps {
        println!("{kind:<24} {issuer} client_id {client_id} secret {secret}");
    }
    if let Some(address) = args.control {
        let control = TcpListener::bind(address).await?;
        let router = demo.control();
        tokio::spawn(async move { axum::serve(control, router).await });
    }
    axum::serve(listener, idp.router().merge(demo.router())).await?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the clock that everything else is handed")]
fn unix_seconds() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX)
}
