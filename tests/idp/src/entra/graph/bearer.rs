//! Who asks Graph, and what they may.

use axum::http::{HeaderMap, header};
use serde_json::{Map, Value, json};

use super::error::GraphError;
use crate::common::scope::At;
use crate::entra::Entra;
use crate::entra::claims::subject;
use crate::entra::grants::{Bearer, Grant};
use crate::entra::switch::EntraSwitch;

impl Entra {
    /// Whose token came with the request, if it may be used for what needs this permission.
    pub(super) fn bearer(&self, headers: &HeaderMap, permissions: &[&str]) -> Result<Bearer, GraphError> {
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) = value.and_then(|value| value.split_once(' ')).ok_or_else(GraphError::token)?;
        let known = self.grants().access_tokens.get(token).cloned();
        let known =
            known.filter(|known| scheme.eq_ignore_ascii_case("bearer") && self.now() < known.expires_at);
        let bearer = known.ok_or_else(GraphError::token)?.bearer;
        let (tenant, client_id) = match &bearer {
            Bearer::Person(Grant { tenant, client_id, .. }) | Bearer::App { tenant, client_id, .. } => {
                (tenant, client_id)
            }
        };
        let at = At::issuer(tenant).client(client_id);
        if let Some(seconds) = self.switches().fire(EntraSwitch::GraphThrottled, &at) {
            return Err(GraphError::throttled(seconds));
        }
        let missing = match permissions {
            [] => None,
            _ => self.switches().fire(EntraSwitch::GraphPermissionMissing, &at),
        };
        let allowed = permissions.is_empty()
            || permissions.iter().any(|permission| {
                missing.as_deref() != Some(permission) && has_permission(&bearer, permission)
            });
        if allowed { Ok(bearer) } else { Err(GraphError::denied()) }
    }

    /// What a token for Graph says, to those who peek. An app's has no `roles` when nothing was
    /// consented to (2.1).
    pub(in crate::entra) fn graph_claims(&self, bearer: &Bearer) -> Map<String, Value> {
        let now = self.now();
        let (tenant, client_id) = match bearer {
            Bearer::Person(Grant { tenant, client_id, .. }) | Bearer::App { tenant, client_id, .. } => {
                (tenant, client_id)
            }
        };
        let claims = json!({
            "aud": "00000003-0000-0000-c000-000000000000",
            "iss": format!("https://sts.windows.net/{tenant}/"),
            "iat": now,
            "nbf": now,
            "exp": now + crate::entra::grants::ACCESS_LIFETIME,
            "appid": client_id,
            "tid": tenant,
            "ver": "1.0",
        });
        let mut claims = claims.as_object().cloned().unwrap_or_default();
        match bearer {
            Bearer::Person(grant) => {
                claims.insert("scp".to_owned(), json!(grant.scope));
                claims.insert("oid".to_owned(), json!(grant.oid));
                claims.insert("sub".to_owned(), json!(subject(grant)));
            }
            Bearer::App { roles, .. } if roles.is_empty() => {}
            Bearer::App { roles, .. } => drop(claims.insert("roles".to_owned(), json!(roles))),
        }
        claims
    }
}

/// Delegated permissions are scopes, application permissions are roles. `User.Read` comes with every
/// sign-in.
fn has_permission(bearer: &Bearer, permission: &str) -> bool {
    match bearer {
        Bearer::Person(grant) => {
            permission == "User.Read" || grant.has_scope(permission) || grant.has_scope("Directory.Read.All")
        }
        Bearer::App { roles, .. } => {
            roles.iter().any(|role| role == permission || role == "Directory.Read.All")
        }
    }
}
