//! `doorward token`: tokens of the admin API. `doorward registration-token`: those that clients register with.

use serde_json::json;

use super::api::Api;
use super::args::{Output, RegistrationTokenVerb, TokenVerb};
use super::print;

const COLUMNS: &[&str] = &["id", "name", "scopes", "tenant", "created_by", "used_at", "expires_at"];
const OF_REGISTRATION: &[&str] = &["id", "name", "uses_left", "tenant", "created_by", "expires_at"];

/// Does what was typed.
pub async fn run(api: &Api, verb: &TokenVerb, output: Output) -> anyhow::Result<()> {
    match verb {
        TokenVerb::List => print::list(&api.list(&["tokens"]).await?, COLUMNS, output),
        TokenVerb::Create { name, scopes, tenant, expires_in } => {
            let body = json!({
                "name": name, "scopes": scopes, "tenant": tenant, "expires_in": expires_in.as_secs(),
            });
            print::one(&api.post(&["tokens"], &body).await?, output);
        }
        TokenVerb::Revoke { id } => api.delete(&["tokens", id]).await?,
    }
    Ok(())
}

/// The same for tokens that clients register with.
pub async fn run_registration(api: &Api, verb: &RegistrationTokenVerb, output: Output) -> anyhow::Result<()> {
    const PATH: &str = "registration-tokens";
    match verb {
        RegistrationTokenVerb::List => print::list(&api.list(&[PATH]).await?, OF_REGISTRATION, output),
        RegistrationTokenVerb::Create { name, uses, tenant, expires_in } => {
            let body = json!({
                "name": name, "uses": uses, "tenant": tenant, "expires_in": expires_in.as_secs(),
            });
            print::one(&api.post(&[PATH], &body).await?, output);
        }
        RegistrationTokenVerb::Revoke { id } => api.delete(&[PATH, id]).await?,
    }
    Ok(())
}
