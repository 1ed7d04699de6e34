//! `[mail]`: how letters reach people, such as invitations and links for a new password.

use std::path::PathBuf;

use doorward_net::{Encryption, Mailer, Smtp};
use serde::Deserialize;

use super::{ConfigError, read};

/// `[mail]`. Without it nothing is sent, and the log says so whenever something should be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// Whom letters come from, such as `Acme <no-reply@acme.example>`.
    pub from: Option<String>,
    /// The mail server.
    pub host: Option<String>,
    /// Its port; 465 with `tls`, 587 with `starttls`, else 25.
    pub port: Option<u16>,
    /// How letters are protected on their way there.
    pub encryption: MailEncryption,
    /// The name that the mail server knows the broker by.
    pub username: Option<String>,
    /// The file with the password that goes with it.
    pub password_file: Option<PathBuf>,
    /// In place of a server: a folder in which every letter becomes a file, for development.
    pub outbox: Option<PathBuf>,
}

/// How letters are protected on their way to the mail server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailEncryption {
    /// By TLS from the first byte.
    #[default]
    Tls,
    /// By TLS that is agreed on in clear; without it nothing is sent.
    StartTls,
    /// Not at all, which is for a mail server on this machine.
    None,
}

impl Mail {
    /// The way out for mail, if one is configured.
    ///
    /// # Errors
    /// [`ConfigError`] names the key and how to mend it.
    pub fn mailer(&self) -> Result<Option<Mailer>, ConfigError> {
        let wrong = |cause: &str| ConfigError::Malformed(format!("`mail`: {cause}"));
        let from = self.from.as_deref().unwrap_or("doorward <doorward@localhost>");
        let made = match (&self.host, &self.outbox) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => return Err(wrong("give either `host` or `outbox`")),
            (Some(_), None) if self.from.is_none() => return Err(wrong("`from` is missing")),
            (Some(host), None) => Mailer::through(self.server(host)?, from),
            (None, Some(folder)) => Mailer::into_folder(folder.clone(), from),
        };
        made.map(Some).map_err(|error| wrong(&error.to_string()))
    }

    fn server(&self, host: &str) -> Result<Smtp, ConfigError> {
        let (encryption, usual) = match self.encryption {
            MailEncryption::Tls => (Encryption::Tls, 465),
            MailEncryption::StartTls => (Encryption::StartTls, 587),
            MailEncryption::None => (Encryption::None, 25),
        };
        let credentials = match (&self.username, &self.password_file) {
            (None, None) => None,
            (Some(name), Some(_)) if encryption == Encryption::None && host != "localhost" => {
                let cause = format!("`mail`: the password of `{name}` must not go to {host} in clear");
                return Err(ConfigError::Malformed(cause));
            }
            (Some(name), Some(file)) => Some((name.clone(), read(file)?.trim().to_owned())),
            _ => {
                return Err(ConfigError::Malformed(
                    "`mail`: give both `username` and `password_file`".to_owned(),
                ));
            }
        };
        Ok(Smtp { host: host.to_owned(), port: self.port.unwrap_or(usual), encryption, credentials })
    }
}
