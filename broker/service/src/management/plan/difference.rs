//! Differences between records, told field by field under the names of the document. A secret is
//! never told: only that it is set, replaced or removed.

use std::collections::BTreeMap;

use doorward_domain::{Client, ClientAuthentication, Connection, Credentials, Slug, Tenant, TenantId, User};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::management::export;

/// A field that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    /// Its name in the document.
    pub field: String,
    /// What it was, if there was something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it will be, if there will be something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// A record as the document would describe it.
pub(super) struct Described {
    fields: Map<String, Value>,
    /// The stored form of its secret: compared, never told.
    secret: Option<String>,
    /// What the document calls it.
    secret_is: &'static str,
}

const SECRET: &str = "client_secret";

impl Described {
    pub(super) fn tenant(tenant: &Tenant, slugs: &BTreeMap<TenantId, Slug>) -> Self {
        Self { fields: fields(&export::tenant(tenant, slugs)), secret: None, secret_is: SECRET }
    }

    pub(super) fn connection(connection: &Connection) -> Self {
        let authentication = &connection.authentication;
        let secrets = authentication.secrets().map(|secrets| secrets.newest.value.ciphertext.clone());
        let secret = secrets.or_else(|| authentication.keys().map(|keys| keys.newest.id.to_string()));
        Self { fields: fields(&export::connection(connection)), secret, secret_is: SECRET }
    }

    pub(super) fn user(user: &User, credentials: &Credentials) -> Self {
        let secret = credentials.password.clone().map(String::from);
        Self { secret_is: "password", fields: fields(&export::user(user, credentials)), secret }
    }

    pub(super) fn client(client: &Client, slugs: &BTreeMap<TenantId, Slug>) -> Self {
        let secret = match &client.authentication {
            ClientAuthentication::ClientSecretBasic { secrets }
            | ClientAuthentication::ClientSecretPost { secrets } => {
                Some(secrets.iter().map(|secret| String::from(secret.value)).collect())
            }
            ClientAuthentication::ClientSecretJwt { secrets } => {
                Some(secrets.iter().map(|secret| secret.value.ciphertext.as_str()).collect())
            }
            _ => None,
        };
        Self { fields: fields(&export::client(client, slugs)), secret, secret_is: SECRET }
    }

    /// What changes on the way from `before`, or from nothing, to this.
    pub(super) fn since(&self, before: Option<&Self>) -> Vec<FieldChange> {
        let nothing = Map::new();
        let old = before.map_or(&nothing, |before| &before.fields);
        let gone = old.keys().filter(|name| !self.fields.contains_key(*name));
        let mut changes: Vec<_> = self
            .fields
            .keys()
            .chain(gone)
            .filter(|name| old.get(*name) != self.fields.get(*name))
            .map(|name| FieldChange {
                field: name.clone(),
                before: old.get(name).cloned(),
                after: self.fields.get(name).cloned(),
            })
            .collect();
        changes.extend(secret_change(
            self.secret_is,
            before.and_then(|before| before.secret.as_ref()),
            self.secret.as_ref(),
        ));
        changes
    }
}

fn secret_change(field: &str, before: Option<&String>, after: Option<&String>) -> Option<FieldChange> {
    let (before, after) = match (before, after) {
        (None, Some(_)) => (None, Some("set")),
        (Some(_), None) => (Some("set"), None),
        (Some(old), Some(new)) if old != new => (Some("set"), Some("replaced")),
        _ => return None,
    };
    Some(FieldChange {
        field: field.to_owned(),
        before: before.map(Value::from),
        after: after.map(Value::from),
    })
}

fn fields(entry: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(entry) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}
