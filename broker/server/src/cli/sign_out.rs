//! `tenant sign-out` and `session`.

use serde_json::json;

use super::api::Api;
use super::args::{Output, SessionVerb};
use super::print;

const SESSIONS: &[&str] = &["id", "user", "connection", "authenticated_at", "used_at", "ends_at"];

/// Asks for something to be done, and prints what came of it.
pub async fn act(api: &Api, path: &[&str], output: Output) -> anyhow::Result<()> {
    print::one(&api.post(path, &json!({})).await?, output);
    Ok(())
}

/// What is asked of sessions.
pub async fn session(api: &Api, verb: &SessionVerb, output: Output) -> anyhow::Result<()> {
    match verb {
        SessionVerb::List { tenant, user } => {
            let found = match user {
                None => api.list(&["tenants", tenant, "sessions"]).await?,
                Some(user) => api.list(&["tenants", tenant, "users", user, "sessions"]).await?,
            };
            print::list(&found, SESSIONS, output);
            Ok(())
        }
        SessionVerb::End(of) => act(api, &["tenants", &of.tenant, "sessions", &of.id, "end"], output).await,
    }
}
