//! `doorward backup`: a file of JSON lines, the last of which tells how many there are and what they
//! hash to, so that a copy that was cut or altered is noticed.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use doorward_service::management::backup::{BackedUp, restore};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::api::Api;
use crate::backend::Backend;
use crate::config::Config;

/// The last line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    records: usize,
    sha256: String,
}

/// Writes everything into `path`, which must not exist, and reads it again.
pub async fn create(api: &Api, path: &Path) -> anyhow::Result<usize> {
    let name = path.display();
    let options = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = BufWriter::new(options.with_context(|| format!("cannot create {name}"))?);
    let (mut digest, mut records) = (Sha256::new(), 0);
    for item in api.list(&["backup"]).await? {
        let line = format!("{item}\n");
        digest.update(&line);
        records += 1;
        file.write_all(line.as_bytes())?;
    }
    let seal = Seal { records, sha256: hex(&digest.finalize()) };
    writeln!(file, "{}", serde_json::to_string(&seal)?)?;
    File::sync_all(&file.into_inner()?)?;
    verify(path)
}

/// Checks a backup as a whole and every record of it; answers how many there are.
pub fn verify(path: &Path) -> anyhow::Result<usize> {
    Ok(read(path)?.len())
}

/// Puts a backup into the store that `config` names, which must be a new one.
pub async fn restore_into(config: &Config, path: &Path) -> anyhow::Result<usize> {
    let records = read(path)?;
    let backend = Backend::open(&config.store)?;
    let restored = restore(&*backend.store(), &records).await;
    backend.close().await;
    restored?;
    Ok(records.len())
}

fn read(path: &Path) -> anyhow::Result<Vec<BackedUp>> {
    let name = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    let Some(body) = text.trim_end_matches('\n').rfind('\n').map(|end| &text[..=end]) else {
        bail!("{name} is no backup");
    };
    let seal: Seal = serde_json::from_str(&text[body.len()..])
        .with_context(|| format!("{name} does not end like a backup; it was cut"))?;
    ensure!(seal.sha256 == hex(&Sha256::digest(body)), "{name} was altered: its digest is another one");
    let records: Vec<BackedUp> = body
        .lines()
        .map(|line| {
            serde_json::from_str(line).with_context(|| format!("{name} has a line that is no record"))
        })
        .collect::<Result<_, _>>()?;
    ensure!(records.len() == seal.records, "{name} has {} records, not {}", records.len(), seal.records);
    Ok(records)
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
