//! The letters that people got.

use std::sync::Mutex;

use doorward_service::identity::local::{Letter, Message, Post};

/// Keeps every letter.
#[derive(Debug, Default)]
pub struct Mailbag(Mutex<Vec<Letter>>);

impl Post for Mailbag {
    fn post(&self, letter: Letter) {
        self.0.lock().unwrap().push(letter);
    }
}

impl Mailbag {
    /// All letters so far.
    pub fn all(&self) -> Vec<Letter> {
        self.0.lock().unwrap().clone()
    }

    /// The letter that comes after those that were there: what strangers ask for is made after the answer.
    pub async fn after(&self, before: usize) -> Letter {
        for _ in 0..1_000 {
            if let Some(letter) = self.all().get(before) {
                return letter.clone();
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        panic!("no letter came");
    }

    /// Gives what was asked for the time to be done.
    pub async fn settle() {
        for _ in 0..64 {
            tokio::task::yield_now().await;
        }
    }
}

/// The link in a letter.
pub fn link(letter: &Letter) -> String {
    match &letter.message {
        Message::Invitation { link, .. }
        | Message::Reset { link, .. }
        | Message::Verification { link, .. } => link.expose().to_owned(),
        other => panic!("no link in {other:?}"),
    }
}

/// The code in a letter.
pub fn code(letter: &Letter) -> String {
    match &letter.message {
        Message::Reset { code, .. } | Message::AddressCode { code, .. } => code.expose().to_owned(),
        other => panic!("no code in {other:?}"),
    }
}
