//! The playground as a process of its own.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long a playground may take to be ready, on a machine that compiles beside.
const PATIENCE: Duration = Duration::from_secs(60);

/// A playground that is ready; it ends with this value.
pub struct Playground {
    /// Where everything is, as the playground itself says.
    pub hosts: Hosts,
    log: PathBuf,
    _process: Child,
}

/// The part of the playground's line of JSON that a browser needs.
#[derive(Debug, Deserialize)]
pub struct Hosts {
    /// The broker.
    pub issuer: String,
    /// The test IdP; its issuers are one path segment below.
    pub idp: String,
    /// The sample app.
    pub app: String,
    /// Where the broker's data is.
    pub data_dir: String,
    /// The connections of the demo's companies.
    pub tenants: Vec<Company>,
}

/// A connection of a company, and who can sign in through it.
#[derive(Debug, Deserialize)]
pub struct Company {
    /// What kind of provider it is.
    pub connection_kind: String,
    /// What to type at the sign-in page.
    pub login: String,
    /// What to type at the provider then, if that is where it leads.
    pub idp_username: Option<String>,
    /// The password there.
    pub idp_password: Option<String>,
}

impl Playground {
    /// Starts a playground on free ports; everything it writes goes to `folder`.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        let log = folder.join("playground.log");
        let mut process = Command::new(binary("playground")?)
            .args(["--json", "--port-base", &free_ports()?.to_string()])
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(process.stdout.take().context("no standard output")?).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.context("the playground is not ready")??;
        let Some(line) = line else {
            bail!("the playground did not start:\n{}", std::fs::read_to_string(&log)?);
        };
        let hosts = serde_json::from_str(&line).with_context(|| line.clone())?;
        Ok(Self { hosts, log, _process: process })
    }

    /// What it wrote to standard error.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// A binary, which cargo puts one folder above the test's own.
///
/// # Errors
/// When nobody has built it.
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.parent().and_then(Path::parent).context("the test lies in no target folder")?;
    let binary = folder.join(name).with_extension(std::env::consts::EXE_EXTENSION);
    ensure!(binary.exists(), "{} is missing; `cargo build --workspace --bins` makes it", binary.display());
    Ok(binary)
}

/// The first of three ports in a row that nobody listens on. Tests of one process never get the same.
fn free_ports() -> anyhow::Result<u16> {
    /// Below the ports that the system hands out by itself.
    const FROM: u16 = 20_000;
    const BLOCKS: u16 = 4_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % u32::from(BLOCKS))?;
    for _ in 0..BLOCKS {
        let block = (first + NEXT.fetch_add(1, Ordering::Relaxed)) % BLOCKS;
        let base = FROM + 3 * block;
        if (base..base + 3).all(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()) {
            return Ok(base);
        }
    }
    bail!("no three free ports in a row")
}
