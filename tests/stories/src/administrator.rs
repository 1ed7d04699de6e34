//! The administrator, who types at the command line: the binary `doorward`, as it is shipped.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context as _, bail};
use doorward_browser_tests::{Playground, binary};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

/// Somebody who administers the broker, or what one company has there.
pub struct Administrator {
    program: PathBuf,
    broker: String,
    token_file: PathBuf,
    company: Option<String>,
    /// Where the documents lie.
    folder: TempDir,
}

fn folder() -> std::io::Result<TempDir> {
    tempfile::Builder::new().prefix("doorward-administrator-").tempdir()
}

impl Administrator {
    /// The operator of this playground's broker.
    pub(crate) fn of_all(playground: &Playground) -> anyhow::Result<Self> {
        Ok(Self {
            program: binary("doorward")?,
            broker: playground.hosts.issuer.clone(),
            token_file: PathBuf::from(&playground.hosts.data_dir).join("admin.token"),
            company: None,
            folder: folder()?,
        })
    }

    /// A company's own administrator, who is given a token that is good for that company alone.
    ///
    /// # Errors
    /// When there is no such company.
    pub async fn administrator_of(&self, company: &str) -> anyhow::Result<Self> {
        let create = ["token", "create", "the company's own", "--scope", "*", "--tenant", company];
        let made = self.reads(&create).await?;
        let folder = folder()?;
        let token_file = folder.path().join("admin.token");
        std::fs::write(&token_file, made["token"].as_str().context("no token")?)?;
        std::fs::set_permissions(&token_file, std::fs::Permissions::from_mode(0o600))?;
        let (program, broker) = (self.program.clone(), self.broker.clone());
        Ok(Self { program, broker, token_file, company: Some(company.to_owned()), folder })
    }

    /// `doorward apply`
    ///
    /// # Errors
    /// What is wrong with the document.
    pub async fn apply(&self, document: &Value) -> anyhow::Result<()> {
        let file = self.file("company.json", &document.to_string())?;
        let mut command = vec!["apply", &file];
        command.extend(self.company.iter().flat_map(|company| ["--tenant", company]));
        self.types(&command).await.map(|_| ())
    }

    /// Any command, and what it answers to a program.
    ///
    /// # Errors
    /// When it fails; the message has what it said.
    pub async fn reads(&self, command: &[&str]) -> anyhow::Result<Value> {
        let json = [command, &["--output", "json"]].concat();
        let text = self.types(&json).await?;
        serde_json::from_str(&text).with_context(|| text.clone())
    }

    /// Any command, and what it answers to a person.
    ///
    /// # Errors
    /// When it fails; the message has what it said.
    pub async fn types(&self, command: &[&str]) -> anyhow::Result<String> {
        let output = Command::new(&self.program)
            .args(command)
            .env("DOORWARD_URL", &self.broker)
            .env("DOORWARD__ADMIN__TOKEN_FILE", &self.token_file)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await?;
        if !output.status.success() {
            let (said, more) =
                (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
            bail!("doorward {}: {said}{more}", command.join(" "));
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Saves a file, and answers its path.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn file(&self, name: &str, text: &str) -> anyhow::Result<String> {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text)?;
        Ok(path.display().to_string())
    }
}
