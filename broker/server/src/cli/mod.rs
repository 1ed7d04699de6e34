//! The command line. Every command but `serve` speaks the admin API ([`api`]): with the running
//! broker, or, where none answers, with one made for the moment that has the store open itself.

mod api;
mod args;
mod audit;
mod backup;
mod check;
mod clients;
mod diff;
mod doctor;
pub mod documents;
mod domains;
mod mapping;
mod print;
mod rollout;
mod serve;
mod sign_out;
mod tokens;
mod trace;
mod user;

use std::process::ExitCode;

use clap::Parser as _;
use doorward_service::management::{Document, Plan};
use serde_json::json;

use crate::config::Config;
use api::Api;
use args::{
    AdminCommand, BackupVerb, Cli, Command, ConnectionVerb, Files, KeyVerb, Output, Part, ResourceVerb,
    TenantVerb,
};
use user::UserVerb;

/// Runs the command that the process was started with.
pub async fn run() -> ExitCode {
    match execute(&Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn execute(cli: &Cli) -> anyhow::Result<ExitCode> {
    let load = || Config::load(cli.config.as_deref());
    match &cli.command {
        Command::Serve => serve::serve(&load()?).await?,
        Command::Health => {
            api::health(&load()?, cli.url.as_ref()).await?;
            println!("ok");
        }
        Command::Doctor => return doctor::examine(cli).await,
        Command::Backup(BackupVerb::Verify { file }) => told("are whole", backup::verify(file)?),
        Command::Backup(BackupVerb::Restore { file }) => {
            told("restored", backup::restore_into(&load()?, file).await?);
        }
        Command::Backup(BackupVerb::Create { file }) => {
            let api = Api::connect(&load()?, cli.url.as_ref()).await?;
            let written = backup::create(&api, file).await;
            api.close().await;
            told("written and read again", written?);
        }
        Command::Admin(command) => {
            let api = Api::connect(&load()?, cli.url.as_ref()).await?;
            let outcome = ask(&api, command, cli.output).await;
            api.close().await;
            outcome?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn told(what: &str, records: usize) {
    println!("{records} records {what}");
}

const TENANTS: &[&str] = &["slug", "name", "domains", "proven_domains", "enabled"];
const CONNECTIONS: &[&str] = &["name", "title", "kind", "issuer", "provisioning", "stage"];
const LINES: &[&str] = &["line", "subject", "account", "outcome", "conflict"];
const EXPIRIES: &[&str] = &["tenant", "connection", "domain", "method", "ends_at", "days_left"];
const USERS: &[&str] =
    &["id", "email", "preferred_username", "name", "local", "owner", "enabled", "created_at"];
const KEYS: &[&str] = &["id", "algorithm", "status", "used_from", "used_until"];

async fn ask(api: &Api, command: &AdminCommand, output: Output) -> anyhow::Result<()> {
    let list = async |path: &[&str], columns| {
        print::list(&api.list(path).await?, columns, output);
        Ok(())
    };
    let show = async |path: &[&str]| {
        print::one(&api.get(path).await?, output);
        Ok(())
    };
    match command {
        AdminCommand::Plan(files) => change(api, "plan", files, output).await,
        AdminCommand::Apply(files) => change(api, "apply", files, output).await,
        AdminCommand::Export(part) => export(api, part, output).await,
        AdminCommand::Tenant(TenantVerb::List) => list(&["tenants"], TENANTS).await,
        AdminCommand::Tenant(TenantVerb::Show { slug }) => show(&["tenants", slug]).await,
        AdminCommand::Domain(verb) => domains::run(api, verb, output).await,
        AdminCommand::Connection(verb) => connection(api, verb, output).await,
        AdminCommand::Client(verb) => clients::run(api, verb, output).await,
        AdminCommand::Resource(ResourceVerb::Metadata { url }) => resource(api, url, output).await,
        AdminCommand::Tenant(TenantVerb::SignOut { slug }) => {
            sign_out::act(api, &["tenants", slug, "sign-out"], output).await
        }
        AdminCommand::Tenant(TenantVerb::History { slug }) => {
            print!("{}", rollout::history(&api.list(&["tenants", slug, "history"]).await?, output)?);
            Ok(())
        }
        AdminCommand::Tenant(TenantVerb::Revert { slug, number, dry_run }) => {
            let path = ["tenants", slug, "history", &number.to_string(), "revert"];
            let answer = api.post(&path, &json!({"dry_run": dry_run})).await?;
            print!("{}", rollout::moved(&answer, !dry_run, output)?);
            Ok(())
        }
        AdminCommand::User(UserVerb::List { tenant }) => list(&["tenants", tenant, "users"], USERS).await,
        AdminCommand::User(verb) => user::ask(api, verb, output).await,
        AdminCommand::Session(verb) => sign_out::session(api, verb, output).await,
        AdminCommand::Trace(verb) => trace::run(api, verb, output).await,
        AdminCommand::Audit(verb) => audit::run(api, verb, output).await,
        AdminCommand::Key(KeyVerb::List) => list(&["keys"], KEYS).await,
        AdminCommand::Key(KeyVerb::Rotate { algorithm }) => {
            let successor = api.post(&["keys", "rotate"], &json!({"algorithm": algorithm})).await?;
            print::one(&successor, output);
            Ok(())
        }
        AdminCommand::Token(verb) => tokens::run(api, verb, output).await,
        AdminCommand::RegistrationToken(verb) => tokens::run_registration(api, verb, output).await,
    }
}

async fn connection(api: &Api, verb: &ConnectionVerb, output: Output) -> anyhow::Result<()> {
    match verb {
        ConnectionVerb::List { tenant } => {
            print::list(&api.list(&["tenants", tenant, "connections"]).await?, CONNECTIONS, output);
        }
        ConnectionVerb::Show { tenant, name } => {
            print::one(&api.get(&["tenants", tenant, "connections", name]).await?, output);
        }
        ConnectionVerb::Check { tenant, name } => {
            let path = ["tenants", tenant, "connections", name, "check"];
            let found = api.post(&path, &json!({})).await?;
            print!("{}", check::text(&found, output));
        }
        ConnectionVerb::Test { tenant, name, show } => {
            trace::test(api, (tenant, name), show.as_deref(), output).await?;
        }
        ConnectionVerb::RotateKey { tenant, name } => {
            let path = ["tenants", tenant, "connections", name, "keys"];
            print::one(&api.post(&path, &json!({})).await?, output);
        }
        ConnectionVerb::SignOut { tenant, name } => {
            sign_out::act(api, &["tenants", tenant, "connections", name, "sign-out"], output).await?;
        }
        ConnectionVerb::LoadIdentities { tenant, name, file, dry_run } => {
            let list = std::fs::read_to_string(file)?;
            let path = ["tenants", tenant, "connections", name, "identities"];
            let loaded = api.post(&path, &json!({"list": list, "dry_run": dry_run})).await?;
            print::list(loaded["lines"].as_array().map_or(&[], Vec::as_slice), LINES, output);
            anyhow::ensure!(*dry_run || loaded["written"] == true, "nothing was written");
        }
        ConnectionVerb::PreviewMapping { tenant, name, file } => {
            let path = ["tenants", tenant, "connections", name, "mapping", "preview"];
            print!("{}", mapping::preview(api, &path, file, output).await?);
        }
        ConnectionVerb::Explain { tenant, name, text } => {
            let path = ["tenants", tenant, "connections", name, "explain"];
            let explained = api.post(&path, &json!({ "text": text })).await?;
            print!("{}", trace::explained(&explained, output));
        }
        ConnectionVerb::Rollout(verb) => rollout::ask(api, verb, output).await?,
        ConnectionVerb::Forecast => {
            print::list(&api.list(&["connections", "expiries"]).await?, EXPIRIES, output);
        }
    }
    Ok(())
}

async fn change(api: &Api, verb: &str, files: &Files, output: Output) -> anyhow::Result<()> {
    let document = documents::read_all(&files.files)?;
    let answer = api.post(&files.part.path(verb), &serde_json::to_value(&document)?).await?;
    match output {
        Output::Json => print::one(&answer, output),
        Output::Table => print!("{}", diff::text(&serde_json::from_value::<Plan>(answer)?, verb == "apply")),
    }
    Ok(())
}

impl Part {
    /// Where the admin API does `verb` with so much.
    fn path<'a>(&'a self, verb: &'a str) -> Vec<&'a str> {
        match &self.tenant {
            Some(tenant) => vec!["tenants", tenant, verb],
            None => vec![verb],
        }
    }
}

/// Two texts to copy: the document, and the header that leads to it.
async fn resource(api: &Api, url: &str, output: Output) -> anyhow::Result<()> {
    let answer = api.get(&["resources", url]).await?;
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    match output {
        Output::Json => print::one(&answer, output),
        Output::Table => println!(
            "At {}:\n\n{:#}\n\nTo whoever has no token:\n\nWWW-Authenticate: {}",
            text("metadata_url"),
            answer["metadata"],
            text("www_authenticate")
        ),
    }
    Ok(())
}

async fn export(api: &Api, part: &Part, output: Output) -> anyhow::Result<()> {
    let answer = api.get(&part.path("export")).await?;
    match output {
        Output::Json => print::one(&answer, output),
        Output::Table => print!("{}", toml::to_string(&serde_json::from_value::<Document>(answer)?)?),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
