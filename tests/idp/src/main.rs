//! `test-idp`: the demo issuers on a port of their own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use doorward_test_idp::{Config, TestIdp};
use tokio::net::TcpListener;

/// An OpenID Provider for development and tests. Never expose it: anybody can sign in as anybody.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// The address to listen on.
    #[arg(long, env = "TEST_IDP_LISTEN", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// Where browsers and Relying Parties reach it; issuers are one path segment below.
    #[arg(long, env = "TEST_IDP_BASE_URL", default_value = "http://localhost:8081")]
    base_url: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let idp = TestIdp::new(Config::demo(&args.base_url, Arc::new(unix_seconds)))?;
    let listener = TcpListener::bind(args.listen).await?;
    for issuer in idp.issuers() {
        println!("{:<24} {} ({})", issuer.title(), issuer.url(), issuer.algorithm().name());
    }
    axum::serve(listener, idp.router()).await?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the clock that everything else is handed")]
fn unix_seconds() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX)
}
