//! `playground`: broker, test IdP and sample app in one command, on the embedded store, without
//! internet. It is where a newcomer signs in for the first time, and what outside tools drive.

mod companies;
mod demo;
mod hosts;
mod parts;
mod processes;
mod report;

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

use crate::companies::Callback;
use crate::demo::Demo;
use crate::hosts::Hosts;
use crate::report::{Pids, Report};

/// Try doorward on this machine: a broker, a test IdP and a sample app.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Print one line of JSON when all is ready, instead of where to click.
    #[arg(long)]
    json: bool,
    /// Add the tenants, connections and clients of a file in the format of `doorward apply`.
    #[arg(long, value_name = "FILE")]
    apply: Vec<PathBuf>,
    /// Let apps that register or publish themselves ask for tokens for this resource, such as your MCP server.
    #[arg(long, value_name = "URL", global = true)]
    resource: Vec<String>,
    /// The broker's port; the test IdP and the sample app take the next two.
    #[arg(long, value_name = "N", default_value_t = 8080)]
    port_base: u16,
    /// Keep the data here, instead of in a temporary folder that goes with the playground.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Run broker, test IdP and sample app as processes of their own.
    #[arg(long)]
    processes: bool,
    #[command(subcommand)]
    part: Option<Part>,
}

/// One part alone, as `--processes` starts it.
#[derive(Subcommand)]
enum Part {
    /// The broker, on data that a playground has made.
    Serve {
        /// Where the data is.
        #[arg(long)]
        data_dir: PathBuf,
        /// The port that the playground had.
        #[arg(long)]
        port_base: u16,
    },
    /// The test IdP.
    Idp {
        /// The port that the playground has.
        #[arg(long)]
        port_base: u16,
        /// Where it sends people back to.
        #[arg(long, value_name = "TENANT/CONNECTION=URL")]
        callback: Vec<Callback>,
    },
    /// The sample app.
    App {
        /// The port that the playground has.
        #[arg(long)]
        port_base: u16,
    },
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()),
        )
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    tokio::runtime::Runtime::new()?.block_on(run(args))
}

async fn run(args: Args) -> anyhow::Result<()> {
    match &args.part {
        None => play(&args).await,
        Some(Part::Serve { data_dir, port_base }) => {
            parts::broker(data_dir, &Hosts::new(*port_base, &args.resource)).await
        }
        Some(Part::Idp { port_base, callback }) => {
            parts::test_idp(&Hosts::new(*port_base, &args.resource), callback).await
        }
        Some(Part::App { port_base }) => parts::sample_app(&Hosts::new(*port_base, &args.resource)).await,
    }
}

async fn play(args: &Args) -> anyhow::Result<()> {
    let hosts = Hosts::new(args.port_base, &args.resource);
    let demo = Demo::read(&hosts, &args.apply)?;
    // Removed when this function ends, unless the folder was named.
    let temporary = tempfile::Builder::new().prefix("doorward-playground-").tempdir()?;
    let folder = args.data_dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    let applied = demo.apply(&parts::config(&folder, &hosts)).await?;
    let (running, pids) = if args.processes {
        let processes = processes::start(&folder, &hosts, &applied.callbacks())?;
        let pids = processes.pids();
        (Running::Processes(Box::new(processes)), pids)
    } else {
        (Running::Here(parts::all(&folder, &hosts, applied.callbacks())), Pids::here())
    };
    hosts.wait_until_ready().await?;
    let report =
        Report::new(&hosts, &folder, &demo, &applied, pids).context("cannot describe the playground")?;
    report.print(args.json)?;
    match running {
        Running::Here(task) => task.await?,
        Running::Processes(processes) => processes.wait().await,
    }
}

enum Running {
    Here(tokio::task::JoinHandle<anyhow::Result<()>>),
    Processes(Box<processes::Processes>),
}
