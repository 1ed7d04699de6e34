//! Mail, the other thing that goes out: to the operator's own server, or into a folder while developing.

use std::path::PathBuf;
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

/// No server takes longer to accept a letter.
const PATIENCE: Duration = Duration::from_secs(30);

/// A letter in plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its name, unique: part of its Message-ID.
    pub name: String,
    /// To whom.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// What it says.
    pub body: String,
}

/// How mail is protected on its way to the operator's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte (RFC 8314 section 3.3).
    Tls,
    /// TLS after a word in clear; without it nothing is sent.
    StartTls,
    /// None at all: for a server on this machine.
    None,
}

/// The operator's mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub encryption: Encryption,
    /// Name and password, if it asks for them.
    pub credentials: Option<(String, String)>,
}

/// Why a letter could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// An address that cannot be one.
    #[error("`{0}` is no address that mail can be sent from or to")]
    Address(String),
    /// A letter that cannot be written.
    #[error("a letter cannot be written: {0}")]
    Letter(#[from] lettre::error::Error),
    /// The mail server.
    #[error("the mail server: {0}")]
    Server(#[from] lettre::transport::smtp::Error),
    /// The folder.
    #[error("the folder for mail: {0}")]
    Folder(#[from] std::io::Error),
}

impl MailError {
    /// Whether no attempt will ever do better.
    pub fn is_for_good(&self) -> bool {
        match self {
            Self::Address(_) | Self::Letter(_) => true,
            Self::Server(error) => error.is_permanent(),
            Self::Folder(_) => false,
        }
    }
}

/// The way out for mail.
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

enum Way {
    Server(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

impl Mailer {
    /// Sends mail through the operator's server.
    ///
    /// # Errors
    /// When `from` is no address, or TLS cannot be made ready.
    pub fn through(server: Smtp, from: &str) -> Result<Self, MailError> {
        let builder = match server.encryption {
            Encryption::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(&server.host)?,
            Encryption::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&server.host)?,
            Encryption::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host),
        };
        let builder = builder.port(server.port).timeout(Some(PATIENCE));
        let builder = match server.credentials {
            Some((name, password)) => builder.credentials(Credentials::new(name, password)),
            None => builder,
        };
        Ok(Self { from: mailbox(from)?, way: Way::Server(builder.build()) })
    }

    /// Puts mail into a folder, a file for each letter.
    ///
    /// # Errors
    /// When `from` is no address, or there can be no such folder.
    pub fn into_folder(folder: PathBuf, from: &str) -> Result<Self, MailError> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self { from: mailbox(from)?, way: Way::Folder(folder) })
    }

    /// Sends a letter.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let domain = self.from.email.domain();
        let message = Message::builder()
            .message_id(Some(format!("<{}@{domain}>", mail.name)))
            .from(self.from.clone())
            .to(mailbox(&mail.to)?)
            .subject(mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body)?;
        match &self.way {
            Way::Server(server) => {
                server.send(message).await?;
            }
            Way::Folder(folder) => {
                tokio::fs::write(folder.join(format!("{}.eml", mail.name)), message.formatted()).await?;
            }
        }
        Ok(())
    }
}

fn mailbox(address: &str) -> Result<Mailbox, MailError> {
    address.parse().map_err(|_| MailError::Address(address.to_owned()))
}
