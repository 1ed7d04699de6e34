//! How long a broker takes from its start to its first answer.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::process::Command;

use crate::app::discovery_url;
use crate::browser::Http;
use crate::measure::now;
use crate::playground::{Description, stop};

const GIVE_UP: Duration = Duration::from_secs(30);

/// Starts the broker that `description` tells of on the data in `folder`, and stops it again. Returns
/// the time until it had answered with its discovery document. Nobody may be listening on its port.
///
/// # Errors
/// When it does not start or does not stop.
pub async fn first_answer(description: &Description, folder: &Path) -> anyhow::Result<Duration> {
    let folder = folder.to_str().context("a folder with a name in UTF-8")?;
    let command: Vec<&str> = description
        .serve
        .iter()
        .map(|argument| if *argument == description.data_dir { folder } else { argument })
        .collect();
    let (program, arguments) = command.split_first().context("no command to serve")?;
    let (http, url) = (Http::default(), discovery_url(&description.issuer));
    let begun = now();
    let mut process =
        Command::new(program).args(arguments).stdin(Stdio::null()).kill_on_drop(true).spawn()?;
    while http.get(&url, &[]).await.and_then(|answer| answer.ok()).is_err() {
        ensure!(begun.elapsed() < GIVE_UP, "the broker does not answer");
        ensure!(process.try_wait()?.is_none(), "the broker ended; see above");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let took = begun.elapsed();
    stop(&mut process).await?;
    Ok(took)
}
