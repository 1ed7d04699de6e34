//! `doorward audit`: who did what, and whether the log of it is whole.

use std::time::Duration;

use anyhow::ensure;
use clap::Subcommand;
use doorward_domain::Clock as _;
use doorward_domain::checkpoint::Head;
use serde_json::Value;

use super::api::Api;
use super::args::Output;
use super::print::{self, cell};
use crate::config::text::parse_duration;
use crate::system::SystemClock;

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditVerb {
    /// What happened, in order
    List {
        /// The company code of the one tenant that it is about; its own administrators see no more
        #[arg(long)]
        tenant: Option<String>,
        /// Only what happened so lately, such as 2h or 30d
        #[arg(long, value_parser = parse_duration, default_value = "24h", value_name = "DURATION")]
        since: Duration,
        /// Only so much of it
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Compare all of it with its signed checkpoints, and name what was changed
    Verify {
        /// A head of the chain that was kept elsewhere, such as the last that the broker's log tells of
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<Head>,
        /// The checkpoint to begin with, when those before were verified already
        #[arg(long, value_name = "NUMBER")]
        from: Option<u64>,
    },
}

const EVENTS: &[&str] = &["happened_at", "tenant", "actor", "action", "target", "id"];

/// Does what a verb says.
pub async fn run(api: &Api, verb: &AuditVerb, output: Output) -> anyhow::Result<()> {
    match verb {
        AuditVerb::List { tenant, since, limit } => {
            let path = tenant.as_deref().map_or(vec!["audit"], |slug| vec!["tenants", slug, "audit"]);
            let since = SystemClock::start().now() - *since;
            let question = [("since", since.as_millis().to_string())];
            print::list(&api.search_most(&path, &question, *limit).await?, EVENTS, output);
        }
        AuditVerb::Verify { head, from } => {
            let mut question = Vec::new();
            question.extend(head.map(|head| ("head", head.to_string())));
            question.extend(from.map(|number| ("from", number.to_string())));
            let found = api.ask_for(&["audit", "verification"], &question).await?;
            print!("{}", text(&found, output));
            ensure!(found["whole"] == true, "the audit log is not whole");
        }
    }
    Ok(())
}

/// What came of it for people, or as it is.
fn text(found: &Value, output: Output) -> String {
    if output == Output::Json {
        return format!("{found:#}\n");
    }
    let number = |name: &str| cell(found.get(name));
    let mut text = format!(
        "{} events are as {} checkpoints signed them; {} are too new to be signed.\n",
        number("events"),
        number("checkpoints"),
        number("waiting")
    );
    if let Some(head) = found["head"].as_str() {
        text += &format!("The last checkpoint, to be kept elsewhere: {head}\n");
    }
    let findings = found["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    for finding in findings {
        let tenant = finding["tenant"].as_str().map(|tenant| format!(" of {tenant}")).unwrap_or_default();
        let (flaw, says) = (cell(finding.get("flaw")), cell(finding.get("says")));
        text += &format!("{flaw} at checkpoint {}{tenant}: {says}\n", cell(finding.get("checkpoint")));
    }
    match found["flaws"].as_u64().unwrap_or(0).saturating_sub(findings.len() as u64) {
        0 => text,
        more => text + &format!("and {more} more\n"),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use serde_json::json;

    use super::*;
    use crate::cli::args::Cli;

    #[test]
    fn a_head_is_whole_or_an_error() {
        const HASH: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        let parse = |line: &str| Cli::try_parse_from(line.split(' '));
        let good = format!("doorward audit verify --from 7 --head 57:{HASH}");
        let list = "doorward audit list --tenant acme --since 30d --limit 20 -o json";
        for line in [&good, list, "doorward audit list", "doorward audit verify"] {
            assert!(parse(line).is_ok(), "{line}");
        }
        for head in ["57", "57:AAEC", &format!(":{HASH}"), HASH] {
            assert!(parse(&format!("doorward audit verify --head {head}")).is_err(), "{head}");
        }
    }

    #[test]
    fn what_was_changed_is_named_in_a_line_of_its_own() {
        let found = json!({
            "whole": false, "head": "2:abc", "checkpoints": 2, "events": 9, "waiting": 1, "flaws": 3, "findings": [
                { "flaw": "edited", "checkpoint": 1, "tenant": "acme", "event": "evt_1", "says": "evt_1 says" },
                { "flaw": "forged", "checkpoint": 2, "says": "checkpoint 2 is" },
            ],
        });
        let told = "9 events are as 2 checkpoints signed them; 1 are too new to be signed.\n\
                    The last checkpoint, to be kept elsewhere: 2:abc\n\
                    edited at checkpoint 1 of acme: evt_1 says\nforged at checkpoint 2: checkpoint 2 is\n\
                    and 1 more\n";
        assert_eq!(text(&found, Output::Table), told);
    }
}
