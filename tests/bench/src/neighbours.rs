//! What identity providers that are ill do to the people of others: twenty companies, each with its provider, of
//! which one dies, one gets slow and one flaps.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::app::{App, SCOPE};
use crate::browser::Http;
use crate::measure::now;
use crate::playground::Description;
use crate::table::{Figure, Figures, milliseconds};
use crate::upstream::{Health, PEOPLE, Upstream};

/// How many companies there are.
const COMPANIES: usize = 20;
/// So many of them have a provider that falls ill.
const ILL: usize = 3;
/// How many people at a time keep trying at each of those.
const TRYING: usize = 4;
/// Somebody signs in so often, which leaves the machine time to breathe.
const EVERY: Duration = Duration::from_millis(100);

/// The slowest hundredth of sign-ins at companies whose provider is well, while all are, and while three are not.
///
/// # Errors
/// When the broker refuses what is needed, or a sign-in fails where the provider is well.
pub async fn measure(description: &Description, workers: usize, seconds: u64) -> anyhow::Result<Figures> {
    let mut upstreams = Vec::new();
    for _ in 0..COMPANIES {
        upstreams.push(Upstream::start(PEOPLE).await?);
    }
    let named = upstreams.iter().enumerate();
    let companies: Vec<_> = named.map(|(n, upstream)| (company(n), upstream.issuer())).collect();
    let app = description.introduce_all(&Http::default(), &companies).await?;
    let time = Duration::from_secs(seconds);
    // Everybody's provider is known before anything is measured.
    slowest(&app, workers, Duration::from_secs(2)).await?;
    let healthy = slowest(&app, workers, time).await?;
    upstreams[0].dies();
    upstreams[1].becomes(Health::Slow);
    upstreams[2].becomes(Health::Flapping);
    let beside_ill = slowest(&app, workers, time).await?;
    let figure = |what: &str, value, budget, unit| Figure { what: what.to_owned(), value, budget, unit };
    Ok(Figures(vec![
        figure("p99 of 20 companies", milliseconds(healthy), f64::INFINITY, "ms"),
        figure(
            "p99 of 17 beside a dead, a slow and a flapping one",
            milliseconds(beside_ill),
            f64::INFINITY,
            "ms",
        ),
        figure("their ratio", beside_ill.as_secs_f64() / healthy.as_secs_f64(), 1.2, "×"),
    ]))
}

fn company(n: usize) -> String {
    format!("neighbour-{n}")
}

/// The latency that one in a hundred sign-ins at the companies that stay well exceeds.
async fn slowest(app: &Arc<App>, workers: usize, time: Duration) -> anyhow::Result<Duration> {
    let end = now() + time;
    let mut trying = JoinSet::new();
    for n in 0..ILL * TRYING {
        let app = Arc::clone(app);
        trying.spawn(async move {
            while now() < end {
                // Whether it goes well is not the question.
                let _ = app.sign_in_to(&company(n % ILL), &mut app.browser(), SCOPE).await;
                tokio::time::sleep(EVERY).await;
            }
        });
    }
    let mut tasks = JoinSet::new();
    for worker in 0..workers {
        let app = Arc::clone(app);
        tasks.spawn(async move {
            let (mut latencies, mut n) = (Vec::new(), worker);
            while now() < end {
                let begun = now();
                let company = company(ILL + n % (COMPANIES - ILL));
                app.sign_in_to(&company, &mut app.browser(), SCOPE).await?;
                latencies.push(begun.elapsed());
                tokio::time::sleep(EVERY.saturating_sub(begun.elapsed())).await;
                n += 1;
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(done) = tasks.join_next().await {
        latencies.extend(done??);
    }
    trying.abort_all();
    latencies.sort_unstable();
    Ok(latencies.get(latencies.len() * 99 / 100).copied().unwrap_or_default())
}
