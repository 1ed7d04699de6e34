//! `doorward serve`: a broker in the foreground, its log on standard error.

use std::io::{IsTerminal as _, stderr};

use tracing_subscriber::EnvFilter;

use crate::config::Config;
use crate::log;
use crate::serve::{Broker, stop_signal};

/// Runs a broker until the process is asked to stop.
pub async fn serve(config: &Config) -> anyhow::Result<()> {
    log();
    let broker = Broker::open(config).await?;
    tracing::info!(issuer = config.issuer, listen = %config.listen, "doorward serves");
    broker.serve(stop_signal()).await?;
    tracing::info!("doorward has stopped");
    Ok(())
}

/// `DOORWARD_LOG` says what is logged, such as `info,doorward_service=debug`.
fn log() {
    let filter = EnvFilter::try_from_env("DOORWARD_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let format =
        tracing_subscriber::fmt().with_env_filter(log::without_strangers(filter)).with_writer(stderr);
    format.with_ansi(stderr().is_terminal()).init();
}
