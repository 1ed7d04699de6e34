//! The playground: a broker in a process of its own, which this crate starts or is pointed at.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::body::Body;
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::app::{self, App};
use crate::browser::Http;
use crate::fapi::{self, Signer};
use crate::upstream::{self, Upstream};

/// How long a playground may take to start or to stop, on a machine that compiles beside.
const PATIENCE: Duration = Duration::from_secs(60);

/// The part of the playground's line of JSON that measuring takes.
#[derive(Clone, Debug, Deserialize)]
pub struct Description {
    /// The broker's issuer identifier.
    pub issuer: String,
    /// Where its data is.
    pub data_dir: String,
    /// The processes.
    pub pids: Pids,
    /// The command that starts the broker alone on its data.
    pub serve: Vec<String>,
    admin_api: AdminApi,
}

/// The playground's processes.
#[derive(Clone, Debug, Deserialize)]
pub struct Pids {
    /// The broker.
    pub broker: u32,
}

#[derive(Clone, Debug, Deserialize)]
struct AdminApi {
    url: String,
    token: String,
}

impl Description {
    /// Reads what `playground --json --processes` printed to a file.
    ///
    /// # Errors
    /// When it is not that.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        serde_json::from_str(&text).with_context(|| format!("{} is not a playground's JSON", path.display()))
    }

    /// Introduces identity provider and app to the broker through its admin API, and the broker to the app,
    /// whose people are of the usual company.
    ///
    /// # Errors
    /// When the broker refuses.
    pub async fn introduce(&self, http: &Http, upstream: &Upstream) -> anyhow::Result<Arc<App>> {
        self.introduce_all(http, &[(app::COMPANY.to_owned(), upstream.issuer())]).await
    }

    /// The same for people of these companies, each with its issuer.
    ///
    /// # Errors
    /// When the broker refuses.
    pub async fn introduce_all(&self, http: &Http, companies: &[(String, &str)]) -> anyhow::Result<Arc<App>> {
        let signer = Signer::generate()?;
        self.apply(http, &apps(&signer)).await?;
        for part in companies.chunks(500) {
            let tenants: Vec<_> = part.iter().map(|(company, issuer)| tenant(company, issuer)).collect();
            self.apply(http, &json!({ "tenant": tenants })).await?;
        }
        let companies = companies.iter().map(|(company, _)| company.clone()).collect();
        Ok(Arc::new(App::discover(http, &self.issuer, signer, companies).await?))
    }

    /// Introduces this many other clients to the broker.
    ///
    /// # Errors
    /// When the broker refuses.
    pub async fn add_clients(&self, http: &Http, count: usize) -> anyhow::Result<()> {
        let numbers: Vec<_> = (0..count).collect();
        for numbers in numbers.chunks(1_000) {
            let clients: Vec<_> = numbers.iter().map(|number| other_client(*number)).collect();
            self.apply(http, &json!({"client": clients})).await?;
        }
        Ok(())
    }

    async fn apply(&self, http: &Http, document: &serde_json::Value) -> anyhow::Result<()> {
        let request = Request::post(format!("{}/apply", self.admin_api.url));
        let bearer = format!("Bearer {}", self.admin_api.token);
        let headers = [(AUTHORIZATION, bearer.as_str()), (CONTENT_TYPE, "application/json")];
        let body = Body::from(document.to_string());
        http.send(request, &headers, body).await?.ok().context("the broker refuses what load needs")?;
        Ok(())
    }
}

fn other_client(number: usize) -> serde_json::Value {
    json!({
        "client_id": format!("other-{number}"),
        "name": "Other",
        "client_secret": format!("secret-of-the-other-client-{number}"),
        "redirect_uris": [format!("https://other-{number}.example/callback")],
        "scope": app::SCOPE,
        "trust": "first_party",
        "tenants": "all",
    })
}

/// A company with its identity provider, as `doorward apply` has it.
fn tenant(company: &str, issuer: &str) -> serde_json::Value {
    json!({
        "slug": company,
        "name": "Load",
        "domains": [format!("{company}.example")],
        "connection": [{
            "name": "staff",
            "kind": "oidc",
            "issuer": issuer,
            "client_id": upstream::CLIENT_ID,
            "client_secret": "secret-that-nobody-checks",
            "provisioning": "just_in_time",
            "stage": "live",
        }],
    })
}

/// The app, likewise.
fn apps(signer: &Signer) -> serde_json::Value {
    json!({
        "client": [{
            "client_id": app::CLIENT.id,
            "name": "Load",
            "client_secret": app::CLIENT_SECRET,
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "redirect_uris": [app::CLIENT.redirect_uri],
            "scope": format!("openid profile email groups offline_access {}", app::OWN_SCOPE),
            "trust": "first_party",
            "tenants": "all",
        }, {
            "client_id": fapi::CLIENT.id,
            "name": "Load by FAPI",
            "profile": "fapi2-security",
            "jwks": signer.jwks(),
            "redirect_uris": [fapi::CLIENT.redirect_uri],
            "scope": app::SCOPE,
            "trust": "first_party",
            "tenants": "all",
        }],
    })
}

/// A playground that this program started; it is asked to stop when this value goes.
pub struct Playground {
    /// Where everything is.
    pub description: Description,
    process: Child,
}

impl Playground {
    /// Starts a playground on free ports, its data in `folder`.
    ///
    /// # Errors
    /// When it is not built, or does not start.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        let mut process = Command::new(binary()?)
            .args(["--json", "--processes", "--port-base", &free_ports()?.to_string(), "--data-dir"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(process.stdout.take().context("no standard output")?).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.context("the playground is not ready")??;
        let line = line.context("the playground did not start; see above")?;
        let description = serde_json::from_str(&line).with_context(|| line.clone())?;
        Ok(Self { description, process })
    }

    /// Stops it and waits until the broker has closed its data.
    ///
    /// # Errors
    /// When it does not stop.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        stop(&mut self.process).await
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        terminate(&self.process);
    }
}

/// Asks a process to stop, and waits until it has.
///
/// # Errors
/// When it does not.
pub async fn stop(process: &mut Child) -> anyhow::Result<()> {
    terminate(process);
    timeout(PATIENCE, process.wait()).await.context("it does not stop")??;
    Ok(())
}

/// Unlike a kill, this lets a playground take its own processes along.
fn terminate(process: &Child) {
    let pid = process.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended by itself.
        let _ = kill_process(pid, Signal::TERM);
    }
}

/// The playground's binary, which cargo puts beside this program, or one folder above a test.
fn binary() -> anyhow::Result<PathBuf> {
    let here = std::env::current_exe()?;
    let name = Path::new("playground").with_extension(std::env::consts::EXE_EXTENSION);
    let mut folders = here.ancestors().skip(1).take(2).map(|folder| folder.join(&name));
    let missing =
        "there is no playground; `cargo build -p doorward-playground` makes it, with the same profile";
    folders.find(|path| path.exists()).context(missing)
}

/// The first of three ports in a row that nobody listens on, below those that the system hands out.
fn free_ports() -> anyhow::Result<u16> {
    const FROM: u16 = 20_000;
    const BLOCKS: u16 = 4_000;
    let first = u16::try_from(std::process::id() % u32::from(BLOCKS))?;
    let mut bases = (0..BLOCKS).map(|n| FROM + 3 * ((first + n) % BLOCKS));
    let free = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    bases.find(|base| (*base..base + 3).all(free)).context("no three free ports in a row")
}
