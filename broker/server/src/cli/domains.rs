//! `doorward domain list|claim|check|release`: the e-mail domains of a tenant, and their proof by DNS.

use std::fmt::Write as _;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::api::Api;
use super::args::Output;
use super::print::{self, cell, field};

const COLUMNS: &[&str] = &["domain", "state", "proven_by", "proven_at", "missing_from", "expires_at", "told"];

/// What to do with domains.
#[derive(Debug, Subcommand)]
pub enum DomainVerb {
    /// All that lead to a tenant, and those that it has claimed
    List {
        /// The tenant's company code
        tenant: String,
    },
    /// Begin to prove one: tells the record to publish in its DNS
    Claim(OfTenant),
    /// Look whether the record is there; when it is, the domain is the tenant's
    Check(OfTenant),
    /// Give up a claim or a proof; people with addresses there are led to the tenant no more
    Release(OfTenant),
}

/// A domain of a tenant.
#[derive(Args, Debug)]
pub struct OfTenant {
    /// The tenant's company code
    pub tenant: String,
    /// The domain
    pub domain: String,
}

/// Does what was typed.
pub async fn run(api: &Api, verb: &DomainVerb, output: Output) -> anyhow::Result<()> {
    match verb {
        DomainVerb::List { tenant } => {
            print::list(&api.list(&["tenants", tenant, "domains"]).await?, COLUMNS, output);
        }
        DomainVerb::Claim(OfTenant { tenant, domain }) => {
            let claimed = api.post(&["tenants", tenant, "domains"], &json!({ "domain": domain })).await?;
            print!("{}", self::claimed(&claimed, tenant, output));
        }
        DomainVerb::Check(OfTenant { tenant, domain }) => {
            let found = api.post(&["tenants", tenant, "domains", domain, "check"], &json!({})).await?;
            print!("{}", self::found(&found, output));
        }
        DomainVerb::Release(OfTenant { tenant, domain }) => {
            api.delete(&["tenants", tenant, "domains", domain]).await?;
        }
    }
    Ok(())
}

/// The record to publish, for people, or as it is.
fn claimed(claimed: &Value, tenant: &str, output: Output) -> String {
    if output == Output::Json {
        return format!("{claimed:#}\n");
    }
    let (domain, record) = (cell(claimed.get("domain")), &claimed["record"]);
    let mut out = String::new();
    let _ = writeln!(out, "Publish this TXT record in the DNS of {domain}:\n");
    let _ = writeln!(out, "  name   {}", cell(record.get("name")));
    let _ = writeln!(out, "  value  {}\n", cell(record.get("value")));
    let _ = writeln!(out, "Then: doorward domain check {tenant} {domain}");
    if claimed.get("expires_at").is_some() {
        let _ = writeln!(out, "The claim is good until {}.", field("expires_at", &claimed["expires_at"]));
    }
    out
}

/// What DNS says, for people, or as it is.
fn found(found: &Value, output: Output) -> String {
    if output == Output::Json {
        return format!("{found:#}\n");
    }
    let list = |name: &str| found[name].as_array().cloned().unwrap_or_default();
    let mut out = format!("{}\n", cell(found.get("outcome")));
    for sentence in list("told") {
        let _ = writeln!(out, "{}", cell(Some(&sentence)));
    }
    for value in list("values") {
        let _ = writeln!(out, "  found: {}", cell(Some(&value)));
    }
    let asked = list("asked");
    if !asked.is_empty() {
        let _ = writeln!(out, "Asked: {}", cell(Some(&Value::from(asked))));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_told_as_what_to_type_where() {
        let view = json!({
            "domain": "acme.example", "state": "claimed", "expires_at": 0,
            "record": {"name": "_doorward-challenge.acme.example", "value": "doorward-verification=07"},
        });
        let expected = "Publish this TXT record in the DNS of acme.example:\n\n  \
                        name   _doorward-challenge.acme.example\n  value  doorward-verification=07\n\n\
                        Then: doorward domain check acme acme.example\n\
                        The claim is good until 1970-01-01T00:00:00Z.\n";
        assert_eq!(claimed(&view, "acme", Output::Table), expected);
    }

    #[test]
    fn sr_05_what_strangers_publish_steers_no_terminal() {
        let hostile = "\u{1b}[2Jx\r\ny";
        let check = json!({
            "outcome": "other_values", "told": ["There are others."], "values": [hostile],
            "asked": ["192.0.2.53:53"],
        });
        let expected = "other_values\nThere are others.\n  found: \\u{1b}[2Jx\\r\\ny\nAsked: 192.0.2.53:53\n";
        assert_eq!(found(&check, Output::Table), expected);
    }
}
