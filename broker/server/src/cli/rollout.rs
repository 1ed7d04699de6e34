//! `doorward connection stage|pilot|live|require|pause|history|revert`: from draft to required, and back.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use doorward_service::management::plan::{Change, FieldChange};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::api::Api;
use super::args::Output;
use super::diff;
use super::print::{cell, field};

/// How far a connection's introduction goes.
#[derive(Debug, Subcommand)]
pub enum RolloutVerb {
    /// How far it has come, and what it lacks to be required
    Stage(Named),
    /// Let some try it: those whom the pilot has already, or these
    Pilot {
        /// Which
        #[command(flatten)]
        connection: Named,
        /// An e-mail address or a username of somebody who takes part
        #[arg(long = "person")]
        people: Vec<String>,
        /// A group whose people take part, as the provider calls it
        #[arg(long = "group")]
        groups: Vec<String>,
        /// How many of a hundred people take part
        #[arg(long)]
        share: Option<u8>,
    },
    /// Let everybody use it
    Live(Named),
    /// Make it the only way in for all but the owners
    Require {
        /// Which
        #[command(flatten)]
        connection: Named,
        /// Only tell what it lacks
        #[arg(long)]
        dry_run: bool,
    },
    /// Put it out of use
    Pause(Named),
    /// What became of it, the latest change first
    History(Named),
    /// Make it what it was before a change
    Revert {
        /// Which
        #[command(flatten)]
        connection: Named,
        /// The change's number in its history
        number: u32,
        /// A file with the secret at the provider, where it leads to another place than now
        #[arg(long, value_name = "FILE")]
        credential: Option<PathBuf>,
        /// Only tell what would come of it
        #[arg(long)]
        dry_run: bool,
    },
}

/// A connection of a tenant.
#[derive(Args, Debug)]
pub struct Named {
    /// The tenant's company code
    pub tenant: String,
    /// The connection's name
    pub name: String,
}

/// Asks the admin API, and prints what it answers.
pub async fn ask(api: &Api, verb: &RolloutVerb, output: Output) -> anyhow::Result<()> {
    let go = async |of: &Named, change: Value| {
        let answer = api.post(&["tenants", &of.tenant, "connections", &of.name, "stage"], &change).await?;
        print!("{}", moved(&answer, change["dry_run"] != true, output)?);
        Ok(())
    };
    match verb {
        RolloutVerb::Stage(of) => go(of, json!({"stage": "required", "dry_run": true})).await,
        RolloutVerb::Pilot { connection, people, groups, share } => {
            go(connection, pilot(people, groups, *share)).await
        }
        RolloutVerb::Live(of) => go(of, json!({"stage": "live"})).await,
        RolloutVerb::Require { connection, dry_run } => {
            go(connection, json!({"stage": "required", "dry_run": dry_run})).await
        }
        RolloutVerb::Pause(of) => go(of, json!({"stage": "paused"})).await,
        RolloutVerb::History(of) => {
            let found = api.list(&["tenants", &of.tenant, "connections", &of.name, "history"]).await?;
            print!("{}", history(&found, output)?);
            Ok(())
        }
        RolloutVerb::Revert { connection: of, number, credential, dry_run } => {
            let number = number.to_string();
            let path = ["tenants", &of.tenant, "connections", &of.name, "history", &number, "revert"];
            let secret = credential.as_ref().map(std::fs::read_to_string).transpose()?;
            let secret = secret.as_deref().map(|text| text.trim_end_matches(['\r', '\n']));
            let answer = api.post(&path, &json!({"client_secret": secret, "dry_run": dry_run})).await?;
            print!("{}", moved(&answer, !dry_run, output)?);
            Ok(())
        }
    }
}

/// The pilot that was typed; none when nothing was.
fn pilot(people: &[String], groups: &[String], share: Option<u8>) -> Value {
    let mut change = Map::from_iter([("stage".to_owned(), json!("pilot"))]);
    if !people.is_empty() || !groups.is_empty() || share.is_some() {
        let pilot = json!({"people": people, "groups": groups, "share": share.unwrap_or(0)});
        change.insert("pilot".to_owned(), pilot);
    }
    Value::Object(change)
}

/// What became of something, for people, or as it is.
pub fn history(found: &[Value], output: Output) -> anyhow::Result<String> {
    if output == Output::Json {
        return Ok(format!("{:#}\n", Value::from(found.to_vec())));
    }
    let mut out = String::new();
    for change in found {
        let (number, at) = (cell(change.get("number")), field("changed_at", &change["changed_at"]));
        let _ = writeln!(out, "{number}  {at}  by {}", cell(change.get("by")));
        if let Some(why) = change.get("why") {
            let _ = writeln!(out, "    because {}", cell(Some(why)));
        }
        diff::write_fields(&mut out, &Vec::<FieldChange>::deserialize(&change["fields"])?);
    }
    Ok(out)
}

/// What came of a move, or would unless it is `done`, for people, or as it is.
pub fn moved(answer: &Value, done: bool, output: Output) -> anyhow::Result<String> {
    if output == Output::Json {
        return Ok(format!("{answer:#}\n"));
    }
    let mut out = String::new();
    let connection = &answer["connection"];
    if !connection.is_null() {
        let stage = cell(connection.get("stage"));
        let since = field("staged_at", &connection["staged_at"]);
        let _ = writeln!(out, "{}: {stage} since {since}", cell(connection.get("name")));
    }
    for change in Vec::<Change>::deserialize(&answer["changes"])? {
        diff::write_fields(&mut out, &change.fields);
    }
    for (heading, field) in [("warning", "warnings"), ("lacking", "lacking")] {
        for text in answer[field].as_array().into_iter().flatten() {
            let _ = writeln!(out, "{heading}: {}", cell(Some(text)));
        }
    }
    if !done {
        let _ = writeln!(out, "Nothing was changed.");
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pilot_is_what_was_typed_or_stays() {
        assert_eq!(pilot(&[], &[], None), json!({"stage": "pilot"}));
        let typed = pilot(&["kim@acme.test".to_owned()], &[], None);
        let expected = json!({"people": ["kim@acme.test"], "groups": [], "share": 0});
        assert_eq!(typed["pilot"], expected);
    }

    #[test]
    fn what_lacks_is_told_line_by_line() {
        let answer = json!({
            "changes": [], "warnings": [], "lacking": ["no owner", "no way"],
            "connection": {"name": "staff", "stage": "live", "staged_at": 0},
        });
        let text = moved(&answer, false, Output::Table).unwrap();
        let expected = "staff: live since 1970-01-01T00:00:00Z\nlacking: no owner\nlacking: no way\n\
                        Nothing was changed.\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_history_tells_who_did_what_and_why() {
        let change = json!({
            "number": 3, "changed_at": 0, "by": "doorward", "why": "it failed",
            "fields": [{"field": "stage", "before": "required", "after": "live"}],
        });
        let text = history(&[change], Output::Table).unwrap();
        let expected =
            "3  1970-01-01T00:00:00Z  by doorward\n    because it failed\n    stage  required → live\n";
        assert_eq!(text, expected);
    }
}
