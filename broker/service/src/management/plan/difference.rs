//! Differences between records, told field by field under the names of the document. A secret is
//! never told: only that it is set, replaced or removed.

use std::collections::BTreeMap;

use doorward_domain::{
    Client, ClientAuthentication, Connection, Credentials, HistoryOf, SecretChange, Slug, Tenant, TenantId,
    User,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::management::export;
use crate::management::history::Became;

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
    /// The history that it has, if it has one.
    of: Option<(TenantId, HistoryOf)>,
}

const SECRET: &str = "client_secret";

impl Described {
    pub(super) fn tenant(tenant: &Tenant, slugs: &BTreeMap<TenantId, Slug>) -> Self {
        let of = Some((tenant.id, HistoryOf::Tenant));
        Self { fields: fields(&export::tenant(tenant, slugs)), secret: None, secret_is: SECRET, of }
    }

    pub(super) fn connection(connection: &Connection) -> Self {
        let authentication = &connection.authentication;
        let secrets = authentication.secrets().map(|secrets| secrets.newest.value.ciphertext.clone());
        let secret = secrets.or_else(|| authentication.keys().map(|keys| keys.newest.id.to_string()));
        let of = Some((connection.tenant, HistoryOf::Connection(connection.id)));
        Self { fields: fields(&export::connection(connection)), secret, secret_is: SECRET, of }
    }

    pub(super) fn user(user: &User, credentials: &Credentials) -> Self {
        let secret = credentials.password.clone().map(String::from);
        Self { secret_is: "password", fields: fields(&export::user(user, credentials)), secret, of: None }
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
        Self { fields: fields(&export::client(client, slugs)), secret, secret_is: SECRET, of: None }
    }

    /// What changes on the way from `before`, or from nothing, to this.
    pub(super) fn since(&self, before: Option<&Self>) -> Vec<FieldChange> {
        let nothing = Map::new();
        let mut changes = difference(before.map_or(&nothing, |before| &before.fields), &self.fields);
        changes
            .extend(self.secret_since(before).map(|change| FieldChange::of_secret(self.secret_is, change)));
        changes
    }

    /// What the history keeps of it, if it has one.
    pub(super) fn became(&self, before: Option<&Self>) -> Option<Became> {
        let (tenant, of) = self.of?;
        let (state, secret) = (Value::Object(self.fields.clone()), self.secret_since(before));
        Some(Became { tenant, of, state, secret, why: None })
    }

    fn secret_since(&self, before: Option<&Self>) -> Option<SecretChange> {
        match (before.and_then(|before| before.secret.as_ref()), self.secret.as_ref()) {
            (None, Some(_)) => Some(SecretChange::Set),
            (Some(_), None) => Some(SecretChange::Removed),
            (Some(old), Some(new)) if old != new => Some(SecretChange::Replaced),
            _ => None,
        }
    }
}

impl FieldChange {
    /// What became of a secret, in words.
    pub(in crate::management) fn of_secret(field: &str, change: SecretChange) -> Self {
        let (before, after) = match change {
            SecretChange::Set => (None, Some("set")),
            SecretChange::Removed => (Some("set"), None),
            SecretChange::Replaced => (Some("set"), Some("replaced")),
        };
        let (before, after) = (before.map(Value::from), after.map(Value::from));
        Self { field: field.to_owned(), before, after }
    }
}

/// Which fields are different, and how.
pub(in crate::management) fn difference(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<FieldChange> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let names = after.keys().chain(gone).filter(|name| before.get(*name) != after.get(*name));
    let told = |name: &String| FieldChange {
        field: name.clone(),
        before: before.get(name).cloned(),
        after: after.get(name).cloned(),
    };
    names.map(told).collect()
}

fn fields(entry: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(entry) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}
