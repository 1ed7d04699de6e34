//! Puts letters into words and has them sent. Whoever posts one never waits.

use std::sync::Arc;

use axum::http::HeaderMap;
use doorward_domain::{Clock, Entropy};
use doorward_net::{Mail, Mailer};
use doorward_service::identity::local::{Letter, Message, Post};
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::words::Words;

/// So many letters may wait; a mail server that takes none must not fill the memory.
const WAITING: usize = 256;

/// Takes letters.
pub struct Postbox(Sender<Letter>);

/// Sends what the postbox took.
pub struct Postman {
    letters: Receiver<Letter>,
    mailer: Option<Mailer>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Postbox {
    /// A postbox, and its postman. Without a `mailer` nothing can be sent, and that is told.
    pub fn new(mailer: Option<Mailer>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> (Self, Postman) {
        let (sender, letters) = mpsc::channel(WAITING);
        (Self(sender), Postman { letters, mailer, clock, entropy })
    }
}

impl Post for Postbox {
    fn post(&self, letter: Letter) {
        if self.0.try_send(letter).is_err() {
            tracing::error!("a letter was not sent: too many wait for the mail server");
        }
    }
}

impl Postman {
    /// Sends letters for as long as there is a postbox.
    pub async fn run(mut self) {
        while let Some(letter) = self.letters.recv().await {
            let Some(mailer) = &self.mailer else {
                tracing::error!("a letter was not sent: `[mail]` is not configured");
                continue;
            };
            let random = u64::from_be_bytes(self.entropy.bytes());
            let name = format!("{}-{random:016x}", self.clock.now().as_millis());
            if let Err(error) = mailer.send(write(&letter, name)).await {
                tracing::error!(%error, "a letter was not sent");
            }
        }
    }
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
    use doorward_domain::{EmailAddress, ManualClock, Timestamp};

    use super::*;

    struct Five;

    impl Entropy for Five {
        fn fill(&self, out: &mut [u8]) {
            out.fill(5);
        }
    }

    #[test]
    fn ds_06_a_full_postbox_takes_no_more_and_holds_nobody_up() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_secs(1_000_000)));
        let (postbox, postman) = Postbox::new(None, clock, Arc::new(Five));
        let to = EmailAddress::parse("kim@acme.test").unwrap();
        let message = Message::PasswordChanged { tenant: "Acme".to_owned() };
        for _ in 0..1_000 {
            postbox.post(Letter { to: to.clone(), locale: None, message: message.clone() });
        }
        assert_eq!(postman.letters.len(), WAITING);
    }
}
