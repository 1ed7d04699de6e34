//! The letters that people got.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use doorward_service::identity::local::{Letter, Message, Post, Undelivered};
use doorward_service::jobs::Worker;
use futures_util::future::BoxFuture;

/// Keeps every letter.
#[derive(Default)]
pub struct Mailbag {
    letters: Mutex<Vec<Letter>>,
    /// So many attempts still fail.
    away: AtomicUsize,
    /// What brings the letters, as long as the broker runs.
    worker: Mutex<Option<Arc<Worker>>>,
}

impl Post for Mailbag {
    fn carry<'a>(&'a self, letter: &'a Letter, _: &'a str) -> BoxFuture<'a, Result<(), Undelivered>> {
        let is_away = |away: usize| away.checked_sub(1);
        if self.away.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_away).is_ok() {
            return Box::pin(async { Err(Undelivered::ForNow) });
        }
        self.letters.lock().unwrap().push(letter.clone());
        Box::pin(async { Ok(()) })
    }
}

impl Mailbag {
    /// Letters are brought by this from now on, or by nobody.
    pub(crate) fn brought_by(&self, worker: Option<Arc<Worker>>) {
        *self.worker.lock().unwrap() = worker;
    }

    /// The mail server takes nothing for so many attempts.
    pub fn is_away_for(&self, attempts: usize) {
        self.away.store(attempts, Ordering::Relaxed);
    }

    /// All letters so far, after those that wait were sent.
    pub async fn all(&self) -> Vec<Letter> {
        let worker = self.worker.lock().unwrap().clone();
        if let Some(worker) = worker {
            worker.catch_up().await.unwrap();
        }
        self.letters.lock().unwrap().clone()
    }

    /// The letter that comes after those that were there: what strangers ask for is made after the answer.
    pub async fn after(&self, before: usize) -> Letter {
        for _ in 0..1_000 {
            if let Some(letter) = self.all().await.get(before) {
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
