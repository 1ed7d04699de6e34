//! The figures as Markdown tables, each beside its budget.

use std::fmt::{self, Display};
use std::time::Duration;

use crate::run::Outcome;
use crate::workloads::Workload;

/// What the workloads cost.
#[derive(Debug, Default)]
pub struct Costs(pub Vec<(Workload, Outcome)>);

/// A figure that has a budget.
#[derive(Debug)]
pub struct Figure {
    /// What was measured, in a few words.
    pub what: String,
    /// What came out.
    pub value: f64,
    /// The most it may be; infinite where that is not the question.
    pub budget: f64,
    /// The unit of both.
    pub unit: &'static str,
}

/// Figures of the whole broker.
#[derive(Debug, Default)]
pub struct Figures(pub Vec<Figure>);

impl Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| operation | done | errors | CPU µs each | budget | bytes written each | budget | RSS MiB before | after | p50 ms | p99 ms |"
        )?;
        writeln!(f, "| --- |{}", " ---: |".repeat(10))?;
        for (workload, outcome) in &self.0 {
            let budget = workload.budget();
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {} | {} | {:.1} | {:.1} | {:.1} | {:.1} |",
                workload.name(),
                outcome.operations,
                outcome.errors,
                outcome.cpu_per_operation(),
                limit(budget.cpu),
                outcome.written_per_operation(),
                limit(budget.written),
                mebibytes(outcome.before.resident),
                mebibytes(outcome.after.resident),
                milliseconds(outcome.percentile(50)),
                milliseconds(outcome.percentile(99)),
            )?;
        }
        Ok(())
    }
}

impl Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| figure | measured | budget |\n| --- | ---: | ---: |")?;
        for Figure { what, value, budget, unit } in &self.0 {
            let most = if budget.is_finite() { format!("≤ {budget} {unit}") } else { String::new() };
            writeln!(f, "| {what} | {value:.1} {unit} | {most} |")?;
        }
        Ok(())
    }
}

fn limit(budget: Option<u64>) -> String {
    budget.map_or_else(String::new, |most| format!("≤ {most}"))
}

/// Bytes in MiB.
pub fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// A time in milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_stands_beside_its_budget() {
        let figure = Figure { what: "memory at rest".to_owned(), value: 17.25, budget: 20.0, unit: "MiB" };
        let table = Figures(vec![figure]).to_string();
        assert!(table.ends_with("| memory at rest | 17.2 MiB | ≤ 20 MiB |\n"), "{table}");
        let costs = Costs(vec![(Workload::Abandoned, Outcome::default())]).to_string();
        let columns: Vec<_> = costs.lines().map(|line| line.matches('|').count()).collect();
        assert_eq!(columns, [12, 12, 12]);
        assert!(costs.contains("| abandoned /authorize | 0 | 0 | 0 | ≤ 100 | 0 | ≤ 0 |"), "{costs}");
    }
}
