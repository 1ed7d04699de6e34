//! Microsoft Entra ID: one directory, its object IDs, and addresses that nobody has checked.

use std::time::Duration;

use doorward_domain::Subject;
use doorward_domain::connection::Contexts;
use doorward_domain::connection::kind::Entra;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Kind, Parameters, Vouch, plainly};
use crate::federation::id_token::VerifiedClaims;
use crate::federation::metadata::Metadata;
use crate::federation::{Ask, IdTokenError};

impl Kind for Entra {
    /// What Microsoft's own libraries allow.
    fn leeway(&self) -> Duration {
        Duration::from_secs(300)
    }

    /// Apps that map claims have keys of their own.
    fn keys_of_client(&self) -> Option<&'static str> {
        Some("appid")
    }

    /// Authentication contexts go into `claims`; `acr_values` and `ui_locales` are not known there, and a
    /// hint does not go with a choice of accounts.
    fn parameters<'a>(&'a self, ask: &Ask, contexts: &'a Contexts) -> Parameters<'a> {
        let chooses = ask.prompt.as_deref() == Some("select_account");
        let wanted = ask.acr_values.iter().flat_map(|wanted| wanted.split(' '));
        let context = wanted.map(|wanted| contexts.asked(wanted)).find(|asked| is_context(asked));
        let claims = context.map(|id| json!({ "id_token": { "acrs": { "essential": true, "value": id } } }));
        plainly([
            ("login_hint", ask.login_hint.clone().filter(|_| !chooses)),
            ("domain_hint", self.domain_hint.as_ref().map(ToString::to_string)),
            ("prompt", ask.prompt.clone()),
            ("max_age", ask.max_age.map(|seconds| seconds.to_string())),
            ("claims", claims.map(|claims| claims.to_string())),
        ])
    }

    /// The token is of this directory, and so is the key: one that signs for personal accounts signs for
    /// nobody here.
    fn check(&self, claims: &VerifiedClaims, key: Option<&str>) -> Result<(), IdTokenError> {
        let tid = text(claims, "tid").ok_or(IdTokenError::NoObjectId)?;
        if Uuid::parse_str(tid) != Ok(self.directory) {
            return Err(IdTokenError::OtherDirectory);
        }
        text(claims, "oid").and_then(|oid| Uuid::parse_str(oid).ok()).ok_or(IdTokenError::NoObjectId)?;
        let directory = self.directory.to_string();
        match key {
            Some(issuer) if issuer.replace("{tenantid}", &directory) != self.issuer() => {
                Err(IdTokenError::KeyOfOthers)
            }
            _ => Ok(()),
        }
    }

    /// The directory and the object in it: `sub` is another one for each app, and nothing else lasts.
    fn demands(&self) -> Vec<(&'static str, Vec<String>)> {
        vec![("tid", vec![self.directory.to_string()])]
    }

    fn subject(&self, issuer: &str, claims: &VerifiedClaims) -> Subject {
        let oid = text(claims, "oid").unwrap_or_default().to_ascii_lowercase();
        Subject { issuer: issuer.to_owned(), subject: format!("{}.{oid}", self.directory) }
    }

    /// Its portal shows the object ID alone.
    fn named(&self, issuer: &str, text: &str) -> Subject {
        let text = text.to_ascii_lowercase();
        let within = if text.contains('.') { text } else { format!("{}.{text}", self.directory) };
        Subject { issuer: issuer.to_owned(), subject: within }
    }

    /// Its userinfo says less than the ID token.
    fn has_userinfo(&self) -> bool {
        false
    }

    /// An administrator can type any address; `xms_edov` says that its domain's owner is known. A guest's is
    /// not the directory's to vouch for.
    fn vouches(&self, claims: &VerifiedClaims, _: bool) -> Vouch {
        if claims.get("email").is_some() && claims.get("xms_edov").is_some_and(is_true) {
            return Vouch::ForAddress;
        }
        if self.is_guest(claims) { Vouch::No } else { Vouch::ForDomainsOfTenant }
    }

    /// There is no `acr`: of the contexts that were satisfied, one that means something here.
    fn context<'a>(&self, claims: &'a VerifiedClaims, contexts: &Contexts) -> Option<&'a str> {
        let satisfied = || claims.get("acrs").and_then(Value::as_array).into_iter().flatten();
        let satisfied = || satisfied().filter_map(Value::as_str).filter(|id| is_context(id));
        satisfied().find(|id| contexts.names.contains_key(*id)).or_else(|| satisfied().next())
    }

    fn is_guest(&self, claims: &VerifiedClaims) -> bool {
        let external = |name| text(claims, name).is_some_and(|name| name.contains("#EXT#"));
        claims.get("idp").is_some()
            || claims.get("acct").is_some_and(|acct| *acct == 1)
            || external("upn")
            || external("preferred_username")
    }

    /// Its optional claim `login_hint`, without which it asks which account is meant.
    fn logout_hint(&self, claims: &VerifiedClaims, _: &str) -> Option<String> {
        text(claims, "login_hint").map(str::to_owned)
    }

    fn logout_parameters<'a>(&self, hint: Option<&'a str>) -> Option<Vec<(&'static str, &'a str)>> {
        Some(hint.map(|hint| ("logout_hint", hint)).into_iter().collect())
    }

    fn asks_graph<'a>(&self, claims: &'a VerifiedClaims) -> Option<&'a str> {
        text(claims, "oid").filter(|_| self.graph_groups)
    }

    fn own_scope(&self, metadata: &Metadata) -> Option<String> {
        Some(format!("https://{}/.default", metadata.graph_host.as_deref()?))
    }
}

/// Contexts are `c1` and so on.
fn is_context(id: &str) -> bool {
    id.strip_prefix('c').is_some_and(|number| (1..=2).contains(&number.len()) && number.parse::<u8>().is_ok())
}

/// Seen as `true`, `"true"`, `1` and `"1"`.
fn is_true(value: &Value) -> bool {
    *value == true || *value == 1 || matches!(value.as_str(), Some("true" | "1"))
}

fn text<'a>(claims: &'a VerifiedClaims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}
