//! `sample-app`: the app on a port of its own.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use doorward_sample_app::{Config, SampleApp};
use tokio::net::TcpListener;

/// A sample app that signs in at an OpenID Provider and shows everything it is given.
///
/// A client secret is read from the environment variable SAMPLE_APP_CLIENT_SECRET or from a file;
/// without one the app is a public client.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// The address to listen on.
    #[arg(long, env = "SAMPLE_APP_LISTEN", default_value = "127.0.0.1:8082")]
    listen: SocketAddr,
    /// Where browsers reach it.
    #[arg(long, env = "SAMPLE_APP_BASE_URL", default_value = "http://localhost:8082")]
    base_url: String,
    /// The OpenID Provider.
    #[arg(long, env = "SAMPLE_APP_ISSUER", default_value = "http://localhost:8080")]
    issuer: String,
    /// The client id there.
    #[arg(long, env = "SAMPLE_APP_CLIENT_ID")]
    client_id: String,
    /// A file with the client secret.
    #[arg(long, env = "SAMPLE_APP_CLIENT_SECRET_FILE")]
    client_secret_file: Option<PathBuf>,
    /// What to ask for beside openid.
    #[arg(long, env = "SAMPLE_APP_SCOPE", default_value = "profile email offline_access")]
    scope: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let client_secret = match &args.client_secret_file {
        Some(path) => {
            let secret = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
            Some(secret.trim_end().to_owned())
        }
        None => std::env::var("SAMPLE_APP_CLIENT_SECRET").ok(),
    };
    let app = SampleApp::new(Config {
        base_url: args.base_url.clone(),
        issuer: args.issuer,
        client_id: args.client_id,
        client_secret,
        scopes: args.scope.split_whitespace().map(str::to_owned).collect(),
    })?;
    let listener = TcpListener::bind(args.listen).await?;
    println!("sample app at {}", args.base_url);
    axum::serve(listener, app.router()).await?;
    Ok(())
}
