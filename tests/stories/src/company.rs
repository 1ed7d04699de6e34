//! A company: what its administrator has applied so far, and goes on with.

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::{Administrator, Story};

/// A company, in the hands of its own administrator.
pub struct Company {
    /// The company code.
    pub slug: String,
    /// Whoever administers it, and nothing else.
    pub administrator: Administrator,
    /// The `[[tenant]]` of `doorward apply`.
    document: Value,
}

impl Story<'_> {
    /// The operator gives a company an account, and its administrator a token for it.
    ///
    /// # Errors
    /// What is wrong with the document.
    pub async fn new_company(&self, tenant: Value) -> anyhow::Result<Company> {
        self.operator.apply(&json!({ "tenant": [tenant] })).await?;
        let slug = tenant["slug"].as_str().context("a company without a code")?.to_owned();
        let administrator = self.operator.administrator_of(&slug).await?;
        Ok(Company { slug, administrator, document: tenant })
    }
}

impl Company {
    /// The administrator sets these fields of the company, by `doorward apply`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub async fn set(&mut self, fields: Value) -> anyhow::Result<()> {
        merge(&mut self.document, &fields);
        self.apply(&self.document).await
    }

    /// The administrator sets these fields of a connection, or begins it with them.
    ///
    /// # Errors
    /// What is wrong with them.
    pub async fn connect(&mut self, name: &str, fields: Value) -> anyhow::Result<()> {
        self.document = self.with_connection(name, &fields);
        self.apply(&self.document).await
    }

    /// Why these fields of a connection are refused, which they must be.
    ///
    /// # Errors
    /// When they are not.
    pub async fn is_refused(&self, name: &str, fields: Value) -> anyhow::Result<String> {
        match self.apply(&self.with_connection(name, &fields)).await {
            Err(why) => Ok(format!("{why:#}")),
            Ok(()) => bail!("this should have been refused: {fields}"),
        }
    }

    /// The people who are in its document.
    pub fn people(&self) -> &Value {
        &self.document["user"]
    }

    /// What `doorward connection show` tells under this name: `callback_url`, `start_url` and others.
    ///
    /// # Errors
    /// When it tells nothing.
    pub async fn told(&self, connection: &str, what: &str) -> anyhow::Result<String> {
        let shown = self.administrator.reads(&["connection", "show", &self.slug, connection]).await?;
        Ok(shown[what].as_str().with_context(|| format!("no {what} in {shown}"))?.to_owned())
    }

    /// The administrator has the connection checked, which nobody has to sign in for.
    ///
    /// # Errors
    /// When there is no such connection.
    pub async fn check(&self, connection: &str) -> anyhow::Result<String> {
        self.administrator.types(&["connection", "check", &self.slug, connection]).await
    }

    async fn apply(&self, document: &Value) -> anyhow::Result<()> {
        self.administrator.apply(&json!({ "tenant": [document] })).await
    }

    fn with_connection(&self, name: &str, fields: &Value) -> Value {
        let mut document = self.document.clone();
        let mut connections = document["connection"].as_array().cloned().unwrap_or_default();
        let at = connections.iter().position(|it| it["name"] == name).unwrap_or_else(|| {
            connections.push(json!({ "name": name }));
            connections.len() - 1
        });
        merge(&mut connections[at], fields);
        document["connection"] = connections.into();
        document
    }
}

fn merge(into: &mut Value, fields: &Value) {
    for (name, value) in fields.as_object().into_iter().flatten() {
        into[name] = value.clone();
    }
}
