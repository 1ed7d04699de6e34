//! Debian's Chromium under its driver.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use thirtyfour::ChromiumLikeCapabilities as _;
use thirtyfour::{DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(60);

/// No display, nothing from the network but what a test opens. `--no-sandbox` lets root run it, as
/// containers do; the pages are our own.
const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A driver that waits for sessions; it ends with this value.
pub struct Chromedriver {
    port: u16,
    chromium: PathBuf,
    folder: PathBuf,
    _process: Child,
}

impl Chromedriver {
    /// Starts a driver on a free port; browsers keep their profiles in `folder`.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        let chromium = installed("chromium")?;
        let mut process = Command::new(installed("chromedriver")?)
            .arg("--port=0")
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(process.stdout.take().context("no standard output")?).lines();
        let port = timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, port)) = line.split_once("started successfully on port ") {
                    return Ok(port.trim_end_matches('.').parse()?);
                }
            }
            bail!("chromedriver ended")
        });
        let port = port.await.context("chromedriver is not ready")??;
        Ok(Self { port, chromium, folder: folder.to_owned(), _process: process })
    }

    /// A browser that nobody has used before.
    pub async fn browser(&self) -> anyhow::Result<WebDriver> {
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(&self.chromium.display().to_string())?;
        for flag in FLAGS {
            wanted.add_arg(flag)?;
        }
        wanted.add_arg("--window-size=1280,900")?;
        wanted.add_arg(&format!("--user-data-dir={}", self.folder.join("profile").display()))?;
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        Ok(WebDriver::new(format!("http://127.0.0.1:{}", self.port), wanted).await?)
    }
}

/// A program on the search path.
fn installed(program: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.exists());
    found.with_context(|| {
        format!("{program} is not installed; on Debian: apt-get install chromium chromium-driver")
    })
}
