//! What a document may give by reference: secrets, and the public keys of a client.

use std::path::PathBuf;

use doorward_domain::Plain;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Document;

/// Where something outside of the document is found. Only the command line follows references, on the
/// machine where it runs; the admin API refuses them, so that nobody makes the server read its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// In a file; a line break at its end does not count.
    File(PathBuf),
    /// In an environment variable.
    Env(String),
}

/// A secret: `{ file = "…" }`, `{ env = "…" }` or the text itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SecretText", into = "SecretText")]
pub enum SecretSource {
    /// The secret itself.
    Literal(Plain),
    /// The place where it is.
    At(Reference),
}

/// A client's public keys: a JWK Set (RFC 7517 section 5), or `{ file = "…" }` with one in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum KeySet {
    /// The set itself.
    Inline(Value),
    /// The place where it is.
    At(Reference),
}

/// A reference that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {cause}")]
pub struct Unreadable {
    /// Where in the document it stands.
    pub path: String,
    /// What went wrong.
    pub cause: String,
}

/// A secret's form in text. Writing the literal out is how a document carries it to the server; a
/// document that was exported has none.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "expected { file = \"…\" }, { env = \"…\" } or a text")]
enum SecretText {
    Literal(String),
    At(ReferenceText),
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceText {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    env: Option<String>,
}

impl TryFrom<ReferenceText> for Reference {
    type Error = &'static str;

    fn try_from(text: ReferenceText) -> Result<Self, Self::Error> {
        match (text.file, text.env) {
            (Some(file), None) => Ok(Self::File(file)),
            (None, Some(env)) => Ok(Self::Env(env)),
            _ => Err("a reference is either { file = \"…\" } or { env = \"…\" }"),
        }
    }
}

impl From<Reference> for ReferenceText {
    fn from(reference: Reference) -> Self {
        match reference {
            Reference::File(file) => Self { file: Some(file), env: None },
            Reference::Env(env) => Self { file: None, env: Some(env) },
        }
    }
}

impl TryFrom<SecretText> for SecretSource {
    type Error = &'static str;

    fn try_from(text: SecretText) -> Result<Self, Self::Error> {
        match text {
            SecretText::Literal(secret) => Ok(Self::Literal(Plain::new(secret))),
            SecretText::At(reference) => reference.try_into().map(Self::At),
        }
    }
}

impl From<SecretSource> for SecretText {
    fn from(source: SecretSource) -> Self {
        match source {
            SecretSource::Literal(secret) => Self::Literal(secret.expose().to_owned()),
            SecretSource::At(reference) => Self::At(reference.into()),
        }
    }
}

impl TryFrom<Value> for KeySet {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        if value.get("keys").is_some_and(Value::is_array) {
            return Ok(Self::Inline(value));
        }
        serde_json::from_value::<ReferenceText>(value)
            .map_err(|_| "expected a JWK Set with `keys`, or { file = \"…\" } that holds one".to_owned())
            .and_then(|text| Ok(Self::At(text.try_into()?)))
    }
}

impl From<KeySet> for Value {
    fn from(keys: KeySet) -> Self {
        match keys {
            KeySet::Inline(value) => value,
            KeySet::At(reference) => serde_json::to_value(ReferenceText::from(reference)).unwrap_or_default(),
        }
    }
}

/// A document without references.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The document.
    pub document: Document,
    /// Where it held a secret in clear already, which is for demonstrations only.
    pub literals: Vec<String>,
}

impl Document {
    /// Puts what `read` finds in the place of every reference.
    ///
    /// # Errors
    /// [`Unreadable`] names the first reference that leads nowhere.
    pub fn resolve(
        mut self,
        mut read: impl FnMut(&Reference) -> Result<String, String>,
    ) -> Result<Resolved, Unreadable> {
        let mut literals = Vec::new();
        for (path, secret) in self.secrets_mut() {
            match &*secret {
                SecretSource::Literal(_) => literals.push(path),
                SecretSource::At(reference) => {
                    let text = read(reference).map_err(|cause| Unreadable { path, cause })?;
                    *secret = SecretSource::Literal(Plain::new(text.trim_end_matches(['\r', '\n'])));
                }
            }
        }
        for client in &mut self.clients {
            if let Some(KeySet::At(reference)) = &client.jwks {
                let path = format!("client[{}].jwks", client.client_id);
                let keys =
                    read(reference).and_then(|text| serde_json::from_str(&text).map_err(|e| e.to_string()));
                client.jwks = Some(KeySet::Inline(keys.map_err(|cause| Unreadable { path, cause })?));
            }
        }
        Ok(Resolved { document: self, literals })
    }

    fn secrets_mut(&mut self) -> impl Iterator<Item = (String, &mut SecretSource)> {
        let of_tenants = self.tenants.iter_mut().flat_map(|tenant| {
            let slug = &tenant.slug;
            let of_users = tenant.users.iter_mut().filter_map(move |user| {
                let path = format!("tenant[{slug}].user[{}].password", user.login().unwrap_or_default());
                user.password.as_mut().map(|secret| (path, secret))
            });
            let of_connections = tenant.connections.iter_mut().filter_map(move |connection| {
                let path = format!("tenant[{slug}].connection[{}].client_secret", connection.name);
                connection.client_secret.as_mut().map(|secret| (path, secret))
            });
            of_connections.chain(of_users)
        });
        let of_clients = self.clients.iter_mut().filter_map(|client| {
            let path = format!("client[{}].client_secret", client.client_id);
            client.client_secret.as_mut().map(|secret| (path, secret))
        });
        of_tenants.chain(of_clients)
    }
}
