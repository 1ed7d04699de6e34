//! Puts letters into words and sends them.

use std::time::Duration;

use axum::http::HeaderMap;
use doorward_net::{Mail, MailError, Mailer};
use doorward_service::identity::local::{Letter, Message, Post, Undelivered};
use futures_util::future::BoxFuture;

use crate::words::Words;

/// No letter takes longer; it is tried again then. A job belongs to its worker for longer than this.
const PATIENCE: Duration = Duration::from_secs(45);

/// Sends letters. Without a mailer nothing can be sent, and that is told.
pub struct Postman(pub Option<Mailer>);

impl Post for Postman {
    fn carry<'a>(&'a self, letter: &'a Letter, name: &'a str) -> BoxFuture<'a, Result<(), Undelivered>> {
        Box::pin(async move {
            let Some(mailer) = &self.0 else {
                tracing::error!("a letter was not sent: `[mail]` is not configured");
                return Err(Undelivered::ForGood);
            };
            let sent = tokio::time::timeout(PATIENCE, mailer.send(write(letter, name.to_owned()))).await;
            let Ok(sent) = sent else {
                tracing::error!("a letter was not sent: the mail server takes too long");
                return Err(Undelivered::ForNow);
            };
            sent.map_err(|error| {
                tracing::error!(%error, "a letter was not sent");
                undelivered(&error)
            })
        })
    }
}

/// Whether another attempt may do better.
fn undelivered(error: &MailError) -> Undelivered {
    if error.is_for_good() { Undelivered::ForGood } else { Undelivered::ForNow }
}

/// A letter in its reader's language.
pub fn write(letter: &Letter, name: String) -> Mail {
    let words = Words::for_reader(letter.locale.as_deref(), &HeaderMap::new());
    let (subject, body) = match &letter.message {
        Message::Invitation { tenant, link } => {
            let names = [("tenant", tenant.as_str()), ("link", link.expose())];
            (
                words.with("mail-invitation-subject", "tenant", tenant),
                words.with_all("mail-invitation", &names),
            )
        }
        Message::Reset { tenant, link, code } => {
            let names = [("tenant", tenant.as_str()), ("link", link.expose()), ("code", code.expose())];
            (words.with("mail-reset-subject", "tenant", tenant), words.with_all("mail-reset", &names))
        }
        Message::Verification { tenant, link } => {
            let names = [("tenant", tenant.as_str()), ("link", link.expose())];
            (words.say("mail-verification-subject"), words.with_all("mail-verification", &names))
        }
        Message::AddressCode { tenant, code } => {
            let names = [("tenant", tenant.as_str()), ("code", code.expose())];
            (
                words.with("mail-address-code-subject", "tenant", tenant),
                words.with_all("mail-address-code", &names),
            )
        }
        Message::PasswordChanged { tenant } => (
            words.say("mail-password-changed-subject"),
            words.with("mail-password-changed", "tenant", tenant),
        ),
        Message::SignInChanged { tenant } => {
            (words.say("mail-sign-in-changed-subject"), words.with("mail-sign-in-changed", "tenant", tenant))
        }
        Message::Retreated { tenant, connection } => {
            let names = [("tenant", tenant.as_str()), ("connection", connection.as_str())];
            (words.with("mail-retreated-subject", "tenant", tenant), words.with_all("mail-retreated", &names))
        }
        Message::RecoveryCodeUsed { tenant, left } => {
            let left = left.to_string();
            let names = [("tenant", tenant.as_str()), ("left", left.as_str())];
            (words.say("mail-recovery-code-subject"), words.with_all("mail-recovery-code", &names))
        }
    };
    let to = letter.to.to_string();
    Mail { name, to, subject: subject.bare(), body: format!("{}\n", body.bare()) }
}

#[cfg(test)]
mod tests {
    use doorward_domain::EmailAddress;

    use super::*;

    fn letter() -> Letter {
        let to = EmailAddress::parse("kim@acme.test").unwrap();
        Letter { to, locale: None, message: Message::PasswordChanged { tenant: "Acme".to_owned() } }
    }

    #[tokio::test]
    async fn without_a_way_out_a_letter_is_given_up() {
        assert_eq!(Postman(None).carry(&letter(), "1").await, Err(Undelivered::ForGood));
    }

    #[tokio::test]
    async fn a_folder_that_is_gone_may_come_back_and_a_second_attempt_is_the_same_letter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox");
        let postman = Postman(Some(Mailer::into_folder(path.clone(), "a@b.test").unwrap()));
        std::fs::remove_dir(&path).unwrap();
        assert_eq!(postman.carry(&letter(), "1").await, Err(Undelivered::ForNow));
        std::fs::create_dir(&path).unwrap();
        for _ in 0..2 {
            assert_eq!(postman.carry(&letter(), "1").await, Ok(()));
        }
        let written = std::fs::read_to_string(path.join("1.eml")).unwrap();
        assert!(written.contains("Message-ID: <1@b.test>") && written.contains("kim@acme.test"), "{written}");
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1);
    }
}
