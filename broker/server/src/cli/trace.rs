//! Sign-ins on the terminal: the verdict first, then what happened step by step.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::api::Api;
use super::args::{Output, TraceVerb};
use super::print::{self, cell};

const TRACES: &[&str] = &["reference", "began_at", "connection", "client_id", "outcome", "who", "headline"];
const STEPS: &[&str] = &["step", "state", "took", "says"];
const CHECKS: &[&str] = &["name", "ok", "expected", "received"];
const CLAIMS: &[&str] = &["name", "from", "type", "size", "hash", "value"];
const MAPPING: &[&str] = &["field", "claim", "outcome"];

/// Does what a verb says.
pub async fn run(api: &Api, verb: &TraceVerb, output: Output) -> anyhow::Result<()> {
    match verb {
        TraceVerb::List { tenant, connection, outcome } => {
            let path = traces_of(tenant.as_deref());
            let mut question = Vec::new();
            question.extend(connection.clone().map(|name| ("connection", name)));
            question.extend(outcome.map(|outcome| ("outcome", outcome.as_str().to_owned())));
            print::list(&api.search(&path, &question).await?, TRACES, output);
        }
        TraceVerb::Show { reference, tenant } => {
            let mut path = traces_of(tenant.as_deref());
            path.push(reference);
            print!("{}", text(&api.get(&path).await?, output));
        }
        TraceVerb::Open { tenant, name } => {
            let path = ["tenants", tenant, "connections", name, "traces", "open"];
            print::one(&api.post(&path, &json!({})).await?, output);
        }
    }
    Ok(())
}

fn traces_of(tenant: Option<&str>) -> Vec<&str> {
    tenant.map_or(vec!["traces"], |slug| vec!["tenants", slug, "traces"])
}

/// Makes the link of a test, or tells how one stands.
pub async fn test(
    api: &Api,
    (tenant, name): (&str, &str),
    id: Option<&str>,
    output: Output,
) -> anyhow::Result<()> {
    let connection = ["tenants", tenant, "connections", name];
    let test = match id {
        Some(id) => api.get(&[&connection[..], &["tests", id]].concat()).await?,
        None => api.post(&[&connection[..], &["test"]].concat(), &json!({})).await?,
    };
    match output {
        Output::Json => println!("{test:#}"),
        Output::Table => print!("{}", test_text(&test)),
    }
    Ok(())
}

fn test_text(test: &Value) -> String {
    let mut text = format!("{}  {}\n", cell(test.get("id")), cell(test.get("state")));
    if let Some(url) = test["url"].as_str() {
        text += &format!("open this in a tab of its own, within a quarter of an hour: {url}\n");
    }
    let result = &test["result"];
    if let Some(method) = result["works_with"].as_str() {
        text += &format!("the provider accepts the same secret by {method}\n");
    }
    for remark in result["remarks"].as_array().into_iter().flatten() {
        text += &format!("\n{}", verdict(remark));
    }
    if !result.is_null() {
        text += &format!("\n{}", self::text(&result["trace"], Output::Table));
    }
    text
}

/// A sign-in for people, or as it is.
pub fn text(trace: &Value, output: Output) -> String {
    if output == Output::Json {
        return format!("{trace:#}\n");
    }
    let began = trace["began_at"].as_i64().and_then(|at| Timestamp::from_millisecond(at).ok());
    let began = began.map(|at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()).unwrap_or_default();
    let (reference, outcome) = (cell(trace.get("reference")), cell(trace.get("outcome")));
    let mut text = format!("{reference}  {began}  {outcome}\n");
    if !trace["verdict"].is_null() {
        text += &format!("\n{}", verdict(&trace["verdict"]));
    }
    for (name, columns) in [("steps", STEPS), ("checks", CHECKS), ("claims", CLAIMS), ("mapping", MAPPING)] {
        let rows = trace[name].as_array().map(Vec::as_slice).unwrap_or_default();
        if !rows.is_empty() {
            text += &format!("\n{}", print::columns(rows, columns));
        }
    }
    text
}

/// What a pasted text means, for people or as it is.
pub fn explained(answer: &Value, output: Output) -> String {
    match (output, &answer["verdict"]) {
        (Output::Json, _) => format!("{answer:#}\n"),
        (Output::Table, Value::Null) => "Nobody here knows this text. Paste the whole message.\n".to_owned(),
        (Output::Table, known) => verdict(known),
    }
}

fn verdict(verdict: &Value) -> String {
    let told = |name: &str| verdict.get(name).filter(|value| !value.is_null()).map(|value| cell(Some(value)));
    let mut lines = vec![cell(verdict.get("headline")), cell(verdict.get("cause"))];
    lines.push(format!("who: {}", cell(verdict.get("who"))));
    lines.extend(told("place").map(|place| format!("where: {place}")));
    let steps = verdict["how"].as_array().into_iter().flatten();
    lines.extend(steps.map(|step| format!("- {}", cell(Some(step)))));
    lines.extend(told("expected").map(|value| format!("expected: {value}")));
    lines.extend(told("received").map(|value| format!("received: {value}")));
    lines.extend(told("provider_error").map(|code| format!("the provider said: {code}")));
    lines.extend(told("provider_said").map(|said| format!("  {said}")));
    lines.extend(verdict["like_this"]["count"].as_u64().filter(|count| *count > 1).map(|count| {
        let since =
            verdict["like_this"]["since"].as_i64().and_then(|at| Timestamp::from_millisecond(at).ok());
        let since = since.map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
        format!("{count} like this since {since}")
    }));
    lines.push(format!("row: {}", cell(verdict.get("row"))));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_sign_in_begins_with_what_to_do() {
        let trace = json!({
            "reference": "calm-otter-4821", "began_at": 1_800_000_000_000_i64, "outcome": "failed",
            "verdict": {
                "row": "okta/unassigned", "headline": "Not assigned", "cause": "Okta says so.",
                "who": "tenant_admin", "how": ["Assign."], "provider_error": "access_denied",
                "like_this": { "count": 17, "since": 1_800_000_000_000_i64 },
            },
            "steps": [{ "step": "returned", "state": "failed", "took": 9800, "says": "Not assigned" }],
            "checks": [], "claims": [], "mapping": [],
        });
        let told = "calm-otter-4821  2027-01-15 08:00:00 UTC  failed\n\nNot assigned\nOkta says so.\n\
                    who: tenant_admin\n- Assign.\nthe provider said: access_denied\n\
                    17 like this since 2027-01-15 08:00 UTC\nrow: okta/unassigned\n\n\
                    STEP      STATE   TOOK  SAYS\nreturned  failed  9800  Not assigned\n";
        assert_eq!(text(&trace, Output::Table), told);
    }

    #[test]
    fn what_nobody_knows_is_said_so() {
        assert!(explained(&json!({ "product": "oidc" }), Output::Table).contains("Nobody here knows"));
    }
}
