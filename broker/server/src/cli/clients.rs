//! `doorward client`: single clients. What is secret is read from a file, the environment or standard input,
//! and a secret that is made is printed once.

use std::path::Path;

use serde_json::{Value, json};

use super::api::Api;
use super::args::{ClientFilter, ClientVerb, Output, Preview};
use super::{documents, print};

const COLUMNS: &[&str] = &["client_id", "name", "token_endpoint_auth_method", "trust", "tenants", "enabled"];

/// Does what was typed.
pub async fn run(api: &Api, verb: &ClientVerb, output: Output) -> anyhow::Result<()> {
    let answer = match verb {
        ClientVerb::List(filter) => {
            let found = api.search(&["clients"], &question(filter)).await?;
            print::list(&found, COLUMNS, output);
            return Ok(());
        }
        ClientVerb::Show { client_id } => api.get(&["clients", client_id]).await?,
        ClientVerb::Create { file } => create(api, file).await?,
        ClientVerb::Update { client_id, file } => update(api, client_id, file).await?,
        ClientVerb::RotateSecret { client_id, overlap } => {
            let body = json!({"overlap": overlap.as_secs()});
            api.post(&["clients", client_id, "secrets"], &body).await?
        }
        ClientVerb::Preview(preview) => {
            let (path, question) = previewed(preview);
            api.ask_for(&path, &question).await?
        }
        ClientVerb::Delete { client_id } => return api.delete(&["clients", client_id]).await,
    };
    print::one(&answer, output);
    Ok(())
}

fn question(filter: &ClientFilter) -> Vec<(&'static str, String)> {
    let ClientFilter { prefix, search, tenant, enabled } = filter;
    let enabled = enabled.map(|enabled| enabled.to_string());
    let asked = [("prefix", prefix), ("search", search), ("tenant", tenant), ("enabled", &enabled)];
    asked.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect()
}

fn previewed(preview: &Preview) -> ([&str; 3], Vec<(&'static str, String)>) {
    let Preview { client_id, tenant, user, connection, scope, resource } = preview;
    let mut question = vec![("tenant", tenant.clone()), ("user", user.clone())];
    let asked = [("connection", connection), ("scope", scope), ("resource", resource)];
    question.extend(asked.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
    (["clients", client_id, "preview"], question)
}

/// Creates the client that a file describes.
pub(super) async fn create(api: &Api, file: &Path) -> anyhow::Result<Value> {
    api.post(&["clients"], &entry(file)?).await
}

/// Changes the fields of a client that a file names.
pub(super) async fn update(api: &Api, client_id: &str, file: &Path) -> anyhow::Result<Value> {
    api.patch(&["clients", client_id], &entry(file)?).await
}

fn entry(file: &Path) -> anyhow::Result<Value> {
    let mut entry = documents::read_object(file)?;
    documents::resolve_client(&mut entry, file.parent().unwrap_or(Path::new(".")))?;
    Ok(entry)
}
