//! `load`: what whole flows cost a broker, as Markdown. Build it and the playground with `--release`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use clap::Parser;
use doorward_bench::app::App;
use doorward_bench::browser::Http;
use doorward_bench::measure::{Usage, settled};
use doorward_bench::neighbours;
use doorward_bench::playground::{Description, Playground};
use doorward_bench::run::{Outcome, Plan, Until, run};
use doorward_bench::start::first_answer;
use doorward_bench::table::{Costs, Figure, Figures, mebibytes, milliseconds};
use doorward_bench::upstream::{PEOPLE, Upstream};
use doorward_bench::workloads::Workload;

/// Measures what one operation costs the broker: CPU time and bytes written.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Which operations; all when none is named.
    workloads: Vec<Workload>,
    /// Load a playground that runs already: the file with the line that `playground --json --processes`
    /// printed. Otherwise one is started, and its start is measured too.
    #[arg(long, value_name = "FILE")]
    playground: Option<PathBuf>,
    /// How many do it at the same time.
    #[arg(long, value_name = "N", default_value_t = 32)]
    workers: usize,
    /// How long each operation is repeated.
    #[arg(long, value_name = "N", default_value_t = 5)]
    seconds: u64,
    /// How many times each operation is measured; the run with the median CPU time counts.
    #[arg(long, value_name = "N", default_value_t = 3)]
    rounds: usize,
    /// How many people sign in before anything else is measured.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    sessions: u64,
    /// How many other clients there are.
    #[arg(long, value_name = "N", default_value_t = 0)]
    clients: usize,
    /// How many companies there are, whose people take turns. With more than one, everybody who signs in is new.
    #[arg(long, value_name = "N", default_value_t = 1)]
    tenants: usize,
    /// Measure what ill identity providers do to the others, and nothing else.
    #[arg(long)]
    neighbours: bool,
    /// How many times the broker's start is measured; the median counts.
    #[arg(long, value_name = "N", default_value_t = 5)]
    starts: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if let Some(file) = &args.playground {
        return load(&args, &Description::read(file)?).await;
    }
    let folder = tempfile::Builder::new().prefix("doorward-load-").tempdir()?;
    let data = folder.path().join("data");
    std::fs::create_dir(&data)?;
    let playground = Playground::start(&data).await?;
    let description = playground.description.clone();
    load(&args, &description).await?;
    playground.stop().await?;
    if args.starts > 0 {
        println!("{}", starts(args.starts, &description, &data).await?);
    }
    Ok(())
}

/// Measures memory, then every operation. Fails, in the end, when one of them failed.
async fn load(args: &Args, description: &Description) -> anyhow::Result<()> {
    if args.neighbours {
        println!("{}", neighbours::measure(description, args.workers, args.seconds).await?);
        return Ok(());
    }
    let broker = description.pids.broker;
    let at_rest = settled(broker).await?;
    let upstream = Upstream::start(if args.tenants > 1 { u64::MAX } else { PEOPLE }).await?;
    let app = match args.tenants {
        0 | 1 => description.introduce(&Http::default(), &upstream).await?,
        many => {
            let companies: Vec<_> = (0..many).map(|n| (format!("load-{n}"), upstream.issuer())).collect();
            description.introduce_all(&Http::default(), &companies).await?
        }
    };
    description.add_clients(&Http::default(), args.clients).await?;
    let plan = Plan { workers: args.workers, until: Until::Operations(args.sessions) };
    let sign_ins = run(Workload::Federated, plan, &app, broker).await?;
    println!("{}", memory(at_rest, settled(broker).await?, sign_ins.operations));

    let mut costs = Costs::default();
    let workloads = if args.workloads.is_empty() { &Workload::ALL[..] } else { &args.workloads };
    for workload in workloads {
        costs.0.push((*workload, median(*workload, args, &app, broker).await?));
    }
    println!("{} workers, the median of {} × {} s\n\n{costs}", args.workers, args.rounds, args.seconds);
    let outcomes = costs.0.iter().map(|(_, outcome)| outcome);
    match outcomes.chain([&sign_ins]).find_map(|outcome| outcome.first_error.as_deref()) {
        Some(error) => bail!("an operation failed: {error}"),
        None => Ok(()),
    }
}

fn memory(at_rest: Usage, loaded: Usage, sessions: u64) -> Figures {
    let figure = |what: String, usage: Usage, budget| Figure {
        what,
        value: mebibytes(usage.resident),
        budget,
        unit: "MiB",
    };
    Figures(vec![
        figure("memory at rest".to_owned(), at_rest, 20.0),
        figure(format!("memory after {sessions} sessions"), loaded, 40.0),
    ])
}

/// Runs a workload several times and returns the run with the median cost, with the errors of all.
async fn median(workload: Workload, args: &Args, app: &Arc<App>, broker: u32) -> anyhow::Result<Outcome> {
    let plan = Plan { workers: args.workers, until: Until::Elapsed(Duration::from_secs(args.seconds)) };
    let mut rounds = Vec::new();
    for _ in 0..args.rounds.max(1) {
        rounds.push(run(workload, plan, app, broker).await?);
    }
    let errors = rounds.iter().map(|round| round.errors).sum();
    let first_error = rounds.iter().find_map(|round| round.first_error.clone());
    rounds.sort_by_key(Outcome::cpu_per_operation);
    let median = rounds.swap_remove(rounds.len() / 2);
    Ok(Outcome { errors, first_error, ..median })
}

/// Measures the broker's start, on the data that there is and on none.
async fn starts(times: usize, description: &Description, data: &Path) -> anyhow::Result<Figures> {
    let (mut with_data, mut empty) = (Vec::new(), Vec::new());
    for _ in 0..times {
        with_data.push(first_answer(description, data).await?);
        let nothing = tempfile::tempdir()?;
        empty.push(first_answer(description, nothing.path()).await?);
    }
    let figure = |what: &str, mut times: Vec<Duration>, budget| {
        times.sort_unstable();
        Figure { what: what.to_owned(), value: milliseconds(times[times.len() / 2]), budget, unit: "ms" }
    };
    Ok(Figures(vec![
        figure("first answer with data", with_data, 50.0),
        figure("first answer on an empty store", empty, 200.0),
    ]))
}
