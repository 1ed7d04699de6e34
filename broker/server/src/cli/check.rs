//! What a check of a connection found, in sentences.

use serde_json::Value;

use super::args::Output;
use super::print::cell;

/// The answer of the admin API for people, or as it is.
pub fn text(found: &Value, output: Output) -> String {
    if output == Output::Json {
        return format!("{found:#}\n");
    }
    let mut lines = vec![cell(found.get("outcome"))];
    lines.extend(advice(&found["advice"]));
    for (number, credential) in found["credentials"].as_array().into_iter().flatten().enumerate() {
        let which = if number == 0 { "newest" } else { "older" };
        lines.push(format!("{which} credential: {}", cell(credential.get("outcome"))));
        lines.extend(advice(&credential["advice"]));
    }
    if let Some(method) = found["works_with"].as_str() {
        lines.push(format!("the provider accepts the same secret by {method}"));
    }
    for probe in found["probes"].as_array().into_iter().flatten() {
        lines.push(format!("{}: {}", cell(probe.get("name")), cell(probe.get("outcome"))));
        lines.extend(advice(&probe["advice"]));
    }
    lines.join("\n") + "\n"
}

fn advice(row: &Value) -> Vec<String> {
    if row.is_null() {
        return Vec::new();
    }
    let mut lines = vec![format!("  {}: {}", cell(row.get("title")), cell(row.get("cause")))];
    let steps = row["how"].as_array().into_iter().flatten();
    lines.extend(steps.map(|step| format!("  - {}", cell(Some(step)))));
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refused_credential_comes_with_what_to_do() {
        let advice =
            json!({ "title": "The secret has expired", "cause": "It ran out.", "how": ["Make one."] });
        let found = json!({
            "outcome": "refused",
            "credentials": [{ "outcome": "refused", "advice": advice }, { "outcome": "accepted" }],
            "works_with": "client_secret_post",
            "probes": [{ "name": "clock", "outcome": "accepted" }],
        });
        let told = "refused\nnewest credential: refused\n  The secret has expired: It ran out.\n  - Make one.\n\
                    older credential: accepted\nthe provider accepts the same secret by client_secret_post\n\
                    clock: accepted\n";
        assert_eq!(text(&found, Output::Table), told);
    }
}
